/** The rules of a backtest: those that were named, and of correlations the rules they need. */
import { referredKeys, rulesByName } from "../../detect/rule/rule-set.ts";
import type { RuleSet } from "../../detect/rule/rule-set.ts";
import { ruleKey } from "../../detect/rule/sigma-document.ts";
import type { CorrelationRule, SigmaRule } from "../../detect/rule/sigma-document.ts";

export interface BacktestRules {
  /** What is to be told of. */
  readonly named: readonly (SigmaRule | CorrelationRule)[];
  /** What has to run for it. */
  readonly set: Pick<RuleSet, "rules" | "correlations">;
}

export function backtestRules(named: readonly (SigmaRule | CorrelationRule)[], all: RuleSet): BacktestRules {
  const known = rulesByName(all);
  const needed = new Set<string>();
  const need = (rule: SigmaRule | CorrelationRule): void => {
    const key = ruleKey(rule.metadata);
    if (needed.has(key)) return;
    needed.add(key);
    if (rule.kind !== "correlation") return;
    for (const name of referredKeys(rule, known).keys()) need(known.get(name)!);
  };
  for (const rule of named) need(rule);
  const isNeeded = ({ metadata }: SigmaRule | CorrelationRule): boolean => needed.has(ruleKey(metadata));
  return {
    named,
    set: { rules: all.rules.filter(isNeeded), correlations: all.correlations.filter(isNeeded) },
  };
}
