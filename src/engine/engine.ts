/**
 * What the rest of Spoor sees of the streaming engine: start and stop persistent queries, open push queries, run pull
 * queries, read statistics. `stream-engine.ts` implements it over the embedded log.
 */
import type { SqlType } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import type { PersistentQueryPlan, PullQueryPlan, PushQueryPlan } from "../plan/physical.ts";
import type { QueryCounters, QueryStatistics } from "./statistics.ts";

export type QueryState = "RUNNING" | "PAUSED" | "ERROR" | "TERMINATED";

export interface StartOptions {
  /** E.g. `CSAS_SYSMON_JOIN_7`; the key of the query's state and positions over restarts. */
  readonly id: string;
  readonly plan: PersistentQueryPlan;
  /** Session properties at the time of the statement (`auto.offset.reset`, …), by full or short name. */
  readonly properties: ReadonlyMap<string, string>;
}

export interface RunningQuery {
  readonly id: string;
  readonly plan: PersistentQueryPlan;
  readonly state: QueryState;
  /** Why the state is ERROR. */
  readonly error: string | undefined;
}

export interface ResultColumn {
  readonly name: string;
  readonly type: SqlType;
}

/** Rows of a push query, in batches. */
export interface PushSubscriber {
  /** `tombstones[i]` marks a deletion of a table's row (its non-key columns are null). */
  rows(rows: readonly (readonly Value[])[], tombstones: readonly boolean[]): void;
  /** Called once: the LIMIT was reached, the query failed, or it was closed by the engine. */
  end(reason: "limit" | "closed" | "error", error?: Error): void;
}

export interface PushQuery {
  readonly id: string;
  readonly columns: readonly ResultColumn[];
  /** What it has read, given to its reader, and dropped. */
  readonly counters: QueryCounters;
  /** Records of its topics that it has not read yet. */
  lag(): number;
  /** Ends the query; no callback comes after it. */
  close(): void;
  /** Back-pressure: while paused the query reads no further records (nothing is lost, the log waits). */
  pause(): void;
  resume(): void;
}

export interface PullResult {
  readonly columns: readonly ResultColumn[];
  /** Portions of rows, to be taken once; an empty one says only that there is more to do. */
  readonly rows: Iterable<readonly (readonly Value[])[]>;
  /** What was read and came to nothing, so far. */
  readonly counters: QueryCounters;
}

export interface QueryEngine {
  /**
   * Starts a query, or continues it where its committed positions say. The sink topic exists already.
   * @throws SpoorError of kind `statement` for a plan it can't run
   */
  startQuery(options: StartOptions): RunningQuery;
  /**
   * CREATE OR REPLACE: the query of `options.id` goes on with another plan, whose state and inputs must be the old plan's
   * (`plan/replace-rules.ts`). State, positions, figures and a pause are kept; records up to now were processed by the
   * old plan, those from now on by the new one.
   * @throws ENGINE_UNKNOWN_QUERY, ENGINE_PLAN_UNSUPPORTED, or what kept the old plan's results from being committed; the
   * old query then goes on
   */
  replaceQuery(options: StartOptions): RunningQuery;
  /** Ends the query and forgets its state and positions. */
  terminateQuery(id: string): void;
  pauseQuery(id: string): void;
  resumeQuery(id: string): void;
  queries(): readonly RunningQuery[];
  query(id: string): RunningQuery | undefined;
  statistics(id: string): QueryStatistics | undefined;

  openPush(
    plan: PushQueryPlan,
    properties: ReadonlyMap<string, string>,
    subscriber: PushSubscriber,
  ): PushQuery;
  pull(plan: PullQueryPlan): PullResult;

  /** Processes what is there and commits; resolves when every running query has read its topics to the end. */
  drain(): Promise<void>;
  /** Commits and stops; later calls fail. */
  close(): Promise<void>;
}
