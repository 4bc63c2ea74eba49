import { SpoorError } from "../../../base/errors.ts";
import type { ErrorPlace } from "../../../base/errors.ts";
import type { PlanParts } from "../plan/event-plan.ts";
import { PlanCompiler } from "../plan/event-plan.ts";
import { PAIR_STYLES } from "../transforms/pair-transforms.ts";
import { MappingSet, rulePlace } from "./mapping-set.ts";
import type { FieldRule, YamlText } from "./mapping-set.ts";

/** What is wrong, or only worth a look, in a mapping file. */
export interface LintFinding {
  readonly severity: "error" | "warning";
  /** An error's code of the catalogue; of warnings `duplicate-target`, `overrides`, `pairs-style`. */
  readonly code: string;
  readonly message: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly place: ErrorPlace | undefined;
}

/**
 * Checks one mapping file against a model without loading it: all that would keep it from loading (not only the first), then
 * fields of one block that write the same column (only the first that an event has gets there), and rules that change ours.
 */
export function lintMapping(file: YamlText, parts: PlanParts): readonly LintFinding[] {
  const findings: LintFinding[] = [];
  const columns = parts.columns.copy();
  let mappings: MappingSet;
  try {
    mappings = new MappingSet([file], columns);
  } catch (error) {
    return [finding(error)];
  }
  const compiler = new PlanCompiler({ ...parts, columns, mappings });
  const attempt = (check: () => void): void => {
    try {
      check();
    } catch (error) {
      findings.push(finding(error));
    }
  };
  for (const { rule } of mappings.allRules()) {
    attempt(() => void compiler.writer(rule));
    if (rule.transform === "pairs" && !PAIR_STYLES.some((style) => style === rule.argument)) {
      findings.push({
        severity: "warning",
        code: "pairs-style",
        message: `'pairs' takes one of ${PAIR_STYLES.join(", ")}; 'lines' is taken`,
        detail: undefined,
        hint: undefined,
        place: rulePlace(rule),
      });
    }
  }
  for (const message of mappings.allMessageRules()) attempt(() => void compiler.messageReader(message));
  findings.push(...duplicateTargets(mappings), ...overrides(mappings, parts.mappings));
  return findings;
}

function finding(error: unknown): LintFinding {
  if (!(error instanceof SpoorError)) throw error;
  const { code, message, detail, hint, place } = error;
  return { severity: "error", code, message, detail, hint, place };
}

function* duplicateTargets(mappings: MappingSet): Generator<LintFinding> {
  const seen = new Map<string, FieldRule>();
  for (const { rule } of mappings.allRules()) {
    if (rule.target === "*") continue;
    const key = [...rule.path.slice(0, -1), rule.target].join("\n");
    const before = seen.get(key);
    if (before === undefined) {
      seen.set(key, rule);
      continue;
    }
    yield {
      severity: "warning",
      code: "duplicate-target",
      message: `fields '${before.field}' and '${rule.field}' both write '${rule.target}'`,
      detail: "an event that has both keeps the second under its own name",
      hint: undefined,
      place: rulePlace(rule),
    };
  }
}

function* overrides(mappings: MappingSet, ours: MappingSet): Generator<LintFinding> {
  for (const { provider, rule, events } of mappings.allRules()) {
    const known = ours.rulesFor(provider, events[0]).fields.get(rule.field);
    if (known === undefined || known === null || known.target === rule.target) continue;
    yield {
      severity: "warning",
      code: "overrides",
      message: `field '${rule.field}' went to '${known.target}', and goes to '${rule.target}' with this file`,
      detail: `'${known.file.name}' line ${rulePlace(known).span.line}`,
      hint: undefined,
      place: rulePlace(rule),
    };
  }
}
