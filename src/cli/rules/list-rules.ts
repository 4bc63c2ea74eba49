/** `spoor rules list` and `spoor rules show`. */
import { didYouMean } from "../../base/nearest.ts";
import type { CommandRun } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import { errLine, outLine } from "../io.ts";
import type { Io } from "../io.ts";
import type { OptionValues } from "../options/option-values.ts";
import { safeText } from "../render/display-width.ts";
import { plainTableLines } from "../render/plain-table.ts";
import { plural } from "../render/quantity.ts";
import { rulesErrors } from "./errors.ts";
import { levelOf } from "../../detect/rule/sigma-document.ts";
import { loadRulePaths, logSourceText, reportRefused } from "./load-rules.ts";
import type { ListedRule, LoadedRules } from "./load-rules.ts";

export const listRules: CommandRun = async (invocation) => {
  const { io, options } = invocation;
  const loaded = await loadRulePaths(invocation, invocation.arguments);
  const all = rulesOf(loaded);
  const shown = all.filter((rule) => isWanted(rule, options));
  if (options.flag("json")) for (const rule of shown) outLine(io, JSON.stringify(ruleFacts(rule)));
  else if (shown.length > 0) {
    const rows = shown.map((rule) => [
      levelOf(rule.metadata),
      rule.metadata.status ?? "",
      rule.metadata.id ?? rule.metadata.name ?? "",
      rule.metadata.title,
      logSourceText(rule),
    ]);
    const headings = ["Level", "Status", "Id", "Title", "Log source"];
    for (const line of plainTableLines({ headings, rows }, io.columns())) outLine(io, line);
  }
  const rest = shown.length === all.length ? "" : ` of ${plural(all.length, "rule")}`;
  errLine(io, `${plural(shown.length, "rule")}${rest}`);
  reportRefused(io, loaded);
  return shown.length > 0 ? exitCodes.ok : exitCodes.failed;
};

export const showRules: CommandRun = async (invocation) => {
  const { io, options } = invocation;
  const loaded = await loadRulePaths(invocation, options.list("rules"));
  const found = invocation.arguments.map((name) => ruleNamed(name, rulesOf(loaded)));
  for (const [index, rule] of found.entries()) {
    if (options.flag("json")) {
      outLine(io, JSON.stringify({ ...ruleFacts(rule), text: documentText(rule) }));
      continue;
    }
    if (index > 0) outLine(io);
    showRule(io, rule);
  }
  return exitCodes.ok;
};

function rulesOf({ rules, correlations }: LoadedRules): readonly ListedRule[] {
  return [...rules, ...correlations];
}

function isWanted(rule: ListedRule, options: OptionValues): boolean {
  const { metadata } = rule;
  const level = options.text("level");
  if (level !== undefined && levelOf(metadata) !== level) return false;
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

function ruleNamed(name: string, rules: readonly ListedRule[]): ListedRule {
  const wanted = name.toLowerCase();
  const found = rules.find(({ metadata: { id, name: own, title } }) =>
    [id, own, title].some((each) => each?.toLowerCase() === wanted),
  );
  if (found !== undefined) return found;
  const titles = rules.flatMap(({ metadata }) => [metadata.title, metadata.id ?? metadata.title]);
  throw rulesErrors.UNKNOWN({
    message: `no rule is called '${name}'`,
    detail: `${plural(rules.length, "rule")} were read`,
    hint: didYouMean(name, titles) ?? "look for it with: spoor rules list … --search WORDS",
  });
}

function ruleFacts(rule: ListedRule): object {
  const { metadata } = rule;
  return {
    id: metadata.id,
    name: metadata.name,
    title: metadata.title,
    kind: rule.kind,
    level: levelOf(metadata),
    status: metadata.status,
    ...(rule.kind === "correlation" ? { type: rule.type } : { logsource: rule.logSource }),
    tags: metadata.tags,
    description: metadata.description,
    author: metadata.author,
    date: metadata.date,
    modified: metadata.modified,
    references: metadata.references,
    falsepositives: metadata.falsePositives,
    file: metadata.place.file,
  };
}

function showRule(io: Io, rule: ListedRule): void {
  const { metadata } = rule;
  outLine(io, io.paintOut("bold", safeText(metadata.title)));
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["id", metadata.id ?? metadata.name],
    ["level", levelOf(metadata)],
    ["status", metadata.status],
    ["log source", logSourceText(rule)],
    ["tags", metadata.tags.join(", ")],
    ["author", metadata.author],
    ["date", metadata.modified ?? metadata.date],
    ["file", metadata.place.file],
  ];
  for (const [label, value] of facts)
    if (value !== undefined && value !== "") outLine(io, `${label.padEnd(12)}${safeText(value)}`);
  outLine(io);
  for (const line of documentText(rule).split("\n")) outLine(io, safeText(line));
}

/** The document's own text: a file may have several. */
function documentText({ metadata: { place } }: ListedRule): string {
  const { text, span } = place;
  const before = text.lastIndexOf("\n---", span.start);
  const from = before === -1 ? 0 : text.indexOf("\n", before + 1) + 1;
  const after = text.indexOf("\n---", span.start);
  return text.slice(from, after === -1 ? undefined : after).trim();
}
