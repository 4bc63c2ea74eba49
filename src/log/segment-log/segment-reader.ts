/**
 * Reading a partition's segments: finding where an offset is, verifying what is read, decoding it with its
 * arrivals. Damage is an error once it is the next to be read; whole batches before it are given first.
 */
import { SpoorError } from "../../base/errors.ts";
import { batchFault, batchSizeAt, readBatchHeader } from "../batch-header.ts";
import type { BatchHeader } from "../batch-header.ts";
import { clipBlock } from "../recent-blocks.ts";
import { decodeBatches } from "../record-batch.ts";
import type { RecordBlock } from "../record-block.ts";
import type { WireMemory } from "../topic-log.ts";
import { readFailure } from "./disk-failure.ts";
import type { Segment } from "./segment.ts";
import type { LogProblem } from "./segment-recovery.ts";

const REPORTED_MAX = 1000;

export class SegmentReader {
  readonly #segments: readonly Segment[];
  readonly #topic: string;
  readonly #partition: number;
  readonly #report: (problem: LogProblem) => void;
  /** Damage that was told of while reading, so that it is told once. */
  readonly #reported = new Set<string>();

  /** @param segments the partition's own list, which changes under the reader */
  constructor(
    segments: readonly Segment[],
    topic: string,
    partition: number,
    report: (problem: LogProblem) => void,
  ) {
    this.#segments = segments;
    this.#topic = topic;
    this.#partition = partition;
    this.#report = report;
  }

  /**
   * Records from `fromOffset` up to `limit`; empty where the segments hold none in between. With `memory` they stand in what
   * it gave last.
   */
  read(fromOffset: number, maxBytes: number, limit: number, memory?: WireMemory): RecordBlock[] {
    for (let i = this.indexOf(fromOffset); i < this.#segments.length; i++) {
      const segment = this.#segments[i]!;
      if (segment.baseOffset >= limit) break;
      const from = Math.max(fromOffset, segment.baseOffset);
      const onFault = segment.hasHoles ? this.#faultReport(segment) : undefined;
      const wire = this.#reading(() =>
        segment.read(from, maxBytes, (header) => header.baseOffset < limit, onFault, memory),
      );
      if (wire.length > 0) return this.decode(segment, wire, fromOffset, limit);
    }
    return [];
  }

  /** Whole batches from the one that holds `fromOffset` on that end at or below `upTo`, not verified. */
  readWire(fromOffset: number, maxBytes: number, upTo: number, memory?: WireMemory): Buffer {
    for (let i = this.indexOf(fromOffset); i < this.#segments.length; i++) {
      const segment = this.#segments[i]!;
      const from = Math.max(fromOffset, segment.baseOffset);
      const wire = this.#reading(() =>
        segment.read(from, maxBytes, (header) => header.nextOffset <= upTo, undefined, memory),
      );
      if (wire.length > 0) return wire;
    }
    return Buffer.alloc(0);
  }

  /** The index of the segment that holds `offset`. */
  indexOf(offset: number): number {
    let low = 0;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#segments[middle]!.baseOffset <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** An offset of the segment below which every record is older than `timestampMs`. */
  offsetBefore(segment: Segment, timestampMs: number): number {
    return this.#reading(() => segment.offsetBefore(timestampMs));
  }

  /** Verifies and decodes batches of the segment, and takes the records in `[fromOffset, limit)`. */
  decode(segment: Segment, wire: Buffer, fromOffset: number, limit: number): RecordBlock[] {
    const first = readBatchHeader(wire, 0);
    let end = 0;
    while (end < wire.length) {
      const fault = batchFault(wire, end);
      if (fault !== undefined && end > 0) break;
      if (fault !== undefined) throw this.#corrupt(segment, first.baseOffset, fault);
      end += batchSizeAt(wire, end);
    }
    const arrivals = segment.arrivals.source(first.baseOffset, (header) => this.reportLostArrivals(header));
    try {
      const blocks = decodeBatches(wire.subarray(0, end), { verify: false, arrivals });
      return blocks.flatMap((block) => clipBlock(block, fromOffset, limit) ?? []);
    } catch (error) {
      if (error instanceof SpoorError && error.code === "LOG_INVALID_BATCH") {
        throw this.#corrupt(segment, first.baseOffset, error.detail ?? error.message);
      }
      throw readFailure(this.#topic, this.#partition, error);
    }
  }

  reportLostArrivals(header: BatchHeader): void {
    this.#report({
      kind: "arrivals-rebuilt",
      topic: this.#topic,
      partition: this.#partition,
      offset: header.baseOffset,
      bytes: 0,
      records: header.recordCount,
      detail: "arrival numbers are missing or damaged and are taken from the offsets",
    });
  }

  /**
   * Where compaction has left holes, a base offset that was changed within one hides what follows, and the next read may
   * go on behind it: so it is told here.
   */
  #faultReport(segment: Segment): (position: number, offset: number, fault: string) => void {
    return (position, offset, fault) => {
      const place = `${segment.baseOffset}:${position}`;
      if (this.#reported.has(place) || this.#reported.size >= REPORTED_MAX) return;
      this.#reported.add(place);
      this.#report({
        kind: "damage",
        topic: this.#topic,
        partition: this.#partition,
        offset,
        bytes: segment.sizeBytes - position,
        records: -1,
        detail: `${fault}; the batch at byte ${position}, or the one before it, is damaged`,
      });
    };
  }

  #corrupt(segment: Segment, offset: number, fault: string): Error {
    return segment.corrupt(offset, fault, segment.readableBehind(offset));
  }

  #reading<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw readFailure(this.#topic, this.#partition, error);
    }
  }
}
