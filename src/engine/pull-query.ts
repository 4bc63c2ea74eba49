/**
 * Pull queries: the rows of a table as they are now, or of a stream up to its present end, from the committed records
 * of the source's topic. Of a table the latest record of each key counts; rows come partition by partition in the order
 * of their key's bytes, as ksqlDB's stores give them, so a LIMIT means the same rows every time. A stream's rows come
 * partition by partition in the order of their offsets.
 *
 * Rows are handed on in bounded portions: a large table is never in memory as a whole, only the index of its keys is
 * (kept between queries while there are fewer than {@link KEPT_KEYS_MAX} keys in all).
 */
import type { Value } from "../data/values.ts";
import { ByteWriter } from "../formats/byte-writer.ts";
import { kafkaEncoder } from "../formats/kafka-format.ts";
import type { RecordBlock } from "../log/record-block.ts";
import type { PartitionLog } from "../log/topic-log.ts";
import type { PhysicalStep, PullQueryPlan, SourceStep } from "../plan/physical.ts";
import type { PullResult } from "./engine.ts";
import { interpret } from "./expression/interpreter.ts";
import type { OperatorContext, RecordPlace } from "./operator.ts";
import { partitionsOf } from "./persistent-query.ts";
import { QueryCounters } from "./statistics.ts";
import type { StreamEngineOptions } from "./stream-engine.ts";
import { MemoryStore } from "./state/memory-store.ts";
import { byBytes, TableIndex } from "./table-index.ts";
import type { IndexedRow } from "./table-index.ts";
import { buildTopology } from "./topology.ts";
import type { TopologyInput } from "./topology.ts";
import { windowLength } from "./windowed-key.ts";

const READ_BYTES = 1024 * 1024;
/** Rows that are fetched and put in order together. */
const PORTION_ROWS = 20_000;
/** So few rows are fetched batch by batch: nothing between them is read. */
const FEW_ROWS = 64;
const KEPT_KEYS_MAX = 1_000_000;

type Rows = readonly (readonly Value[])[];

/** The pull queries of one engine, with the indexes of the tables they were asked about. */
export class PullQueries {
  readonly #options: StreamEngineOptions;
  /** By topic; the least recently used first. */
  readonly #indexes = new Map<string, readonly TableIndex[]>();

  constructor(options: StreamEngineOptions) {
    this.#options = options;
  }

  /** @throws ENGINE_TOPIC_MISSING */
  open(plan: PullQueryPlan): PullResult {
    const source = sourceOf(plan.root);
    const partitions = partitionsOf(this.#options, source.topic);
    const run = new PullRun(plan, this.#options);
    const rows =
      source.output === "table"
        ? this.#tableRows(plan, source, partitions, run)
        : streamRows(partitions, run);
    return { columns: run.columns, rows: limited(rows, plan.limit), counters: run.counters };
  }

  *#tableRows(
    plan: PullQueryPlan,
    source: SourceStep,
    partitions: readonly PartitionLog[],
    run: PullRun,
  ): Generator<Rows> {
    const ends = partitions.map((partition) => partition.lastStableOffset);
    const indexes = this.#indexesOf(source, partitions);
    const wanted = wantedKeys(plan, source, run.context);
    for (const [i, index] of indexes.entries()) {
      while (!index.readOn(ends[i]!)) yield [];
      const keys = wanted?.flatMap((base) => index.keysOf(base)).toSorted(byBytes) ?? index.keys();
      for (let start = 0; start < keys.length; start += PORTION_ROWS) {
        const portion = keys.slice(start, start + PORTION_ROWS);
        yield* run.fetch(index.partition, rowsAt(index, portion));
      }
    }
    this.#dropLargest();
  }

  #indexesOf(source: SourceStep, partitions: readonly PartitionLog[]): readonly TableIndex[] {
    const known = this.#indexes.get(source.topic) ?? [];
    // A topic that was deleted and made again, or grew, has other partitions.
    const fits =
      known.length === partitions.length && known.every((index, i) => index.partition === partitions[i]);
    const windowBytes = source.window === undefined ? 0 : windowLength(source.window.type === "SESSION");
    const indexes = fits ? known : partitions.map((partition) => new TableIndex(partition, windowBytes));
    this.#indexes.delete(source.topic);
    this.#indexes.set(source.topic, indexes);
    return indexes;
  }

  #dropLargest(): void {
    let keys = 0;
    for (const [topic, indexes] of [...this.#indexes].toReversed()) {
      for (const index of indexes) keys += index.size;
      if (keys > KEPT_KEYS_MAX) this.#indexes.delete(topic);
    }
  }
}

function rowsAt(index: TableIndex, keys: readonly string[]): IndexedRow[] {
  return keys.flatMap((key) => {
    const offset = index.offsetOf(key);
    return offset === undefined ? [] : [{ key, offset }];
  });
}

/**
 * The keys that the WHERE clause allows, as bytes; undefined where all have to be looked at. Only the KAFKA format has
 * one way to write a key: other writers may have put the same JSON key down with other bytes. Which partition a key
 * is in is not assumed either: a producer may choose as it likes.
 */
function wantedKeys(
  plan: PullQueryPlan,
  source: SourceStep,
  context: OperatorContext,
): readonly string[] | undefined {
  const { keys } = plan.constraint;
  const columns = source.schema.columns.filter((column) => column.role === "key");
  const [column] = columns;
  if (keys.length === 0 || source.keyFormat.format !== "KAFKA" || columns.length !== 1) return undefined;
  const encoder = kafkaEncoder(columns);
  const writer = new ByteWriter();
  const evaluation = {
    properties: context.properties,
    nowMs: () => context.nowMs(),
    random: () => context.random(),
    onFailure: () => undefined,
  };
  const wanted = new Set<string>();
  for (const [expression] of keys) {
    if (expression === undefined || expression.type.kind !== column!.type.kind) return undefined;
    const value = interpret(expression, evaluation)([]);
    writer.reset();
    if (value !== null && encoder.encode([value], writer))
      wanted.add(Buffer.from(writer.view()).latin1Slice());
  }
  return [...wanted];
}

function* streamRows(partitions: readonly PartitionLog[], run: PullRun): Generator<Rows> {
  const ends = partitions.map((partition) => partition.lastStableOffset);
  for (const [i, partition] of partitions.entries()) {
    for (let offset = partition.startOffset; offset < ends[i]!;) {
      const blocks = partition.read(offset, {
        maxBytes: READ_BYTES,
        upTo: ends[i]!,
        isolation: "read_committed",
      });
      if (blocks.length === 0 && partition.fetchesLater !== true) break;
      for (const block of blocks) {
        run.at(partition);
        for (let index = 0; index < block.count; index++) run.receive(block, index);
        offset = block.nextOffset;
      }
      yield run.take();
    }
  }
}

function* limited(rows: Iterable<Rows>, limit: number | undefined): Generator<Rows> {
  let left = limit ?? Number.POSITIVE_INFINITY;
  if (left <= 0) return;
  for (const batch of rows) {
    yield batch.length <= left ? batch : batch.slice(0, left);
    left -= batch.length;
    if (left <= 0) return;
  }
}

/** The plan's operators, fed with single records, and what came out of them. */
class PullRun {
  readonly columns: PullResult["columns"];
  readonly counters = new QueryCounters();
  readonly context: OperatorContext;
  readonly #place: RecordPlace = { topic: "", partition: 0, offset: 0 };
  readonly #input: TopologyInput;
  #rows: (readonly Value[])[] = [];

  constructor(plan: PullQueryPlan, options: StreamEngineOptions) {
    const { columns } = plan.root.schema;
    const shown = [...columns.keys()].filter((index) => columns[index]!.hidden !== true);
    this.columns = shown.map((index) => ({ name: columns[index]!.name, type: columns[index]!.type }));
    this.context = this.#operatorContext(options);
    const sink = {
      receive: (row: { readonly values: readonly Value[] }) =>
        void this.#rows.push(shown.map((index) => row.values[index]!)),
    };
    this.#input = buildTopology(asStream(plan.root), sink, this.context).inputs[0]!;
  }

  #operatorContext(options: StreamEngineOptions): OperatorContext {
    const { counters } = this;
    const place = this.#place;
    return {
      counters,
      place,
      properties: new Map(),
      schemas: options.schemas,
      nowMs: () => options.clock.nowMs(),
      random: () => options.random.next(),
      store: () => new MemoryStore(),
      expressionFailed: (error, text) => {
        const sample = {
          reason: "expression-failed" as const,
          ...place,
          detail: `${text}: ${error.message}`,
        };
        counters.dropWithSample(sample, options.clock.nowMs());
      },
    };
  }

  at(partition: PartitionLog): void {
    this.#place.topic = partition.topic;
    this.#place.partition = partition.partition;
  }

  receive(block: RecordBlock, index: number): void {
    this.counters.recordsRead += 1;
    this.#input.receive(block, index);
  }

  take(): Rows {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  /** Reads the records at these offsets in their order in the log, and gives their rows in the order asked for. */
  *fetch(partition: PartitionLog, wanted: readonly IndexedRow[]): Generator<Rows> {
    this.at(partition);
    const found = new Map<number, Rows>();
    const offsets = wanted.map(({ offset }) => offset).toSorted((a, b) => a - b);
    const maxBytes = offsets.length < FEW_ROWS ? 1 : READ_BYTES;
    let next = 0;
    while (next < offsets.length) {
      const from = Math.max(offsets[next]!, partition.startOffset);
      const blocks = from < partition.endOffset ? partition.read(from, { maxBytes }) : [];
      if (blocks.length === 0 && (from >= partition.endOffset || partition.fetchesLater !== true)) break;
      for (const block of blocks) next = this.#fetchFrom(block, offsets, next, found);
      yield [];
    }
    yield wanted.flatMap(({ offset }) => found.get(offset) ?? []);
  }

  /** Answers the place of the first offset behind the block. */
  #fetchFrom(
    block: RecordBlock,
    offsets: readonly number[],
    first: number,
    found: Map<number, Rows>,
  ): number {
    let next = first;
    for (let i = 0; i < block.count && next < offsets.length; i++) {
      const offset = block.offsets[i]!;
      while (next < offsets.length && offsets[next]! < offset) next += 1;
      if (offsets[next] !== offset) continue;
      this.receive(block, i);
      found.set(offset, this.take());
      next += 1;
    }
    while (next < offsets.length && offsets[next]! < block.nextOffset) next += 1;
    return next;
  }
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
