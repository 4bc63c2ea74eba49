/** `spoor rules list`: a table of rules, with their states where they stand in a library. */
import { filtersOf } from "../../detect/rule/rule-set.ts";
import { levelOf, ruleKey } from "../../detect/rule/sigma-document.ts";
import type { CommandRun } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import type { OptionValues } from "../options/option-values.ts";
import { plainTableLines } from "../render/plain-table.ts";
import { plural } from "../render/quantity.ts";
import { allRules, loadRulePaths, logSourceText, reportRefused } from "./load-rules.ts";
import type { ListedRule, LoadedRules } from "./load-rules.ts";
import { pathsOrLibrary } from "./open-library.ts";

/** What `--state` asks for. */
export const RULE_STATES = ["on", "off", "tuned"] as const;

export const listRules: CommandRun = async (invocation) => {
  const { io, options } = invocation;
  const loaded = await loadRulePaths(invocation, pathsOrLibrary(invocation, invocation.arguments));
  const all = allRules(loaded);
  const shown = all.filter((rule) => isWanted(rule, loaded, options));
  const { hasLibrary } = loaded.files;
  if (options.flag("json")) for (const rule of shown) outLine(io, JSON.stringify(ruleFacts(rule, loaded)));
  else if (shown.length > 0) {
    const rows = shown.map((rule) => [
      ...(hasLibrary ? [stateText(rule, loaded)] : []),
      levelOf(rule.metadata),
      rule.metadata.status ?? "",
      rule.metadata.id ?? rule.metadata.name ?? "",
      rule.metadata.title,
      logSourceText(rule),
    ]);
    const headings = [...(hasLibrary ? ["State"] : []), "Level", "Status", "Id", "Title", "Log source"];
    for (const line of plainTableLines({ headings, rows }, io.columns())) outLine(io, line);
  }
  const rest = shown.length === all.length ? "" : ` of ${plural(all.length, "rule")}`;
  const off = loaded.disabled.length === 0 ? "" : `, ${loaded.disabled.length} disabled in all`;
  errLine(io, `${plural(shown.length, "rule")}${rest}${off}`);
  reportRefused(io, loaded);
  return shown.length > 0 ? exitCodes.ok : exitCodes.failed;
};

/** `on`, `off`, and `tuned` where exclusions or another level were given. */
export function statesOf(rule: ListedRule, loaded: LoadedRules): readonly string[] {
  const isTuned =
    loaded.files.states.get(ruleKey(rule.metadata))?.level !== undefined || isFiltered(rule, loaded);
  return [loaded.disabled.includes(rule) ? "off" : "on", ...(isTuned ? ["tuned"] : [])];
}

function isFiltered(rule: ListedRule, { filters }: LoadedRules): boolean {
  return rule.kind === "rule" && filtersOf(rule, filters).some(({ rules }) => rules !== undefined);
}

function stateText(rule: ListedRule, loaded: LoadedRules): string {
  return statesOf(rule, loaded).join(", ");
}

function isWanted(rule: ListedRule, loaded: LoadedRules, options: OptionValues): boolean {
  const { metadata } = rule;
  const [level, state] = [options.text("level"), options.text("state")];
  if (level !== undefined && levelOf(metadata) !== level) return false;
  if (state !== undefined && !statesOf(rule, loaded).includes(state)) return false;
  if (!options.list("tag").every((tag) => metadata.tags.some((each) => isTag(each, tag)))) return false;
  const product = options.text("product")?.toLowerCase();
  if (product !== undefined && (rule.kind === "correlation" || rule.logSource.product !== product))
    return false;
  const words = options.text("search")?.toLowerCase().split(/\s+/) ?? [];
  const text = [metadata.title, metadata.id, metadata.name, metadata.description].join("\n").toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The tag itself or one under it, with or without its namespace: `t1059` finds `attack.t1059.001`. */
function isTag(tag: string, wanted: string): boolean {
  const [have, want] = [tag.toLowerCase(), wanted.toLowerCase()];
  return [have, have.slice(have.indexOf(".") + 1)].some(
    (each) => each === want || each.startsWith(`${want}.`),
  );
}

export function ruleFacts(rule: ListedRule, loaded: LoadedRules): object {
  const { metadata } = rule;
  const state = loaded.files.states.get(ruleKey(metadata));
  return {
    id: metadata.id,
    name: metadata.name,
    title: metadata.title,
    kind: rule.kind,
    state: statesOf(rule, loaded),
    ...(state?.disabled === undefined ? {} : { disabled: state.disabled }),
    level: levelOf(metadata),
    status: metadata.status,
    ...(rule.kind === "correlation" ? { type: rule.type } : { logsource: rule.logSource }),
    tags: metadata.tags,
    description: metadata.description,
    author: metadata.author,
    license: metadata.license,
    date: metadata.date,
    modified: metadata.modified,
    references: metadata.references,
    falsepositives: metadata.falsePositives,
    file: metadata.place.file,
  };
}
