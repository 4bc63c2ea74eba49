import { environmentName } from "./command-definition.ts";
import type { CommandDefinition, CommandGroup, OptionDefinition } from "./command-definition.ts";
import type { Painter } from "./color.ts";
import { exitCodeMeanings } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import { generalOptions, optionGroups } from "./options/common-options.ts";
import { padEnd, wrap } from "./render/display-width.ts";

/** A line of `spoor --help`. */
export interface CommandLine {
  readonly name: string;
  readonly summary: string;
  readonly section: string;
}

const LABEL_WIDTH = 26;

export function commandHelp(command: CommandDefinition, columns: number, paint: Painter): string {
  const width = Math.min(columns, 100);
  const lines = [`spoor ${command.name}: ${command.summary}`, ""];
  lines.push(paint("bold", "Usage"), `  ${usageLine(command)}`, "");
  lines.push(paint("bold", "Examples"));
  for (const { command: example, what } of command.examples) {
    lines.push(`  ${example}`, ...wrap(what, width - 6).map((line) => paint("dim", `      ${line}`)));
  }
  lines.push("");
  for (const paragraph of command.description ?? []) lines.push(...wrap(paragraph, width), "");
  const described = command.arguments ?? [];
  if (described.length > 0) {
    lines.push(paint("bold", "Arguments"));
    for (const argument of described) lines.push(...entry(argument.name, argument.description, width));
    lines.push("");
  }
  for (const group of optionGroups) lines.push(...optionLines(group, command.options, width, paint));
  lines.push(paint("bold", "Exit codes"));
  for (const [code, meaning] of exitLines(command)) lines.push(...entry(code, meaning, width, 6));
  if (command.next !== undefined) {
    lines.push("", paint("bold", "Next"), ...command.next.map((next) => `  ${next}`));
  }
  return `${lines.join("\n")}\n`;
}

export function usageLine(command: CommandDefinition): string {
  const parts = (command.arguments ?? []).map((argument) => {
    const name = `${argument.name}${argument.many === true ? "..." : ""}`;
    return argument.optional === true ? `[${name}]` : `<${name}>`;
  });
  return ["spoor", command.name, ...parts, "[options]"].join(" ");
}

/** The command's exit codes with their meanings, the usage error among them always. */
export function exitLines(command: CommandDefinition): [code: string, meaning: string][] {
  const exits: Partial<Record<ExitCode, string>> = { 2: exitCodeMeanings[2], ...command.exits };
  return Object.entries(exits).map(([code, meaning]) => [code, meaning]);
}

export function optionLabel(option: OptionDefinition): string {
  const short = option.short === undefined ? "" : `-${option.short}, `;
  return `${short}--${option.name}${option.value === undefined ? "" : ` <${option.value}>`}`;
}

/** The description with what else holds for the option: choices, default, environment variable. */
export function optionText(option: OptionDefinition): string {
  const notes: string[] = [];
  if (option.choices !== undefined) notes.push(option.choices.join(" | "));
  if (option.default !== undefined) notes.push(`default ${option.default}`);
  if (option.setting === true) notes.push(environmentName(option.name));
  return notes.length === 0 ? option.description : `${option.description} [${notes.join("; ")}]`;
}

export function allOptions(command: CommandDefinition): readonly OptionDefinition[] {
  return [...command.options, ...generalOptions];
}

function optionLines(
  group: string,
  options: readonly OptionDefinition[],
  width: number,
  paint: Painter,
): string[] {
  const inGroup = [...options, ...generalOptions].filter((option) => option.group === group);
  if (inGroup.length === 0) return [];
  const lines = [paint("bold", `${group} options`)];
  for (const option of inGroup) lines.push(...entry(optionLabel(option), optionText(option), width));
  if (group === "General") lines.push(...entry("-h, --help", "show this help", width));
  return [...lines, ""];
}

function entry(label: string, text: string, width: number, labelWidth = LABEL_WIDTH): string[] {
  const indent = " ".repeat(labelWidth + 2);
  const [first = "", ...rest] = wrap(text, Math.max(30, width - labelWidth - 2));
  const under = rest.map((line) => indent + line);
  if (label.length >= labelWidth) return [`  ${label}`, indent + first, ...under];
  return [`  ${padEnd(label, labelWidth)}${first}`, ...under];
}

export function rootHelp(
  commands: readonly CommandLine[],
  version: string,
  columns: number,
  paint: Painter,
): string {
  const width = Math.min(columns, 100);
  const lines = [
    `spoor ${version}: threat hunting on Windows events with streaming SQL, in one process`,
    "",
    paint("bold", "Usage"),
    "  spoor <command> [options]",
    "",
    paint("bold", "Examples"),
    "  spoor demo",
    paint("dim", "      see lateral movement over WMI found in a small lab's events"),
    "  spoor serve --data ./spoor-data",
    paint("dim", "      run the server; statements, topics and state are kept in the folder"),
    "  spoor sql",
    paint("dim", "      ask questions: ksqlDB's statements, with history and completion"),
  ];
  const sections = new Set(commands.map((command) => command.section));
  for (const section of sections) {
    lines.push("", paint("bold", section));
    for (const { name, summary } of commands.filter((command) => command.section === section)) {
      lines.push(...entry(name, summary, width, 16));
    }
  }
  lines.push(
    "",
    "'spoor <command> --help' has examples, options and exit codes of each.",
    "Options come from flags, SPOOR_* variables, spoor.config.json, then the user's file:",
    "'spoor config show --origin' tells which.",
  );
  return `${lines.join("\n")}\n`;
}

export function groupHelp(group: CommandGroup, columns: number, paint: Painter): string {
  const width = Math.min(columns, 100);
  const lines = [
    `spoor ${group.name}: ${group.summary}`,
    "",
    paint("bold", "Usage"),
    `  spoor ${group.name} <command> [options]`,
    "",
    paint("bold", "Examples"),
    ...group.commands.flatMap((command) => command.examples.slice(0, 1)).map((e) => `  ${e.command}`),
    "",
    paint("bold", "Commands"),
    ...group.commands.flatMap((command) =>
      entry(command.name.slice(group.name.length + 1), command.summary, width, 16),
    ),
  ];
  if (group.fallback !== undefined) {
    lines.push("", `Without a command, 'spoor ${group.name}' means 'spoor ${group.name} ${group.fallback}'.`);
  }
  return `${lines.join("\n")}\n`;
}
