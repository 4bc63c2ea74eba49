/** Rules for a command: read from the paths it was given, and what is to be said about them. */
import { loadRules } from "../../detect/rule/rule-set.ts";
import type { RuleSet } from "../../detect/rule/rule-set.ts";
import type { LibraryFolder } from "../../detect/rule-library/library-folder.ts";
import type { RuleStates } from "../../detect/rule/rule-state.ts";
import type { CorrelationRule, SigmaRule } from "../../detect/rule/sigma-document.ts";
import type { Invocation } from "../command-definition.ts";
import { errLine } from "../io.ts";
import type { Io } from "../io.ts";
import { parseNameValues } from "../options/name-value.ts";
import { errorReport } from "../render/error-report.ts";
import { plural } from "../render/quantity.ts";
import type { RuleTexts } from "../../detect/rule-library/rule-texts.ts";
import { rulesErrors } from "../../detect/rule-library/errors.ts";
import { readRuleFiles } from "./rule-files.ts";

export interface LoadedRules extends RuleSet {
  /** Where they were read from, as they were named. */
  readonly paths: readonly string[];
  readonly files: RuleTexts;
  /** Keys of rules that a library has switched off, whether they were left out or not. */
  readonly off: ReadonlySet<string>;
}

/** What a list of rules shows: rules and correlations alike. */
export type ListedRule = SigmaRule | CorrelationRule;

/** @throws SpoorError RULES_NOT_GIVEN, RULES_NONE_FOUND, and what reading the files throws */
export async function loadRulePaths(
  { workingDirectory, options }: Invocation,
  paths: readonly string[],
  { withDisabled = false }: { readonly withDisabled?: boolean } = {},
): Promise<LoadedRules> {
  if (paths.length === 0) {
    throw rulesErrors.NOT_GIVEN({
      message: "no rules were named, and there is no library of rules here",
      hint: "name files, folders or archives of Sigma rules, or 'default' for Spoor's own; 'spoor rules import' makes a library",
    });
  }
  const files = await readRuleFiles(paths, workingDirectory);
  if (files.texts.length === 0) {
    throw rulesErrors.NONE_FOUND({
      message: `'${paths.join("', '")}' ${paths.length === 1 ? "holds" : "hold"} no Sigma rules`,
      ...(files.passedOver.total === 0
        ? {}
        : { detail: `${files.passedOver.total} YAML files have no part of a rule` }),
      hint: "rules are .yml files with 'logsource' and 'detection'",
    });
  }
  return {
    ...loadRules(files.texts, {
      placeholders: placeholderValues(options.list("placeholder")),
      states: withDisabled ? enabledStates(files.states) : files.states,
    }),
    off: new Set([...files.states].filter(([, { disabled }]) => disabled !== undefined).map(([key]) => key)),
    files,
    paths,
  };
}

function enabledStates(states: RuleStates): RuleStates {
  return new Map([...states].map(([key, state]) => [key, { ...state, disabled: undefined }]));
}

/** Every rule of a library as it was read, whatever was decided about it. */
export async function libraryRules(
  { workingDirectory, options }: Invocation,
  library: LibraryFolder,
): Promise<{ readonly all: readonly ListedRule[] }> {
  const { texts } = await readRuleFiles([library.name], workingDirectory);
  const placeholders = placeholderValues(options.list("placeholder"));
  const { rules, correlations } = loadRules(texts, { placeholders });
  return { all: [...rules, ...correlations] };
}

/** A name may be given several times. */
function placeholderValues(given: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of parseNameValues(given, "placeholder")) {
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return values;
}

const REFUSED_SHOWN = 3;

/** Says on stderr what was refused and passed over; the rest goes on without it. */
export function reportRefused(io: Io, { errors, files }: LoadedRules): void {
  for (const error of errors.slice(0, REFUSED_SHOWN)) io.err(`${errorReport(error, io.paintErr)}\n`);
  if (errors.length > 0) {
    const verb = errors.length === 1 ? "was" : "were";
    errLine(io, `${plural(errors.length, "rule")} ${verb} refused; 'spoor rules lint' shows each`);
  }
  const { total, samples } = files.passedOver;
  if (total > 0)
    errLine(io, `passed over ${plural(total, "YAML file")} without a rule: ${samples.join(", ")}`);
}

/** Rules, correlations and what is disabled. */
export function allRules({ rules, correlations, disabled }: LoadedRules): readonly ListedRule[] {
  return [...rules, ...correlations, ...disabled];
}

/** `windows/process_creation`; of a correlation, its type. */
export function logSourceText(rule: ListedRule): string {
  if (rule.kind === "correlation") return `correlation: ${rule.type}`;
  const { product, category, service } = rule.logSource;
  return [product, category, service].filter((part) => part !== undefined).join("/");
}
