/**
 * Runs a scenario on an application of its own, in one of the ways that must not matter: with compiled or interpreted
 * expressions, with byte pipelines or operators, stopped in the middle and started again, over more partitions.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock } from "../../src/base/clock.ts";
import { SpoorError } from "../../src/base/errors.ts";
import { StatementFailure } from "../../src/app/statement-failure.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { openApplication, type Application } from "../../src/app/application.ts";
import type { Value } from "../../src/data/values.ts";
import { outputsOf, type TopicOutputs } from "../../src/testing/topic-outputs.ts";
import { decodeRecord, topicRecords } from "../../src/testing/topic-records.ts";
import { createText, insertText, type Scenario } from "./scenario.ts";

export interface EngineWay {
  readonly name: string;
  readonly properties?: Readonly<Record<string, string>>;
  readonly partitions?: number;
  /** On disk; stopped after half of the records, with or without those processed, and started again. */
  readonly restart?: "drained" | "behind";
  /** Queries run dry after each record. */
  readonly stepwise?: boolean;
}

export const REFERENCE: EngineWay = { name: "byte pipelines" };

export const OTHER_WAYS: readonly EngineWay[] = [
  { name: "operators", properties: { "spoor.byte.pipelines": "false" } },
  {
    name: "interpreter",
    properties: { "spoor.byte.pipelines": "false", "spoor.interpret.expressions": "true" },
  },
  { name: "record by record", stepwise: true },
  { name: "restart, drained", restart: "drained" },
  { name: "restart, behind", restart: "behind" },
  { name: "4 partitions", partitions: 4 },
];

export function applies(way: EngineWay, scenario: Scenario): boolean {
  if (way.partitions !== undefined) return scenario.anyPartitions;
  const rebatches = way.stepwise === true || way.restart !== undefined;
  if (rebatches && scenario.sharedTopic === true) return false;
  // Disks are slow: each case takes one of the two restarts.
  return way.restart === undefined || (way.restart === "behind") === (scenario.records.length % 2 === 0);
}

export interface WrittenRow {
  readonly columns: ReadonlyMap<string, Value>;
  readonly windowStartMs: number | undefined;
  readonly tombstone: boolean;
}

export interface EngineOutcome {
  /** Why the statements were refused; the rest is then empty. */
  readonly refusal: SpoorError | undefined;
  readonly outputs: TopicOutputs;
  readonly sink: readonly WrittenRow[];
  /** What the server's log warned of. */
  readonly problems: readonly string[];
}

const START_MS = 1_700_000_000_000;

export async function runScenario(scenario: Scenario, way: EngineWay): Promise<EngineOutcome> {
  const folder = way.restart === undefined ? undefined : await mkdtemp(join(tmpdir(), "spoor-fuzz-"));
  const problems: string[] = [];
  const open = (): Promise<Application> =>
    openApplication({
      dataDir: folder,
      version: "fuzz",
      advertised: "localhost:8088",
      properties: new Map([
        // Its records name partitions and offsets, which are the ways' own.
        ["ksql.logging.processing.topic.auto.create", "false"],
        ["ksql.streams.auto.offset.reset", "earliest"],
        ["ksql.dialect", "ksqldb"],
        ...Object.entries(way.properties ?? {}),
      ]),
      queriesFile: undefined,
      clock: new ManualClock(START_MS),
      random: new SeededRandom(1),
      processFacts: () => ({ runtime: "fuzz", uptimeMs: 0, memoryBytes: 0 }),
      report: (level, message) => {
        if (level !== "info") problems.push(message);
      },
    });
  let application = await open();
  try {
    const creates = scenario.sources.map((source) => createText(source, way.partitions ?? 1));
    const refusal = await refused(application, [...creates, ...scenario.queries].join("\n"));
    if (refusal !== undefined) return { refusal, outputs: new Map(), sink: [], problems };
    const inserts = scenario.records.map(insertText);
    const middle = way.restart === undefined ? 0 : Math.ceil(inserts.length / 2);
    const raw = scenario.lines ?? [];
    const rawMiddle = way.restart === undefined ? 0 : Math.ceil(raw.length / 2);
    await insert(application, inserts.slice(0, middle), way);
    await ingest(application, scenario, raw.slice(0, rawMiddle));
    if (way.restart !== undefined) {
      if (way.restart === "drained") await application.engine.drain();
      await application.close();
      application = await open();
    }
    await insert(application, inserts.slice(middle), way);
    await ingest(application, scenario, raw.slice(rawMiddle));
    await application.engine.drain();
    return {
      refusal: undefined,
      outputs: outputsOf(application.context),
      sink: sinkRows(application, scenario),
      problems,
    };
  } finally {
    await application.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function refused(application: Application, text: string): Promise<SpoorError | undefined> {
  try {
    await application.service.execute({ text, properties: {}, variables: {} });
    return undefined;
  } catch (error) {
    const cause = error instanceof StatementFailure ? error.error : error;
    if (cause instanceof SpoorError) return cause;
    throw cause;
  }
}

async function insert(application: Application, texts: readonly string[], way: EngineWay): Promise<void> {
  const execute = async (text: string) =>
    application.service.execute({ text, properties: {}, variables: {} });
  if (way.stepwise !== true) {
    if (texts.length > 0) await execute(texts.join("\n"));
    return;
  }
  for (const text of texts) {
    await execute(text);
    await application.engine.drain();
  }
}

async function ingest(
  application: Application,
  { sources }: Scenario,
  lines: readonly string[],
): Promise<void> {
  if (lines.length === 0) return;
  const topic = sources[0]!.name.toLowerCase();
  const into = application.service.openIngest(topic, {
    format: "key:value",
    separator: ":",
    partition: undefined,
  });
  await into.write(Buffer.from(`${lines.join("\n")}\n`));
  await into.finish();
}

function sinkRows({ context }: Application, { sink }: Scenario): readonly WrittenRow[] {
  const source = context.catalog.metastore.source(sink);
  if (source === undefined) throw new Error(`no source ${sink}`);
  return topicRecords(context.log, source.topic, context.schemas).map((record) => {
    const { columns, window, tombstone } = decodeRecord(source, record);
    return { columns, windowStartMs: window?.startMs, tombstone };
  });
}
