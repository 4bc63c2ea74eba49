/** ListOffsets: start, end, and the first record of a time. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { RecordBlock } from "../../log/record-block.ts";
import type { PartitionLog, TimestampedOffset } from "../../log/topic-log.ts";
import { AclOperation } from "../access-control.ts";
import type { BrokerServices } from "../broker-services.ts";
import type { Caller } from "../caller.ts";
import { failureOf } from "../failure-code.ts";
import { mayTopic } from "../permissions.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { listOffsetsApi } from "../protocol/messages/list-offsets.ts";
import type { RequestOf, ResponseOf } from "../protocol/schema.ts";
import { handler } from "./handler.ts";
import type { Handler } from "./handler.ts";

type Wanted = RequestOf<typeof listOffsetsApi>["topics"][number]["partitions"][number];
type Listed = ResponseOf<typeof listOffsetsApi>["topics"][number]["partitions"][number];

const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const LATEST_TIERED = -5;
/** The first version that knows times like −3, −4 and −5. */
const SPECIAL_SINCE: ReadonlyMap<number, number> = new Map([
  [MAX_TIMESTAMP, 7],
  [EARLIEST_LOCAL, 8],
  [LATEST_TIERED, 9],
]);

export function listOffsetsHandler(services: BrokerServices): Handler {
  return handler(listOffsetsApi, async (request, { caller }) => {
    const committed = request.isolationLevel === 1;
    const topics: { name: string; partitions: Listed[] }[] = [];
    for (const { name, partitions } of request.topics) {
      const listed: Listed[] = [];
      for (const wanted of partitions) {
        const one = await listOne(services, caller, name, wanted, committed);
        listed.push(caller.apiVersion === 0 ? oldStyle(one) : one);
      }
      topics.push({ name, partitions: listed });
    }
    return { topics };
  });
}

function oldStyle(listed: Listed): Listed {
  const { errorCode, offset = -1 } = listed;
  return { ...listed, oldStyleOffsets: errorCode === KafkaError.NONE && offset !== -1 ? [offset] : [] };
}

async function listOne(
  services: BrokerServices,
  caller: Caller,
  topic: string,
  wanted: Wanted,
  committed: boolean,
): Promise<Listed> {
  const { partitionIndex, currentLeaderEpoch, timestamp } = wanted;
  const fault = (errorCode: number): Listed => ({ partitionIndex, errorCode });
  if (!mayTopic(services, caller, AclOperation.DESCRIBE, topic)) {
    return fault(KafkaError.TOPIC_AUTHORIZATION_FAILED);
  }
  const log = services.topics.partition(services.topics.byName(topic), partitionIndex);
  if (log === undefined) return fault(KafkaError.UNKNOWN_TOPIC_OR_PARTITION);
  if (currentLeaderEpoch > 0) return fault(KafkaError.UNKNOWN_LEADER_EPOCH);
  if (caller.apiVersion < (SPECIAL_SINCE.get(timestamp) ?? 0)) return fault(KafkaError.UNSUPPORTED_VERSION);
  const end = committed
    ? (services.producers?.lastStableOffset(log) ?? log.highWatermark)
    : log.highWatermark;
  try {
    const found = await offsetAt(log, timestamp, end);
    const leaderEpoch = found.offset >= 0 ? 0 : -1;
    return { partitionIndex, errorCode: KafkaError.NONE, leaderEpoch, ...found };
  } catch (error) {
    return fault(failureOf(error).errorCode);
  }
}

const NOT_FOUND: TimestampedOffset = { offset: -1, timestamp: -1 };

async function offsetAt(log: PartitionLog, timestamp: number, end: number): Promise<TimestampedOffset> {
  switch (timestamp) {
    case LATEST:
      return { offset: end, timestamp: -1 };
    case EARLIEST:
    case EARLIEST_LOCAL:
      return { offset: log.startOffset, timestamp: -1 };
    case LATEST_TIERED:
      return NOT_FOUND;
    case MAX_TIMESTAMP:
      return highestTimestamp(log, end);
    default:
      return below(log, timestamp, end);
  }
}

function below(log: PartitionLog, timestamp: number, end: number): TimestampedOffset {
  const found = log.offsetForTimestamp(timestamp);
  return found === undefined || found.offset >= end ? NOT_FOUND : found;
}

/** Bytes looked at before others get their turn. */
const SCAN_BYTES = 1_048_576;

/**
 * The first record with the highest timestamp. The log's own highest may be a transaction marker's, or above `end`: then
 * every record is looked at, piece by piece.
 */
async function highestTimestamp(log: PartitionLog, end: number): Promise<TimestampedOffset> {
  if (log.lastTimestamp < 0) return NOT_FOUND;
  const indexed = below(log, log.lastTimestamp, end);
  if (indexed.offset >= 0) return indexed;
  let highest = NOT_FOUND;
  let offset = log.startOffset;
  while (offset < end) {
    const from = Math.max(offset, log.startOffset);
    let next = end;
    log.look(from, { maxBytes: SCAN_BYTES, upTo: end }, (blocks) => {
      highest = higher(highest, blocks);
      next = blocks.at(-1)?.nextOffset ?? end;
    });
    offset = next;
    await nextTurn();
  }
  return highest;
}

function higher(than: TimestampedOffset, blocks: readonly RecordBlock[]): TimestampedOffset {
  let highest = than;
  for (const { count, timestamps, offsets } of blocks) {
    for (let i = 0; i < count; i++) {
      const timestamp = timestamps[i]!;
      if (timestamp > highest.timestamp) highest = { offset: offsets[i]!, timestamp };
    }
  }
  return highest;
}
