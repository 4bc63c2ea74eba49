import type { CommanderError, Option } from "commander";
import { didYouMean } from "../base/nearest.ts";
import { isGroup } from "./command-definition.ts";
import type {
  CommandDefinition,
  CommandGroup,
  CommandSection,
  OptionDefinition,
} from "./command-definition.ts";
import { cliErrors } from "./errors.ts";
import { allOptions, optionLabel, usageLine } from "./help-text.ts";
import type { RawFlags } from "./options/resolve-options.ts";

/** What a command line asks for. */
export type ParsedCommandLine =
  | { readonly kind: "root-help" }
  | { readonly kind: "version" }
  | { readonly kind: "group-help"; readonly group: CommandGroup }
  | { readonly kind: "command-help"; readonly command: CommandDefinition }
  | {
      readonly kind: "command";
      readonly command: CommandDefinition;
      readonly arguments: readonly string[];
      readonly flags: RawFlags;
    };

/** @throws SpoorError CLI_UNKNOWN_COMMAND, CLI_UNKNOWN_OPTION, CLI_BAD_ARGUMENTS, CLI_BAD_OPTION */
export async function parseCommandLine(
  argv: readonly string[],
  sections: readonly CommandSection[],
): Promise<ParsedCommandLine> {
  const entries = sections.flatMap((section) => section.entries);
  const [first, ...rest] = argv;
  if (first === undefined || first === "--help" || first === "-h") return { kind: "root-help" };
  if (first === "--version" || first === "-V") return { kind: "version" };
  if (first === "help") return parseCommandLine([...rest, "--help"], sections);
  const entry = entries.find((each) => each.name === first);
  if (entry === undefined) throw unknownCommand(first, entries);
  return isGroup(entry) ? parseInGroup(entry, rest) : parseCommand(entry, rest);
}

async function parseInGroup(group: CommandGroup, argv: readonly string[]): Promise<ParsedCommandLine> {
  const [verb, ...rest] = argv;
  if (verb === "--help" || verb === "-h" || verb === "help") return { kind: "group-help", group };
  const named = group.commands.find((command) => command.name === `${group.name} ${verb}`);
  if (named !== undefined) return parseCommand(named, rest);
  const bare = verb === undefined || verb.startsWith("-");
  const fallback = group.commands.find((command) => command.name === `${group.name} ${group.fallback}`);
  if (bare && fallback !== undefined) return parseCommand(fallback, argv);
  if (bare) return { kind: "group-help", group };
  const verbs = group.commands.map((command) => command.name.slice(group.name.length + 1));
  throw cliErrors.UNKNOWN_COMMAND({
    message: `unknown command '${group.name} ${verb}'`,
    hint: didYouMean(verb, verbs) ?? `it is one of ${verbs.join(", ")}`,
  });
}

/** Commander is loaded here, since `spoor --help` does without it. */
async function parseCommand(command: CommandDefinition, argv: readonly string[]): Promise<ParsedCommandLine> {
  const commander = await import("commander");
  const options = allOptions(command);
  const parser = new commander.Command(command.name)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .helpOption("-h, --help")
    .allowExcessArguments(false)
    .showSuggestionAfterError(false);
  for (const option of options) {
    parser.addOption(commanderOption(option, new commander.Option(optionLabel(option))));
  }
  for (const { name, optional, many } of command.arguments ?? []) {
    const text = `${name}${many === true ? "..." : ""}`;
    parser.addArgument(new commander.Argument(optional === true ? `[${text}]` : `<${text}>`));
  }
  try {
    parser.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof commander.CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed") return { kind: "command-help", command };
    throw usageError(error, command, options, argv);
  }
  return { kind: "command", command, arguments: parser.args, flags: parser.opts<RawFlags>() };
}

function commanderOption(definition: OptionDefinition, option: Option): Option {
  if (definition.many === true) {
    option.argParser((value: string, previous: readonly string[] | undefined) => [
      ...(previous ?? []),
      value,
    ]);
  }
  return option;
}

function unknownCommand(name: string, entries: readonly { readonly name: string }[]): Error {
  const names = entries.map((entry) => entry.name);
  return cliErrors.UNKNOWN_COMMAND({
    message: name.startsWith("-")
      ? `option '${name}' needs a command before it`
      : `unknown command '${name}'`,
    hint: didYouMean(name, names) ?? "'spoor --help' lists the commands",
  });
}

/** Commander's refusals in our words. */
function usageError(
  error: CommanderError,
  command: CommandDefinition,
  options: readonly OptionDefinition[],
  argv: readonly string[],
): Error {
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? "";
  const usage = `usage: ${usageLine(command)}`;
  switch (error.code) {
    case "commander.unknownOption": {
      const flag = quoted.split("=", 1)[0] ?? quoted;
      const names = [...options.map((option) => `--${option.name}`), "--help"];
      return cliErrors.UNKNOWN_OPTION({
        message: `'spoor ${command.name}' has no option '${flag}'`,
        hint: didYouMean(flag, names) ?? `'spoor ${command.name} --help' lists its options`,
      });
    }
    case "commander.optionMissingArgument":
      return cliErrors.BAD_OPTION({ message: `option '${quoted}' needs a value` });
    case "commander.missingArgument":
      return cliErrors.BAD_ARGUMENTS({ message: `argument '${quoted}' is missing`, hint: usage });
    case "commander.excessArguments":
      return cliErrors.BAD_ARGUMENTS({
        message: `too many arguments for 'spoor ${command.name}'`,
        detail: `given: ${argv.join(" ")}`,
        hint: usage,
      });
    default:
      return cliErrors.BAD_ARGUMENTS({ message: error.message.replace(/^error: /, ""), hint: usage });
  }
}
