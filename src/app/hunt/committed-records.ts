/** A topic's committed records for hunts: read in slices, so that the queries of the same thread go on. */
import { isUtf8 } from "node:buffer";
import type { Clock } from "../../base/clock.ts";
import { registeredText } from "../../formats/registered-text.ts";
import type { SchemaRegistry } from "../../formats/registry/schema-registry.ts";
import { huntErrors } from "../../lake/hunt/errors.ts";
import type { TopicRecord } from "../../lake/hunt/record-form.ts";
import type { RecordBlock } from "../../log/record-block.ts";
import { recordHeaders } from "../../log/record-headers.ts";
import type { PartitionLog } from "../../log/topic-log.ts";

export interface RecordReading {
  readonly partitions: readonly PartitionLog[];
  /** By partition; the records up to `to` are read, exclusive. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** The reading ends after the block with which so many bytes of keys and values are read. */
  readonly bytesMax: number;
  readonly clock: Clock;
  readonly isStopped: () => boolean;
  /** Takes a block, which it may not keep. */
  readonly use: (block: RecordBlock, partition: number) => Promise<void> | void;
  readonly onRead: (records: number) => void;
}

const READ_BYTES = 256 * 1024;
const SLICE_MS = 10;

/**
 * Where the next reading begins, by partition.
 * @throws SpoorError HUNT_CANCELLED; LOG_… where the log cannot be read
 */
export async function readCommitted(reading: RecordReading): Promise<{ next: number[]; bytes: number }> {
  const { partitions, to, clock, isStopped, use, onRead } = reading;
  const next = [...reading.from];
  let bytes = 0;
  let sliceEnd = clock.monotonicMs() + SLICE_MS;
  for (const [p, partition] of partitions.entries()) {
    const upTo = to[p]!;
    while (next[p]! < upTo && bytes < reading.bytesMax) {
      if (isStopped())
        throw huntErrors.CANCELLED({ message: "the reading of a topic was ended before it was done" });
      const position = Math.max(next[p]!, partition.startOffset);
      const arrival = nextArrival(partition);
      const blocks =
        position < upTo
          ? partition.read(position, { maxBytes: READ_BYTES, upTo, isolation: "read_committed" })
          : [];
      if (blocks.length === 0 && partition.fetchesLater === true && position < upTo) await arrival.promise;
      else if (blocks.length === 0) next[p] = upTo;
      arrival.end();
      for (const block of blocks) {
        await use(block, p);
        bytes += bytesOf(block);
        next[p] = block.nextOffset;
        onRead(block.count);
      }
      if (clock.monotonicMs() < sliceEnd) continue;
      await nextTurn();
      sliceEnd = clock.monotonicMs() + SLICE_MS;
    }
  }
  return { next, bytes };
}

/** Records of a cluster's topic are on their way; should none come, the question's end wakes nobody, so this ends too. */
const ARRIVAL_MS = 500;

function nextArrival(partition: PartitionLog): { promise: Promise<void>; end: () => void } {
  if (partition.fetchesLater !== true) return { promise: Promise.resolve(), end: () => undefined };
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ARRIVAL_MS);
  const unsubscribe = partition.onAppend(resolve);
  const end = (): void => {
    clearTimeout(timer);
    unsubscribe();
  };
  return { promise, end };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function bytesOf({ count, keyStarts, keyEnds, valueStarts, valueEnds }: RecordBlock): number {
  let bytes = 0;
  for (let i = 0; i < count; i++) bytes += keyEnds[i]! - keyStarts[i]! + valueEnds[i]! - valueStarts[i]!;
  return bytes;
}

/** A record as texts: values of a registered schema as JSON, bytes that are no text as `0x…`. */
export function topicRecord(
  block: RecordBlock,
  i: number,
  partition: number,
  schemas: SchemaRegistry,
): TopicRecord {
  const headers = recordHeaders(block, i).map(({ key, value }) => ({
    name: key,
    value: value === null ? null : bytesText(Buffer.from(value)),
  }));
  return {
    key: partText(block.bytes, block.keyStarts[i]!, block.keyEnds[i]!, schemas),
    value: partText(block.bytes, block.valueStarts[i]!, block.valueEnds[i]!, schemas),
    headers,
    timestampMs: block.timestamps[i]!,
    partition,
    offset: block.offsets[i]!,
  };
}

function partText(bytes: Buffer, start: number, end: number, schemas: SchemaRegistry): string | null {
  if (start < 0) return null;
  const registered = registeredText(bytes, start, end, schemas);
  return registered === undefined ? bytesText(bytes.subarray(start, end)) : registered.text;
}

function bytesText(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString("utf8") : `0x${bytes.toString("hex")}`;
}
