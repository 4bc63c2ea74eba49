/**
 * Operators: a query's plan compiled to objects that push rows to each other, leaf to root, depth first.
 *
 * Contracts
 * - The caller delivers rows of all inputs of a query in one total order, by arrival number, then by input (see
 *   `task.ts`); an operator may rely on it and must not reorder. That makes every result deterministic.
 * - A row is processed to the end (through all downstream operators) before `receive` returns.
 * - `previous` is given by table operators only: the row of the same key that `row` replaces, when there was one.
 *   A row with `deleted` takes `previous` away (where there is none, a tombstone for a key that had no row). For streams
 *   `previous` is always undefined, and `deleted` marks a record without a value.
 * - State lives in {@link StateStore}s alone, so that a checkpoint is the stores plus the input positions.
 * - Dropped rows are counted under a reason, with samples of those that may mean trouble ({@link dropRecord}).
 */
import type { SchemaRegistry } from "../formats/registry/schema-registry.ts";
import type { CurrentHeaders } from "./current-headers.ts";
import type { Row } from "./row.ts";
import type { StateStore } from "./state/state-store.ts";
import type { DropReason, QueryCounters } from "./statistics.ts";

export interface RowReceiver {
  receive(row: Row, previous: Row | undefined): void;
}

/** Where the record came from that is being processed; for samples of dropped rows. */
export interface RecordPlace {
  topic: string;
  partition: number;
  offset: number;
}

export interface OperatorContext {
  readonly counters: QueryCounters;
  /** The record being processed now (mutable, owned by the task). */
  readonly place: RecordPlace;
  /**
   * Opens the store of that name for this query; names are stable over restarts of the same plan.
   * @param step the logger of the step that keeps it
   */
  store(name: string, step?: string): StateStore;
  readonly properties: ReadonlyMap<string, string>;
  /** Where formats with schemas find them; absent: there are none. */
  readonly schemas?: SchemaRegistry | undefined;
  nowMs(): number;
  random(): number;
  /** Absent where no records are written. */
  readonly headers?: CurrentHeaders;
  /** The name of the query, then of the step, under which the processing log speaks of it. */
  readonly logger?: string;
  /** Expressions are interpreted instead of compiled: slow; the oracle of tests. */
  readonly interpretExpressions?: boolean;
  /** An expression of the step `logger` failed on the record being processed: counts it and keeps a sample. */
  expressionFailed(error: Error, text: string, logger?: string): void;
}

/** The context of a step within the query whose context is given. */
export function stepContext(context: OperatorContext, step: string): OperatorContext {
  const logger = context.logger === undefined ? step : `${context.logger}.${step}`;
  return {
    ...context,
    store: (name) => context.store(name, logger),
    nowMs: () => context.nowMs(),
    random: () => context.random(),
    logger,
    expressionFailed: (error, text) => context.expressionFailed(error, text, logger),
  };
}

/** Counts the record being processed as dropped, and keeps a sample while there are few of the reason. */
export function dropRecord(context: OperatorContext, reason: DropReason, detail: string): void {
  const { counters, place, logger } = context;
  if (!counters.needsDetail(reason)) {
    counters.drop(reason);
    return;
  }
  const sample = { reason, ...place, detail, ...(logger === undefined ? {} : { logger }) };
  counters.dropWithSample(sample, context.nowMs());
}
