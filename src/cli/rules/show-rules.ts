/** `spoor rules show`: a rule, what was decided about it, which events it is for, and what it comes to in the end. */
import { windowsLogSources } from "../../detect/log-sources/read-log-sources.ts";
import { findRule } from "../../detect/rule-library/find-rule.ts";
import { filtersOf } from "../../detect/rule/rule-set.ts";
import { levelOf, ruleKey } from "../../detect/rule/sigma-document.ts";
import type { CommandRun } from "../command-definition.ts";
import { exitCodes } from "../exit-codes.ts";
import { outLine } from "../io.ts";
import type { Io } from "../io.ts";
import { safeText } from "../render/display-width.ts";
import { expressionLines } from "./expression-lines.ts";
import { ruleFacts } from "./list-rules.ts";
import { allRules, loadRulePaths, logSourceText } from "./load-rules.ts";
import type { ListedRule, LoadedRules } from "./load-rules.ts";
import { rulesOrLibrary } from "./open-library.ts";
import { sourceTexts } from "./source-text.ts";

export const showRules: CommandRun = async (invocation) => {
  const { io, options } = invocation;
  const loaded = await loadRulePaths(invocation, rulesOrLibrary(invocation));
  const found = invocation.arguments.map((name) => findRule(name, allRules(loaded)));
  for (const [index, rule] of found.entries()) {
    if (options.flag("json")) {
      outLine(io, JSON.stringify(shownFacts(rule, loaded)));
      continue;
    }
    if (index > 0) outLine(io);
    showRule(io, rule, loaded);
  }
  return exitCodes.ok;
};

function shownFacts(rule: ListedRule, loaded: LoadedRules): object {
  const text = documentText(rule);
  if (rule.kind === "correlation") return { ...ruleFacts(rule, loaded), text };
  return {
    ...ruleFacts(rule, loaded),
    events: sourceTexts(windowsLogSources().resolve(rule.logSource)),
    filters: filtersOf(rule, loaded.filters).map(({ metadata }) => ({
      title: metadata.title,
      file: metadata.place.file,
    })),
    condition: expressionLines(rule.expression),
    text,
  };
}

function showRule(io: Io, rule: ListedRule, loaded: LoadedRules): void {
  const { metadata } = rule;
  outLine(io, io.paintOut("bold", safeText(metadata.title)));
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["id", metadata.id ?? metadata.name],
    ["state", stateText(rule, loaded)],
    ["level", levelText(rule, loaded)],
    ["status", metadata.status],
    ["log source", logSourceText(rule)],
    ["tags", metadata.tags.join(", ")],
    ["author", metadata.author],
    ["license", metadata.license],
    ["date", metadata.modified ?? metadata.date],
    ["file", metadata.place.file],
  ];
  for (const [label, value] of facts)
    if (value !== undefined && value !== "") outLine(io, `${label.padEnd(12)}${safeText(value)}`);
  if (rule.kind === "rule") {
    list(io, "events", sourceTexts(windowsLogSources().resolve(rule.logSource)), "none that are known");
    for (const { metadata: filter } of filtersOf(rule, loaded.filters))
      outLine(io, `${"filter".padEnd(12)}${safeText(`${filter.title}, ${filter.place.file ?? ""}`)}`);
    outLine(io);
    outLine(io, "It hits when");
    for (const line of expressionLines(rule.expression)) outLine(io, `  ${safeText(line)}`);
  }
  outLine(io);
  for (const line of documentText(rule).split("\n")) outLine(io, safeText(line));
}

function list(io: Io, label: string, texts: readonly string[], none: string): void {
  const lines = texts.length === 0 ? [none] : texts;
  for (const [at, line] of lines.entries())
    outLine(io, `${(at === 0 ? label : "").padEnd(12)}${safeText(line)}`);
}

/** Only rules of a library, or with a filter, have one worth telling. */
function stateText({ metadata }: ListedRule, { files }: LoadedRules): string | undefined {
  const disabled = files.states.get(ruleKey(metadata))?.disabled;
  if (disabled === undefined) return files.hasLibrary ? "on" : undefined;
  const by = disabled.by === undefined ? "" : ` by ${disabled.by}`;
  const when = disabled.when === undefined ? "" : ` at ${disabled.when}`;
  return `off${by}${when}${disabled.reason === undefined ? "" : `: ${disabled.reason}`}`;
}

function levelText({ metadata }: ListedRule, { files }: LoadedRules): string {
  const given = files.states.get(ruleKey(metadata))?.level;
  return given === undefined ? levelOf(metadata) : `${given}, given in the library`;
}

/** The document's own text: a file may have several. */
function documentText({ metadata: { place } }: ListedRule): string {
  const { text, span } = place;
  const before = text.lastIndexOf("\n---", span.start);
  const from = before === -1 ? 0 : text.indexOf("\n", before + 1) + 1;
  const after = text.indexOf("\n---", span.start);
  return text.slice(from, after === -1 ? undefined : after).trim();
}
