/**
 * Runs one persistent query over its whole input, in an engine of its own with one partition a topic, and answers what
 * it wrote. With a restart in the middle the engine is closed after half of the records and opened again from disk.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SeededRandom } from "../../../src/base/random.ts";
import type { PersistentQuery } from "../../../src/app/catalog.ts";
import { LmdbStateDatabase } from "../../../src/engine/state/lmdb-database.ts";
import { MemoryStateDatabase } from "../../../src/engine/state/memory-database.ts";
import { StreamEngine } from "../../../src/engine/stream-engine.ts";
import type { SchemaRegistry } from "../../../src/formats/registry/schema-registry.ts";
import { openMemoryLog } from "../../../src/log/memory-log.ts";
import { SegmentTopicLog } from "../../../src/log/segment-log/segment-topic-log.ts";
import type { PersistentQueryPlan, PhysicalStep, SourceStep } from "../../../src/plan/physical.ts";
import { carriedPlan } from "../records/topic-shape.ts";
import { CASE_CLOCK } from "./case-server.ts";
import type { RunSettings } from "./run-settings.ts";
import { appendRecord, readTopic } from "./topic-records.ts";
import type { RawRecord } from "./topic-records.ts";

const COMMIT_INTERVAL_MS = 100;
const SLICE_MS = 15;

/** A query stopped with an error: what the corpus calls a failure while processing. */
export class QueryFailure extends Error {
  override readonly name = "QueryFailure";
}

export interface FedRecord {
  readonly topic: string;
  readonly record: RawRecord;
}

export interface QueryGround {
  readonly settings: RunSettings;
  readonly schemas: SchemaRegistry;
}

export function sourceTopics(plan: PersistentQueryPlan): readonly string[] {
  return [...new Set(sourceSteps(plan.root).map((step) => step.topic))];
}

function sourceSteps(step: PhysicalStep): readonly SourceStep[] {
  if (step.kind === "source") return [step];
  if ("left" in step) return [...sourceSteps(step.left), ...sourceSteps(step.right)];
  return "inputs" in step ? step.inputs : sourceSteps(step.input);
}

/** @throws QueryFailure */
export async function runQuery(
  query: PersistentQuery,
  fed: readonly FedRecord[],
  ground: QueryGround,
): Promise<readonly RawRecord[]> {
  if (!ground.settings.restart) return runPart(query, fed, ground, undefined);
  const folder = await mkdtemp(join(tmpdir(), "spoor-conformance-"));
  try {
    const half = Math.ceil(fed.length / 2);
    await runPart(query, fed.slice(0, half), ground, folder);
    return await runPart(query, fed.slice(half), ground, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runPart(
  query: PersistentQuery,
  fed: readonly FedRecord[],
  { settings, schemas }: QueryGround,
  folder: string | undefined,
): Promise<readonly RawRecord[]> {
  const problems: string[] = [];
  const random = new SeededRandom(1);
  const clock = CASE_CLOCK;
  const log =
    folder === undefined
      ? openMemoryLog({ clock })
      : SegmentTopicLog.open({ directory: join(folder, "log"), clock, random, flushPolicy: "os" });
  const engine = new StreamEngine({
    log,
    state:
      folder === undefined ? new MemoryStateDatabase() : new LmdbStateDatabase(join(folder, "state"), false),
    schemas,
    clock,
    random,
    commitIntervalMs: COMMIT_INTERVAL_MS,
    sliceMs: SLICE_MS,
    bytePipelines: settings.fastPath,
    onError: (error) => problems.push(error instanceof Error ? error.message : String(error)),
  });
  try {
    const plan = carriedPlan(query.plan, settings.mode);
    const inputs = sourceTopics(plan);
    for (const topic of [...inputs, plan.sink.topic]) {
      if (log.topic(topic) === undefined) log.createTopic(topic, { partitions: 1 });
    }
    engine.startQuery({ id: query.id, plan, properties: query.properties });
    for (const { topic, record } of fed) appendRecord(log, topic, record);
    await engine.drain();
    const running = engine.query(query.id);
    if (running?.state === "ERROR") throw new QueryFailure(running.error ?? "the query failed");
    if (problems[0] !== undefined) throw new QueryFailure(problems[0]);
    const written = readTopic(log, plan.sink.topic);
    const own = inputs.includes(plan.sink.topic)
      ? fed.filter(({ topic }) => topic === plan.sink.topic).length
      : 0;
    return written.slice(own);
  } finally {
    await engine.close();
    log.close();
  }
}
