/**
 * A push query: the operators of a persistent query, fed with committed records only, whose rows go to a subscriber.
 * Its state is in memory and ends with it. It reads on only while the subscriber wants more, so a slow reader
 * holds nothing but its own query back.
 */
import type { Value } from "../data/values.ts";
import type { PhysicalStep, PushQueryPlan } from "../plan/physical.ts";
import { isWindowBound, WINDOWSTART } from "../plan/system-columns.ts";
import type { PushQuery, PushSubscriber, ResultColumn } from "./engine.ts";
import type { OperatorContext, RecordPlace, RowReceiver } from "./operator.ts";
import { partitionsOf, startsEarliest } from "./persistent-query.ts";
import { QueryTask } from "./query-task.ts";
import type { Row } from "./row.ts";
import { MemoryStore } from "./state/memory-store.ts";
import { QueryCounters } from "./statistics.ts";
import type { StreamEngineOptions } from "./stream-engine.ts";
import { buildTopology } from "./topology.ts";

export interface PushTask extends PushQuery {
  /** A bounded step; answers whether there was anything to do. */
  step(horizon: number): boolean;
  reads(topic: string): boolean;
  end(reason: "limit" | "closed" | "error", error?: Error): void;
  onResume: () => void;
}

export function openPushQuery(
  id: string,
  plan: PushQueryPlan,
  properties: ReadonlyMap<string, string>,
  subscriber: PushSubscriber,
  options: StreamEngineOptions,
  onEnd: (task: PushTask) => void,
): PushTask {
  const place: RecordPlace = { topic: "", partition: 0, offset: 0 };
  const counters = new QueryCounters();
  const stores = new Map<string, MemoryStore>();
  const context: OperatorContext = {
    counters,
    place,
    properties,
    schemas: options.schemas,
    nowMs: () => options.clock.nowMs(),
    random: () => options.random.next(),
    store: (name) => {
      const store = stores.get(name) ?? new MemoryStore();
      stores.set(name, store);
      return store;
    },
    expressionFailed: (error, text) => {
      const detail = `${text}: ${error.message}`;
      counters.dropWithSample({ reason: "expression-failed", ...place, detail }, options.clock.nowMs());
    },
  };
  const collector = new RowCollector(plan, subscriber, counters);
  const topology = buildTopology(plan.root, collector, context);
  const earliest = startsEarliest(properties);
  const task = new QueryTask({
    id,
    inputs: topology.inputs.flatMap(({ step, receive }, number) =>
      partitionsOf(options, step.topic).map((partition) => ({
        number,
        partition,
        processor: {
          process: (block, from, to) => {
            for (let i = from; i < to && !collector.full; i++) receive(block, i);
          },
        },
        // A table is always read whole: its rows are what the stream is joined with.
        position: earliest || step.output === "table" ? partition.startOffset : partition.lastStableOffset,
      })),
    ),
    counters,
    place,
    flush: () => {
      topology.flush();
      collector.deliver();
    },
    readsToEnd: false,
  });
  return new OpenPushQuery(id, task, collector, subscriber, onEnd);
}

/** Gathers the rows of a step. A stream's record without a value is no row: it is counted as `null-value`. */
class RowCollector implements RowReceiver {
  readonly columns: readonly ResultColumn[];
  readonly #isStream: boolean;
  readonly #keyed: boolean;
  readonly #bounds: readonly WindowBoundColumn[];
  readonly #counters: QueryCounters;
  readonly #indexes: readonly number[];
  readonly #limit: number;
  readonly #subscriber: PushSubscriber;
  #rows: (readonly Value[])[] = [];
  #tombstones: boolean[] = [];
  #delivered = 0;

  constructor(plan: PushQueryPlan, subscriber: PushSubscriber, counters: QueryCounters) {
    const { columns } = plan.root.schema;
    this.#keyed = plan.scalable === true;
    this.#isStream = plan.root.output === "stream";
    this.#counters = counters;
    this.#indexes = [...columns.keys()].filter((index) => columns[index]!.hidden !== true);
    this.columns = this.#indexes.map((index) => ({ name: columns[index]!.name, type: columns[index]!.type }));
    this.#bounds = boundColumns(plan.root, this.#indexes);
    this.#limit = plan.limit ?? Number.POSITIVE_INFINITY;
    this.#subscriber = subscriber;
  }

  get full(): boolean {
    return this.#delivered + this.#rows.length >= this.#limit;
  }

  receive(row: Row): void {
    if (this.full) return;
    if (this.#isStream && row.deleted) {
      this.#counters.drop("null-value");
      return;
    }
    if (this.#keyed && row.keyless) {
      this.#counters.drop("null-key");
      return;
    }
    const values = this.#indexes.map((index) => row.values[index]!);
    if (row.deleted && row.window !== undefined) {
      for (const { place, isStart } of this.#bounds) {
        values[place] = BigInt(isStart ? row.window.startMs : row.window.endMs);
      }
    }
    this.#rows.push(values);
    this.#tombstones.push(row.deleted);
  }

  deliver(): void {
    if (this.#rows.length === 0) return;
    const rows = this.#rows;
    const tombstones = this.#tombstones;
    this.#rows = [];
    this.#tombstones = [];
    this.#delivered += rows.length;
    this.#counters.recordsWritten += rows.length;
    this.#subscriber.rows(rows, tombstones);
  }
}

interface WindowBoundColumn {
  /** Among the columns shown. */
  readonly place: number;
  readonly isStart: boolean;
}

/** Columns that show a bound of the key's window: part of the key, so a tombstone has them too. */
function boundColumns(root: PhysicalStep, shown: readonly number[]): WindowBoundColumn[] {
  if (root.kind !== "project") return [];
  return shown.flatMap((index, place) => {
    const expression = root.expressions[index]!;
    if (expression.kind !== "column") return [];
    const column = root.input.schema.columns[expression.index]!;
    return isWindowBound(column.name) ? [{ place, isStart: column.name === WINDOWSTART }] : [];
  });
}

class OpenPushQuery implements PushTask {
  readonly id: string;
  readonly columns: readonly ResultColumn[];
  readonly counters: QueryCounters;
  onResume: () => void = () => undefined;
  readonly #task: QueryTask;
  readonly #collector: RowCollector;
  readonly #subscriber: PushSubscriber;
  readonly #onEnd: (task: PushTask) => void;
  #paused = false;
  #ended = false;

  constructor(
    id: string,
    task: QueryTask,
    collector: RowCollector,
    subscriber: PushSubscriber,
    onEnd: (task: PushTask) => void,
  ) {
    this.id = id;
    this.columns = collector.columns;
    this.counters = task.counters;
    this.#task = task;
    this.#collector = collector;
    this.#subscriber = subscriber;
    this.#onEnd = onEnd;
  }

  step(horizon: number): boolean {
    if (this.#paused || this.#ended) return false;
    if (this.#collector.full) {
      this.end("limit");
      return false;
    }
    try {
      const worked = this.#task.step(horizon);
      if (this.#collector.full) this.end("limit");
      return worked && !this.#ended;
    } catch (error) {
      this.end("error", error instanceof Error ? error : new Error(String(error)));
      return false;
    }
  }

  lag(): number {
    return this.#task.lag();
  }

  reads(topic: string): boolean {
    return this.#task.inputs.some((input) => input.partition.topic === topic);
  }

  end(reason: "limit" | "closed" | "error", error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd(this);
    this.#subscriber.end(reason, error);
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd(this);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.onResume();
  }
}
