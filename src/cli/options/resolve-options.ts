import { configurationName, environmentName } from "../command-definition.ts";
import type { OptionDefinition } from "../command-definition.ts";
import type { ConfigurationFile } from "./configuration-file.ts";
import { OptionValues } from "./option-values.ts";
import type { OptionValue } from "./option-values.ts";
import { parseOptionJson, parseOptionText } from "./parse-option.ts";

/** What commander gives for an option: `true` for a flag, a text, or the texts of a repeated one. */
export type RawFlags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/**
 * Decides each option: flag, then `SPOOR_*`, then the project's file, then the user's, then the default.
 * @throws SpoorError CLI_BAD_OPTION naming the giver of the bad value
 */
export function resolveOptions(
  options: readonly OptionDefinition[],
  flags: RawFlags,
  env: Readonly<Record<string, string | undefined>>,
  files: readonly ConfigurationFile[],
): OptionValues {
  const values = new Map<string, OptionValue>();
  for (const option of options) {
    const value = resolveOption(option, flags, env, files);
    if (value !== undefined) values.set(option.name, value);
  }
  return new OptionValues(values);
}

function resolveOption(
  option: OptionDefinition,
  flags: RawFlags,
  env: Readonly<Record<string, string | undefined>>,
  files: readonly ConfigurationFile[],
): OptionValue | undefined {
  const raw = flags[configurationName(option.name)];
  if (raw !== undefined) {
    const origin = { kind: "flag" } as const;
    if (typeof raw === "string") {
      return { value: parseOptionText(option, raw, `--${option.name}`), origin };
    }
    return { value: raw, origin };
  }
  if (option.setting === true) {
    const variable = environmentName(option.name);
    const text = env[variable];
    if (text !== undefined && text !== "") {
      return {
        value: parseOptionText(option, text, variable),
        origin: { kind: "environment", variable },
      };
    }
    const entry = configurationName(option.name);
    for (const { file, entries } of files) {
      if (!(entry in entries)) continue;
      const value = parseOptionJson(option, entries[entry], `'${entry}' in ${file}`);
      return { value, origin: { kind: "file", file } };
    }
  }
  if (option.default === undefined) return undefined;
  return {
    value: parseOptionText(option, option.default, `the default of --${option.name}`),
    origin: { kind: "default" },
  };
}
