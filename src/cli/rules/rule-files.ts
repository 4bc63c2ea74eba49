/** The texts of rules for a command: paths start from where the user stands. */
import { resolve } from "node:path";
import { readRuleTexts } from "../../detect/rule-library/rule-texts.ts";
import type { RuleTexts } from "../../detect/rule-library/rule-texts.ts";

/** @throws SpoorError RULES_MISSING, RULES_UNREADABLE, RULES_TOO_MANY, RULES_LIBRARY_INVALID */
export function readRuleFiles(
  paths: readonly string[],
  workingDirectory: string,
  accepts?: (file: string) => boolean,
): Promise<RuleTexts> {
  return readRuleTexts(paths, {
    resolve: (path) => resolve(workingDirectory, path),
    ...(accepts === undefined ? {} : { accepts }),
  });
}
