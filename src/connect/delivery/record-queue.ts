/** Records that wait to be sent, in order; what is read is bounded by its size. */
import type { Clock } from "../../base/clock.ts";
import type { Batching } from "./receiver.ts";
import type { PartitionProgress } from "./partition-progress.ts";
import type { SinkRecord } from "./sink-record.ts";

export interface WaitingRecord {
  readonly record: SinkRecord;
  readonly progress: PartitionProgress;
  readonly readMs: number;
}

const RECORDS_MAX = 5000;
const BYTES_MAX = 16 * 1024 * 1024;

export class RecordQueue {
  readonly #clock: Clock;
  readonly #batching: Batching;
  #waiting: WaitingRecord[] = [];
  #bytes = 0;

  constructor(batching: Batching, clock: Clock) {
    this.#batching = batching;
    this.#clock = clock;
  }

  get size(): number {
    return this.#waiting.length;
  }

  get isFull(): boolean {
    return this.#waiting.length >= RECORDS_MAX || this.#bytes >= BYTES_MAX;
  }

  add(record: SinkRecord, progress: PartitionProgress): void {
    this.#waiting.push({ record, progress, readMs: this.#clock.monotonicMs() });
    this.#bytes += record.sizeBytes;
  }

  /** Milliseconds until a batch is to go: 0 where one is full or old enough; undefined where nothing waits. */
  dueInMs(): number | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    const { records, bytes, lingerMs } = this.#batching;
    if (this.#waiting.length >= records || this.#bytes >= bytes) return 0;
    return Math.max(0, first.readMs + lingerMs - this.#clock.monotonicMs());
  }

  /** At least one, where there is one, and no more than a batch holds. */
  take(): readonly WaitingRecord[] {
    let count = 0;
    let bytes = 0;
    for (const { record } of this.#waiting) {
      if (count >= this.#batching.records) break;
      if (count > 0 && bytes + record.sizeBytes > this.#batching.bytes) break;
      bytes += record.sizeBytes;
      count += 1;
    }
    this.#bytes -= bytes;
    return this.#waiting.splice(0, count);
  }

  clear(): void {
    this.#waiting = [];
    this.#bytes = 0;
  }
}
