import type { Clock } from "../base/clock.ts";
import { commandSections } from "./command-list.ts";
import { allCommands, configurationName } from "./command-definition.ts";
import type { CommandDefinition, CommandSection } from "./command-definition.ts";
import type { ColorChoice } from "./color.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import { allOptions, commandHelp, groupHelp, rootHelp } from "./help-text.ts";
import type { Io } from "./io.ts";
import { readConfigurationFiles } from "./options/configuration-file.ts";
import { resolveOptions } from "./options/resolve-options.ts";
import type { RawFlags } from "./options/resolve-options.ts";
import { parseCommandLine } from "./parse-command-line.ts";
import type { ParsedCommandLine } from "./parse-command-line.ts";
import { errorJson, errorReport } from "./render/error-report.ts";

/** All that a run of the command line has of the world. */
export interface World {
  readonly io: Io;
  readonly clock: Clock;
  readonly interrupted: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  readonly version: string;
  readonly commandName: string;
  setColor(choice: ColorChoice): void;
}

/** Runs one command line; every error ends here, as text on stderr and an exit code. */
export async function runCli(argv: readonly string[], world: World): Promise<ExitCode> {
  try {
    return await dispatch(await parseCommandLine(argv, commandSections), world);
  } catch (error) {
    if (world.io.outputClosed.aborted) return exitCodes.ok;
    if (world.interrupted.aborted) return exitCodes.interrupted;
    const json = argv.includes("--json");
    world.io.err(`${json ? errorJson(error) : errorReport(error, world.io.paintErr)}\n`);
    return exitCodeOf(error);
  }
}

async function dispatch(parsed: ParsedCommandLine, world: World): Promise<ExitCode> {
  const { io } = world;
  switch (parsed.kind) {
    case "root-help": {
      const lines = commandSections.flatMap(({ title, entries }) =>
        entries.map(({ name, summary }) => ({ name, summary, section: title })),
      );
      io.out(rootHelp(lines, world.version, io.columns(), io.paintOut));
      return exitCodes.ok;
    }
    case "group-help":
      io.out(groupHelp(parsed.group, io.columns(), io.paintOut));
      return exitCodes.ok;
    case "command-help":
      io.out(commandHelp(parsed.command, io.columns(), io.paintOut));
      return exitCodes.ok;
    case "version":
      io.out(`${world.version}\n`);
      return exitCodes.ok;
    case "command":
      return runCommand(parsed.command, parsed.arguments, parsed.flags, world);
  }
}

async function runCommand(
  command: CommandDefinition,
  positional: readonly string[],
  flags: RawFlags,
  world: World,
): Promise<ExitCode> {
  const { env, workingDirectory, homeDirectory } = world;
  const named = typeof flags["config"] === "string" ? flags["config"] : env["SPOOR_CONFIG"];
  const files = readConfigurationFiles(
    { env, workingDirectory, homeDirectory, named },
    settingNames(commandSections),
  );
  const options = resolveOptions(allOptions(command), flags, env, files);
  world.setColor(options.requiredText("color") as ColorChoice);
  const run = await command.load();
  return run({ ...world, arguments: positional, options, sections: commandSections });
}

/** Every entry that a configuration file may have. */
function settingNames(sections: readonly CommandSection[]): ReadonlySet<string> {
  const settings = allCommands(sections)
    .flatMap(allOptions)
    .filter((option) => option.setting === true);
  return new Set(settings.map((option) => configurationName(option.name)));
}
