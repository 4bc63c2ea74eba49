/**
 * A partition as a task writes it: batches wait here until the next commit sends them in its transaction. Records get the
 * order of their cause as a header, so that who reads them merges them as the embedded log would.
 */
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import { recordKey, recordValue } from "../../log/record-block.ts";
import type { RecordBlock } from "../../log/record-block.ts";
import type { SinkPartition } from "../../engine/sink-writer.ts";
import type { OutgoingBatch } from "../kafka/cluster-client.ts";
import { headersWithOrder } from "./arrival-order.ts";

/** A batch as a cluster takes it by default (message.max.bytes is 1 MiB and counts the headers). */
const BATCH_BYTES_MAX = 768 * 1024;

export class OutputPartition implements SinkPartition {
  readonly topic: string;
  readonly partition: number;
  #waiting: OutgoingBatch[] = [];
  #waitingBytes = 0;
  /** Records written since the task began; offsets are the cluster's matter. */
  endOffset = 0;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  setHighWatermark(): void {
    // Readers see what the transaction has committed.
  }

  appendTransient(builder: RecordBatchBuilder): RecordBlock {
    const { block } = builder.finish(0);
    const out = new RecordBatchBuilder(block.bytes.length + block.count * 48, block.count);
    for (let i = 0; i < block.count; i++) {
      const key = recordKey(block, i);
      const value = recordValue(block, i);
      if (out.count > 0 && out.byteLength + (value?.length ?? 0) > BATCH_BYTES_MAX) this.#take(out);
      const headers = headersWithOrder(block, i);
      const at = out.beginRecord(key?.length ?? -1, value?.length ?? 0);
      if (value !== null) value.copy(out.bytes, at);
      const valueEnd = value === null ? -1 : at + value.length;
      const [timestamp, arrival] = [block.timestamps[i]!, block.arrivals[i]!];
      const keyEnd = key?.length ?? 0;
      out.endRecordWithHeaders(valueEnd, timestamp, arrival, key, 0, keyEnd, headers, 0, headers.length);
    }
    this.#take(out);
    this.endOffset += block.count;
    builder.reset();
    return block;
  }

  #take(builder: RecordBatchBuilder): void {
    const { batch } = builder.finish(0);
    const copy = Buffer.from(batch);
    this.#waiting.push({ topic: this.topic, partition: this.partition, batch: copy });
    this.#waitingBytes += copy.length;
    builder.reset();
  }

  /** What was written since the last call: for the transaction. */
  take(): readonly OutgoingBatch[] {
    const batches = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    return batches;
  }
}
