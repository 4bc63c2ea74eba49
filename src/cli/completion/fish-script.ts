import type { CompletedOption, CompletionModel } from "./completion-model.ts";

export function fishScript(model: CompletionModel): string {
  const names = model.commands.map((command) => command.name).join(" ");
  const none = `not __fish_seen_subcommand_from ${names}`;
  const lines = [
    "# Completion of spoor for fish: spoor completion fish > ~/.config/fish/completions/spoor.fish",
    ...model.commands.map(
      ({ name, summary }) => `complete -c spoor -f -n ${quoted(none)} -a ${name} -d ${quoted(summary)}`,
    ),
  ];
  for (const command of model.commands) {
    const seen = `__fish_seen_subcommand_from ${command.name}`;
    const verbs = command.verbs.map((verb) => verb.name).join(" ");
    const bare = verbs === "" ? seen : `${seen}; and not __fish_seen_subcommand_from ${verbs}`;
    for (const { name, summary } of command.verbs) {
      lines.push(`complete -c spoor -f -n ${quoted(bare)} -a ${name} -d ${quoted(summary)}`);
    }
    for (const option of command.options) lines.push(optionLine(bare, option));
    for (const verb of command.verbs) {
      const inVerb = `${seen}; and __fish_seen_subcommand_from ${verb.name}`;
      for (const option of verb.options) lines.push(optionLine(inVerb, option));
    }
  }
  return `${lines.join("\n")}\n`;
}

function optionLine(condition: string, option: CompletedOption): string {
  const parts = [`complete -c spoor -n ${quoted(condition)} -l ${option.flag.slice(2)}`];
  if (option.short !== undefined) parts.push(`-s ${option.short.slice(1)}`);
  if (option.choices.length > 0) parts.push(`-x -a ${quoted(option.choices.join(" "))}`);
  else if (option.takesPath) parts.push("-r -F");
  else if (option.takesValue) parts.push("-x");
  parts.push(`-d ${quoted(option.summary)}`);
  return parts.join(" ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", String.raw`\'`)}'`;
}
