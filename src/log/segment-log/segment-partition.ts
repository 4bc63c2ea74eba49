/**
 * A partition of the segment log: its segments in order of base offset, the last of which is appended to.
 *
 * Invariants: startOffset ≤ highWatermark ≤ endOffset; a sealed segment's `nextOffset` is the next one's base
 * offset; what the cache of recent blocks holds is also in the files. `endOffset` moves only when a write has
 * fully succeeded (and, with the policy "always", is on the device). One file because
 * everything that moves these offsets stands in it.
 */
import type { BatchHeader } from "../batch-header.ts";
import { readBatchHeader } from "../batch-header.ts";
import type { Clock } from "../../base/clock.ts";
import { SpoorError } from "../../base/errors.ts";
import { decodedRecords } from "../appended-records.ts";
import { logErrors } from "../errors.ts";
import type { RecentBlocks, RecentPartition } from "../recent-blocks.ts";
import type { RecordBatchBuilder } from "../record-batch-builder.ts";
import type { RecordBlock } from "../record-block.ts";
import { emptyBlock, recordBlock } from "../record-block.ts";
import type { TopicConfig } from "../topic-config.ts";
import type { TransactionView } from "../transactions/partition-transactions.ts";
import type {
  FinishedBatch,
  MaintenanceReport,
  PartitionLog,
  ReadOptions,
  TimestampedOffset,
  WireAppend,
  WireMemory,
} from "../topic-log.ts";
import { assignOffset, checkKeys, prepareWire } from "../wire-append.ts";
import type { PreparedAppend } from "../wire-append.ts";
import { encodeArrivalRuns, encodeBatchArrivals } from "./arrival-file.ts";
import { takeBatch } from "./builder-handover.ts";
import { compactSegments } from "./compaction.ts";
import { GroupFlush } from "./group-flush.ts";
import { LookMemory } from "./look-memory.ts";
import { PartitionGuard } from "./partition-guard.ts";
import { openSegments } from "./partition-opening.ts";
import type { CleanEnd } from "./partition-opening.ts";
import { readPartitionState, writePartitionState } from "./partition-state.ts";
import type { PartitionState } from "./partition-state.ts";
import { expiredSegments } from "./retention.ts";
import { Segment } from "./segment.ts";
import type { SegmentPlace } from "./segment.ts";
import { cutSegment } from "./segment-cut.ts";
import { SegmentReader } from "./segment-reader.ts";
import { StoredTransactions } from "./stored-transactions.ts";
import type { LogProblem } from "./segment-recovery.ts";
import { findTimestamp } from "./timestamp-search.ts";
import { UnflushedSegments } from "./unflushed-segments.ts";
import { wireFrom } from "./wire-slice.ts";

/**
 * When appended batches are forced to the device. `os`: when the operating system likes; `commit`: on each
 * `flush`; `acks`: the same, and before `flushed` settles; `always`: before an append returns.
 */
export type FlushPolicy = "os" | "commit" | "acks" | "always";

/** What all partitions of a log share. */
export interface PartitionServices {
  readonly clock: Clock;
  readonly recent: RecentBlocks;
  readonly flushPolicy: FlushPolicy;
  readonly allocateArrivals: (n: number) => number;
  readonly report: (problem: LogProblem) => void;
  /** Runs background flushes one after another, so that they hold few files open. */
  readonly flushLater: (task: () => Promise<void>) => void;
}

/** A segment's positions are int32. */
const SEGMENT_BYTES_MAX = 2_147_483_647;
const nothingDone: MaintenanceReport = { segmentsDeleted: 0, bytesFreed: 0, recordsRemoved: 0 };

export class SegmentPartition implements PartitionLog {
  readonly topic: string;
  readonly partition: number;
  manualHighWatermark = false;
  readonly #place: SegmentPlace;
  readonly #services: PartitionServices;
  #config: TopicConfig;
  readonly #segments: Segment[];
  #state: PartitionState;
  readonly #recent: RecentPartition;
  #endOffset: number;
  #highWatermark: number;
  readonly #listeners = new Set<() => void>();
  readonly #reader: SegmentReader;
  readonly #unflushed: UnflushedSegments;
  #recordsSinceFlush = 0;
  readonly #guard: PartitionGuard;
  readonly #groupFlush: GroupFlush;
  readonly #transactions = new StoredTransactions();

  private constructor(
    place: SegmentPlace,
    services: PartitionServices,
    config: TopicConfig,
    segments: Segment[],
    state: PartitionState,
  ) {
    this.topic = place.topic;
    this.partition = place.partition;
    this.#place = place;
    this.#guard = new PartitionGuard(place.topic, place.partition, (error) =>
      this.#report("partition-failed", `it takes no more records until the next start: ${textOf(error)}`),
    );
    this.#groupFlush = new GroupFlush(() => this.#flushInBackground());
    this.#services = services;
    this.#config = config;
    this.#segments = segments;
    this.#state = state;
    this.#recent = services.recent.partition();
    this.#reader = new SegmentReader(segments, place.topic, place.partition, services.report);
    this.#unflushed = new UnflushedSegments(services.flushLater);
    this.#endOffset = this.#active.nextOffset;
    this.#highWatermark = this.#endOffset;
    this.#transactions.load(segments);
    this.#transactions.view.aborted.dropBefore(this.startOffset);
  }

  /** Opens the partition's folder, recovering it where `cleanEnd` is missing. */
  static open(
    place: SegmentPlace,
    services: PartitionServices,
    config: TopicConfig,
    cleanEnd: CleanEnd | undefined,
  ): SegmentPartition {
    const state = readPartitionState(place.handles.disk, place.directory);
    const segments = openSegments(place, {
      cleanEnd,
      startOffset: state.startOffset,
      recoveryPoint: state.recoveryPoint,
      indexInterval: config.indexIntervalBytes,
      holesTo: state.holesTo,
      nowMs: services.clock.nowMs(),
      report: services.report,
    });
    return new SegmentPartition(place, services, config, segments, state);
  }

  get startOffset(): number {
    return Math.max(this.#segments[0]!.baseOffset, Math.min(this.#state.startOffset, this.#endOffset));
  }

  get endOffset(): number {
    return this.#endOffset;
  }

  get highWatermark(): number {
    return this.manualHighWatermark ? this.#highWatermark : this.#endOffset;
  }

  get transactions(): TransactionView {
    return this.#transactions.view;
  }

  get lastStableOffset(): number {
    return this.#stable(this.highWatermark);
  }

  /** `upTo`, or the start of the oldest open transaction where that is lower. */
  #stable(upTo: number): number {
    const { firstOpenOffset } = this.#transactions.view;
    return firstOpenOffset === undefined ? upTo : Math.min(upTo, Math.max(firstOpenOffset, this.startOffset));
  }

  get sizeBytes(): number {
    return this.#segments.reduce((total, segment) => total + segment.sizeBytes, 0);
  }

  get messageCount(): number {
    return this.#endOffset - this.startOffset;
  }

  get lastTimestamp(): number {
    return this.#segments.reduce((highest, segment) => Math.max(highest, segment.maxTimestamp), -1);
  }

  get segmentCount(): number {
    return this.#segments.length;
  }

  /** Where the segment that is appended to begins: what is below can be compacted. */
  get activeBaseOffset(): number {
    return this.#active.baseOffset;
  }

  set config(config: TopicConfig) {
    this.#config = config;
  }

  setHighWatermark(offset: number): void {
    const before = this.#highWatermark;
    this.#highWatermark = Math.min(Math.max(offset, this.startOffset), this.#endOffset);
    if (this.#highWatermark > before) this.#notify();
  }

  append(finished: FinishedBatch): RecordBlock {
    const { batch, block } = finished;
    const shift = this.#endOffset - block.offsets[0]!;
    let appended = block;
    if (shift !== 0) {
      assignOffset(batch, 0, this.#endOffset);
      const offsets = block.offsets.map((offset) => offset + shift);
      appended = recordBlock({ ...block, offsets, nextOffset: block.nextOffset + shift });
    }
    if (this.#config.compacts) checkKeys([appended]);
    const records = decodedRecords(batch, [appended]);
    this.#write({ wire: batch, headers: [readBatchHeader(batch, 0)], records });
    return appended;
  }

  appendBuilder(builder: RecordBatchBuilder): RecordBlock {
    return this.#appendBuilder(builder, false);
  }

  appendTransient(builder: RecordBatchBuilder): RecordBlock {
    return this.#appendBuilder(builder, true);
  }

  #appendBuilder(builder: RecordBatchBuilder, recyclable: boolean): RecordBlock {
    if (builder.count === 0) return emptyBlock(this.#endOffset);
    const finished = builder.finish(this.#endOffset);
    if (this.#config.compacts) checkKeys([finished.block]);
    const headers = [readBatchHeader(finished.batch, 0)];
    let block = finished.block;
    this.#write(
      { wire: finished.batch, headers, records: decodedRecords(finished.batch, [block]) },
      () => {
        const taken = takeBatch(builder, finished, this.#services.recent.memory);
        block = taken.block;
        return { wire: taken.batch, headers, records: decodedRecords(taken.batch, [taken.block]) };
      },
      recyclable,
    );
    return block;
  }

  appendWire(batches: Buffer, memory: "given" | "lent" = "given"): WireAppend {
    this.#guard.checkWritable();
    const baseOffset = this.#endOffset;
    const isLent = memory === "lent";
    const prepared = prepareWire(batches, {
      baseOffset,
      nowMs: this.#services.clock.nowMs(),
      config: this.#config,
      allocateArrivals: this.#services.allocateArrivals,
      copy: isLent ? (bytes) => this.#copied(bytes) : undefined,
    });
    this.#write(prepared, undefined, isLent);
    const { records } = prepared;
    return {
      baseOffset,
      nextOffset: this.#endOffset,
      get blocks() {
        return [...records.blocks];
      },
    };
  }

  #copied(batches: Buffer): Buffer {
    const copy = this.#services.recent.memory.atLeast(batches.length).subarray(0, batches.length);
    batches.copy(copy);
    return copy;
  }

  look(fromOffset: number, options: ReadOptions, use: (blocks: RecordBlock[]) => void): void {
    const upTo = this.#readEnd(options);
    if (fromOffset < upTo && fromOffset >= this.#recent.startOffset) {
      this.#recent.look(fromOffset, options.maxBytes, upTo, (blocks) => use(this.#admitted(blocks, options)));
      return;
    }
    const memory = new LookMemory(this.#services.recent.memory);
    try {
      use(this.#read(fromOffset, options, memory));
    } finally {
      memory.release();
    }
  }

  read(fromOffset: number, options: ReadOptions): RecordBlock[] {
    return this.#read(fromOffset, options);
  }

  #read(fromOffset: number, options: ReadOptions, memory?: WireMemory): RecordBlock[] {
    this.#guard.checkRange(fromOffset, this.startOffset, this.#endOffset);
    const upTo = this.#readEnd(options);
    if (fromOffset >= upTo) return [];
    let blocks: RecordBlock[] = [];
    if (fromOffset < this.#recent.startOffset) {
      const limit = Math.min(upTo, this.#recent.startOffset);
      blocks = this.#reader.read(fromOffset, options.maxBytes, limit, memory);
    }
    if (blocks.length === 0) {
      const from = Math.max(fromOffset, this.#recent.startOffset);
      if (from < upTo) blocks = this.#recent.read(from, options.maxBytes, upTo);
    }
    return blocks.length > 0 ? this.#admitted(blocks, options) : [emptyBlock(upTo)];
  }

  #readEnd({ upTo = this.highWatermark, isolation }: ReadOptions): number {
    const end = Math.min(upTo, this.#endOffset);
    return isolation === "read_committed" ? this.#stable(end) : end;
  }

  /** The blocks without what was aborted: a transactional batch is a block of its own. */
  #admitted(blocks: RecordBlock[], { isolation }: ReadOptions): RecordBlock[] {
    const { aborted } = this.#transactions.view;
    if (isolation !== "read_committed" || aborted.size === 0) return blocks;
    return blocks.map((block) => {
      const { transaction } = block;
      if (transaction === undefined || block.count === 0) return block;
      return aborted.holds(transaction.producerId, block.offsets[0]!) ? emptyBlock(block.nextOffset) : block;
    });
  }

  readWire(fromOffset: number, maxBytes: number, upTo = this.highWatermark, memory?: WireMemory): Buffer {
    this.#guard.checkRange(fromOffset, this.startOffset, this.#endOffset);
    if (fromOffset >= upTo) return Buffer.alloc(0);
    if (fromOffset >= this.#recent.startOffset) {
      const appends = this.#recent.appendsFrom(fromOffset, maxBytes, memory === undefined);
      return wireFrom(appends, fromOffset, maxBytes, upTo, memory);
    }
    return this.#reader.readWire(fromOffset, maxBytes, upTo, memory);
  }

  offsetForTimestamp(timestampMs: number): TimestampedOffset | undefined {
    return findTimestamp(this, this.#segments, this.#reader, timestampMs);
  }

  truncateTo(offset: number): void {
    this.#guard.checkReadable();
    if (offset >= this.#endOffset) return;
    this.#guard.checkWritable();
    const target = Math.max(offset, this.startOffset);
    this.#guard.writing(() => this.#cut(target));
    this.#highWatermark = Math.min(this.#highWatermark, this.#endOffset);
  }

  deleteRecordsBefore(offset: number): void {
    this.#guard.checkWritable();
    const target = Math.min(offset, this.highWatermark);
    if (target <= this.startOffset) return;
    this.#guard.writing(() => {
      this.#saveState({ startOffset: target });
      if (target === this.#endOffset && this.#active.sizeBytes > 0) this.#roll();
      this.#deleteOldest(
        this.#segments.findIndex((each) => each === this.#active || each.nextOffset > target),
      );
    });
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Deletes segments by age and size, up to the high watermark. */
  enforceRetention(nowMs: number): MaintenanceReport {
    if (!this.#config.deletes || !this.#guard.isOpen) return nothingDone;
    const before = { start: this.startOffset, bytes: this.sizeBytes };
    const segmentsDeleted = this.#guard.writing(() => {
      const expired = expiredSegments(this.#segments, this.#config, this.highWatermark, nowMs);
      if (expired === this.#segments.length) this.#roll();
      this.#deleteOldest(expired);
      return expired;
    });
    const bytesFreed = before.bytes - this.sizeBytes;
    return { segmentsDeleted, bytesFreed, recordsRemoved: this.startOffset - before.start };
  }

  /** Compacts the sealed segments below the high watermark, where enough is new or tombstones are due. */
  compact(nowMs: number): MaintenanceReport {
    if (!this.#config.compacts || !this.#guard.isOpen) return nothingDone;
    return this.#guard.writing(() => {
      const upTo = this.lastStableOffset;
      const sealed = this.#segments.slice(0, -1).filter((each) => each.nextOffset <= upTo);
      const { aborted } = this.#transactions.view;
      const outcome = compactSegments(sealed, {
        isAborted: (producerId, offset) => aborted.holds(producerId, offset),
        place: this.#place,
        config: this.#config,
        cleanedTo: this.#state.cleanedTo,
        nextHorizonMs: this.#state.nextHorizonMs,
        nowMs,
        onLostArrivals: (header) => this.#reader.reportLostArrivals(header),
        beforeSwap: (end) => this.#saveState({ holesTo: Math.max(this.#state.holesTo, end) }),
      });
      if (outcome === undefined) return nothingDone;
      // Cached blocks may hold records that are gone from the files: readers must not see both.
      if (this.#recent.startOffset < (sealed.at(-1)?.nextOffset ?? 0)) this.#recent.clear();
      this.#segments.splice(0, sealed.length, ...outcome.segments);
      for (const segment of sealed) this.#unflushed.drop(segment);
      aborted.dropBefore(outcome.decidedTo);
      this.#saveState({ cleanedTo: outcome.cleanedTo, nextHorizonMs: outcome.nextHorizonMs });
      return outcome.report;
    });
  }

  /** Forces all appended batches to the device. @throws LOG_FLUSH_FAILED */
  flush(): void {
    this.#guard.flushing(() => this.#unflushed.flush());
    this.#recordsSinceFlush = 0;
  }

  makeDurable(): void {
    if (this.#services.flushPolicy !== "os") this.flush();
  }

  flushed(): Promise<void> | undefined {
    if (this.#services.flushPolicy !== "acks") return undefined;
    if (this.#guard.failure !== undefined) return Promise.reject(this.#guard.failure);
    return this.#unflushed.isEmpty ? undefined : this.#groupFlush.flushed();
  }

  async #flushInBackground(): Promise<void> {
    try {
      await this.#unflushed.flushInBackground();
    } catch (error) {
      throw this.#guard.flushFailed(error);
    }
  }

  /** Whether a disk error left it in an unknown state: it can be read, but takes no appends until it is opened again. */
  get hasFailed(): boolean {
    return this.#guard.failure !== undefined;
  }

  /** The highest arrival in any segment; reads all arrival files. */
  highestArrival(): number {
    return this.#segments.reduce((highest, segment) => Math.max(highest, segment.arrivals.highest()), -1);
  }

  /** Flushes, writes the indexes and lets go of the files. Returns what a clean opening needs. */
  close(): CleanEnd | undefined {
    const failed = !this.#guard.isOpen;
    if (!failed) {
      this.flush();
      this.#active.writeIndexes(false);
      this.#transactions.close(this.#active);
    }
    const { baseOffset, sizeBytes, nextOffset } = this.#active;
    this.abandon();
    return failed ? undefined : { baseOffset, sizeBytes, nextOffset };
  }

  /** Lets go of the files and the cache without writing anything. */
  abandon(): void {
    this.#guard.close();
    this.#unflushed.clear();
    this.#recent.clear();
    this.#listeners.clear();
    for (const segment of this.#segments) segment.close();
  }

  get #active(): Segment {
    return this.#segments.at(-1)!;
  }

  /** Writes prepared batches and makes them visible; `handOver` gives the memory to keep once they are written. */
  #write(prepared: PreparedAppend, handOver?: () => PreparedAppend, recyclable = false): void {
    this.#guard.checkWritable();
    const { wire, headers, records } = prepared;
    if (wire.length > SEGMENT_BYTES_MAX) {
      throw logErrors.BATCH_TOO_LARGE({ message: `${wire.length} bytes do not fit into one segment` });
    }
    const baseOffset = this.#endOffset;
    const transactional = headers.some((header) => header.transactional);
    this.#guard.writing(() => {
      if (this.#mustRoll(wire.length, headers)) this.#roll();
      const active = this.#active;
      if (transactional) this.#transactions.begin(active);
      const arrivals =
        records.firstArrival === undefined
          ? encodeBatchArrivals(headers, records.blocks, active.baseOffset)
          : encodeArrivalRuns(headers, records.firstArrival, active.baseOffset);
      active.append(wire, headers, arrivals, this.#config.indexIntervalBytes);
      this.#unflushed.add(active);
    });
    const nextOffset = headers.at(-1)!.nextOffset;
    this.#recordsSinceFlush += nextOffset - baseOffset;
    const flushDue = this.#recordsSinceFlush >= this.#config.flushMessages;
    if (this.#services.flushPolicy === "always" || flushDue) this.flush();
    if (transactional) this.#transactions.appended(wire, headers);
    const kept = handOver?.() ?? prepared;
    this.#endOffset = nextOffset;
    this.#recent.add({ baseOffset, nextOffset, wire: kept.wire, records: kept.records, recyclable });
    this.#notify();
  }

  #mustRoll(sizeBytes: number, headers: readonly BatchHeader[]): boolean {
    const active = this.#active;
    if (active.sizeBytes === 0) return false;
    const { segmentBytes, segmentMs } = this.#config;
    if (active.sizeBytes + sizeBytes > segmentBytes) return true;
    const last = headers.at(-1)!;
    if (last.nextOffset - active.baseOffset > 2_147_483_647) return true;
    const { firstTimestamp } = active;
    if (firstTimestamp !== undefined && firstTimestamp >= 0 && last.maxTimestamp >= 0) {
      return last.maxTimestamp - firstTimestamp > segmentMs;
    }
    return this.#services.clock.nowMs() - active.createdMs > segmentMs;
  }

  /** Seals the active segment and begins the next one at the end offset. */
  #roll(): void {
    const sealed = this.#active;
    sealed.writeIndexes(true);
    const next = new Segment(this.#place, this.#endOffset, false);
    this.#transactions.seal(sealed, next);
    next.create(this.#services.clock.nowMs());
    next.isActive = true;
    this.#segments.push(next);
    this.#transactions.rolled();
    sealed.isActive = false;
    sealed.forgetIndexes();
    this.#unflushed.flushLater(
      sealed,
      () => this.#noteFlushed(),
      (error) => void this.#guard.flushFailed(error),
    );
  }

  /**
   * A sealed segment is on the device: recovery need not read what lies before the next unflushed one. Where that cannot be
   * noted, recovery reads more.
   */
  #noteFlushed(): void {
    const pending = this.#unflushed.firstOf(this.#segments) ?? this.#active;
    try {
      this.#saveState({ recoveryPoint: Math.max(this.#state.recoveryPoint, pending.baseOffset) });
    } catch (error) {
      this.#report("recovery-point", `it could not be moved: ${textOf(error)}`);
    }
  }

  #report(kind: LogProblem["kind"], detail: string): void {
    const { topic, partition, sizeBytes: bytes } = this;
    this.#services.report({ kind, topic, partition, offset: this.#endOffset, bytes, records: -1, detail });
  }

  /**
   * Removes everything from `offset` on, newest segment first, so that a crash leaves a prefix. Where
   * `offset` lies inside a batch, the batch is written again with the records below.
   */
  #cut(offset: number): void {
    if (this.#state.recoveryPoint > offset || this.#state.cleanedTo > offset) {
      const recoveryPoint = Math.min(
        this.#state.recoveryPoint,
        this.#segments[this.#reader.indexOf(offset)]!.baseOffset,
      );
      this.#saveState({ recoveryPoint, cleanedTo: Math.min(this.#state.cleanedTo, offset) });
    }
    while (this.#segments.length > 1 && this.#active.baseOffset > offset) this.#dropNewest();
    this.#active.isActive = true;
    this.#transactions.beforeCut(this.#active);
    if (this.#active.baseOffset === offset && this.#segments.length > 1) {
      // An empty active segment at the cut keeps the sealed one before it as it is.
      this.#active.cutAt(0, offset);
    } else {
      const rewrote = cutSegment(this.#active, offset, this.#reader, this.#config.indexIntervalBytes);
      // A batch that was written anew is on disk only, and what is cached must reach up to the end.
      if (rewrote) this.#recent.clear();
    }
    this.#recent.truncateTo(offset);
    this.#endOffset = this.#active.nextOffset;
    this.#unflushed.add(this.#active);
    this.#transactions.load(this.#segments);
  }

  #dropNewest(): void {
    const newest = this.#segments.pop()!;
    this.#unflushed.drop(newest);
    newest.delete();
    this.#endOffset = newest.baseOffset;
    this.#recent.truncateTo(newest.baseOffset);
  }

  #deleteOldest(count: number): void {
    for (let left = count; left > 0 && this.#segments.length > 1; left--) {
      const oldest = this.#segments.shift()!;
      this.#unflushed.drop(oldest);
      oldest.delete();
    }
    this.#transactions.view.aborted.dropBefore(this.startOffset);
  }

  #saveState(changes: Partial<PartitionState>): void {
    // Written first: where that fails, what is remembered is still what stands on the disk.
    const state = { ...this.#state, ...changes };
    writePartitionState(this.#place.handles.disk, this.#place.directory, state);
    this.#state = state;
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

function textOf(error: unknown): string {
  if (error instanceof SpoorError && error.detail !== undefined) return `${error.message}: ${error.detail}`;
  return error instanceof Error ? error.message : String(error);
}
