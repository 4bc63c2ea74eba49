/** The shipped rules: well-formed, placed in ATT&CK, true to the events beside them, quiet on a working day. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ownCatalogue } from "../../attack/catalogue/current-catalogue.ts";
import { describeLab } from "../../events/lab/lab-description.ts";
import { labEvents } from "../../events/lab/lab-writer.ts";
import type { SourceObject } from "../../events/shapes/raw-event.ts";
import { readRawEvent } from "../../events/shapes/read-raw-event.ts";
import { Detector } from "../detector.ts";
import type { EventFields } from "../expression/event-fields.ts";
import { evaluate } from "../expression/evaluate.ts";
import { RawEventFields } from "../events/raw-event-fields.ts";
import { MappedFields } from "../log-sources/field-origin.ts";
import { isOfSource } from "../log-sources/log-source-map.ts";
import { windowsLogSources } from "../log-sources/read-log-sources.ts";
import { attackTags } from "../rule/attack-tags.ts";
import { readRuleFile } from "../rule/read-rule-file.ts";
import { lintRule } from "../rule/lint-rule.ts";
import { loadRules } from "../rule/rule-set.ts";
import type { RuleSet } from "../rule/rule-set.ts";
import { ruleKey } from "../rule/sigma-document.ts";
import type { SigmaRule } from "../rule/sigma-document.ts";
import { toDuckDb, toFlink, toKsql } from "../sql/print-sql.ts";
import { defaultRuleCases, defaultRules } from "./default-rules.ts";
import { readRuleCases } from "./rule-cases.ts";
import type { RuleCase } from "./rule-cases.ts";

const logSources = windowsLogSources();
const all = loadRules(defaultRules());
const documents = [...all.rules, ...all.correlations];

describe("the shipped rules", () => {
  test("load, and lint has nothing to say", () => {
    expect(all.errors.map(({ message }) => message)).toEqual([]);
    expect(defaultRules().length).toBeGreaterThanOrEqual(50);
    expect(all.rules.flatMap((rule) => lintRule(rule, { logSources }))).toEqual([]);
  });

  test("are described in full: id, author, licence, level, false positives, references", () => {
    const lacking = documents.filter(({ metadata }) => {
      const { id, author, license, level, falsePositives, references, description } = metadata;
      const texts = [id, author, license, level, description];
      return texts.includes(undefined) || falsePositives.length === 0 || references.length === 0;
    });
    expect(lacking.map(({ metadata }) => metadata.title)).toEqual([]);
    expect(new Set(documents.map(({ metadata }) => metadata.title)).size).toBe(documents.length);
  });

  test("are tagged with live techniques, and with tactics of these", () => {
    const catalogue = ownCatalogue();
    const wrong = documents.flatMap(({ metadata }) => {
      const { techniques, tactics } = attackTags(metadata.tags);
      const possible = new Set(techniques.flatMap((id) => catalogue.tacticsOf(id)).map((t) => t.shortName));
      return [
        ...techniques.filter((id) => catalogue.technique(id)?.status !== "live"),
        ...tactics.filter((name) => !possible.has(name)),
        ...(tactics.length === 0 ? ["no tactic"] : []),
        ...(techniques.length + tactics.length === metadata.tags.length ? [] : ["a tag of another kind"]),
      ].map((what) => `${metadata.title}: ${what}`);
    });
    expect(wrong).toEqual([]);
  });

  test("refer to the pages of the techniques they are tagged with", () => {
    const wrong = documents.filter(({ metadata }) => {
      const pages = attackTags(metadata.tags).techniques.map(
        (id) => `https://attack.mitre.org/techniques/${id.replace(".", "/")}/`,
      );
      return metadata.references.join() !== pages.join();
    });
    expect(wrong.map(({ metadata }) => metadata.title)).toEqual([]);
  });

  test("can be written in every dialect of SQL", () => {
    for (const rule of all.rules)
      for (const print of [toDuckDb, toKsql, toFlink])
        expect(print(rule, { keywordColumns: ["message"] }).length).toBeGreaterThan(0);
  });

  test("stand in docs/default-rules.md, each with its file and level", () => {
    const page = readFileSync(new URL("../../../docs/default-rules.md", import.meta.url), "utf8");
    const rows = defaultRules().flatMap((each) =>
      readRuleFile(each).documents.map(({ metadata }) => {
        const { techniques } = attackTags(metadata.tags);
        return `| ${metadata.title} | ${metadata.level} | ${techniques.join(", ")} | \`${each.file}\` |`;
      }),
    );
    expect(rows.filter((row) => !page.includes(`${row}\n`))).toEqual([]);
    expect(page.match(/^\| .* \| `[a-z-]+\/[a-z0-9-]+\.yaml` \|$/gm)).toHaveLength(rows.length);
  });
});

function fieldsOf(document: SourceObject): RawEventFields {
  return new RawEventFields(readRawEvent(document));
}

function eventsOf(cases: readonly RuleCase[]): RawEventFields[] {
  return cases.flatMap(({ events }) => events.map(({ document }) => fieldsOf(document)));
}

/** The titles of what alerts on a case's events. */
function alerts(set: RuleSet, { events }: RuleCase): Set<string> {
  const detector = new Detector(set, logSources);
  const titles = new Set<string>();
  for (const { atMs, document } of events) {
    const { rules, correlations } = detector.detect(fieldsOf(document), atMs, String(atMs));
    for (const { metadata } of rules) titles.add(metadata.title);
    for (const { key } of correlations) titles.add(key);
  }
  return titles;
}

/** True where the event satisfies one of the rule's selections: a rule of that selection alone would hit it. */
function satisfiesSelection(rule: SigmaRule, event: EventFields): boolean {
  const sources = logSources.resolve(rule.logSource) ?? [];
  return sources.some((source) => {
    if (!isOfSource(source, event)) return false;
    const fields = new MappedFields(event, source.fields);
    return [...rule.selections].some(
      ([name, { expression }]) => !name.startsWith("filter") && evaluate(expression, fields),
    );
  });
}

describe.each(defaultRules().map((file) => [file.file, file] as const))("%s", (path, file) => {
  const set = loadRules([file]);
  const cases = readRuleCases(defaultRuleCases(path)!);
  /** The document that the cases are for: the last, which stands on those before it. */
  const subject = (set.correlations.at(-1) ?? set.rules.at(-1)!).metadata;
  const name = set.correlations.length > 0 ? ruleKey(subject) : subject.title;

  test.each(cases.hits.map((each) => [each.why, each] as const))("hits: %s", (_, each) => {
    expect([...alerts(set, each)]).toContain(name);
  });

  test.each(cases.misses.map((each) => [each.why, each] as const))("does not hit: %s", (_, each) => {
    expect([...alerts(set, each)]).toEqual([]);
  });

  test("each rule hits an event, and passes over one that a simpler rule would hit", () => {
    for (const rule of set.rules) {
      const alone = new Detector({ ...set, rules: [rule], correlations: [] }, logSources);
      const isHit = (event: EventFields) => alone.detect(event, 0, "").rules.length > 0;
      expect(eventsOf(cases.hits).some(isHit), `${rule.metadata.title}: hit`).toBe(true);
      const isNear = (event: EventFields) => !isHit(event) && satisfiesSelection(rule, event);
      expect(eventsOf(cases.misses).some(isNear), `${rule.metadata.title}: near miss`).toBe(true);
    }
  });
});

describe("over a working day in the lab", () => {
  const options = { seed: 11, events: 20_000, startMs: Date.UTC(2026, 2, 2, 8) };
  const serious = new Set(
    documents
      .filter(({ metadata }) => metadata.level === "high" || metadata.level === "critical")
      .map(({ metadata }) => metadata.title),
  );
  const keys = new Map(all.correlations.map(({ metadata }) => [ruleKey(metadata), metadata.title]));

  test("only the attack is told of as high or critical, by several rules", () => {
    const [attack] = describeLab(options).attacks;
    const theirs = [attack!.sourceHost, attack!.targetHost];
    const detector = new Detector(all, logSources);
    const strangers: string[] = [];
    const found = new Set<string>();
    let count = 0;
    for (const line of labEvents(options)) {
      const event = readRawEvent(JSON.parse(line.toString("utf8")) as SourceObject);
      const timeMs = event.system.time!.epochMs;
      const { rules, correlations } = detector.detect(new RawEventFields(event), timeMs, String(count++));
      const titles = [
        ...rules.map(({ metadata }) => metadata.title),
        ...correlations.map(({ key }) => keys.get(key)!),
      ];
      const isAttack =
        timeMs >= attack!.startMs && timeMs <= attack!.endMs && theirs.includes(event.system.computer!);
      for (const title of titles.filter((each) => serious.has(each))) {
        if (isAttack) found.add(title);
        else strangers.push(`${title}: ${line.toString("utf8").slice(0, 400)}`);
      }
    }
    expect(count).toBe(20_000);
    expect(strangers).toEqual([]);
    expect(found.size).toBeGreaterThanOrEqual(3);
  }, 30_000);
});
