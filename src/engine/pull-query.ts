/**
 * Pull queries: the rows of a table as they are now, or of a stream up to its present end. Rows come from the committed
 * records of the source's topic: of a table the latest record of each key counts, in the order of the keys' last
 * change. Then the plan's filter and projection are applied.
 */
import type { Value } from "../data/values.ts";
import type { RecordBlock } from "../log/record-block.ts";
import type { PartitionLog } from "../log/topic-log.ts";
import type { PullQueryPlan, SourceStep, PhysicalStep } from "../plan/physical.ts";
import type { PullResult } from "./engine.ts";
import type { OperatorContext, RecordPlace } from "./operator.ts";
import { partitionsOf } from "./persistent-query.ts";
import { QueryCounters } from "./statistics.ts";
import type { StreamEngineOptions } from "./stream-engine.ts";
import { MemoryStore } from "./state/memory-store.ts";
import { buildTopology } from "./topology.ts";

const READ_BYTES = 4 * 1024 * 1024;

export function pullRows(plan: PullQueryPlan, options: StreamEngineOptions): PullResult {
  const { columns } = plan.root.schema;
  const shown = [...columns.keys()].filter((index) => columns[index]!.hidden !== true);
  const rows: (readonly Value[])[] = [];
  const limit = plan.limit ?? Number.POSITIVE_INFINITY;
  const place: RecordPlace = { topic: "", partition: 0, offset: 0 };
  const context = pullContext(place, options);
  const root = asStream(plan.root);
  const topology = buildTopology(
    root,
    {
      receive: (row) => {
        if (rows.length < limit) rows.push(shown.map((index) => row.values[index]!));
      },
    },
    context,
  );
  const input = topology.inputs[0]!;
  const table = sourceOf(plan.root).output === "table";
  for (const partition of partitionsOf(options, input.step.topic)) {
    place.topic = partition.topic;
    place.partition = partition.partition;
    const records = table ? latestByKey(partition) : allRecords(partition);
    for (const { block, index } of records) {
      if (rows.length >= limit) break;
      if (block.valueStarts[index]! >= 0) input.receive(block, index);
    }
  }
  return {
    columns: shown.map((index) => ({ name: columns[index]!.name, type: columns[index]!.type })),
    rows,
  };
}

function pullContext(place: RecordPlace, options: StreamEngineOptions): OperatorContext {
  const counters = new QueryCounters();
  return {
    counters,
    place,
    properties: new Map(),
    nowMs: () => options.clock.nowMs(),
    random: () => options.random.next(),
    store: () => new MemoryStore(),
    expressionFailed: (error, text) => {
      const sample = { reason: "expression-failed" as const, ...place, detail: `${text}: ${error.message}` };
      counters.dropWithSample(sample, options.clock.nowMs());
    },
  };
}

function sourceOf(step: PhysicalStep): SourceStep {
  let current = step;
  while (current.kind !== "source") current = (current as { readonly input: PhysicalStep }).input;
  return current;
}

/** The same steps over the table's rows as plain rows: each key's latest record is fed once, so nothing is replaced. */
function asStream(step: PhysicalStep): PhysicalStep {
  if (step.kind === "source") return { ...step, output: "stream" };
  if (step.kind === "filter" || step.kind === "project") {
    return { ...step, output: "stream", input: asStream(step.input) };
  }
  return step;
}

interface RecordRef {
  readonly block: RecordBlock;
  readonly index: number;
}

function* allRecords(partition: PartitionLog): Generator<RecordRef> {
  let offset = partition.startOffset;
  while (offset < partition.highWatermark) {
    const blocks = partition.read(offset, { maxBytes: READ_BYTES });
    if (blocks.length === 0) return;
    for (const block of blocks) {
      for (let index = 0; index < block.count; index++) yield { block, index };
      offset = block.nextOffset;
    }
  }
}

function latestByKey(partition: PartitionLog): Iterable<RecordRef> {
  const latest = new Map<string, RecordRef>();
  for (const record of allRecords(partition)) {
    const { block, index } = record;
    const start = block.keyStarts[index]!;
    if (start < 0) continue;
    const key = block.bytes.latin1Slice(start, block.keyEnds[index]!);
    latest.delete(key);
    latest.set(key, record);
  }
  return latest.values();
}
