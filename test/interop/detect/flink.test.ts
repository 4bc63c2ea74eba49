/**
 * Rules as statements of Flink SQL (`spoor rules convert --to flink`), run by Flink over recorded event logs: each must select
 * the events that the streaming engine hits. The table has a column for each field that the statements name, all texts.
 */
import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRuleFiles } from "../../../src/cli/rules/rule-files.ts";
import { RawEventFields } from "../../../src/detect/events/raw-event-fields.ts";
import { fieldTexts } from "../../../src/detect/expression/event-fields.ts";
import { windowsLogSources } from "../../../src/detect/log-sources/read-log-sources.ts";
import { RuleMatcher } from "../../../src/detect/matching/rule-matcher.ts";
import { loadRules } from "../../../src/detect/rule/rule-set.ts";
import type { SigmaRule } from "../../../src/detect/rule/sigma-document.ts";
import { toFlink } from "../../../src/detect/sql/print-sql.ts";
import { evtxEvents } from "../../../src/events/evtx/evtx-events.ts";
import { fileBytes } from "../../../src/events/files/byte-stream.ts";
import { runCommand } from "../client-process.ts";

const DATA = join(process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../../../shared"), "data");
const RULES = join(DATA, "sigma/rules.tar.gz");
const isMavenThere = ((): boolean => {
  try {
    execFileSync("mvn", ["-v"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

const RULES_MAX = 60;
/** Flink plans a statement in time that grows faster than its length: one of 50,000 characters takes a minute. */
const CONDITION_MAX = 8000;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-flink-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function recordedEvents(): Promise<RawEventFields[]> {
  const events: RawEventFields[] = [];
  for (const file of globSync("evtx/**/*.evtx", { cwd: DATA }).toSorted()) {
    const path = join(DATA, file);
    for await (const batch of evtxEvents(path, fileBytes(path, { bytesRead: 0 }), () => undefined))
      events.push(...batch.map((event) => new RawEventFields(event)));
  }
  return events;
}

interface Statement {
  readonly rule: SigmaRule;
  readonly condition: string;
  /** Numbers of the events that the streaming engine hits. */
  readonly hits: readonly number[];
}

/** Of rules that hit something; `columns` gets the fields they name. */
async function statements(
  events: readonly RawEventFields[],
  columns: Set<string>,
): Promise<readonly Statement[]> {
  const { texts } = await readRuleFiles([RULES], "/");
  const logSources = windowsLogSources();
  const { rules } = loadRules(texts);
  const matcher = new RuleMatcher(logSources, rules);
  const hits = new Map<SigmaRule, number[]>();
  for (const [at, event] of events.entries()) {
    for (const rule of matcher.match(event)) {
      const own = hits.get(rule);
      if (own === undefined) hits.set(rule, [at]);
      else own.push(at);
    }
  }
  const column = (field: string): string => {
    columns.add(field);
    return quoted(field);
  };
  const all = [...hits].map(([rule, own]) => ({
    rule,
    hits: own,
    condition: toFlink(rule, { logSources, column }),
  }));
  return all.filter(({ condition }) => condition.length <= CONDITION_MAX).slice(0, RULES_MAX);
}

function quoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

function writeInputs(
  events: readonly RawEventFields[],
  columns: readonly string[],
  all: readonly Statement[],
): void {
  const rows = events.map((event, at) => {
    const texts = columns.map((name) => [name, fieldTexts(event.get(name))] as const);
    const present = texts.filter(([, own]) => own.length > 0).map(([name, own]) => [name, own.join(", ")]);
    return JSON.stringify({ "event:": at, ...Object.fromEntries(present) });
  });
  const lines = all.map(({ condition }) => `SELECT \`event:\` FROM events WHERE ${condition}`);
  writeFileSync(join(folder, "events.ndjson"), `${rows.join("\n")}\n`);
  writeFileSync(join(folder, "columns.txt"), columns.join("\n"));
  writeFileSync(join(folder, "statements.sql"), lines.join("\n"));
}

function client(name: string): string {
  return fileURLToPath(new URL(`clients/${name}`, import.meta.url));
}

/** Rule's number → events that Flink selects. */
async function flinkHits(): Promise<ReadonlyMap<number, readonly number[]>> {
  const lib = join(folder, "lib");
  const maven = ["-q", "-B", "-f", client("flink.xml"), "package", `-Dlib=${lib}`];
  await runCommand({ program: "mvn", args: maven, folder, timeoutMs: 300_000 });
  const output = join(folder, "hits.tsv");
  const java = ["-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", `${lib}/*`];
  const args = [...java, client("FlinkRules.java"), folder, output];
  await runCommand({ program: "java", args, folder, timeoutMs: 400_000 });
  const hits = new Map<number, number[]>();
  for (const line of readFileSync(output, "utf8").trimEnd().split("\n")) {
    const [rule, event] = line.split("\t").map(Number);
    const own = hits.get(rule!);
    if (own === undefined) hits.set(rule!, [event!]);
    else own.push(event!);
  }
  return hits;
}

const isHere = existsSync(RULES) && isMavenThere;

/** Skipped without the recordings (SPOOR_SHARED names their folder) or Java with Maven, but never in CI. */
describe.skipIf(!isHere && process.env["CI"] !== "true")("rules as Flink SQL", () => {
  test("select what the streaming engine hits", async () => {
    const events = await recordedEvents();
    const columns = new Set<string>();
    const all = await statements(events, columns);
    expect(all).toHaveLength(RULES_MAX);
    writeInputs(events, [...columns], all);
    const found = await flinkHits();
    const byTitle = (hitsOf: (at: number) => readonly number[]): unknown =>
      all.map(({ rule }, at) => [rule.metadata.title, hitsOf(at).toSorted((a, b) => a - b)]);
    expect(byTitle((at) => found.get(at) ?? [])).toEqual(byTitle((at) => all[at]!.hits));
  }, 720_000);
});
