/** Reads a topic to its last stable offset as a consumer with `isolation.level=read_committed` does. */
import { decodeBatches } from "../../../src/log/record-batch.ts";
import { recordsOf } from "../../../src/log/record-headers.ts";
import { batchSizeAt, readBatchHeader } from "../../../src/log/batch-header.ts";
import { readMarker } from "../../../src/log/transactions/control-marker.ts";
import { fetchApi } from "../../../src/broker/protocol/messages/fetch.ts";
import type { WireClient } from "./wire-client.ts";

export interface ReadRecord {
  readonly partition: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp: number;
}

export async function readCommitted(
  client: WireClient,
  topic: string,
  partitions: number,
): Promise<ReadRecord[]> {
  const records: ReadRecord[][] = [];
  for (let partition = 0; partition < partitions; partition++) {
    records.push(await readPartition(client, topic, partition));
  }
  return records.flat();
}

async function readPartition(client: WireClient, topic: string, partition: number): Promise<ReadRecord[]> {
  const found: ReadRecord[] = [];
  const inAborted = new Set<bigint>();
  for (let offset = 0; ;) {
    const wanted = { partition, fetchOffset: offset, partitionMaxBytes: 1_048_576 };
    const answer = await client.request(fetchApi, 11, {
      maxWaitMs: 0,
      minBytes: 0,
      isolationLevel: 1,
      topics: [{ topic, partitions: [wanted] }],
    });
    const got = answer.responses[0]!.partitions[0]!;
    if (got.errorCode !== 0) throw new Error(`fetching ${topic}/${partition}: error ${got.errorCode}`);
    const wire = got.records ?? Buffer.alloc(0);
    if (wire.length === 0) {
      if (got.lastStableOffset !== got.highWatermark) {
        throw new Error(`a transaction is open in ${topic}/${partition} at ${got.lastStableOffset}`);
      }
      return found;
    }
    const aborted = [...(got.abortedTransactions ?? [])];
    for (let at = 0; at < wire.length; at += batchSizeAt(wire, at)) {
      const whole = wire.subarray(at, at + batchSizeAt(wire, at));
      const header = readBatchHeader(whole, 0);
      const isOld = header.nextOffset <= offset;
      offset = Math.max(offset, header.nextOffset);
      while (aborted[0] !== undefined && aborted[0].firstOffset <= header.baseOffset) {
        inAborted.add(aborted.shift()!.producerId);
      }
      if (header.control) {
        if (readMarker(whole, header)?.commit === false) inAborted.delete(header.producerId);
        continue;
      }
      if (isOld || (header.transactional && inAborted.has(header.producerId))) continue;
      for (const { key, value, timestamp } of recordsOf(decodeBatches(whole))) {
        found.push({ partition, key: key?.toString() ?? null, value: value?.toString() ?? null, timestamp });
      }
    }
  }
}
