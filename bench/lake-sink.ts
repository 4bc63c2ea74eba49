/**
 * A topic into a lake's tables through the sink that CREATE SINK CONNECTOR runs, in a process of its own so that its memory is
 * what is measured: `node bench/lake-sink.ts FOLDER LAYERS`. The topic `winlogbeat` is in FOLDER/log; the figures come as a line of JSON.
 */
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { systemClock } from "../src/base/clock.ts";
import { readDeltaSinkSettings } from "../src/connect/delta/delta-sink-settings.ts";
import { eventRecordShaper } from "../src/connect/delta/event-record-shaper.ts";
import { SinkTask, systemTimer } from "../src/connect/delta/sink-task.ts";
import { TopicSink } from "../src/connect/delta/topic-sink.ts";
import { loadEventModel } from "../src/events/model/event-model.ts";
import { openLake } from "../src/lake/lake.ts";
import type { Lake } from "../src/lake/lake.ts";
import { LayerTables } from "../src/lake/medallion/batch-commit.ts";
import { BRONZE_TABLE } from "../src/lake/medallion/bronze-table.ts";
import { EventShaper } from "../src/lake/medallion/event-shaper.ts";
import { LocalStore } from "../src/lake/store/local-store.ts";
import { RecordBatchBuilder } from "../src/log/record-batch-builder.ts";
import { SegmentTopicLog } from "../src/log/segment-log/segment-topic-log.ts";
import { fileLines } from "./event-lines.ts";

export const SINK_TOPIC = "winlogbeat";
const BATCH_RECORDS = 64;
const NEWLINE = 0x0a;
const RESIDENT_MS = 20;

export interface SinkFigures {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly commits: number;
  readonly rows: number;
  readonly tables: number;
}

/**
 * Writes lines as records of a new topic, four partitions in turn.
 * @returns how many there were
 */
export async function fillTopic(folder: string, file: string, events: number): Promise<number> {
  const log = SegmentTopicLog.open({ directory: join(folder, "log") });
  try {
    const partitions = 4;
    log.createTopic(SINK_TOPIC, { partitions });
    const builder = new RecordBatchBuilder(1 << 18, BATCH_RECORDS);
    let batches = 0;
    let count = 0;
    const append = (): void => {
      log.partition(SINK_TOPIC, batches++ % partitions).appendTransient(builder);
    };
    await fileLines(file, events).each((block) => {
      for (let start = 0, end: number; (end = block.indexOf(NEWLINE, start)) >= 0; start = end + 1) {
        const value = block.subarray(start, end);
        builder.appendRecord(null, value, systemClock.nowMs(), log.allocateArrivals(1));
        count += 1;
        if (builder.count === BATCH_RECORDS) append();
      }
    });
    if (builder.count > 0) append();
    return count;
  } finally {
    log.close();
  }
}

/** The sink over a filled topic, in a process of its own. */
export async function runInProcess(folder: string, layers: string): Promise<SinkFigures> {
  const script = fileURLToPath(import.meta.url);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, folder, layers]);
  process.stderr.write(stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as SinkFigures;
}

/** Everything that is in the topic, until nothing is left to read and all is committed. */
async function runSink(folder: string, layers: string): Promise<SinkFigures> {
  const lakeFolder = join(folder, "lake");
  rmSync(lakeFolder, { recursive: true, force: true });
  const log = SegmentTopicLog.open({ directory: join(folder, "log") });
  const lake = await openLake({
    folders: [lakeFolder],
    scratchFolder: join(folder, "scratch"),
    clock: systemClock,
    warn: (message, error) => process.stderr.write(`warning: ${message}: ${String(error)}\n`),
  });
  const sink = makeSink(log, lake, lakeFolder, layers);
  let residentBytes = 0;
  const watch = setInterval(() => {
    residentBytes = Math.max(residentBytes, process.memoryUsage.rss());
  }, RESIDENT_MS);
  const task = new SinkTask({
    optimize: true,
    timer: systemTimer(),
    open: () => Promise.resolve([sink]),
    report: (level, message) => process.stderr.write(`${level}: ${message}\n`),
  });
  const cpu = process.cpuUsage();
  const started = performance.now();
  task.start();
  while (sink.lag() !== 0 || sink.figures.recordsRead === 0) await pause(20);
  await task.stop();
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(cpu);
  clearInterval(watch);
  await lake.database.close();
  log.close();
  const { commits, rowsWritten: rows, rowsByTable } = sink.figures;
  const cpuSeconds = (used.user + used.system) / 1e6;
  return { seconds, cpuSeconds, residentBytes, commits, rows, tables: rowsByTable.size };
}

/** As the server makes it of CREATE SINK CONNECTOR with its defaults. */
function makeSink(log: SegmentTopicLog, lake: Lake, lakeFolder: string, layers: string): TopicSink {
  const properties = { topics: SINK_TOPIC, lake: lakeFolder, layers };
  const settings = readDeltaSinkSettings(new Map(Object.entries(properties)));
  const bronze = `bronze/${SINK_TOPIC}`;
  const events = new EventShaper(loadEventModel(), { bronze, silver: settings.layers.includes("silver") });
  const shaper = eventRecordShaper(events);
  const leader = { place: bronze, spec: BRONZE_TABLE, prefix: `${settings.layers.join("+")}:` };
  const { commitIntervalMs, batchBytes } = settings;
  return new TopicSink({
    log,
    topic: SINK_TOPIC,
    application: "spoor/bench",
    tables: new LayerTables(lake, (place) => new LocalStore(join(lakeFolder, place)), leader),
    shaper,
    clock: systemClock,
    commitIntervalMs,
    batchBytes,
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, layers] = process.argv.slice(2);
  if (folder === undefined || layers === undefined) throw new Error("a folder and layers are needed");
  process.stdout.write(`${JSON.stringify(await runSink(folder, layers))}\n`);
}
