/**
 * The lakehouse's tables: raw events durably into a bronze table (every batch is parsed, written as Parquet, synced and
 * committed), beside DuckDB alone and delta-rs (where Python has `deltalake`) on the same lines; the same events from a topic
 * through the sink into bronze, and into bronze and silver; then what a hunter asks, before and after OPTIMIZE with z-order.
 * Events spread over thirty days, those of the topic over one, as they come when they are written.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { systemClock } from "../src/base/clock.ts";
import type { Predicate } from "../src/lake/delta/predicate.ts";
import { bytesOf } from "../src/lake/delta/snapshot.ts";
import { DeltaTable } from "../src/lake/delta/table.ts";
import type { WrittenRows } from "../src/lake/delta/table.ts";
import { openLake } from "../src/lake/lake.ts";
import type { Lake } from "../src/lake/lake.ts";
import { optimizeTable } from "../src/lake/maintenance/optimize.ts";
import { LocalStore } from "../src/lake/store/local-store.ts";
import { fileLines, writeLabFile } from "./event-lines.ts";
import { fillTopic, runInProcess } from "./lake-sink.ts";
import { BRONZE_COLUMNS, BRONZE_TABLE, bronzeSelect } from "./lake-bronze.ts";

export interface LakeBenchOptions {
  readonly events: number;
  readonly seed: number;
  readonly dir: string | undefined;
  readonly json: boolean;
  /** NDJSON of events for the sink; default: generated ones. */
  readonly file?: string | undefined;
  /** The Python with `deltalake`; default `python3`. */
  readonly python?: string;
}

const START_MS = Date.UTC(2026, 0, 1);
const DAYS = 30;
const DAY_SECONDS = 86_400;
const BATCH_BYTES = 32 * 1024 * 1024;
const BATCHES_AT_ONCE = 2;
/** Lines come in blocks of a megabyte, or of one long line. */
const BLOCK_BYTES_MAX = 2 * 1024 * 1024;
const BATCHES_PER_COMMIT = 6;
const SINK_RUNS = [
  ["sinkBronze", "bronze"],
  ["sinkBronzeSilver", "bronze,silver"],
] as const;
const DUCKDB_ALONE_BYTES = 6 * 1024 ** 3;

type Figures = Record<string, number>;

export async function benchLake(options: LakeBenchOptions): Promise<void> {
  const dir = mkdtempSync(join(options.dir ?? tmpdir(), "spoor-bench-lake-"));
  const file = join(dir, "events.ndjson");
  writeEvents(file, options.events, options.seed);
  const rawBytes = statSync(file).size;
  const lake = await openLake({
    folders: [dir],
    scratchFolder: join(dir, "scratch"),
    clock: systemClock,
    warn: (message, error) => process.stderr.write(`warning: ${message}: ${String(error)}\n`),
  });
  try {
    const figures: Figures = {
      events: options.events,
      rawBytesPerEvent: Math.round(rawBytes / options.events),
    };
    const table = await DeltaTable.create(lake, new LocalStore(join(dir, "bronze")), BRONZE_TABLE);
    Object.assign(figures, await ingest(table, file, options.events));
    figures["diskBytesPerEvent"] = Math.round(bytesOf(table.snapshot.files.values()) / options.events);
    Object.assign(figures, await questions(lake, table));
    Object.assign(figures, await throughSink(dir, options));
    Object.assign(figures, await duckdbAlone(dir, file, options.events));
    Object.assign(figures, await deltaRs(options, file, join(dir, "delta-rs")));
    report(options, figures);
  } finally {
    await lake.database.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

function writeEvents(path: string, events: number, seed: number): void {
  const eventsPerSecond = events / (DAYS * DAY_SECONDS);
  writeLabFile(path, { seed, events, startMs: START_MS, hosts: 50, eventsPerSecond });
}

/** Batches are written two at a time and committed in order, each commit with its number as its transaction. */
async function ingest(table: DeltaTable, file: string, events: number): Promise<Figures> {
  let residentBytes = 0;
  const watch = setInterval(() => {
    residentBytes = Math.max(residentBytes, process.memoryUsage.rss());
  }, 10);
  const cpu = process.cpuUsage();
  const started = performance.now();
  let commits = 0;
  let waiting: Promise<WrittenRows>[] = [];
  const running = new Set<Promise<unknown>>();
  // Buffers are used again: garbage of this size would count as the table's memory.
  const free = Array.from({ length: BATCHES_AT_ONCE + 1 }, () =>
    Buffer.allocUnsafe(BATCH_BYTES + BLOCK_BYTES_MAX),
  );
  let buffer = free.pop()!;
  let bytes = 0;
  const flush = async (): Promise<void> => {
    if (bytes === 0) return;
    while (running.size >= BATCHES_AT_ONCE) await Promise.race(running);
    const full = buffer;
    const written = table.write({
      kind: "lines",
      chunks: [full.subarray(0, bytes)],
      columns: BRONZE_COLUMNS,
    });
    const done: Promise<unknown> = written.finally(() => {
      running.delete(done);
      free.push(full);
    });
    running.add(done);
    waiting.push(written);
    buffer = free.pop()!;
    bytes = 0;
    if (waiting.length >= BATCHES_PER_COMMIT) await commitAll();
  };
  const commitAll = async (): Promise<void> => {
    const parts = await Promise.all(waiting);
    waiting = [];
    commits += 1;
    await table.commitAppend(parts, { txn: { appId: "bench", version: commits } });
  };
  const readingMs = await fileLines(file, events).each(async (block) => {
    bytes += block.copy(buffer, bytes);
    if (bytes >= BATCH_BYTES) await flush();
  });
  await flush();
  if (waiting.length > 0) await commitAll();
  clearInterval(watch);
  const seconds = (performance.now() - started - readingMs) / 1000;
  const used = process.cpuUsage(cpu);
  return {
    eventsPerSecond: Math.round(events / seconds),
    cpuSecondsPerMillion: round(((used.user + used.system) / events) * 1),
    residentMb: Math.round(residentBytes / 1e6),
    commits,
    files: table.snapshot.files.size,
  };
}

/** Events of one day, or of a file, from a topic on the disk into tables, each in a process of its own. */
async function throughSink(dir: string, { events, seed, file }: LakeBenchOptions): Promise<Figures> {
  const folder = join(dir, "sink");
  const lines = file ?? join(dir, "day.ndjson");
  if (file === undefined) {
    const eventsPerSecond = events / DAY_SECONDS;
    writeLabFile(lines, { seed, events, startMs: START_MS, hosts: 50, eventsPerSecond });
  }
  const count = await fillTopic(folder, lines, events);
  const figures: Figures = {};
  for (const [name, layers] of SINK_RUNS) {
    const run = await runInProcess(folder, layers);
    figures[`${name}EventsPerSecond`] = Math.round(count / run.seconds);
    figures[`${name}CpuMicrosPerEvent`] = round((run.cpuSeconds / count) * 1e6);
    figures[`${name}ResidentMb`] = Math.round(run.residentBytes / 1e6);
    figures[`${name}Commits`] = run.commits;
  }
  rmSync(folder, { recursive: true, force: true });
  return figures;
}

/** A needle by GUID and a month's question about one host and one program, before and after z-order. */
async function questions(lake: Lake, table: DeltaTable): Promise<Figures> {
  const [row] = await lake.database.rows(
    `SELECT computer, process_path, process_guid FROM (${await table.query()}) WHERE event_id = 1 ORDER BY _event_time DESC LIMIT 1`,
  );
  const equal = (column: string): Predicate => ({
    kind: "compare",
    column,
    op: "=",
    value: String(row?.[column]),
  });
  const month: Predicate = {
    kind: "and",
    terms: [
      { kind: "compare", column: "_event_date", op: ">=", value: "2026-01-01" },
      { kind: "compare", column: "_sourcetype", op: "=", value: "Microsoft-Windows-Sysmon/Operational" },
      equal("computer"),
      equal("process_path"),
    ],
  };
  const before = await asked(lake, table, month);
  const needleBefore = await asked(lake, table, equal("process_guid"));
  const started = performance.now();
  const optimized = await optimizeTable(table, { zOrderBy: ["computer", "process_guid"] });
  const seconds = (performance.now() - started) / 1000;
  const after = await asked(lake, table, month);
  const needleAfter = await asked(lake, table, equal("process_guid"));
  if (before.rows !== after.rows || needleBefore.rows !== needleAfter.rows)
    throw new Error(`z-order changed the answers: ${before.rows} and ${after.rows}`);
  return {
    zOrderSeconds: round(seconds),
    filesAfterOptimize: table.snapshot.files.size,
    diskBytesAfterOptimize: optimized.bytesAdded,
    monthFilesBefore: before.files,
    monthSecondsBefore: before.seconds,
    monthFilesAfter: after.files,
    monthSecondsAfter: after.seconds,
    needleSecondsBefore: needleBefore.seconds,
    needleSecondsAfter: needleAfter.seconds,
  };
}

interface Answer {
  readonly files: number;
  readonly rows: number;
  readonly seconds: number;
}

/** The middle of five, whole rows with the raw event, planning from the log included. */
async function asked(lake: Lake, table: DeltaTable, predicate: Predicate): Promise<Answer> {
  const seconds: number[] = [];
  let rows = 0;
  for (let i = 0; i < 5; i++) {
    const started = performance.now();
    rows = (await lake.database.rows(await table.query(predicate))).length;
    seconds.push((performance.now() - started) / 1000);
  }
  const middle = seconds.toSorted((a, b) => a - b)[2]!;
  return { files: table.files(predicate).length, rows, seconds: round(middle, 1000) };
}

/**
 * The same rows as partitioned Parquet with the same compression, in one statement; neither synced nor committed. It holds
 * a partition's rows until it writes them, and so needs several times the memory.
 */
async function duckdbAlone(dir: string, file: string, events: number): Promise<Figures> {
  const options = { folders: [dir], scratchFolder: join(dir, "alone"), memoryBytes: DUCKDB_ALONE_BYTES };
  const lake = await openLake({ ...options, clock: systemClock });
  try {
    const started = performance.now();
    await lake.database.run(
      `COPY (${bronzeSelect(file)}) TO '${join(dir, "duckdb")}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, PARTITION_BY (_event_date, _sourcetype), ROW_GROUP_SIZE 20480)`,
    );
    return { duckdbEventsPerSecond: Math.round(events / ((performance.now() - started) / 1000)) };
  } finally {
    await lake.database.close();
  }
}

async function deltaRs(options: LakeBenchOptions, file: string, target: string): Promise<Figures> {
  const script = fileURLToPath(new URL("lake-delta-rs.py", import.meta.url));
  try {
    const { stdout } = await promisify(execFile)(options.python ?? "python3", [script, file, target]);
    const result = JSON.parse(stdout.trim().split("\n").at(-1)!) as Figures;
    return {
      deltaRsEventsPerSecond: Math.round(options.events / result["seconds"]!),
      deltaRsResidentMb: Math.round(result["residentMb"]!),
      deltaRsBytesPerEvent: Math.round(result["bytes"]! / options.events),
    };
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.split("\n").findLast((line) => line.trim() !== "") : "";
    process.stderr.write(`delta-rs did not run: ${reason}\n`);
    return {};
  }
}

function report(options: LakeBenchOptions, figures: Figures): void {
  const lines = Object.entries(figures).map(
    ([name, value]) => `  ${name.padEnd(26)} ${value.toLocaleString("en")}`,
  );
  process.stdout.write(
    `${figures["events"]!.toLocaleString("en")} raw events into a bronze table\n${lines.join("\n")}\n`,
  );
  if (options.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
}

function round(value: number, parts = 100): number {
  return Math.round(value * parts) / parts;
}
