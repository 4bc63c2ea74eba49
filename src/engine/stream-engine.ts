/**
 * The engine over the embedded log: runs all queries of a process in one thread, in rounds.
 *
 * A round lets each query do a bounded step, in creation order, so that what one query writes the next ones read in the
 * same round while it is still in the caches. Between rounds the event loop gets its turn. Law of order: a query with
 * several inputs only processes records whose arrival is below its horizon, the least progress of the queries that
 * write its inputs (see `query-task.ts`), so its result does not depend on timing.
 *
 * Commit: outputs are appended, then state, positions and output ends go to the state database in one transaction, then
 * readers may see the outputs (high watermarks). On start every written partition is cut back to its committed end.
 *
 * A disk that refuses a write stops no query: what could not be written is kept and tried again, and nothing is
 * committed before. A query that fails otherwise stays where its last commit was. One file because whatever may happen
 * between an append and its commit stands in it.
 */
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { SchemaRegistry } from "../formats/registry/schema-registry.ts";
import type { PartitionLog, TopicLog } from "../log/topic-log.ts";
import type { PullQueryPlan, PushQueryPlan } from "../plan/physical.ts";
import type {
  PullResult,
  PushQuery,
  PushSubscriber,
  QueryEngine,
  QueryState,
  RunningQuery,
  StartOptions,
} from "./engine.ts";
import { cutToCommittedEnds, endName } from "./committed-ends.ts";
import { engineErrors } from "./errors.ts";
import { isPassingFailure, RETRY_MS } from "./passing-failure.ts";
import { PersistentQuery } from "./persistent-query.ts";
import { PullQueries } from "./pull-query.ts";
import { QueryOrder } from "./query-order.ts";
import { openPushQuery } from "./push-query.ts";
import type { PushTask } from "./push-query.ts";
import type { DropSample, QueryStatistics } from "./statistics.ts";
import type { StateDatabase } from "./state/state-database.ts";
import { TopicWatch } from "./topic-watch.ts";

/** The least time between commits when there is little to do. */
const IDLE_COMMIT_MS = 4;

export interface StreamEngineOptions {
  readonly log: TopicLog;
  readonly state: StateDatabase;
  readonly clock: Clock;
  readonly random: Random;
  /** At most this long between commits while there is work. */
  readonly commitIntervalMs: number;
  /** How long rounds may run before the event loop gets its turn. */
  readonly sliceMs: number;
  /** Byte pipelines for JSON queries; off in tests that compare with the operators. */
  readonly bytePipelines: boolean;
  /** Where formats with schemas find them; absent: they can't be used. */
  readonly schemas?: SchemaRegistry | undefined;
  /** Expressions are interpreted instead of compiled, for comparison; byte pipelines are then off too. */
  readonly interpretExpressions?: boolean;
  /** A query or a commit failed; the engine goes on. */
  readonly onError: (error: unknown, queryId: string | undefined) => void;
  /** A persistent query could not use a record; called while it runs, so it must return at once and append nothing. */
  readonly onDrop?: (queryId: string, sample: DropSample) => void;
}

export class StreamEngine implements QueryEngine {
  readonly #options: StreamEngineOptions;
  readonly #pulls: PullQueries;
  readonly #queries = new Map<string, PersistentQuery>();
  readonly #pushTasks = new Set<PushTask>();
  readonly #watch: TopicWatch;
  #scheduled = false;
  #closed = false;
  #dirty = false;
  /** Appends that happen now are the engine's own. */
  #writing = false;
  #lastCommitMs: number;
  #idleWaiters: (() => void)[] = [];
  #pushCount = 0;
  /** Made anew when queries come or go. */
  #order: QueryOrder<PersistentQuery> | undefined;
  /** Until a commit succeeds again no query goes on: what is uncommitted stays bounded. */
  #commitFailed = false;
  /** A roll-back could not cut a partition: it must be cut before the next commit. */
  #uncut = false;
  /** What was reported of each query or partition (undefined: of the commit) since the last commit. */
  readonly #reported = new Map<string | undefined, string>();
  #retryTimer: NodeJS.Timeout | undefined;
  #idleCommitTimer: NodeJS.Timeout | undefined;
  #idleCommitDue = false;

  constructor(options: StreamEngineOptions) {
    this.#options = options;
    this.#pulls = new PullQueries(options);
    this.#lastCommitMs = options.clock.monotonicMs();
    cutToCommittedEnds(options, (partition, end) => partition.truncateTo(end));
    this.#watch = new TopicWatch({
      log: options.log,
      onAppend: (partition) => this.#onAppend(partition),
      // A topic made again under the name must not be cut back to the old one's end.
      onGone: ({ topic }) => options.state.dropTopic(topic),
    });
  }

  /**
   * Takes everything back to the last commit, as a crash and a restart would: outputs are cut, changes of state
   * forgotten, queries made anew at their committed positions. So a query that failed in the middle of a block neither
   * loses nor repeats anything when it goes on.
   */
  #rollBack(): void {
    this.#options.state.discard();
    cutToCommittedEnds(this.#options, (partition, end) => {
      try {
        partition.truncateTo(end);
      } catch (error) {
        // What stands behind the committed end must not be committed: no commit, and so no step, before it is cut.
        this.#uncut = true;
        this.#commitFailed = true;
        this.#wakeLater();
        this.#report(error, endName(partition));
      }
    });
    for (const [id, old] of this.#queries) {
      const query = new PersistentQuery(old.start, this.#options);
      query.continueFrom(old);
      this.#queries.set(id, query);
    }
    this.#dirty = false;
  }

  /**
   * Somebody else wrote to a topic that a query writes too (INSERT VALUES, a producer): what was appended is committed
   * before the writer gets its acknowledgement, so that cutting back to the committed end never takes it away. For the
   * same reason the committed end of a topic that no query writes any more is forgotten.
   */
  #onAppend(partition: PartitionLog): void {
    if (!this.#writing) {
      if (partition.manualHighWatermark) this.#commitNow();
      else if (this.#options.state.ends().has(endName(partition)))
        this.#options.state.dropTopic(partition.topic);
    }
    this.wake();
  }

  /**
   * An append to one topic from outside, committed before this returns where a query writes the topic, too.
   * @throws what the append or the commit threw: the records then are not there. A commit that fails takes them back with
   * everything since the last one, so that who sends them again does not double them; what was acknowledged lies below.
   */
  appendOutside<T>(topic: string, append: () => T): T {
    if (this.#writing || !this.#isWritten(topic)) return append();
    if (this.#commitFailed) {
      const failure = this.#commitNow();
      if (failure !== undefined) throw failure;
    }
    this.#writing = true;
    let result: T;
    try {
      result = append();
    } finally {
      this.#writing = false;
    }
    const failure = this.#commitNow();
    if (failure === undefined) return result;
    this.#rollBack();
    throw failure;
  }

  #isWritten(topic: string): boolean {
    for (const query of this.#queries.values()) if (query.plan.sink.topic === topic) return true;
    return false;
  }

  startQuery(options: StartOptions): RunningQuery {
    this.#assertOpen();
    if (this.#queries.has(options.id)) {
      throw engineErrors.QUERY_EXISTS({ message: `a query '${options.id}' runs already` });
    }
    const query = new PersistentQuery(options, this.#options);
    this.#queries.set(options.id, query);
    this.#order = undefined;
    // The ends of the outputs as they are now: what a crash before the next commit cuts back to.
    this.#commitNow();
    this.wake();
    return query;
  }

  replaceQuery(options: StartOptions): RunningQuery {
    this.#assertOpen();
    const old = this.#existing(options.id);
    const failure = this.#commitNow();
    if (failure !== undefined) throw failure;
    const query = new PersistentQuery(options, this.#options);
    query.takeOver(old);
    this.#queries.set(options.id, query);
    this.#order = undefined;
    this.#commitNow();
    this.wake();
    return query;
  }

  terminateQuery(id: string): void {
    const query = this.#existing(id);
    this.#commitNow();
    query.state = "TERMINATED";
    this.#queries.delete(id);
    this.#order = undefined;
    this.#options.state.dropQuery(id);
    const { topic } = query.plan.sink;
    if (!this.#isWritten(topic)) {
      for (const partition of query.outputs) partition.manualHighWatermark = false;
      this.#options.state.dropTopic(topic);
    }
    this.wake();
  }

  pauseQuery(id: string): void {
    this.#setState(id, "PAUSED");
  }

  resumeQuery(id: string): void {
    this.#setState(id, "RUNNING");
    this.wake();
  }

  #setState(id: string, state: QueryState): void {
    const query = this.#existing(id);
    query.state = state;
    query.error = undefined;
  }

  #existing(id: string): PersistentQuery {
    const query = this.#queries.get(id);
    if (query === undefined) {
      throw engineErrors.UNKNOWN_QUERY({
        message: `there is no query '${id}'`,
        hint: "SHOW QUERIES lists the queries that run",
      });
    }
    return query;
  }

  queries(): readonly RunningQuery[] {
    return [...this.#queries.values()];
  }

  query(id: string): RunningQuery | undefined {
    return this.#queries.get(id);
  }

  statistics(id: string): QueryStatistics | undefined {
    return this.#queries.get(id)?.statistics();
  }

  openPush(
    plan: PushQueryPlan,
    properties: ReadonlyMap<string, string>,
    subscriber: PushSubscriber,
  ): PushQuery {
    this.#assertOpen();
    const id = `transient_${++this.#pushCount}`;
    const task = openPushQuery(id, plan, properties, subscriber, this.#options, (closed) => {
      this.#pushTasks.delete(closed);
    });
    this.#pushTasks.add(task);
    task.onResume = () => this.wake();
    this.wake();
    return task;
  }

  pull(plan: PullQueryPlan): PullResult {
    this.#assertOpen();
    return this.#pulls.open(plan);
  }

  /** Schedules a slice of work, unless one is scheduled. */
  wake(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#slice();
    });
  }

  #slice(): void {
    const deadline = this.#options.clock.monotonicMs() + this.#options.sliceMs;
    let worked = !this.#commitFailed || this.#commitNow() === undefined;
    while (worked) {
      worked = this.runRound();
      if (this.#options.clock.monotonicMs() >= deadline) break;
    }
    if (this.#dirty && !this.#commitFailed && this.#isCommitDue(worked)) this.#commitNow();
    // Nothing is uncommitted: what was looked through without a result counts as committed, too.
    if (!this.#dirty) for (const query of this.#queries.values()) query.committedProgress = query.progress;
    const pushed = this.#runPushTasks(deadline);
    if (worked || pushed) {
      this.wake();
      return;
    }
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const waiter of waiters) waiter();
  }

  /**
   * Under load once in the commit interval. When the queries have caught up readers wait for the commit, so it comes
   * within a few milliseconds, but not for each handful of records that trickles in.
   */
  #isCommitDue(worked: boolean): boolean {
    const sinceMs = this.#options.clock.monotonicMs() - this.#lastCommitMs;
    if (worked) return sinceMs >= this.#options.commitIntervalMs;
    if (sinceMs >= IDLE_COMMIT_MS || this.#idleCommitDue || this.#idleWaiters.length > 0) return true;
    this.#idleCommitTimer ??= setTimeout(() => {
      this.#idleCommitTimer = undefined;
      this.#idleCommitDue = true;
      this.wake();
    }, IDLE_COMMIT_MS);
    return false;
  }

  /** One bounded step of every running query; answers whether any had work. */
  runRound(): boolean {
    const arrivals = this.#options.log.allocateArrivals(0);
    const nowMs = this.#options.clock.monotonicMs();
    const order = (this.#order ??= new QueryOrder([...this.#queries.values()]));
    let worked = false;
    this.#writing = true;
    for (const query of this.#queries.values()) {
      try {
        const horizon = this.#horizon(query, order, arrivals);
        const before = query.progress;
        if (query.state !== "RUNNING") query.hold(horizon);
        else if (query.retryAtMs <= nowMs && query.step(horizon)) worked = true;
        if (query.progress > before && order.isAwaited(query.id)) worked = true;
      } catch (error) {
        this.#failed(query, error);
        // All queries were made anew: the next round goes on with the others.
        worked = true;
        break;
      }
    }
    this.#writing = false;
    if (worked) this.#dirty = true;
    return worked;
  }

  #failed(query: PersistentQuery, error: unknown): void {
    if (isPassingFailure(error)) {
      query.waitUntil(this.#options.clock.monotonicMs() + RETRY_MS, error);
      this.#wakeLater();
    } else {
      query.fail(error);
    }
    this.#rollBack();
    this.#report(error, query.id);
  }

  /** Tells of a failure once, however often it is met before the next commit. */
  #report(error: unknown, queryId: string | undefined): void {
    const message = error instanceof Error ? error.message : String(error);
    if (this.#reported.get(queryId) === message) return;
    this.#reported.set(queryId, message);
    this.#options.onError(error, queryId);
  }

  #wakeLater(): void {
    this.#retryTimer ??= setTimeout(() => {
      this.#retryTimer = undefined;
      this.wake();
    }, RETRY_MS);
  }

  /** Arrivals below it are complete in all inputs of the query. */
  #horizon(query: PersistentQuery, order: QueryOrder<PersistentQuery>, arrivals: number): number {
    let horizon = arrivals;
    for (const id of order.writersOf(query.id)) {
      horizon = Math.min(horizon, this.#queries.get(id)?.progress ?? arrivals);
    }
    return horizon;
  }

  #runPushTasks(deadline: number): boolean {
    const arrivals = this.#options.log.allocateArrivals(0);
    let worked = false;
    for (const task of this.#pushTasks) {
      let horizon = arrivals;
      for (const query of this.#queries.values()) {
        if (task.reads(query.plan.sink.topic)) horizon = Math.min(horizon, query.committedProgress);
      }
      while (task.step(horizon)) {
        worked = true;
        if (this.#options.clock.monotonicMs() >= deadline) break;
      }
    }
    return worked;
  }

  /** See the file's header. On failure, which is reported and answered, nothing is published; the next commit tries again. */
  #commitNow(): unknown {
    this.#lastCommitMs = this.#options.clock.monotonicMs();
    this.#idleCommitDue = false;
    this.#writing = true;
    try {
      if (this.#uncut) cutToCommittedEnds(this.#options, (partition, end) => partition.truncateTo(end));
      this.#uncut = false;
      const queries = [...this.#queries.values()];
      const going = queries.filter((query) => query.state !== "ERROR");
      for (const query of going) query.flush();
      this.#options.log.flush();
      const progress = new Map(going.map((query) => [query.id, query.snapshot()]));
      // Of a failed query's topics too: it writes nothing, but others may have.
      const ends = new Map<string, number>();
      for (const query of queries) {
        for (const partition of query.outputs) ends.set(endName(partition), partition.endOffset);
      }
      this.#options.state.commit({ progress, ends });
      for (const query of queries) query.committed();
      this.#dirty = false;
      this.#commitFailed = false;
      this.#reported.clear();
      return undefined;
    } catch (error) {
      this.#report(error, undefined);
      this.#commitFailed = true;
      this.#wakeLater();
      return error;
    } finally {
      this.#writing = false;
    }
  }

  async drain(): Promise<void> {
    this.#assertOpen();
    const idle = new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    this.wake();
    await idle;
  }

  #assertOpen(): void {
    if (this.#closed) throw engineErrors.CLOSED({ message: "the engine is closed" });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    if (this.#dirty) this.#commitNow();
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#idleCommitTimer);
    for (const task of this.#pushTasks) task.end("closed");
    this.#watch.close();
    await this.#options.state.close();
  }
}
