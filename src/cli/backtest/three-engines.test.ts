/**
 * One rule, three engines: what the matcher of the stream hits in recorded attacks, a backtest hits over a lake and over the files,
 * and so do the statements that `rules convert` writes, in DuckDB over the lake and in the streaming engine.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openApplication } from "../../app/application.ts";
import { writtenRecords } from "../../app/testing/topic-reading.ts";
import { ManualClock, systemClock } from "../../base/clock.ts";
import { SeededRandom } from "../../base/random.ts";
import { RawEventFields } from "../../detect/events/raw-event-fields.ts";
import { windowsLogSources } from "../../detect/log-sources/read-log-sources.ts";
import { RuleMatcher } from "../../detect/matching/rule-matcher.ts";
import { loadRules } from "../../detect/rule/rule-set.ts";
import { isSharedMissing, sampleEvents, sampleRules, SHARED_DATA } from "../../detect/sample-rules.ts";
import { openEventFile } from "../../events/files/event-file.ts";
import { MemoryIo, runInMemory } from "../fake-world.ts";

const RECORDINGS = [
  "winlogbeat/covenant_installutil_2019-10-27223020.tar.gz",
  "windows/aptsimulator_cobaltstrike_2021-06-11T21081492.zip",
  "windows/covenant_copy_smb_CreateRequest_2020-09-22145302.zip",
];
/** Of the rules without a hit so many are asked in the other engines: every one of these. */
const QUIET_STEP = 200;
const RULES_A_QUERY = 20;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "spoor-three-engines-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function spoor(...argv: readonly string[]): Promise<string> {
  const io = new MemoryIo();
  const { stdout } = await runInMemory(argv, { io, workingDirectory: folder, clock: systemClock });
  return stdout;
}

function lines<T>(text: string): T[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}

interface ResultLine {
  readonly kind: string;
  readonly rule: { readonly id: string };
  readonly hits: number;
}

interface Converted {
  readonly id: string;
  readonly from: string;
  readonly condition: string;
}

type Counts = Readonly<Record<string, number>>;

function countsOf(text: string): Counts {
  const results = lines<ResultLine>(text).filter(({ kind, hits }) => kind === "rule" && hits > 0);
  return Object.fromEntries(results.map(({ rule, hits }) => [rule.id, hits]));
}

/** What the matcher hits; also writes the rules for the commands. */
async function matched(): Promise<Counts> {
  const texts = (await sampleRules()).filter(({ file }) => file?.startsWith("rules/windows/"));
  for (const [at, { text }] of texts.entries()) writeFileSync(join(folder, `r${at}.yml`), text);
  const matcher = new RuleMatcher(windowsLogSources(), loadRules(texts).rules);
  const counts: Record<string, number> = {};
  for (const path of RECORDINGS) {
    for (const event of await sampleEvents(path)) {
      for (const { metadata } of matcher.match(new RawEventFields(event)))
        counts[metadata.id!] = (counts[metadata.id!] ?? 0) + 1;
    }
  }
  return counts;
}

/** Statements for all rules that hit, and some of the others. */
async function converted(counts: Counts, ...options: readonly string[]): Promise<Converted[]> {
  const all = lines<Converted>(await spoor("rules", "convert", ".", "--json", ...options));
  return all.filter(({ id }, at) => counts[id] !== undefined || at % QUIET_STEP === 0);
}

async function inDuckDb(statements: readonly Converted[]): Promise<Counts> {
  const asked = statements.map(
    ({ id, from, condition }) => `SELECT '${id}' AS id, count(*) AS n FROM ${from} WHERE ${condition};`,
  );
  writeFileSync(join(folder, "asked.sql"), asked.join("\n"));
  const answers = lines<{ id: string; n: number }>(
    await spoor("hunt", "--lake", "lake", "--file", "asked.sql", "--json", "--memory", "3GB"),
  );
  expect(answers).toHaveLength(statements.length);
  return Object.fromEntries(answers.filter(({ n }) => n > 0).map(({ id, n }) => [id, n]));
}

async function onTheStream(statements: readonly Converted[]): Promise<Counts> {
  const application = await openApplication({
    dataDir: undefined,
    version: "0.0.0",
    advertised: "localhost:8088",
    properties: new Map([["auto.offset.reset", "earliest"]]),
    queriesFile: undefined,
    clock: new ManualClock(1_700_000_000_000),
    random: new SeededRandom(3),
    processFacts: () => ({ runtime: "test", uptimeMs: 0, memoryBytes: 0 }),
    report: () => undefined,
  });
  try {
    const { service, engine, context } = application;
    const run = (text: string) => service.execute({ text, properties: {}, variables: {} });
    await run(
      "CREATE STREAM EVENTS (EVENT STRING) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='KAFKA', PARTITIONS=1);",
    );
    for (let at = 0; at < statements.length; at += RULES_A_QUERY) {
      const columns = statements
        .slice(at, at + RULES_A_QUERY)
        .map(({ condition }, index) => `CASE WHEN ${condition} THEN 1 ELSE 0 END AS R${at + index}`);
      await run(
        `CREATE STREAM O${at} WITH (KAFKA_TOPIC='o${at}', VALUE_FORMAT='JSON') AS SELECT ${columns.join(", ")} FROM EVENTS;`,
      );
    }
    const ingest = service.openIngest("t", { format: "value", separator: ":", partition: 0 });
    for (const path of RECORDINGS) {
      for await (const { buffer, starts, ends, count } of openEventFile(join(SHARED_DATA, path))) {
        for (let line = 0; line < count; line++)
          await ingest.write(Buffer.from(`${buffer.toString("utf8", starts[line], ends[line])}\n`));
      }
    }
    await ingest.finish();
    await engine.drain();
    const counts: Record<string, number> = {};
    for (let at = 0; at < statements.length; at += RULES_A_QUERY) {
      for (const { value } of writtenRecords(context.log, `o${at}`)) {
        for (const [name, hit] of Object.entries(JSON.parse(value!) as Record<string, number>)) {
          const { id } = statements[Number(name.slice(1))]!;
          if (hit === 1) counts[id] = (counts[id] ?? 0) + 1;
        }
      }
    }
    return counts;
  } finally {
    await application.close();
  }
}

describe.skipIf(isSharedMissing)("recorded attacks (the folder 'shared', or SPOOR_SHARED)", () => {
  test("give the same hits in the stream's matcher, backtests, DuckDB and ksqlDB's SQL", async () => {
    const counts = await matched();
    expect(Object.keys(counts).length).toBeGreaterThan(15);
    const paths = RECORDINGS.map((path) => join(SHARED_DATA, path));
    await spoor("lake", "load", ...paths, "--lake", "lake");
    const backtest = ["backtest", "--all", "--rules", ".", "--examples", "0", "--json"];
    expect(countsOf(await spoor(...backtest, "--lake", "lake"))).toEqual(counts);
    expect(countsOf(await spoor(...backtest, ...paths.flatMap((path) => ["--files", path])))).toEqual(counts);
    const duckDb = ["--to", "duckdb", "--from", "winlogbeat", "--columns", "raw"];
    expect(await inDuckDb(await converted(counts, ...duckDb))).toEqual(counts);
    const ksql = ["--to", "ksql", "--from", "EVENTS", "--columns", "event"];
    expect(await onTheStream(await converted(counts, ...ksql))).toEqual(counts);
  }, 120_000);
});
