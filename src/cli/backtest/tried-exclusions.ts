/** Exclusions to be tried on a rule's hits: what `spoor rules tune` would write as a filter, read as it would be read. */
import { readRuleFile } from "../../detect/rule/read-rule-file.ts";
import { ruleKey } from "../../detect/rule/sigma-document.ts";
import type { SigmaRule } from "../../detect/rule/sigma-document.ts";
import type { Exclusion } from "../../detect/rule-library/tuning.ts";
import type { TriedExclusion } from "./rule-result.ts";

/** @throws SpoorError SIGMA_… where an exclusion cannot be read as a selection */
export function triedExclusions(
  rule: SigmaRule,
  exclusions: readonly Exclusion[],
): readonly TriedExclusion[] {
  return exclusions.map((exclusion) => {
    const text = [...exclusion].map(([key, value]) => `${key.replaceAll("|", " ")} ${value}`).join(" and ");
    const document = {
      title: "tried",
      logsource: rule.logSource,
      filter: {
        rules: [ruleKey(rule.metadata)],
        exclusion: Object.fromEntries(exclusion),
        condition: "not exclusion",
      },
    };
    const { documents, errors } = readRuleFile({ file: "--exclude", text: JSON.stringify(document) });
    if (errors[0] !== undefined) throw errors[0];
    const [filter] = documents;
    return { text, kept: (filter as Extract<typeof filter, { readonly kind: "filter" }>).expression };
  });
}
