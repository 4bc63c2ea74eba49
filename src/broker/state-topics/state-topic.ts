/**
 * A compacted internal topic that holds a coordinator's state: the last record of a key is what is so. Appends are
 * synchronous; a coordinator changes its memory only after the record stands in the log.
 */
import type { Clock } from "../../base/clock.ts";
import { batchSizeAt, readBatchHeader } from "../../log/batch-header.ts";
import type { BatchHeader } from "../../log/batch-header.ts";
import { decodeBatches } from "../../log/record-batch.ts";
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import { recordKey, recordValue } from "../../log/record-block.ts";
import type { PartitionLog } from "../../log/topic-log.ts";
import type { BrokerLog } from "../broker-log.ts";
import { readMarker } from "../../log/transactions/control-marker.ts";
import type { EndMarker } from "../../log/transactions/control-marker.ts";
import type { StateRecord } from "./producer-batch.ts";

export interface StoredRecord {
  /** A view; null only where somebody else has written to the topic. */
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly offset: number;
}

export interface Replay {
  /** The records of one batch; `header.transactional` says whether a marker decides over them. */
  records(records: readonly StoredRecord[], header: BatchHeader): void;
  marker?(marker: EndMarker, header: BatchHeader): void;
}

export interface StateTopicOptions {
  readonly name: string;
  /** When the topic is made; one that is there keeps its number. */
  readonly partitions: number;
  readonly segmentBytes?: number;
}

const READ_BYTES = 1_048_576;
const SEGMENT_BYTES = 16_777_216;
const BATCH_BYTES_MAX = 1_000_000;

export class StateTopic {
  readonly name: string;
  readonly partitions: number;
  readonly #log: BrokerLog;
  readonly #clock: Clock;

  private constructor(log: BrokerLog, clock: Clock, name: string, partitions: number) {
    this.#log = log;
    this.#clock = clock;
    this.name = name;
    this.partitions = partitions;
  }

  /** Opens the topic, making it if need be. @throws SpoorError as `TopicLog.createTopic` */
  static open(log: BrokerLog, clock: Clock, options: StateTopicOptions): StateTopic {
    const { name, partitions, segmentBytes = SEGMENT_BYTES } = options;
    const config = { "cleanup.policy": "compact", "segment.bytes": String(segmentBytes) };
    const topic = log.log.topic(name) ?? log.log.createTopic(name, { partitions, config });
    return new StateTopic(log, clock, name, topic.partitions);
  }

  partition(index: number): PartitionLog {
    return this.#log.log.partition(this.name, index);
  }

  /** Appends records in as few batches as their size allows. @throws SpoorError; earlier batches stay */
  append(partition: number, records: readonly StateRecord[]): void {
    const log = this.partition(partition);
    const builder = new RecordBatchBuilder(1024, 8);
    const nowMs = this.#clock.nowMs();
    const arrival = records.length === 0 ? 0 : this.#log.log.allocateArrivals(records.length);
    for (const [i, { key, value }] of records.entries()) {
      builder.appendRecord(key, value, nowMs, arrival + i);
      if (builder.byteLength >= BATCH_BYTES_MAX) this.#flush(log, builder);
    }
    this.#flush(log, builder);
  }

  /** Appends batches in wire form and returns the first offset. @throws SpoorError; nothing was appended */
  appendWire(partition: number, batches: Buffer): number {
    const log = this.partition(partition);
    return this.#log.append(this.name, () => log.appendWire(batches)).baseOffset;
  }

  /** Hands over everything in a partition, in order. @throws LOG_CORRUPT, LOG_READ_FAILED */
  replay(partition: number, replay: Replay): void {
    const log = this.partition(partition);
    let offset = log.startOffset;
    while (offset < log.endOffset) {
      const next = eachBatch(log.readWire(offset, READ_BYTES, log.endOffset), (batch, header) => {
        if (header.control) {
          const marker = readMarker(batch, header);
          if (marker !== undefined) replay.marker?.(marker, header);
        } else {
          replay.records(recordsOfBatch(batch), header);
        }
      });
      if (next === undefined) return;
      offset = next;
    }
  }

  #flush(log: PartitionLog, builder: RecordBatchBuilder): void {
    if (builder.count > 0) this.#log.append(this.name, () => log.appendBuilder(builder));
  }
}

/** Calls `use` for each of the concatenated whole batches; returns the offset behind the last. */
export function eachBatch(
  wire: Buffer,
  use: (batch: Buffer, header: BatchHeader) => void,
): number | undefined {
  let next: number | undefined;
  for (let at = 0; at < wire.length; at += batchSizeAt(wire, at)) {
    const batch = wire.subarray(at, at + batchSizeAt(wire, at));
    const header = readBatchHeader(batch, 0);
    use(batch, header);
    next = header.nextOffset;
  }
  return next;
}

function recordsOfBatch(batch: Buffer): StoredRecord[] {
  const records: StoredRecord[] = [];
  for (const block of decodeBatches(batch, { verify: false })) {
    for (let i = 0; i < block.count; i++) {
      records.push({ key: recordKey(block, i), value: recordValue(block, i), offset: block.offsets[i]! });
    }
  }
  return records;
}
