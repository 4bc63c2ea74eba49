/** Published rules over recorded attacks: what is compiled, what is hit, and that all rules at once find what each finds. */
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RawEvent } from "../events/shapes/raw-event.ts";
import { RawEventFields } from "./events/raw-event-fields.ts";
import { windowsLogSources } from "./log-sources/read-log-sources.ts";
import { boundRuleHits } from "./matching/bound-rule.ts";
import { RuleMatcher } from "./matching/rule-matcher.ts";
import { runRegression } from "./regression/run-regression.ts";
import { lintRule } from "./rule/lint-rule.ts";
import { loadRules } from "./rule/rule-set.ts";
import type { RuleSet } from "./rule/rule-set.ts";
import type { RuleText } from "./rule/rule-source.ts";
import {
  isSharedMissing,
  sampleEvents,
  sampleRules,
  SHARED_DATA,
  unpackRegressionData,
} from "./sample-rules.ts";
import { toDuckDb, toFlink, toKsql } from "./sql/print-sql.ts";

const CAPTURES = [
  "windows/covenant_copy_smb_CreateRequest_2020-09-22145302.zip",
  "winlogbeat/covenant_installutil_2019-10-27223020.tar.gz",
];

describe.skipIf(isSharedMissing)("published rules (the folder 'shared', or SPOOR_SHARED)", () => {
  let texts: RuleText[];
  let set: RuleSet;
  const folder = mkdtempSync(join(tmpdir(), "spoor-regression-"));

  beforeAll(async () => {
    texts = await sampleRules();
    set = loadRules(texts);
  }, 30_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("all load; those with placeholders need values", () => {
    const windows = loadRules(texts.filter(({ file }) => file?.startsWith("rules/windows/")));
    expect([windows.rules.length, windows.errors.length]).toEqual([2407, 0]);
    expect(texts).toHaveLength(3008);
    expect(set.rules).toHaveLength(3006);
    expect(set.errors.map(({ message }) => message)).toEqual([
      "placeholder '%known_cdcs%' has no values",
      "placeholder '%known_cdcs%' has no values",
    ]);
    const placeholders = new Map([["known_cdcs", ["dc1.example.org"]]]);
    expect(loadRules(texts, { placeholders }).rules).toHaveLength(3008);
  });

  test("every log source of windows rules is known", () => {
    const logSources = windowsLogSources();
    const findings = set.rules
      .filter(({ logSource }) => logSource.product === "windows")
      .flatMap((rule) => lintRule(rule, { logSources }))
      .filter(({ check }) => check === "unknown-log-source" || check === "unused-selection");
    expect(findings.map(({ message }) => message)).toEqual([]);
  });

  test("all can be written in every dialect of SQL", () => {
    const keywordColumns = ["message"];
    const refused = set.rules.flatMap((rule) =>
      [toDuckDb, toKsql, toFlink].flatMap((print) => {
        try {
          return print(rule, { keywordColumns }).length > 0 ? [] : [rule.metadata.title];
        } catch (error) {
          return [`${rule.metadata.title}: ${String(error)}`];
        }
      }),
    );
    expect(refused).toEqual([]);
  });

  test("each hits its regression events as often as is stated", async () => {
    await unpackRegressionData(folder);
    const report = await runRegression(set.rules, join(folder, "regression_data"), windowsLogSources());
    expect(report.results.filter(({ passed }) => !passed)).toEqual([]);
    expect([report.passed, report.total]).toEqual([87, 87]);
  }, 30_000);

  test("all at once find what each finds alone, and can say why", async () => {
    const events: RawEvent[] = [];
    const logs = globSync("evtx/**/*.evtx", { cwd: SHARED_DATA }).toSorted();
    for (const path of [...logs, ...CAPTURES]) events.push(...(await sampleEvents(path)));
    const matcher = new RuleMatcher(windowsLogSources(), set.rules);
    const bound = [...matcher.bound()];
    let hitCount = 0;
    for (const event of events) {
      const fields = new RawEventFields(event);
      const hits = [...matcher.match(fields)];
      const alone = bound.filter((each) => boundRuleHits(each, fields)).map(({ rule }) => rule);
      expect(hits.map(({ metadata }) => metadata.title)).toEqual(alone.map(({ metadata }) => metadata.title));
      for (const rule of hits) expect(matcher.explain(rule, fields).length).toBeGreaterThan(0);
      hitCount += hits.length;
    }
    expect(events.length).toBeGreaterThan(4000);
    expect(hitCount).toBeGreaterThan(500);
  }, 120_000);
});
