import type { Clock } from "../base/clock.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import type { OptionValues } from "./options/option-values.ts";

/**
 * A command as data: help, docs/cli.md, shell completion, configuration and parsing are all read from it. The code
 * that runs is loaded only when the command is called, which keeps `--help` fast.
 */
export interface CommandDefinition {
  /** Words after `spoor`: `ingest`, `topics list`. */
  readonly name: string;
  /** One line, lower case, no full stop. */
  readonly summary: string;
  /** What a reader of the help needs besides; whole sentences, one a paragraph. */
  readonly description?: readonly string[];
  readonly arguments?: readonly ArgumentDefinition[];
  readonly options: readonly OptionDefinition[];
  readonly examples: readonly Example[];
  /** Exit codes that the command can end with, and what they mean where it is not the usual. */
  readonly exits: Readonly<Partial<Record<ExitCode, string>>>;
  /** Commands that a reader may want after this one. */
  readonly next?: readonly string[];
  load(): Promise<CommandRun>;
}

/** A noun with verbs: `topics list`. `fallback` is the verb that runs when none is given. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly CommandDefinition[];
  readonly fallback?: string;
}

/** Commands as `spoor --help` groups them. */
export interface CommandSection {
  readonly title: string;
  readonly entries: readonly (CommandDefinition | CommandGroup)[];
}

export function isGroup(entry: CommandDefinition | CommandGroup): entry is CommandGroup {
  return "commands" in entry;
}

/** Every command of the sections, verbs of groups among them. */
export function allCommands(sections: readonly CommandSection[]): readonly CommandDefinition[] {
  return sections.flatMap(({ entries }) =>
    entries.flatMap((entry) => (isGroup(entry) ? entry.commands : [entry])),
  );
}

export interface ArgumentDefinition {
  readonly name: string;
  readonly description: string;
  readonly optional?: boolean;
  readonly many?: boolean;
}

export interface Example {
  readonly command: string;
  readonly what: string;
}

export interface OptionDefinition {
  /** Long name without the dashes. */
  readonly name: string;
  readonly short?: string;
  /** The value's placeholder; without one the option is a flag. */
  readonly value?: string;
  readonly kind?: "text" | "integer" | "number";
  readonly choices?: readonly string[];
  readonly many?: boolean;
  /** True where `SPOOR_<NAME>` and the configuration files give it too. */
  readonly setting?: boolean;
  readonly default?: string;
  /** Least value of an integer or a number. */
  readonly atLeast?: number;
  readonly group: string;
  readonly description: string;
}

/** What a running command has of the world. */
export interface Invocation {
  readonly arguments: readonly string[];
  readonly options: OptionValues;
  readonly io: Io;
  readonly clock: Clock;
  /** Aborted by the first Ctrl-C or SIGTERM; a second one ends the process at once. */
  readonly interrupted: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  readonly version: string;
  /** How the user can call Spoor from the working directory: `spoor`, or `bin/spoor` in a clone. */
  readonly commandName: string;
  /** All commands: completion and configuration speak of them. */
  readonly sections: readonly CommandSection[];
}

export type CommandRun = (invocation: Invocation) => Promise<ExitCode>;

/** The name of the environment variable that sets an option. */
export function environmentName(option: string): string {
  return `SPOOR_${option.replaceAll("-", "_").toUpperCase()}`;
}

/** The name of the entry in a configuration file that sets an option. */
export function configurationName(option: string): string {
  return option.replaceAll(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
