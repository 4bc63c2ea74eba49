/**
 * A Kafka cluster as a `TopicLog`: a synchronous window on it. Topics are a snapshot that is renewed every few seconds;
 * changes are checked against it, applied to it, and carried out by the cluster in order; appends are handed to a
 * producer. `settled` tells when the cluster has done all of it, or what it refused.
 *
 * A change that the cluster refuses shows in the snapshot until it is next renewed.
 */
import type { Clock } from "../../base/clock.ts";
import { systemClock } from "../../base/clock.ts";
import { SpoorError } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import { systemTimers } from "../../base/timers.ts";
import type { Timers } from "../../base/timers.ts";
import { BatchMemory } from "../../log/batch-memory.ts";
import { logErrors } from "../../log/errors.ts";
import { checkPartitions, checkTopicName } from "../../log/topic-config.ts";
import type { CreateTopicOptions, MaintenanceReport, TopicInfo, TopicLog } from "../../log/topic-log.ts";
import { partitionName } from "../kafka/cluster-client.ts";
import type {
  ClusterClient,
  ClusterTopic,
  PartitionFetcher,
  TopicPartition,
} from "../kafka/cluster-client.ts";
import { BackgroundWork } from "./background-work.ts";
import { BlockCache } from "./block-cache.ts";
import { ClusterAppends } from "./cluster-appends.ts";
import type { ClusterPartition, KnownOffsets, PartitionParts } from "./cluster-partition.ts";
import { OpenTopics, PENDING_ID } from "./open-topics.ts";
import type { OpenTopic } from "./open-topics.ts";
import { checkSettings, topicInfo } from "./topic-snapshot.ts";

export interface ClusterLogOptions {
  readonly timers?: Timers;
  readonly clock?: Clock;
  /** Replicas of topics made here; −1: the cluster's default. */
  readonly replicas?: number;
  /** How often topics are asked for anew. Default 5 s. */
  readonly refreshMs?: number;
  /** How long a fetch waits at the end of a partition. Default 100 ms. */
  readonly pollMs?: number;
  /** Memory for blocks that were fetched. Default 64 MiB. */
  readonly cacheBytes?: number;
  /** What one fetch of a partition brings. Default 1 MiB. */
  readonly fetchBytes?: number;
  /** What may wait for the cluster's acknowledgement; beyond it appends throw LOG_DISK_FULL. Default 32 MiB. */
  readonly unacknowledgedBytesMax?: number;
  /** A refresh in the background failed; the next one comes. */
  readonly onProblem?: (error: unknown) => void;
}

const REFRESH_ATTEMPTS = 3;
const NOTHING_DONE: MaintenanceReport = { segmentsDeleted: 0, bytesFreed: 0, recordsRemoved: 0 };
/** A cluster of many thousand topics is not to be kept busy by being listed. */
const REST_FACTOR = 10;
/** How often the ends of partitions are asked for that somebody listens to without reading. */
const WATCH_MS = 1000;
/** @throws what the client throws where the cluster cannot be asked */
export async function openClusterTopicLog(
  client: ClusterClient,
  options: ClusterLogOptions = {},
): Promise<ClusterTopicLog> {
  const log = new ClusterTopicLog(client, options);
  try {
    await log.refresh();
  } catch (error) {
    log.close();
    throw error;
  }
  log.begin();
  return log;
}

export class ClusterTopicLog implements TopicLog {
  readonly #client: ClusterClient;
  readonly #options: ClusterLogOptions;
  readonly #timers: Timers;
  readonly #clock: Clock;
  readonly #topics: OpenTopics;
  readonly #work = new BackgroundWork();
  readonly #cache: BlockCache;
  readonly #appends: ClusterAppends;
  readonly #memory = new BatchMemory();
  readonly #fetcher: PartitionFetcher;
  readonly #listeners = new Set<() => void>();
  readonly #stops = new Set<() => void>();
  #nextArrival: number;
  #closed = false;

  constructor(client: ClusterClient, options: ClusterLogOptions) {
    const { timers = systemTimers, clock = systemClock, cacheBytes = 67_108_864, pollMs = 100 } = options;
    this.#client = client;
    this.#options = options;
    this.#timers = timers;
    this.#clock = clock;
    this.#topics = new OpenTopics(clock, () => this.#partitionParts());
    this.#cache = new BlockCache(cacheBytes);
    const bytesMax = options.unacknowledgedBytesMax ?? 33_554_432;
    this.#appends = new ClusterAppends({ client, work: this.#work, bytesMax });
    // They order what one process takes in; over a restart they rise with the clock.
    this.#nextArrival = clock.nowMs() * 1000;
    this.#fetcher = client.openFetcher({
      pollMs,
      onRecords: (records) => this.#topics.partition(records)?.arrived(records),
      onFailure: (failure) => this.#topics.partition(failure)?.failed(failure),
    });
  }

  /** Starts what renews the snapshot; called once, by `openClusterTopicLog`. */
  begin(): void {
    this.#every(this.#options.refreshMs ?? 5000, () => this.refresh());
    this.#every(WATCH_MS, () => this.#refreshUnwatched());
  }

  topics(): TopicInfo[] {
    return this.#topics
      .all()
      .map(({ info }) => info)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  topic(name: string): TopicInfo | undefined {
    return this.#topics.get(name)?.info;
  }

  createTopic(name: string, { partitions, config = {}, ifNotExists }: CreateTopicOptions): TopicInfo {
    this.#checkOpen();
    checkTopicName(name);
    const known = this.#topics.get(name);
    if (known !== undefined && ifNotExists === true) return known.info;
    if (known !== undefined) throw logErrors.TOPIC_EXISTS({ message: `topic '${name}' exists already` });
    checkPartitions(partitions);
    checkSettings(config);
    const info = topicInfo({ name, id: PENDING_ID, partitions, overrides: { ...config } });
    const topic = this.#topics.begin(info);
    this.#notify();
    this.#change(() => this.#create(topic, info, ifNotExists === true));
    return info;
  }

  async #create(topic: OpenTopic, info: TopicInfo, ifNotExists: boolean): Promise<void> {
    const { name, partitions, overrides } = info;
    try {
      await this.#client.createTopic({
        name,
        partitions,
        replicas: this.#options.replicas ?? -1,
        config: overrides,
      });
    } catch (error) {
      const isThere = error instanceof SpoorError && error.code === "CLUSTER_TOPIC_EXISTS";
      if (!(isThere && ifNotExists)) {
        if (this.#topics.get(name) === topic) this.#topics.drop(topic);
        this.#notify();
        throw error;
      }
    }
    this.#topics.made(topic);
  }

  deleteTopic(name: string): void {
    const deleted = this.#topics.delete(this.#topicNamed(name));
    this.#notify();
    this.#change(() => this.#client.deleteTopics([name]).finally(deleted));
  }

  addPartitions(name: string, total: number): TopicInfo {
    const topic = this.#topicNamed(name);
    checkPartitions(total, topic.info.partitions);
    this.#topics.change(topic, { ...topic.info, partitions: total });
    this.#notify();
    this.#change(() => this.#client.addPartitions(name, total));
    return topic.info;
  }

  alterConfig(name: string, changes: Readonly<Record<string, string | null>>): TopicInfo {
    const topic = this.#topicNamed(name);
    const overrides = { ...topic.info.overrides };
    for (const [key, value] of Object.entries(changes)) {
      if (value === null) delete overrides[key];
      else overrides[key] = value;
    }
    checkSettings(overrides);
    this.#topics.change(topic, topicInfo({ ...topic.info, overrides }));
    this.#notify();
    this.#change(() => this.#client.alterTopicConfig(name, changes));
    return topic.info;
  }

  partition(topic: string, partition: number): ClusterPartition {
    const { partitions } = this.#topicNamed(topic);
    const found = partitions[partition];
    if (found !== undefined) return found;
    throw logErrors.UNKNOWN_PARTITION({
      message: `topic '${topic}' has no partition ${partition}`,
      detail: `its partitions are 0 to ${partitions.length - 1}`,
    });
  }

  /** Numbers of this process: the cluster keeps none. */
  allocateArrivals(n: number): number {
    this.#checkOpen();
    const first = this.#nextArrival;
    this.#nextArrival += n;
    return first;
  }

  /** The cluster does it. */
  enforceRetention(): MaintenanceReport {
    return NOTHING_DONE;
  }

  /** The cluster does it. */
  compact(): MaintenanceReport {
    return NOTHING_DONE;
  }

  onTopicsChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Nothing is to be flushed: what the cluster acknowledged it has replicated. See `flushed`. */
  flush(): void {
    this.#checkOpen();
  }

  flushed(): Promise<void> | undefined {
    this.#checkOpen();
    const pending = this.#topics
      .all()
      .flatMap(({ partitions }) => partitions.flatMap((each) => each.flushed() ?? []));
    return pending.length === 0 ? undefined : Promise.all(pending).then(() => undefined);
  }

  failedPartitions(): number {
    return 0;
  }

  /**
   * The cluster has acknowledged everything that was appended, made, deleted and altered so far. Rejects with the first
   * failure since the last call.
   */
  settled(): Promise<void> {
    return this.#work.settled();
  }

  /** Appends and changes that the cluster refused, or could not be asked for in time. */
  get failures(): number {
    return this.#work.failures;
  }

  get cachedBytes(): number {
    return this.#cache.sizeBytes;
  }

  get unacknowledgedBytes(): number {
    return this.#appends.unacknowledgedBytes;
  }

  /** Asks the cluster for its topics now. What is being changed is waited for. */
  async refresh(): Promise<void> {
    for (let attempt = 0; attempt < REFRESH_ATTEMPTS && !this.#closed; attempt++) {
      await this.#work.changed();
      const { changes } = this.#work;
      const listed = await this.#client.topics();
      const added = listed.filter(({ internal }) => !internal).flatMap(ledPartitions);
      const offsets = await this.#offsetsOf(
        added.filter((each) => this.#topics.partition(each) === undefined),
      );
      // A change in between makes the list one of the past.
      if (this.#work.changes === changes && !this.#closed) {
        if (this.#topics.take(listed, offsets)) this.#notify();
        return;
      }
    }
  }

  /** Asks where the partitions start and end now; default: all but the cluster's internal ones. */
  async refreshOffsets(partitions: readonly TopicPartition[] = this.#userPartitions()): Promise<void> {
    const offsets = await this.#offsetsOf(partitions);
    for (const each of partitions) {
      const known = offsets.get(partitionName(each));
      if (known !== undefined) this.#topics.partition(each)?.moved(known);
    }
  }

  /** The same for all partitions of topics, which the cluster may have made a moment ago. */
  async refreshed(topics: readonly string[]): Promise<void> {
    await this.#work.changed();
    if (topics.some((name) => this.#topics.get(name) === undefined)) await this.refresh();
    await this.refreshOffsets(topics.flatMap((name) => this.#topics.get(name)?.partitions ?? []));
  }

  /** Waits for nothing: `settled` comes before. The client stays open. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const stop of this.#stops) stop();
    void this.#fetcher.close();
    this.#appends.close();
    for (const { partitions } of this.#topics.all()) for (const partition of partitions) partition.abandon();
  }

  async #offsetsOf(partitions: readonly TopicPartition[]): Promise<ReadonlyMap<string, KnownOffsets>> {
    if (partitions.length === 0) return new Map();
    const asOfMs = this.#clock.monotonicMs();
    const [starts, ends] = await Promise.all([
      this.#client.listOffsets(partitions, "start"),
      this.#client.listOffsets(partitions, "end"),
    ]);
    return new Map(
      [...starts].map(([name, start]) => [name, { start, end: ends.get(name) ?? start, asOfMs }]),
    );
  }

  async #refreshUnwatched(): Promise<void> {
    const unwatched = this.#topics
      .all()
      .filter(({ madeMs }) => madeMs < Number.POSITIVE_INFINITY)
      .flatMap(({ partitions }) => partitions.filter((each) => each.isUnwatched));
    await this.refreshOffsets(unwatched);
  }

  #userPartitions(): TopicPartition[] {
    return this.#topics
      .all()
      .filter(({ internal }) => !internal)
      .flatMap(({ partitions }) => partitions);
  }

  #partitionParts(): PartitionParts {
    const { fetchBytes = 1_048_576 } = this.#options;
    return {
      blocks: this.#cache.partition(),
      appends: this.#appends,
      memory: this.#memory,
      want: (partition: TopicPartition, from: number) => this.#fetcher.want(partition, from, fetchBytes),
      deleteRecords: (partition: TopicPartition, before: number) =>
        this.#change(() => this.#client.deleteRecords(partition, before)),
      offsetForTimestamp: async (partition: TopicPartition, timestampMs: number) => {
        const offsets = await this.#client.listOffsets([partition], { timestampMs });
        const found = offsets.get(partitionName(partition));
        const end = this.#topics.partition(partition)?.endOffset ?? 0;
        return found === undefined || found >= end ? undefined : found;
      },
    };
  }

  #change(change: () => Promise<unknown>): void {
    this.#work.inOrder(change);
  }

  #topicNamed(name: string): OpenTopic {
    this.#checkOpen();
    const topic = this.#topics.get(name);
    if (topic !== undefined) return topic;
    throw logErrors.UNKNOWN_TOPIC({
      message: `topic '${name}' does not exist`,
      hint: didYouMean(name, this.#topics.names()),
    });
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Runs again and again until the log is closed; what takes long is done the more rarely. */
  #every(periodMs: number, run: () => Promise<void>, delayMs = periodMs): void {
    const stop = this.#timers.after(delayMs, () => {
      this.#stops.delete(stop);
      const startMs = this.#clock.monotonicMs();
      void run()
        .catch((error: unknown) => (this.#closed ? undefined : this.#options.onProblem?.(error)))
        .then(() => {
          const tookMs = this.#clock.monotonicMs() - startMs;
          if (!this.#closed) this.#every(periodMs, run, Math.max(periodMs, tookMs * REST_FACTOR));
        });
    });
    this.#stops.add(stop);
  }

  #checkOpen(): void {
    if (this.#closed) throw logErrors.CLOSED({ message: "the log is closed" });
  }
}

/** Those that can be asked for their offsets: one that nobody leads must not hold up the rest. */
function ledPartitions({ name, partitions, leaderless }: ClusterTopic): TopicPartition[] {
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition }));
  return all.filter(({ partition }) => leaderless?.includes(partition) !== true);
}
