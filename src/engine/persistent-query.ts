/** A CREATE … AS SELECT or INSERT INTO … SELECT that runs: its operators or byte pipeline, its task, its output. */
import type { PartitionLog } from "../log/topic-log.ts";
import type { PersistentQueryPlan, SourceStep } from "../plan/physical.ts";
import { CurrentHeaders } from "./current-headers.ts";
import type { QueryState, RunningQuery, StartOptions } from "./engine.ts";
import { engineErrors } from "./errors.ts";
import { inputLost } from "./lost-records.ts";
import { compileJsonPipeline } from "./fast-path/json-pipeline.ts";
import { stepContext } from "./operator.ts";
import type { OperatorContext, RecordPlace } from "./operator.ts";
import { SinkOperator } from "./operators/sink.ts";
import { QueryTask } from "./query-task.ts";
import type { BlockProcessor, TaskInput } from "./query-task.ts";
import { RateMeter } from "./rate-meter.ts";
import { SinkWriter } from "./sink-writer.ts";
import { QueryCounters } from "./statistics.ts";
import type { QueryStatistics } from "./statistics.ts";
import type { QueryProgress } from "./state/state-database.ts";
import type { StateStore } from "./state/state-store.ts";
import type { StreamEngineOptions } from "./stream-engine.ts";
import { buildTopology } from "./topology.ts";

export class PersistentQuery implements RunningQuery {
  readonly id: string;
  readonly plan: PersistentQueryPlan;
  readonly start: StartOptions;
  readonly outputs: readonly PartitionLog[];
  state: QueryState = "RUNNING";
  error: string | undefined;
  /** `progress` as of the last commit: what readers of committed records can rely on. */
  committedProgress = 0;
  /** The disk refused its output: no step before this time. */
  retryAtMs = 0;
  readonly #options: StreamEngineOptions;
  readonly #counters = new QueryCounters();
  readonly #stores = new Map<string, StateStore>();
  readonly #writer: SinkWriter;
  readonly #task: QueryTask;
  readonly #rates: RateMeter;
  #flushState: () => void = () => undefined;

  constructor(start: StartOptions, options: StreamEngineOptions) {
    this.start = start;
    this.id = start.id;
    this.plan = start.plan;
    this.#options = options;
    const { onDrop } = options;
    if (onDrop !== undefined) this.#counters.onDrop = (sample) => onDrop(start.id, sample);
    this.#rates = new RateMeter(options.clock);
    const place: RecordPlace = { topic: "", partition: 0, offset: 0 };
    const context = this.#context(place, start.properties);
    this.outputs = partitionsOf(options, this.plan.sink.topic);
    const stored = options.state.progress(this.id);
    if (stored !== undefined) this.#counters.restore(stored.counters);
    const pipelined = options.bytePipelines && options.interpretExpressions !== true;
    const pipeline = pipelined ? compileJsonPipeline(this.plan, context) : undefined;
    this.#writer = new SinkWriter(
      this.outputs,
      this.#counters,
      () => options.clock.nowMs(),
      pipeline?.layout,
    );
    const processors: { readonly step: SourceStep; readonly processor: BlockProcessor }[] = [];
    if (pipeline !== undefined) {
      processors.push({ step: pipeline.step, processor: pipeline.start(this.#writer) });
    } else {
      const topology = buildTopology(
        this.plan.root,
        new SinkOperator(
          this.plan.sink,
          this.#writer,
          stepContext(context, `${this.plan.sink.name}.serializer`),
        ),
        context,
      );
      this.#flushState = () => topology.flush();
      for (const { step, receive } of topology.inputs) {
        processors.push({
          step,
          processor: { process: (block, from, to) => eachRecord(block, from, to, receive) },
        });
      }
    }
    const earliest = startsEarliest(start.properties);
    this.#task = new QueryTask({
      id: this.id,
      inputs: processors.flatMap(({ step, processor }, number) =>
        partitionsOf(options, step.topic).map((partition) => ({
          number,
          partition,
          processor,
          position: firstPosition(partition, number, stored, earliest, options),
        })),
      ),
      counters: this.#counters,
      place,
      flush: () => this.#writer.flush(),
      readsToEnd: true,
    });
    for (const partition of this.outputs) {
      if (partition.manualHighWatermark) continue;
      partition.manualHighWatermark = true;
      partition.setHighWatermark(partition.endOffset);
    }
  }

  #context(place: RecordPlace, properties: ReadonlyMap<string, string>): OperatorContext {
    const { clock, random, state, schemas } = this.#options;
    return {
      schemas,
      counters: this.#counters,
      place,
      properties,
      nowMs: () => clock.nowMs(),
      random: () => random.next(),
      store: (name) => {
        const store = state.store(this.id, name);
        this.#stores.set(name, store);
        return store;
      },
      headers: new CurrentHeaders(),
      logger: this.id,
      interpretExpressions: this.#options.interpretExpressions === true,
      expressionFailed: (error, text, logger = this.id) => {
        const detail = `${text}: ${error.message}`;
        this.#counters.dropWithSample(
          { reason: "expression-failed", ...place, detail, logger },
          clock.nowMs(),
        );
      },
    };
  }

  get progress(): number {
    return this.#task.progress;
  }

  reads(topic: string): boolean {
    return this.#task.inputs.some((input) => input.partition.topic === topic);
  }

  step(horizon: number): boolean {
    const worked = this.#task.step(horizon);
    if (worked) this.#rates.update(this.#counters.recordsRead, this.#counters.recordsWritten);
    return worked;
  }

  /** Instead of a step while the query does not run: after a start, readers must know how far it had come. */
  hold(horizon: number): void {
    if (this.#task.progress === 0) this.#task.observe(horizon);
  }

  /** Brings outputs and state to where the input positions are. */
  flush(): void {
    this.#flushState();
    this.#writer.flush();
  }

  fail(error: unknown): void {
    this.state = "ERROR";
    this.error = this.#noteError(error);
  }

  /** The query goes on when the disk takes its output again. */
  waitUntil(retryAtMs: number, error: unknown): void {
    this.retryAtMs = retryAtMs;
    this.#noteError(error);
  }

  #noteError(error: unknown): string {
    const text = error instanceof Error ? error.message : String(error);
    this.#counters.lastError = text;
    this.#counters.lastErrorMs = this.#options.clock.nowMs();
    return text;
  }

  /** Takes over how the query stood that this one was made anew from. */
  continueFrom(old: PersistentQuery): void {
    this.state = old.state;
    this.error = old.error;
    this.retryAtMs = old.retryAtMs;
    this.#counters.lastError = old.#counters.lastError;
    this.#counters.lastErrorMs = old.#counters.lastErrorMs;
  }

  /** Takes the place of a query that was committed just now. @throws ENGINE_PLAN_UNSUPPORTED where its positions don't fit */
  takeOver(old: PersistentQuery): void {
    const [before, now] = [old.#inputNames(), this.#inputNames()];
    if (before !== now) {
      throw engineErrors.PLAN_UNSUPPORTED({
        message: `query '${this.id}' can't go on with a plan that reads other topics`,
        detail: `it reads ${before}, the new plan ${now}`,
        hint: "terminate it and create it anew",
      });
    }
    if (old.state === "PAUSED") this.state = "PAUSED";
    old.state = "TERMINATED";
  }

  #inputNames(): string {
    return this.#task.inputs
      .map(({ number, partition }) => `${number}:${partition.topic}/${partition.partition}`)
      .join(", ");
  }

  snapshot(): QueryProgress {
    const positions: Record<string, number> = {};
    for (const { number, partition, position } of this.#task.inputs) {
      positions[`${number}/${partition.partition}`] = position;
    }
    return { positions, counters: this.#counters.snapshot() };
  }

  committed(): void {
    if (this.state !== "ERROR") this.committedProgress = this.#task.progress;
    this.#writer.publish();
  }

  statistics(): QueryStatistics {
    const counters = this.#counters;
    const rates = this.#rates.rates();
    return {
      ...counters.snapshot(),
      samples: counters.samples(),
      lastMessageMs: counters.lastMessageMs,
      lastErrorMs: counters.lastErrorMs,
      lastError: counters.lastError,
      recordsReadPerSecond: rates.readPerSecond,
      recordsWrittenPerSecond: rates.writtenPerSecond,
      lag: this.#task.lag(),
      state: [...this.#stores].map(([store, { entries, bytes }]) => ({ store, entries, bytes })),
    };
  }
}

function eachRecord(
  block: Parameters<BlockProcessor["process"]>[0],
  from: number,
  to: number,
  receive: (block: Parameters<BlockProcessor["process"]>[0], index: number) => void,
): void {
  for (let i = from; i < to; i++) receive(block, i);
}

export function partitionsOf(options: StreamEngineOptions, topic: string): readonly PartitionLog[] {
  const info = options.log.topic(topic);
  if (info === undefined) {
    throw engineErrors.TOPIC_MISSING({
      message: `topic '${topic}' does not exist`,
      hint: "create it with `spoor topics create`, or give PARTITIONS in the statement that declares the source",
    });
  }
  return Array.from({ length: info.partitions }, (_, i) => options.log.partition(topic, i));
}

/** `auto.offset.reset`, by its short or full name. ksqlDB's default is `latest`. */
export function startsEarliest(properties: ReadonlyMap<string, string>): boolean {
  const value = properties.get("auto.offset.reset") ?? properties.get("ksql.streams.auto.offset.reset");
  return value?.toLowerCase() === "earliest";
}

function firstPosition(
  partition: PartitionLog,
  number: number,
  stored: QueryProgress | undefined,
  earliest: boolean,
  options: StreamEngineOptions,
): TaskInput["position"] {
  const known = stored?.positions[`${number}/${partition.partition}`];
  if (known !== undefined && known > partition.endOffset) {
    options.onError(inputLost(partition, known), undefined);
    return partition.endOffset;
  }
  if (known !== undefined) return known;
  if (earliest) return partition.startOffset;
  // As a consumer of committed records: an open transaction is still to come.
  const { endOffset, startOffset } = partition;
  const open = partition.transactions.firstOpenOffset ?? endOffset;
  return Math.min(endOffset, Math.max(open, startOffset));
}
