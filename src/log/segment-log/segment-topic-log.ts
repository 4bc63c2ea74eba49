/**
 * The topic log on disk. In its data directory:
 *
 *     lock                    the process that has it open
 *     clean-shutdown.json     only after a clean end: what the last segments hold; removed on opening
 *     arrivals.json           the next arrival number
 *     <topic>.topic.json      a topic: id, partitions, settings
 *     <topic>-<partition>/    segments, and partition.json
 */
import type { Clock } from "../../base/clock.ts";
import { systemClock } from "../../base/clock.ts";
import { didYouMean } from "../../base/nearest.ts";
import { systemRandom } from "../../base/random.ts";
import type { Random } from "../../base/random.ts";
import { logErrors } from "../errors.ts";
import { RecentBlocks } from "../recent-blocks.ts";
import { alteredOverrides, checkPartitions, checkTopicName, parseTopicConfig } from "../topic-config.ts";
import type { CreateTopicOptions, MaintenanceReport, TopicInfo, TopicLog } from "../topic-log.ts";
import { ArrivalCounter } from "./arrival-counter.ts";
import { CleanShutdown } from "./clean-shutdown.ts";
import { DirectoryLock } from "./directory-lock.ts";
import type { ProcessTable } from "./directory-lock.ts";
import { systemProcesses } from "./directory-lock.ts";
import { writeFailure } from "./disk-failure.ts";
import type { Disk } from "./disk.ts";
import { FileHandles } from "./file-handles.ts";
import { LoadedIndexes } from "./loaded-indexes.ts";
import { nodeDisk } from "./node-disk.ts";
import type { CleanEnd } from "./partition-opening.ts";
import { SegmentPartition } from "./segment-partition.ts";
import type { FlushPolicy, PartitionServices } from "./segment-partition.ts";
import type { LogProblem } from "./segment-recovery.ts";
import { TopicMetadata } from "./topic-metadata.ts";
import { topicId } from "./topic-id.ts";

/**
 * Enough for queries at the tail, and no more than a processor's cache: batch memory goes around, and the recipe ran 5 to
 * 20 % slower over 64 MiB.
 */
const CACHE_BYTES = 16 * 1024 * 1024;

export interface SegmentLogOptions {
  readonly directory: string;
  /** Default: the real file system. */
  readonly disk?: Disk;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly processes?: ProcessTable;
  /** Default "os". */
  readonly flushPolicy?: FlushPolicy;
  /** Memory for recently appended batches, over all partitions. Default {@link CACHE_BYTES}. */
  readonly cacheBytes?: number;
  /** Files open at a time. Default 512. */
  readonly openFilesMax?: number;
  /** Called for what recovery found, and for damage met later. */
  readonly onProblem?: (problem: LogProblem) => void;
}

const PROBLEMS_MAX = 1000;
/** Memory for the indexes of sealed segments. */
const INDEX_BYTES_MAX = 33_554_432;

export class SegmentTopicLog implements TopicLog {
  readonly #directory: string;
  readonly #handles: FileHandles;
  readonly #indexes = new LoadedIndexes(INDEX_BYTES_MAX);
  readonly #lock: DirectoryLock;
  readonly #metadata: TopicMetadata;
  readonly #cleanShutdown: CleanShutdown;
  readonly #counter: ArrivalCounter;
  readonly #services: PartitionServices;
  readonly #random: Random;
  readonly #topics = new Map<string, OpenTopic>();
  readonly #listeners = new Set<() => void>();
  readonly #problems: LogProblem[] = [];
  #problemCount = 0;
  /** Background flushes under way; its tasks report their failures and never reject. */
  #flushes: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(options: SegmentLogOptions) {
    const disk = options.disk ?? nodeDisk;
    const { directory } = options;
    this.#directory = directory;
    disk.makeDirectory(directory);
    this.#lock = DirectoryLock.acquire(disk, directory, options.processes ?? systemProcesses);
    this.#handles = new FileHandles(disk, Math.max(8, options.openFilesMax ?? 512));
    this.#metadata = new TopicMetadata(disk, directory);
    this.#cleanShutdown = new CleanShutdown(disk, directory);
    this.#counter = new ArrivalCounter(disk, directory);
    this.#random = options.random ?? systemRandom;
    this.#services = {
      clock: options.clock ?? systemClock,
      recent: new RecentBlocks(options.cacheBytes ?? CACHE_BYTES),
      flushPolicy: options.flushPolicy ?? "os",
      allocateArrivals: (n) => this.allocateArrivals(n),
      flushLater: (task) => {
        this.#flushes = this.#flushes.then(task);
      },
      report: (problem) => {
        this.#problemCount++;
        if (this.#problems.length < PROBLEMS_MAX) this.#problems.push(problem);
        options.onProblem?.(problem);
      },
    };
  }

  /** Opens the log in a directory, made if need be, and recovers it. @throws LOG_LOCKED, LOG_DAMAGED_METADATA */
  static open(options: SegmentLogOptions): SegmentTopicLog {
    const log = new SegmentTopicLog(options);
    try {
      log.#load();
    } catch (error) {
      log.#handles.closeAll();
      log.#lock.release();
      throw error;
    }
    return log;
  }

  /** What recovery found on opening and what was met since, the first 1000. */
  get problems(): readonly LogProblem[] {
    return this.#problems;
  }

  /** Memory that recently appended batches take. */
  get cachedBytes(): number {
    return this.#services.recent.sizeBytes;
  }

  /** How many problems there were, also beyond those kept. */
  get problemCount(): number {
    return this.#problemCount;
  }

  topics(): TopicInfo[] {
    return [...this.#topics.values()]
      .map((topic) => topic.info)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  topic(name: string): TopicInfo | undefined {
    return this.#topics.get(name)?.info;
  }

  createTopic(name: string, options: CreateTopicOptions): TopicInfo {
    this.#checkOpen();
    checkTopicName(name);
    const existing = this.#topics.get(name);
    if (existing !== undefined && options.ifNotExists === true) return existing.info;
    if (existing !== undefined) throw logErrors.TOPIC_EXISTS({ message: `topic '${name}' exists already` });
    checkPartitions(options.partitions);
    const overrides = { ...options.config };
    const config = parseTopicConfig(overrides);
    const info = { name, id: topicId(this.#random), partitions: options.partitions, overrides, config };
    this.#metadata.checkFolders(name, 0, info.partitions);
    const partitions = this.#changing(name, () => {
      try {
        this.#metadata.save(info);
        return this.#openPartitions(info, 0, undefined);
      } catch (error) {
        this.#metadata.delete(name);
        throw error;
      }
    });
    this.#topics.set(name, { info, partitions });
    this.#notify();
    return info;
  }

  deleteTopic(name: string): void {
    const topic = this.#topicNamed(name);
    this.#changing(name, () => this.#metadata.delete(name));
    this.#topics.delete(name);
    for (const partition of topic.partitions) partition.abandon();
    this.#notify();
  }

  addPartitions(name: string, total: number): TopicInfo {
    const topic = this.#topicNamed(name);
    checkPartitions(total, topic.info.partitions);
    this.#metadata.checkFolders(name, topic.info.partitions, total);
    const info = { ...topic.info, partitions: total };
    const added = this.#changing(name, () => {
      // A partition without a folder is made on opening: the metadata may come first.
      this.#metadata.save(info);
      return this.#openPartitions(info, topic.info.partitions, undefined);
    });
    this.#topics.set(name, { info, partitions: [...topic.partitions, ...added] });
    this.#notify();
    return info;
  }

  alterConfig(name: string, changes: Readonly<Record<string, string | null>>): TopicInfo {
    const topic = this.#topicNamed(name);
    const overrides = alteredOverrides(topic.info.overrides, changes);
    const info = { ...topic.info, overrides, config: parseTopicConfig(overrides) };
    this.#changing(name, () => this.#metadata.save(info));
    for (const partition of topic.partitions) partition.config = info.config;
    this.#topics.set(name, { info, partitions: topic.partitions });
    this.#notify();
    return info;
  }

  partition(topic: string, partition: number): SegmentPartition {
    const { partitions } = this.#topicNamed(topic);
    const found = partitions[partition];
    if (found !== undefined) return found;
    throw logErrors.UNKNOWN_PARTITION({
      message: `topic '${topic}' has no partition ${partition}`,
      detail: `its partitions are 0 to ${partitions.length - 1}`,
    });
  }

  allocateArrivals(n: number): number {
    this.#checkOpen();
    try {
      return this.#counter.allocate(n);
    } catch (error) {
      throw writeFailure("the arrival numbers", error);
    }
  }

  enforceRetention(nowMs: number): MaintenanceReport {
    return this.#maintain((partition) => partition.enforceRetention(nowMs));
  }

  compact(nowMs: number): MaintenanceReport {
    return this.#maintain((partition) => partition.compact(nowMs));
  }

  onTopicsChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  flush(): void {
    this.#checkOpen();
    if (this.#services.flushPolicy === "os") return;
    for (const partition of this.#allPartitions()) partition.flush();
  }

  flushed(): Promise<void> | undefined {
    this.#checkOpen();
    const pending = this.#allPartitions().flatMap((partition) => partition.flushed() ?? []);
    return pending.length === 0 ? undefined : Promise.all(pending).then(() => undefined);
  }

  failedPartitions(): number {
    return this.#allPartitions().filter((partition) => partition.hasFailed).length;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const ends = new Map<string, CleanEnd>();
    let failure: unknown;
    for (const partition of this.#allPartitions()) {
      try {
        const end = partition.close();
        if (end !== undefined) ends.set(`${partition.topic}-${partition.partition}`, end);
      } catch (error) {
        failure ??= error;
        partition.abandon();
      }
    }
    this.#handles.closeAll();
    try {
      this.#counter.close();
      this.#cleanShutdown.write(ends);
    } finally {
      this.#lock.release();
    }
    if (failure !== undefined) throw failure;
  }

  /** Lets go of everything as a killed process does: nothing is written, the lock file stays. For tests. */
  abandon(): void {
    this.#closed = true;
    for (const partition of this.#allPartitions()) partition.abandon();
    this.#handles.closeAll();
    this.#lock.abandon();
  }

  #load(): void {
    const ends = this.#cleanShutdown.take();
    const topics = this.#metadata.load();
    this.#reportFolders(topics);
    for (const info of topics) {
      this.#topics.set(info.name, { info, partitions: this.#openPartitions(info, 0, ends) });
    }
    if (this.#counter.load()) return;
    for (const partition of this.#allPartitions()) this.#counter.skipPast(partition.highestArrival());
  }

  /** Reports folders that no topic owns, and partitions whose folder is gone. */
  #reportFolders(topics: readonly TopicInfo[]): void {
    const folders = this.#handles.disk.list(this.#directory).filter((name) => /-\d+$/.test(name));
    const unknown = new Set(folders);
    const problem = { offset: 0, bytes: 0, records: -1 };
    for (const { name: topic, partitions } of topics) {
      for (let partition = 0; partition < partitions; partition++) {
        if (unknown.delete(`${topic}-${partition}`)) continue;
        const detail = "the partition's folder is missing; it starts empty";
        this.#services.report({ ...problem, kind: "missing-partition", topic, partition, detail });
      }
    }
    for (const folder of unknown) {
      const detail = `folder '${folder}' belongs to no topic and is left alone`;
      const dash = folder.lastIndexOf("-");
      const topic = folder.slice(0, dash);
      this.#services.report({
        ...problem,
        kind: "unknown-folder",
        topic,
        partition: Number(folder.slice(dash + 1)),
        detail,
      });
    }
  }

  #openPartitions(
    info: TopicInfo,
    from: number,
    ends: ReadonlyMap<string, CleanEnd> | undefined,
  ): SegmentPartition[] {
    const partitions: SegmentPartition[] = [];
    for (let partition = from; partition < info.partitions; partition++) {
      const directory = this.#metadata.partitionDirectory(info.name, partition);
      const place = {
        handles: this.#handles,
        directory,
        topic: info.name,
        partition,
        indexes: this.#indexes,
      };
      const cleanEnd = ends?.get(`${info.name}-${partition}`);
      partitions.push(SegmentPartition.open(place, this.#services, info.config, cleanEnd));
    }
    return partitions;
  }

  #allPartitions(): SegmentPartition[] {
    return [...this.#topics.values()].flatMap((topic) => topic.partitions);
  }

  #maintain(run: (partition: SegmentPartition) => MaintenanceReport): MaintenanceReport {
    this.#checkOpen();
    let total: MaintenanceReport = { segmentsDeleted: 0, bytesFreed: 0, recordsRemoved: 0 };
    for (const partition of this.#allPartitions()) {
      const { segmentsDeleted, bytesFreed, recordsRemoved } = run(partition);
      total = {
        segmentsDeleted: total.segmentsDeleted + segmentsDeleted,
        bytesFreed: total.bytesFreed + bytesFreed,
        recordsRemoved: total.recordsRemoved + recordsRemoved,
      };
    }
    return total;
  }

  #changing<T>(topic: string, run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw writeFailure(`topic '${topic}'`, error);
    }
  }

  #topicNamed(name: string): OpenTopic {
    this.#checkOpen();
    const topic = this.#topics.get(name);
    if (topic !== undefined) return topic;
    throw logErrors.UNKNOWN_TOPIC({
      message: `topic '${name}' does not exist`,
      hint: didYouMean(name, this.#topics.keys()),
    });
  }

  #checkOpen(): void {
    if (this.#closed) throw logErrors.CLOSED({ message: "the topic log is closed" });
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

interface OpenTopic {
  readonly info: TopicInfo;
  readonly partitions: SegmentPartition[];
}
