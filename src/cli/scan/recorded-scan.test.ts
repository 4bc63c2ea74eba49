/** The commands over published rules and recorded attacks, compared with the interpreter of one rule and one event. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { RawEventFields } from "../../detect/events/raw-event-fields.ts";
import { windowsLogSources } from "../../detect/log-sources/read-log-sources.ts";
import { bindRule, boundRuleHits } from "../../detect/matching/bound-rule.ts";
import { loadRules } from "../../detect/rule/rule-set.ts";
import { readRuleFiles } from "../rules/rule-files.ts";
import { runInMemory } from "../fake-world.ts";
import { ScanSource } from "./scan-source.ts";

const DATA = join(process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../../../shared"), "data");
const RULES = join(DATA, "sigma/rules.tar.gz");
const isMissing = !existsSync(RULES) && process.env["CI"] !== "true";
const WINDOWS_RULE = /\/rules\/windows\//;

const folder = mkdtempSync(join(tmpdir(), "spoor-recorded-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Line {
  readonly kind: string;
  readonly rule: { readonly id: string };
  readonly file: string;
  readonly recordId: number;
}

/** Every pair of rule and event, each rule asked about each event by itself. */
async function naivePairs(path: string): Promise<string[]> {
  const { texts } = await readRuleFiles([RULES], "/", (file) => WINDOWS_RULE.test(file));
  const logSources = windowsLogSources();
  const bound = loadRules(texts).rules.map((rule) => bindRule(rule, logSources));
  const source = new ScanSource([path], { stdin: noBytes(), resolve: (each) => each });
  const pairs: string[] = [];
  for await (const { file, events } of source.batches()) {
    for (const event of events) {
      const fields = new RawEventFields(event);
      const hits = bound.filter((each) => boundRuleHits(each, fields));
      for (const { rule } of hits) pairs.push(`${rule.metadata.id} ${file} ${event.system.recordId}`);
    }
  }
  return pairs.toSorted();
}

async function* noBytes(): AsyncGenerator<Buffer> {}

test.skipIf(isMissing)(
  "scan finds what the interpreter finds in the recorded logs (the folder 'shared', or SPOOR_SHARED)",
  async () => {
    const path = join(DATA, "evtx");
    const run = await runInMemory(["scan", path, "--rules", RULES, "--json"], { workingDirectory: folder });
    const lines = run.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);
    expect(lines.at(-1)).toMatchObject({ kind: "summary", faults: 0, badLines: 0, hitsBelowLevel: 0 });
    const { texts } = await readRuleFiles([RULES], "/", (file) => WINDOWS_RULE.test(file));
    const ids = new Set(loadRules(texts).rules.map(({ metadata }) => metadata.id));
    expect(ids.size).toBe(2407);
    const pairs = lines
      .filter(({ kind, rule }) => kind === "hit" && ids.has(rule.id))
      .map(({ rule, file, recordId }) => `${rule.id} ${file} ${recordId}`)
      .toSorted();
    expect(pairs.length).toBeGreaterThan(400);
    expect(pairs).toEqual(await naivePairs(path));
  },
  120_000,
);

test.skipIf(isMissing)(
  "the published regression cases pass, both read from their archives",
  async () => {
    const argv = [
      "rules",
      "test",
      "--rules",
      RULES,
      "--regression",
      join(DATA, "sigma/regression_data.tar.gz"),
    ];
    const run = await runInMemory([...argv, "--json"], { workingDirectory: folder });
    expect([run.code, run.stdout.trim().split("\n").at(-1)]).toEqual([0, '{"passed":87,"total":87}']);
  },
  60_000,
);
