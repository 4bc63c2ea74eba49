/**
 * The engine over a Kafka cluster. Persistent queries run as members of their consumer groups, so that several processes
 * share the tasks of each (`query-group.ts`); push and pull queries run in this process, over what it reads of the cluster.
 *
 * Commit: everything that all tasks of the process have written since the last one (outputs, repartitioned rows, changes of
 * state) and the places they have come to go into one transaction of the cluster; then the local state keeps its changes.
 * Where the transaction fails, the tasks are taken back to the last commit: nothing of it can be seen by a read_committed
 * consumer. A process that dies leaves an open transaction, which the cluster ends.
 */
import { SpoorError } from "../../base/errors.ts";
import type { PullQueryPlan, PushQueryPlan } from "../../plan/physical.ts";
import type {
  PullResult,
  PushQuery,
  PushSubscriber,
  QueryEngine,
  RunningQuery,
  StartOptions,
} from "../../engine/engine.ts";
import { engineErrors } from "../../engine/errors.ts";
import { isPassingFailure } from "../../engine/passing-failure.ts";
import type { DropSample, QueryStatistics } from "../../engine/statistics.ts";
import type { PartitionLog, TopicLog } from "../../log/topic-log.ts";
import type { ClusterClient, OutgoingBatch, TransactionProducer } from "../kafka/cluster-client.ts";
import type { ClusterTask, TaskSettings } from "./cluster-task.ts";
import type { ClusterPartition } from "./input-partition.ts";
import { queryGroup, REPARTITION_CONFIG } from "./internal-topics.ts";
import { purgeRepartitions } from "./purge-repartitions.ts";
import { QueryGroup, writersOf } from "./query-group.ts";
import { removeQuery } from "./query-removal.ts";
import { splitPlan } from "./sub-topologies.ts";
import type { PartitionPlaces } from "./task-positions.ts";
import { openWatchedPush } from "./watched-push.ts";
import { WritersProgressWatch } from "./writers-progress.ts";

export interface ClusterLog extends TopicLog {
  partition(topic: string, partition: number): ClusterPartition;
  /** What was changed so far is in the cluster. @throws what it refused */
  settled(): Promise<void>;
}

export interface ClusterEngineOptions {
  readonly client: ClusterClient;
  readonly log: ClusterLog;
  readonly serviceId: string;
  /** The same for the same process over restarts, another for every other: names its transactions. */
  readonly instanceId: string;
  readonly settings: TaskSettings;
  readonly commitIntervalMs: number;
  readonly sliceMs: number;
  /** Runs what needs no group: push and pull queries. Its persistent queries are never used. */
  readonly transient: QueryEngine & { wake(): void };
  readonly onError: (error: unknown, queryId: string | undefined) => void;
  readonly onDrop?: (queryId: string, sample: DropSample) => void;
}

/** Bytes of results that wait for a commit; beyond it one is due. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024;
const LOOK_INTERVAL_MS = 40;
const RETRY_MS = 500;
const PURGE_INTERVAL_MS = 30_000;

/** What a task has done since the last commit. */
interface Work {
  readonly group: QueryGroup;
  readonly task: ClusterTask;
  readonly batches: readonly OutgoingBatch[];
  readonly moved: readonly PartitionPlaces[];
}

export class ClusterEngine implements QueryEngine {
  readonly #options: ClusterEngineOptions;
  readonly #groups = new Map<string, QueryGroup>();
  readonly #watch: WritersProgressWatch;
  readonly #watched = new Map<PartitionLog, () => void>();
  readonly #timers: NodeJS.Timeout[];
  #producer: Promise<TransactionProducer> | undefined;
  #scheduled = false;
  #closed = false;
  #committing: Promise<void> | undefined;
  #lastCommitMs: number;
  #retryAtMs = 0;
  /** Failures of commits since the last that succeeded. */
  readonly #reported = new Set<string>();
  #idleWaiters: (() => void)[] = [];

  constructor(options: ClusterEngineOptions) {
    this.#options = options;
    const { client, settings, log } = options;
    this.#lastCommitMs = settings.clock.monotonicMs();
    this.#watch = new WritersProgressWatch({
      client,
      clock: settings.clock,
      writersOf: (topic) => writersOf(topic, this.#groups.values()),
      partitionsOf: (topic) => this.#partitionCount(topic),
      onLook: () => this.wake(),
    });
    this.#timers = [
      setInterval(() => this.#look(), LOOK_INTERVAL_MS),
      setInterval(() => this.wake(), options.commitIntervalMs),
      setInterval(() => void this.#purge(), PURGE_INTERVAL_MS),
    ];
    for (const timer of this.#timers) timer.unref();
    log.onTopicsChange(() => this.wake());
  }

  #look(): void {
    if (!this.#watch.isWanted) return;
    this.#watch.look().catch((error: unknown) => this.#report(error));
  }

  async #purge(): Promise<void> {
    try {
      for (const group of this.#groups.values()) await purgeRepartitions(group, this.#options.client);
    } catch (error) {
      this.#report(error);
    }
  }

  #partitionCount(topic: string): number {
    const info = this.#options.log.topic(topic);
    if (info !== undefined) return info.partitions;
    throw engineErrors.TOPIC_MISSING({
      message: `topic '${topic}' does not exist in the cluster`,
      hint: "create it, or give PARTITIONS in the statement that declares the source",
    });
  }

  startQuery(start: StartOptions): RunningQuery {
    this.#assertOpen();
    if (this.#groups.has(start.id)) {
      throw engineErrors.QUERY_EXISTS({ message: `a query '${start.id}' runs already` });
    }
    const { serviceId, client, settings, onError, onDrop } = this.#options;
    const name = queryGroup(serviceId, start.id);
    const group = new QueryGroup({
      start,
      group: name,
      split: splitPlan(start.plan, name, (topic) => this.#partitionCount(topic)),
      client,
      settings,
      partitionOf: (topic, partition) => this.#partition(topic, partition),
      partitionCount: (topic) => this.#partitionCount(topic),
      awaits: (topic, asOfMs) => this.#watch.awaits(topic, asOfMs),
      ensureTopic: (topic, partitions, config) => this.#ensureTopic(topic, partitions, config),
      commit: () => this.commit(),
      onReady: () => this.wake(),
      onError: (error) => onError(error, start.id),
      onDrop: onDrop === undefined ? undefined : (sample) => onDrop(start.id, sample),
    });
    this.#groups.set(start.id, group);
    void this.#join(group);
    return group;
  }

  async #join(group: QueryGroup): Promise<void> {
    try {
      for (const { topic, partitions } of group.split.exchanges) {
        await this.#ensureTopic(topic, partitions, REPARTITION_CONFIG);
      }
      await this.#options.log.settled();
      if (this.#groups.get(group.id) === group) group.join();
    } catch (error) {
      group.fail(error);
      this.#options.onError(error, group.id);
    }
  }

  async #ensureTopic(
    topic: string,
    partitions: number,
    config: Readonly<Record<string, string>>,
  ): Promise<void> {
    const { log } = this.#options;
    if (log.topic(topic) === undefined) log.createTopic(topic, { partitions, config, ifNotExists: true });
    await log.settled();
  }

  #partition(topic: string, partition: number): ClusterPartition {
    const log = this.#options.log.partition(topic, partition);
    if (!this.#watched.has(log))
      this.#watched.set(
        log,
        log.onAppend(() => this.wake()),
      );
    return log;
  }

  replaceQuery(start: StartOptions): RunningQuery {
    const old = this.#existing(start.id);
    this.#groups.delete(start.id);
    void old.leave().catch((error: unknown) => this.#options.onError(error, start.id));
    return this.startQuery(start);
  }

  terminateQuery(id: string): void {
    const group = this.#existing(id);
    group.state = "TERMINATED";
    this.#groups.delete(id);
    const { client, onError } = this.#options;
    removeQuery(group, client).catch((error: unknown) => onError(error, id));
  }

  pauseQuery(id: string): void {
    this.#existing(id).state = "PAUSED";
  }

  resumeQuery(id: string): void {
    this.#existing(id).state = "RUNNING";
    this.wake();
  }

  #existing(id: string): QueryGroup {
    const group = this.#groups.get(id);
    if (group !== undefined) return group;
    throw engineErrors.UNKNOWN_QUERY({
      message: `there is no query '${id}'`,
      hint: "SHOW QUERIES lists the queries that run",
    });
  }

  queries(): readonly RunningQuery[] {
    return [...this.#groups.values()];
  }

  query(id: string): RunningQuery | undefined {
    return this.#groups.get(id);
  }

  /** Of this process's tasks. */
  statistics(id: string): QueryStatistics | undefined {
    const group = this.#groups.get(id);
    if (group === undefined) return undefined;
    const { counters, tasks, rates } = group;
    const { readPerSecond, writtenPerSecond } = rates.rates();
    return {
      ...counters.snapshot(),
      samples: counters.samples(),
      lastMessageMs: counters.lastMessageMs,
      lastErrorMs: counters.lastErrorMs,
      lastError: counters.lastError,
      recordsReadPerSecond: readPerSecond,
      recordsWrittenPerSecond: writtenPerSecond,
      lag: tasks.reduce((sum, task) => sum + task.lag(), 0),
      state: tasks.flatMap((task) => task.stateSizes()),
    };
  }

  openPush(
    plan: PushQueryPlan,
    properties: ReadonlyMap<string, string>,
    subscriber: PushSubscriber,
  ): PushQuery {
    return openWatchedPush({ ...this.#options, plan, properties, subscriber });
  }

  pull(plan: PullQueryPlan): PullResult {
    return this.#options.transient.pull(plan);
  }

  /** Records from outside go to the cluster at once: no query holds its topic back. */
  appendOutside<T>(_topic: string, append: () => T): T {
    return append();
  }

  wake(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#slice();
    });
  }

  #slice(): void {
    const { clock } = this.#options.settings;
    const nowMs = clock.monotonicMs();
    if (this.#committing !== undefined || nowMs < this.#retryAtMs) return;
    const deadline = nowMs + this.#options.sliceMs;
    let worked = true;
    while (worked && clock.monotonicMs() < deadline && !this.#isFull()) worked = this.#round();
    const dueMs = this.#lastCommitMs + this.#options.commitIntervalMs;
    if (!worked || this.#isFull() || clock.monotonicMs() >= dueMs) void this.commit().catch(() => undefined);
    else this.wake();
  }

  #round(): boolean {
    let worked = false;
    for (const group of this.#groups.values()) {
      try {
        for (const task of group.tasks) if (task.step()) worked = true;
      } catch (error) {
        group.rollBack();
        if (isPassingFailure(error)) this.#report(error);
        else {
          group.fail(error);
          this.#options.onError(error, group.id);
        }
        continue;
      }
      group.rates.update(group.counters.recordsRead, group.counters.recordsWritten);
    }
    return worked;
  }

  #isFull(): boolean {
    let bytes = 0;
    for (const { tasks } of this.#groups.values()) for (const task of tasks) bytes += task.waitingBytes();
    return bytes >= WAITING_BYTES_MAX;
  }

  /** Commits what there is; calls while a commit is under way wait for it and then commit again. */
  async commit(): Promise<void> {
    while (this.#committing !== undefined) await this.#committing.catch(() => undefined);
    const work = this.#uncommitted();
    if (work.length === 0) {
      if (this.#isIdle()) for (const waiter of this.#idleWaiters.splice(0)) waiter();
      return;
    }
    this.#committing = this.#commitWork(work);
    try {
      await this.#committing;
    } finally {
      this.#committing = undefined;
      this.#lastCommitMs = this.#options.settings.clock.monotonicMs();
      this.wake();
    }
  }

  #uncommitted(): readonly Work[] {
    const nowMs = this.#options.settings.clock.nowMs();
    return [...this.#groups.values()].flatMap((group) =>
      group.tasks.flatMap((task) => {
        const batches = task.take(nowMs);
        const moved = task.moved();
        return batches.length > 0 || moved.length > 0 ? [{ group, task, batches, moved }] : [];
      }),
    );
  }

  async #commitWork(dirty: readonly Work[]): Promise<void> {
    try {
      const producer = await this.#transactions();
      await producer.commit({
        batches: dirty.flatMap(({ batches }) => batches),
        offsets: [...new Set(dirty.map(({ group }) => group))].flatMap((group) => {
          const moved: PartitionPlaces[] = [];
          for (const one of dirty) if (one.group === group) moved.push(...one.moved);
          return group.offsets(moved) ?? [];
        }),
      });
    } catch (error) {
      this.#aborted(error, new Set(dirty.map(({ group }) => group)));
      throw error;
    }
    this.#reported.clear();
    for (const { group, task, moved } of dirty) {
      task.committed(moved);
      group.committed(moved);
    }
  }

  #aborted(error: unknown, groups: ReadonlySet<QueryGroup>): void {
    const { clock } = this.#options.settings;
    this.#retryAtMs = clock.monotonicMs() + RETRY_MS;
    const producer = this.#producer;
    this.#producer = undefined;
    void producer?.then((one) => one.close()).catch(() => undefined);
    for (const group of groups) {
      if (isWrittenNowhere(error)) group.rollBack();
      else void this.#reload(group);
    }
    this.#report(error);
  }

  /**
   * Nobody knows whether the last transaction went through: taking its id anew ends it one way or the other, and then the
   * committed places tell.
   */
  async #reload(group: QueryGroup): Promise<void> {
    const tasks = group.leaveTasks();
    try {
      await this.#transactions();
    } catch (error) {
      this.#producer = undefined;
      this.#report(error);
    }
    await group.reload(tasks);
  }

  /** Once, however often it is met before a commit succeeds. */
  #report(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    // What the end of the connection breaks off is no failure.
    if (this.#closed || this.#reported.has(message)) return;
    this.#reported.add(message);
    this.#options.onError(error, undefined);
  }

  #transactions(): Promise<TransactionProducer> {
    const { client, serviceId, instanceId } = this.#options;
    return (this.#producer ??= client.openTransactions(`_confluent-ksql-${serviceId}spoor-${instanceId}`));
  }

  /** All that the tasks of this process can read was read. */
  #isIdle(): boolean {
    return [...this.#groups.values()].every(
      (group) =>
        group.state !== "RUNNING" || (!group.isRestoring && group.tasks.every((task) => task.lag() === 0)),
    );
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
    await this.commit().catch((error: unknown) => this.#options.onError(error, undefined));
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const end of this.#watched.values()) end();
    await Promise.all([...this.#groups.values()].map((group) => group.leave()));
    const producer = await this.#producer?.catch(() => undefined);
    await producer?.close();
    await this.#options.transient.close();
  }
}

const WRITTEN_NOWHERE: ReadonlySet<string> = new Set([
  "CLUSTER_TRANSACTION_ABORTED",
  "CLUSTER_NOT_AUTHORIZED",
  "CLUSTER_BATCH_TOO_LARGE",
  "CLUSTER_UNKNOWN_TOPIC",
  "CLUSTER_REFUSED",
]);

/** Whether the failed transaction has certainly left nothing. */
function isWrittenNowhere(error: unknown): boolean {
  return error instanceof SpoorError && WRITTEN_NOWHERE.has(error.code);
}
