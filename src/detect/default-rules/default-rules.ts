/**
 * The detection rules that come with Spoor, as files: `<topic>/<rule>.yaml`, read when first asked for. Beside each stand the
 * events that it must hit and must not hit (`<rule>.events.yaml`, read by `rule-cases.ts`), which a test holds it to.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { RuleText } from "../rule/rule-source.ts";

/** A shipped file of rules: `file` is its path from the folder of rules, with forward slashes. */
export interface DefaultRuleFile extends RuleText {
  readonly file: string;
}

const FOLDER = new URL("./", import.meta.url);
const CASES_END = ".events.yaml";

let shipped: readonly DefaultRuleFile[] | undefined;

/** In the order of their paths; some files hold several documents, a correlation and the rules it is made of. */
export function defaultRules(): readonly DefaultRuleFile[] {
  shipped ??= ruleFiles();
  return shipped;
}

/** The text of the events beside a shipped file of rules; undefined where `file` is none. */
export function defaultRuleCases(file: string): RuleText | undefined {
  if (!defaultRules().some((each) => each.file === file)) return undefined;
  const path = file.replace(/\.yaml$/, CASES_END);
  return { file: path, text: readFileSync(new URL(path, FOLDER), "utf8") };
}

function ruleFiles(): DefaultRuleFile[] {
  const topics = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return topics
    .flatMap(({ name: topic }) => readdirSync(new URL(`${topic}/`, FOLDER)).map((file) => `${topic}/${file}`))
    .filter((path) => path.endsWith(".yaml") && !path.endsWith(CASES_END))
    .toSorted()
    .map((file) => ({ file, text: readFileSync(new URL(file, FOLDER), "utf8") }));
}
