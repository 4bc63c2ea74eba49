/**
 * A partition of the cluster as a `PartitionLog`: a window that answers at once with what is there, and asks for the
 * rest. A read that finds nothing returns no blocks; when they have come, `onAppend` listeners are called.
 *
 * Start and end are those last heard of; the end is the last stable offset, and so is the high watermark. They are
 * current while somebody reads at the end or listens. Behind a reader the next fetch is under way already.
 *
 * Offsets that appends return are provisional: the cluster assigns the real ones when it has the batch. They say how many
 * records there were and nothing else; readers see the records under their real offsets.
 */
import { assert } from "../../base/assert.ts";
import { HEADER_SIZE, LAST_OFFSET_DELTA_AT } from "../../log/batch-header.ts";
import type { BatchMemory } from "../../log/batch-memory.ts";
import { logErrors } from "../../log/errors.ts";
import { batchHeaders, decodeBatches } from "../../log/record-batch.ts";
import type { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import { emptyBlock, recordBlock } from "../../log/record-block.ts";
import type { RecordBlock } from "../../log/record-block.ts";
import { clipBlock } from "../../log/recent-blocks.ts";
import { takeBatch } from "../../log/segment-log/builder-handover.ts";
import type { TopicConfig } from "../../log/topic-config.ts";
import type {
  FinishedBatch,
  PartitionLog,
  ReadOptions,
  TimestampedOffset,
  WireAppend,
} from "../../log/topic-log.ts";
import { PartitionTransactions } from "../../log/transactions/partition-transactions.ts";
import type { TransactionView } from "../../log/transactions/partition-transactions.ts";
import type { FetchFailure, FetchedRecords, TopicPartition } from "../kafka/cluster-client.ts";
import type { PartitionBlocks } from "./block-cache.ts";
import type { ClusterAppends } from "./cluster-appends.ts";

export interface KnownOffsets {
  readonly start: number;
  readonly end: number;
  /** Monotonic time at which the cluster was asked; −∞: not yet. */
  readonly asOfMs: number;
}

/** What a partition needs of its log. */
export interface PartitionParts {
  readonly blocks: PartitionBlocks;
  readonly appends: ClusterAppends;
  readonly memory: BatchMemory;
  readonly want: (partition: ClusterPartition, from: number) => void;
  readonly deleteRecords: (partition: TopicPartition, before: number) => void;
  readonly offsetForTimestamp: (
    partition: TopicPartition,
    timestampMs: number,
  ) => Promise<number | undefined>;
}

/** Positions of one partition that are asked for at a time: readers beyond that wait for the others. */
const WANTS_MAX = 8;
const FAILURES_MAX = 16;
const NO_TRANSACTIONS: TransactionView = new PartitionTransactions();

export class ClusterPartition implements PartitionLog {
  readonly topic: string;
  readonly partition: number;
  config: TopicConfig;
  readonly fetchesLater = true;
  readonly #parts: PartitionParts;
  readonly #wants = new Set<number>();
  /** What wants failed with, until somebody reads there. */
  readonly #failures = new Map<number, Error>();
  readonly #listeners = new Set<() => void>();
  readonly #unacknowledged = new Set<Promise<void>>();
  #startOffset: number;
  #endOffset: number;
  #provisionalEnd = 0;
  #endAsOfMs: number;
  #lastTimestamp = -1;
  #gone = false;

  constructor(
    { topic, partition }: TopicPartition,
    config: TopicConfig,
    offsets: KnownOffsets,
    parts: PartitionParts,
  ) {
    this.topic = topic;
    this.partition = partition;
    this.config = config;
    this.#startOffset = offsets.start;
    this.#endOffset = Math.max(offsets.start, offsets.end);
    this.#endAsOfMs = offsets.asOfMs;
    this.#parts = parts;
  }

  get startOffset(): number {
    return this.#startOffset;
  }

  get endOffset(): number {
    return this.#endOffset;
  }

  get highWatermark(): number {
    return this.#endOffset;
  }

  get lastStableOffset(): number {
    return this.#endOffset;
  }

  /** Reads bring what is committed, and nothing else. */
  get transactions(): TransactionView {
    return NO_TRANSACTIONS;
  }

  /**
   * Monotonic time at which the request was sent whose answer told `endOffset`: what was in the partition then is below
   * it. −∞ before the first.
   */
  get endAsOfMs(): number {
    return this.#endAsOfMs;
  }

  get messageCount(): number {
    return this.#endOffset - this.#startOffset;
  }

  /** Of the records that were read here; −1 before. */
  get lastTimestamp(): number {
    return this.#lastTimestamp;
  }

  /** Not known: the cluster's disks are its own. */
  get sizeBytes(): number {
    return 0;
  }

  get manualHighWatermark(): boolean {
    return false;
  }

  /** What is committed is for the cluster's transactions to say. */
  set manualHighWatermark(manual: boolean) {
    assert(!manual, "a cluster's partition has no manual high watermark");
  }

  setHighWatermark(): void {
    assert(false, "a cluster's partition has no manual high watermark");
  }

  /** Records of a cluster cannot be taken back; beyond the end there is nothing to do. */
  truncateTo(offset: number): void {
    assert(offset >= this.#endOffset, "a cluster's partition cannot be cut back");
  }

  append({ batch, block }: FinishedBatch): RecordBlock {
    this.#checkOpen();
    this.#checkBatch(batch, [block]);
    this.#send(batch);
    const base = this.#provisional(block.count);
    const offsets = Float64Array.from({ length: block.count }, (_, i) => base + i);
    return recordBlock({ ...block, offsets, nextOffset: base + block.count });
  }

  appendBuilder(builder: RecordBatchBuilder): RecordBlock {
    this.#checkOpen();
    if (builder.count === 0) return emptyBlock(this.#provisional(0));
    const finished = builder.finish(this.#provisional(0));
    this.#checkBatch(finished.batch, [finished.block]);
    return this.append(takeBatch(builder, finished, this.#parts.memory));
  }

  appendTransient(builder: RecordBatchBuilder): RecordBlock {
    return this.appendBuilder(builder);
  }

  /** Batches of transactions cannot be appended: another producer's transaction is not this one's to end. */
  appendWire(wire: Buffer, memory: "given" | "lent" = "given"): WireAppend {
    this.#checkOpen();
    const batches = memory === "lent" ? Buffer.from(wire) : wire;
    const headers = batchHeaders(batches);
    if (headers.length === 0 || headers.some(({ transactional, control }) => transactional || control)) {
      throw logErrors.INVALID_BATCH({
        message: "only batches without transactions can be passed on to a cluster",
      });
    }
    const baseOffset = this.#provisional(0);
    const blocks: RecordBlock[] = [];
    this.#parts.appends.checkRoom(batches.length);
    let at = 0;
    for (const { sizeBytes } of headers) {
      const batch = batches.subarray(at, at + sizeBytes);
      const decoded = decodeBatches(batch, { verify: false });
      this.#checkBatch(batch, decoded);
      blocks.push(...decoded);
      at += sizeBytes;
    }
    at = 0;
    for (const { sizeBytes } of headers) {
      const batch = batches.subarray(at, at + sizeBytes);
      this.#provisional(batch.readInt32BE(LAST_OFFSET_DELTA_AT) + 1);
      this.#send(batch);
      at += sizeBytes;
    }
    return { baseOffset, nextOffset: this.#provisionalEnd, blocks };
  }

  /** Nothing is to be flushed here: what the cluster acknowledged it has replicated. */
  makeDurable(): void {
    this.#checkOpen();
  }

  flushed(): Promise<void> | undefined {
    if (this.#unacknowledged.size === 0) return undefined;
    return Promise.all(this.#unacknowledged).then(() => undefined);
  }

  read(fromOffset: number, { maxBytes, upTo = this.#endOffset }: ReadOptions): RecordBlock[] {
    this.#checkOpen();
    this.#throwFailure(fromOffset);
    if (fromOffset < this.#startOffset) throw this.#outOfRange(fromOffset);
    const blocks: RecordBlock[] = [];
    let bytes = 0;
    let position = fromOffset;
    while (bytes < maxBytes && position < upTo) {
      const segment = this.#parts.blocks.find(position);
      if (segment === undefined) break;
      for (const block of segment.blocks) {
        if (block.nextOffset <= position) continue;
        const part = bytes < maxBytes ? clipBlock(block, position, upTo) : undefined;
        if (part === undefined) return blocks;
        blocks.push(part);
        bytes += block.bytes.length;
        position = part.nextOffset;
      }
    }
    this.#readAhead(position);
    return blocks;
  }

  look(fromOffset: number, options: ReadOptions, use: (blocks: RecordBlock[]) => void): void {
    use(this.read(fromOffset, options));
  }

  readWire(): Buffer {
    throw logErrors.READ_FAILED({
      message: "a cluster's records are not read in wire form",
      hint: "connect Kafka clients to the cluster itself",
    });
  }

  /** From what was read already, where that reaches back to the start; see {@link findTimestamp}. */
  offsetForTimestamp(timestampMs: number): TimestampedOffset | undefined {
    for (let position = this.#startOffset; position < this.#endOffset;) {
      const segment = this.#parts.blocks.find(position);
      if (segment === undefined) return undefined;
      for (const { count, timestamps, offsets } of segment.blocks) {
        for (let i = 0; i < count; i++) {
          if (timestamps[i]! >= timestampMs && offsets[i]! >= position) {
            return { offset: offsets[i]!, timestamp: timestamps[i]! };
          }
        }
      }
      position = segment.nextOffset;
    }
    return undefined;
  }

  /** The cluster's answer: the first offset with a timestamp of at least that, undefined where there is none. */
  findTimestamp(timestampMs: number): Promise<number | undefined> {
    return this.#parts.offsetForTimestamp(this, timestampMs);
  }

  deleteRecordsBefore(offset: number): void {
    this.#checkOpen();
    const before = Math.min(offset, this.#endOffset);
    if (before <= this.#startOffset) return;
    this.#startOffset = before;
    this.#parts.deleteRecords(this, before);
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#watch();
    return () => void this.#listeners.delete(listener);
  }

  /** Somebody listens, and no fetch is under way that would tell of a new end. */
  get isUnwatched(): boolean {
    return this.#listeners.size > 0 && this.#wants.size === 0;
  }

  /** What a fetch brought. */
  arrived(records: FetchedRecords): void {
    // What nobody wanted here is of a topic that had the name before.
    if (!this.#wants.delete(records.from) || this.#gone) return;
    this.#parts.blocks.add(records);
    for (const { count, timestamps } of records.blocks) {
      for (let i = 0; i < count; i++)
        if (timestamps[i]! > this.#lastTimestamp) this.#lastTimestamp = timestamps[i]!;
    }
    const isNews = records.nextOffset > records.from;
    // What was read is there, whatever the broker said of its end a moment ago.
    const end = Math.max(records.end, records.nextOffset);
    this.moved({ start: records.startOffset, end, asOfMs: records.askedMs }, isNews);
    // Where nothing came the fetch is repeated as long as somebody listens; where something came they read on.
    if (!isNews) this.#watch();
  }

  failed({ from, error, startOffset }: FetchFailure): void {
    if (!this.#wants.delete(from) || this.#gone) return;
    if (startOffset !== undefined && from < startOffset)
      this.#startOffset = Math.max(this.#startOffset, startOffset);
    else {
      if (this.#failures.size >= FAILURES_MAX) this.#failures.clear();
      this.#failures.set(from, startOffset === undefined ? error : this.#outOfRange(from));
    }
    this.#notify();
  }

  /** The cluster was asked where the partition starts and ends. Listeners hear of a new end, or where `notify` says so. */
  moved({ start, end, asOfMs }: KnownOffsets, notify = false): void {
    const before = this.#endOffset;
    this.#startOffset = Math.max(this.#startOffset, start);
    this.#endOffset = Math.max(before, this.#startOffset, end);
    this.#endAsOfMs = Math.max(this.#endAsOfMs, asOfMs);
    if (this.#endOffset > before || notify) this.#notify();
  }

  /** The topic was deleted, or the log closed. */
  abandon(): void {
    this.#gone = true;
    this.#listeners.clear();
    this.#parts.blocks.clear();
  }

  #readAhead(position: number): void {
    if (this.#wants.has(position) || this.#wants.size >= WANTS_MAX) return;
    if (this.#parts.blocks.find(position) !== undefined) return;
    this.#wants.add(position);
    this.#parts.want(this, position);
  }

  #watch(): void {
    if (!this.#gone && this.isUnwatched) this.#readAhead(this.#endOffset);
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }

  #throwFailure(offset: number): void {
    const failure = this.#failures.get(offset);
    if (failure === undefined) return;
    this.#failures.delete(offset);
    throw failure;
  }

  #outOfRange(offset: number): Error {
    return logErrors.OFFSET_OUT_OF_RANGE({
      message: `offset ${offset} is outside partition ${this.partition} of topic '${this.topic}'`,
      detail: `it holds offsets ${this.#startOffset} to ${this.#endOffset}`,
    });
  }

  #provisional(count: number): number {
    const base = Math.max(this.#provisionalEnd, this.#endOffset);
    this.#provisionalEnd = base + count;
    return base;
  }

  #checkBatch(batch: Buffer, blocks: readonly RecordBlock[]): void {
    const { maxMessageBytes, compacts } = this.config;
    if (batch.length > maxMessageBytes) {
      throw logErrors.BATCH_TOO_LARGE({
        message: `a batch of ${batch.length} bytes is too large for topic '${this.topic}'`,
        detail: `max.message.bytes is ${maxMessageBytes}`,
      });
    }
    if (
      compacts &&
      blocks.some(({ count, keyStarts }) => keyStarts.subarray(0, count).some((start) => start < 0))
    ) {
      throw logErrors.KEY_REQUIRED({
        message: `topic '${this.topic}' is compacted: every record needs a key`,
      });
    }
    this.#parts.appends.checkRoom(batch.length);
  }

  #send(batch: Buffer): void {
    assert(batch.length >= HEADER_SIZE, "a batch has a header");
    const { topic, partition } = this;
    const sent = this.#parts.appends.append({ topic, partition, batch });
    this.#unacknowledged.add(sent);
    const done = (): void => void this.#unacknowledged.delete(sent);
    sent.then(done, done);
  }

  #checkOpen(): void {
    if (this.#gone)
      throw logErrors.CLOSED({ message: `partition ${this.partition} of topic '${this.topic}' is closed` });
  }
}
