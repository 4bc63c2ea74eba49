import { isGroup } from "../command-definition.ts";
import type { CommandDefinition, CommandSection, OptionDefinition } from "../command-definition.ts";
import { allOptions } from "../help-text.ts";

/** What a shell may offer after `spoor …`, worked out once for all shells. */
export interface CompletionModel {
  readonly commands: readonly CompletedCommand[];
}

export interface CompletedCommand {
  /** One word. */
  readonly name: string;
  readonly summary: string;
  readonly verbs: readonly CompletedCommand[];
  readonly options: readonly CompletedOption[];
}

export interface CompletedOption {
  readonly flag: string;
  readonly short: string | undefined;
  readonly summary: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
  readonly takesPath: boolean;
}

export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = (typeof SHELLS)[number];

export function completionModel(sections: readonly CommandSection[]): CompletionModel {
  const commands = sections.flatMap(({ entries }) =>
    entries.map((entry): CompletedCommand => {
      if (!isGroup(entry)) return completedCommand(entry, entry.name);
      const verbs = entry.commands.map((command) =>
        completedCommand(command, command.name.slice(entry.name.length + 1)),
      );
      const fallback = entry.commands.find((command) => command.name === `${entry.name} ${entry.fallback}`);
      const options = fallback === undefined ? [] : completedCommand(fallback, "").options;
      return { name: entry.name, summary: entry.summary, verbs, options };
    }),
  );
  return { commands };
}

function completedCommand(command: CommandDefinition, name: string): CompletedCommand {
  const options = [...allOptions(command).map(completedOption), helpOption];
  return { name, summary: command.summary, verbs: [], options };
}

const helpOption: CompletedOption = {
  flag: "--help",
  short: "-h",
  summary: "show help",
  takesValue: false,
  choices: [],
  takesPath: false,
};

function completedOption(option: OptionDefinition): CompletedOption {
  return {
    flag: `--${option.name}`,
    short: option.short === undefined ? undefined : `-${option.short}`,
    summary: option.description,
    takesValue: option.value !== undefined,
    choices: option.choices ?? [],
    takesPath: option.value === "file" || option.value === "folder",
  };
}
