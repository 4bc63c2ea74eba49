/**
 * Sigma rules while events move: whole documents of a topic through `SELECT EXPLODE(DETECT(EVENT))` into a topic, committed.
 * The events are in the topic before the clock starts. The query runs twice: the first run also makes the plans of the rules and
 * compiles the hot code; the second is as a server that has been up for a while. With no rules, in place of DETECT the
 * document's length is asked for: what reading the topic costs.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openApplication } from "../src/app/application.ts";
import type { Application } from "../src/app/application.ts";
import { systemClock } from "../src/base/clock.ts";
import { systemRandom } from "../src/base/random.ts";
import type { RuleText } from "../src/detect/rule/rule-source.ts";
import { fileLines, writeLabFile } from "./event-lines.ts";
import type { LineBlocks } from "./event-lines.ts";
import { cpuSeconds, rates } from "./evtx-pass.ts";
import type { Rates } from "./evtx-pass.ts";

export interface DetectStreamOptions {
  /** Events, one JSON document a line; default: events of the generated lab. */
  readonly file: string | undefined;
  readonly events: number;
  readonly seed: number;
  readonly dir: string | undefined;
}

export interface Streamed extends Rates {
  readonly rules: number;
  readonly events: number;
  readonly hits: number;
  readonly residentMb: number;
  /** The first run's, in which the plans are made. */
  readonly first: Rates;
}

const SOURCE =
  "CREATE STREAM EVENTS (EVENT STRING) WITH (KAFKA_TOPIC='winlogbeat', VALUE_FORMAT='KAFKA', PARTITIONS=1);";

/** One measurement for each set of rules. */
export async function streamRules(
  options: DetectStreamOptions,
  sets: readonly (readonly RuleText[])[],
): Promise<Streamed[]> {
  const dir = mkdtempSync(join(options.dir ?? tmpdir(), "spoor-bench-"));
  try {
    const generated = join(dir, "events.ndjson");
    if (options.file === undefined) writeLabFile(generated, { events: options.events, seed: options.seed });
    const lines = fileLines(options.file ?? generated, options.events);
    const streamed: Streamed[] = [];
    for (const [number, texts] of sets.entries())
      streamed.push(await streamSet(lines, join(dir, String(number)), texts));
    return streamed;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function streamSet(lines: LineBlocks, dir: string, texts: readonly RuleText[]): Promise<Streamed> {
  const rules = join(dir, "rules");
  mkdirSync(rules, { recursive: true });
  for (const [number, { text }] of texts.entries()) writeFileSync(join(rules, `${number}.yml`), text);
  const application = await openApplication({
    dataDir: join(dir, "data"),
    version: "bench",
    advertised: "127.0.0.1:0",
    properties: new Map(texts.length === 0 ? [] : [["spoor.rules", rules]]),
    queriesFile: undefined,
    clock: systemClock,
    random: systemRandom,
    processFacts: () => ({ runtime: process.version, uptimeMs: 0, memoryBytes: 0 }),
    report: (level, message) => {
      if (level === "error") process.stderr.write(`${level}: ${message}\n`);
    },
  });
  try {
    const events = await fill(application, lines);
    const first = await run(application, texts.length, events, "FIRST");
    const second = await run(application, texts.length, events, "SECOND");
    return { rules: texts.length, events, ...second, first };
  } finally {
    await application.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function fill({ service }: Application, lines: LineBlocks): Promise<number> {
  service.createTopic({ name: "winlogbeat", partitions: 1, replicas: 1, config: {}, ifNotExists: true });
  await service.execute({ text: SOURCE, properties: {}, variables: {} });
  const ingest = service.openIngest("winlogbeat", { format: "value", separator: ":", partition: undefined });
  await lines.each(async (block) => {
    await ingest.write(block);
  });
  const { records } = await ingest.finish();
  return records;
}

/** From the query's first record to the commit of its last; the rules are read before. */
async function run(
  { service, engine, context }: Application,
  rules: number,
  events: number,
  name: string,
): Promise<Rates & { readonly hits: number; readonly residentMb: number }> {
  const topic = name.toLowerCase();
  const select =
    rules === 0 ? "EVENT FROM EVENTS WHERE LEN(EVENT) < 0" : "EXPLODE(DETECT(EVENT)) AS HIT FROM EVENTS";
  const sink = `CREATE STREAM ${name} WITH (KAFKA_TOPIC='${topic}', VALUE_FORMAT='JSON') AS SELECT ${select};`;
  const properties = { "auto.offset.reset": "earliest" };
  if (rules > 0) await service.execute({ text: `EXPLAIN ${sink}`, properties, variables: {} });
  const cpu = cpuSeconds();
  const started = performance.now();
  await service.execute({ text: sink, properties, variables: {} });
  await engine.drain();
  const figures = rates(events, (performance.now() - started) / 1000, cpuSeconds() - cpu);
  const residentMb = Math.round(process.memoryUsage.rss() / 1e6);
  const { highWatermark } = context.log.partition(topic, 0);
  await service.execute({ text: "TERMINATE ALL;", properties: {}, variables: {} });
  return { ...figures, hits: highWatermark, residentMb };
}
