/**
 * The whole recipe: events come in through the ingest service into `winlogbeat`, the queries write every topic, and
 * the clock stops when all of it is committed. Beside it, in the same process and over the same lines, the Limit:
 * `JSON.parse` of each line and nothing else (the mean of a pass before and a pass after the run). Both take the lines
 * from memory: the time to read the file of events counts in neither.
 *
 * The recipe runs twice, each time from nothing, and the second run is the one that counts, as a server that has been
 * up for a while would do it: the first run also pays for compiling the hot code and, on a virtual machine, for memory
 * that the host has yet to provide to the page cache. Its rate is printed beside.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openApplication } from "../src/app/application.ts";
import type { Application } from "../src/app/application.ts";
import { systemClock } from "../src/base/clock.ts";
import { systemRandom } from "../src/base/random.ts";
import { fileLines, writeLabFile } from "./event-lines.ts";
import type { LineBlocks } from "./event-lines.ts";

export interface RecipeBenchOptions {
  readonly events: number;
  readonly file: string | undefined;
  readonly seed: number;
  readonly dir: string | undefined;
  readonly json: boolean;
}

interface Pass {
  readonly events: number;
  readonly seconds: number;
}

const RSS_EVERY_BLOCKS = 32;
const RECIPE = new URL("../examples/sysmon-join.sql", import.meta.url);

export async function benchRecipe(options: RecipeBenchOptions): Promise<void> {
  const dir = mkdtempSync(join(options.dir ?? tmpdir(), "spoor-bench-"));
  try {
    const generated = join(dir, "events.ndjson");
    if (options.file === undefined) writeLabFile(generated, { events: options.events, seed: options.seed });
    const lines = fileLines(options.file ?? generated, options.events);
    const first = await recipePass(lines, join(dir, "first"));
    rmSync(join(dir, "first"), { recursive: true });
    const before = await parsePass(lines);
    const run = await recipePass(lines, join(dir, "second"));
    const after = await parsePass(lines);
    const limit = (before.events / before.seconds + after.events / after.seconds) / 2;
    const name = options.file ?? `${run.events} generated events (seed ${options.seed})`;
    report(options, name, { run, first, limit });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The Limit. Only the time in `JSON.parse` and in cutting its text counts, not that of reading a file. */
async function parsePass(lines: LineBlocks): Promise<Pass> {
  let events = 0;
  let milliseconds = 0;
  await lines.each((block) => {
    const started = performance.now();
    let start = 0;
    while (start < block.length) {
      const newline = block.indexOf(0x0a, start);
      const end = newline < 0 ? block.length : newline;
      JSON.parse(block.toString("utf8", start, end));
      events += 1;
      start = end + 1;
    }
    milliseconds += performance.now() - started;
  });
  return { events, seconds: milliseconds / 1000 };
}

interface RecipeRun extends Pass {
  readonly cpuSeconds: number;
  readonly residentMb: number;
  readonly topics: readonly { readonly name: string; readonly records: number; readonly megabytes: number }[];
}

async function recipePass(lines: LineBlocks, dir: string): Promise<RecipeRun> {
  const application = await openApplication({
    dataDir: dir,
    version: "bench",
    advertised: "127.0.0.1:0",
    properties: new Map(),
    queriesFile: undefined,
    clock: systemClock,
    random: systemRandom,
    processFacts: () => ({ runtime: process.version, uptimeMs: 0, memoryBytes: 0 }),
    report: (level, message) => process.stderr.write(`${level}: ${message}\n`),
  });
  const { service, engine } = application;
  service.createTopic({ name: "winlogbeat", partitions: 1, replicas: 1, config: {}, ifNotExists: true });
  await service.execute({ text: readFileSync(RECIPE, "utf8"), properties: {}, variables: {} });
  const cpu = process.cpuUsage();
  const started = performance.now();
  let residentBytes = 0;
  const ingest = service.openIngest("winlogbeat", { format: "value", separator: ":", partition: undefined });
  let blocks = 0;
  const readingMs = await lines.each(async (block) => {
    await ingest.write(block);
    // Asking costs a system call: often enough to see the peak, seldom enough not to be it.
    if (blocks++ % RSS_EVERY_BLOCKS === 0) residentBytes = Math.max(residentBytes, process.memoryUsage.rss());
  });
  const { records } = await ingest.finish();
  await engine.drain();
  const seconds = (performance.now() - started - readingMs) / 1000;
  const used = process.cpuUsage(cpu);
  const topics = topicSizes(application);
  await application.close();
  return {
    events: records,
    seconds,
    cpuSeconds: (used.user + used.system) / 1e6,
    residentMb: residentBytes / 1e6,
    topics,
  };
}

function topicSizes({ context }: Application): RecipeRun["topics"] {
  return context.log
    .topics()
    .filter(({ name }) => !name.startsWith("_"))
    .map(({ name, partitions }) => {
      const all = Array.from({ length: partitions }, (_, i) => context.log.partition(name, i));
      return {
        name,
        records: all.reduce((sum, { highWatermark, startOffset }) => sum + highWatermark - startOffset, 0),
        megabytes: all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / 1e6,
      };
    });
}

interface Measured {
  readonly run: RecipeRun;
  readonly first: Pass;
  /** Events per second. */
  readonly limit: number;
}

function report(options: RecipeBenchOptions, name: string, { run, first, limit }: Measured): void {
  const eventsPerSecond = run.events / run.seconds;
  const figures = {
    events: run.events,
    eventsPerSecond: Math.round(eventsPerSecond),
    cpuSecondsPerMillion: round((run.cpuSeconds / run.events) * 1e6),
    residentMb: Math.round(run.residentMb),
    limitEventsPerSecond: Math.round(limit),
    limitRatio: round(eventsPerSecond / limit),
    firstRunEventsPerSecond: Math.round(first.events / first.seconds),
  };
  const out = [
    `the recipe over ${name}, all topics written and committed`,
    `  events/s              ${figures.eventsPerSecond.toLocaleString("en")}`,
    `  events/s, first run   ${figures.firstRunEventsPerSecond.toLocaleString("en")}`,
    `  CPU s / M events      ${figures.cpuSecondsPerMillion}`,
    `  events / CPU s        ${Math.round(run.events / run.cpuSeconds).toLocaleString("en")}`,
    `  resident, highest     ${figures.residentMb} MB`,
    `  Limit (JSON.parse)    ${figures.limitEventsPerSecond.toLocaleString("en")} events/s`,
    `  ratio to the Limit    ${figures.limitRatio}`,
    ...run.topics.map(
      (t) =>
        `  ${t.name.padEnd(28)} ${String(t.records).padStart(9)} records ${t.megabytes.toFixed(1).padStart(8)} MB`,
    ),
  ];
  process.stdout.write(`${out.join("\n")}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
