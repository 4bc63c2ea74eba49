import { allCommands, configurationName, environmentName } from "../command-definition.ts";
import type { CommandRun, CommandSection, OptionDefinition } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import { outLine } from "../io.ts";
import { plainTableLines } from "../render/plain-table.ts";
import { generalOptions } from "./common-options.ts";
import { readConfigurationFiles } from "./configuration-file.ts";
import type { Origin } from "./option-values.ts";
import { resolveOptions } from "./resolve-options.ts";

export const showConfiguration: CommandRun = async (invocation) => {
  const { io, options, env, workingDirectory, homeDirectory } = invocation;
  const settings = allSettings(invocation.sections);
  const names = new Set(settings.map((option) => configurationName(option.name)));
  const named = options.text("config") ?? env["SPOOR_CONFIG"];
  const files = readConfigurationFiles({ env, workingDirectory, homeDirectory, named }, names);
  const flags = options.isGiven("color") ? { color: options.text("color") } : {};
  const values = resolveOptions(settings, flags, env, files);
  const entries = settings.map((option) => {
    const found = new Map(values.entries()).get(option.name);
    return {
      setting: configurationName(option.name),
      variable: environmentName(option.name),
      value: found?.value ?? null,
      origin: found === undefined ? "not set" : originText(found.origin),
    };
  });
  if (options.flag("json")) {
    outLine(io, JSON.stringify(entries));
    return exitCodes.ok;
  }
  const withOrigin = options.flag("origin");
  const headings = withOrigin ? ["Setting", "Value", "From", "Variable"] : ["Setting", "Value"];
  const rows = entries.map(({ setting, value, origin, variable }) => {
    const text = value === null ? "" : String(value);
    return withOrigin ? [setting, text, origin, variable] : [setting, text];
  });
  for (const line of plainTableLines({ headings, rows }, io.columns())) outLine(io, line);
  return exitCodes.ok;
};

/** Every option that a variable or a file can set, once, by name. */
function allSettings(sections: readonly CommandSection[]): readonly OptionDefinition[] {
  const byName = new Map<string, OptionDefinition>();
  for (const option of [...allCommands(sections).flatMap((command) => command.options), ...generalOptions]) {
    if (option.setting === true && !byName.has(option.name)) byName.set(option.name, option);
  }
  return [...byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function originText(origin: Origin): string {
  switch (origin.kind) {
    case "flag":
      return "flag";
    case "environment":
      return `variable ${origin.variable}`;
    case "file":
      return origin.file;
    case "default":
      return "default";
  }
}
