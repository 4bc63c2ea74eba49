import type { CommandDefinition, CommandSection, OptionDefinition } from "./command-definition.ts";
import { configurationName, environmentName, isGroup } from "./command-definition.ts";
import { exitCodeMeanings } from "./exit-codes.ts";
import { exitLines, optionLabel, usageLine } from "./help-text.ts";
import { generalOptions, optionGroups } from "./options/common-options.ts";

/** `docs/cli.md`: what `--help` says of every command, on one page. */
export function cliReference(sections: readonly CommandSection[]): string {
  const lines = [
    "# The command line",
    "",
    "Made from the commands' own definitions (`npm run docs`): do not edit.",
    "",
    "stdout is data, stderr is talk: what a script reads never mixes with progress and hints. `--json` gives JSON.",
    "",
    ...configurationLines(),
    "| every command takes | | default | variable, entry |",
    "|---|---|---|---|",
    ...generalOptions.map(optionLine),
    "",
    ...exitCodeLines(),
    "## Commands",
    "",
    "| command | |",
    "|---|---|",
    ...sections.flatMap(({ entries }) =>
      entries.flatMap((entry) => (isGroup(entry) ? entry.commands : [entry])).map(indexLine),
    ),
    "",
  ];
  for (const { title, entries } of sections) {
    lines.push(`## ${title}`, "");
    for (const entry of entries) {
      if (!isGroup(entry)) {
        lines.push(...commandLines(entry));
        continue;
      }
      for (const command of entry.commands) {
        const note =
          command.name === `${entry.name} ${entry.fallback}`
            ? [`\`spoor ${entry.name}\` means this one.`, ""]
            : [];
        lines.push(...commandLines(command, note));
      }
    }
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

function configurationLines(): string[] {
  return [
    "## Where options come from",
    "",
    "The first that gives a value wins: the flag; the `SPOOR_*` variable; `spoor.config.json` (the nearest upwards from the working folder, or `--config`); the user's file (`$XDG_CONFIG_HOME/spoor/config.json`, on Windows `%APPDATA%\\spoor\\config.json`); the default. `spoor config show --origin` tells which it was.",
    "",
    "```json",
    '{ "server": "http://127.0.0.1:8088", "topic": "winlogbeat", "kafkaListen": "127.0.0.1:9092" }',
    "```",
    "",
    "Colour: `--color always|never`, else none where NO_COLOR is set, else as FORCE_COLOR says, else on a terminal (TERM=dumb: none).",
    "",
  ];
}

function exitCodeLines(): string[] {
  const rows = Object.entries(exitCodeMeanings).map(([code, meaning]) => `| ${code} | ${meaning} |`);
  return ["## Exit codes", "", "| code | meaning |", "|---|---|", ...rows, ""];
}

function indexLine(command: CommandDefinition): string {
  return `| [\`spoor ${command.name}\`](#spoor-${command.name.replaceAll(" ", "-")}) | ${command.summary} |`;
}

function commandLines(command: CommandDefinition, note: readonly string[] = []): string[] {
  const lines = [`### spoor ${command.name}`, "", sentence(command.summary), "", ...note];
  lines.push("```", usageLine(command), "```", "");
  for (const { command: example, what } of command.examples) lines.push(`- \`${example}\`: ${what}`);
  lines.push("");
  for (const paragraph of command.description ?? []) lines.push(paragraph, "");
  const described = command.arguments ?? [];
  if (described.length > 0) {
    lines.push("| argument | |", "|---|---|");
    for (const argument of described) lines.push(`| \`${argument.name}\` | ${cell(argument.description)} |`);
    lines.push("");
  }
  if (command.options.length > 0) {
    lines.push("| option | | default | variable, entry |", "|---|---|---|---|");
    for (const group of optionGroups) {
      lines.push(...command.options.filter((option) => option.group === group).map(optionLine));
    }
    lines.push("");
  }
  lines.push(
    "Exit codes: " +
      exitLines(command)
        .map(([code, meaning]) => `${code} ${meaning}`)
        .join("; ") +
      ".",
    "",
  );
  return lines;
}

function optionLine(option: OptionDefinition): string {
  const choices = option.choices === undefined ? "" : ` (${option.choices.join(", ")})`;
  const givers =
    option.setting === true
      ? `\`${environmentName(option.name)}\`, \`${configurationName(option.name)}\``
      : "";
  const cells = [
    `\`${optionLabel(option)}\``,
    cell(option.description + choices),
    option.default ?? "",
    givers,
  ];
  return `| ${cells.join(" | ")} |`;
}

function cell(text: string): string {
  return text.replaceAll("|", String.raw`\|`).replaceAll(/<([a-z]+)>/g, "`<$1>`");
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
