/** One pass over the partitions of a fetch: whole batches, as stored, within the limits. */
import { batchHeaders } from "../../log/record-batch.ts";
import type { PartitionLog } from "../../log/topic-log.ts";
import { AclOperation } from "../access-control.ts";
import type { BrokerServices } from "../broker-services.ts";
import type { Caller } from "../caller.ts";
import { failureOf } from "../failure-code.ts";
import { mayTopic } from "../permissions.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import type { AnswerMemory } from "./answer-memory.ts";
import type { FetchLimits, FetchedPartition, WantedPartition } from "./fetch-plan.ts";
import { TOPIC_IDS_SINCE } from "./fetch-session.ts";

export interface FetchPass {
  readonly fetched: readonly FetchedPartition[];
  readonly bytes: number;
  readonly failed: boolean;
  /** The logs that more could come from. */
  readonly logs: readonly PartitionLog[];
}

/** The first version whose consumers know zstd. */
const ZSTD_SINCE = 10;
const ZSTD = 4;

/** Records stand in `memory`: what it gave before must not be needed any more. */
export function readPartitions(
  services: BrokerServices,
  caller: Caller,
  wanted: readonly WantedPartition[],
  limits: FetchLimits,
  memory: AnswerMemory,
): FetchPass {
  const logs: PartitionLog[] = [];
  let bytes = 0;
  let failed = false;
  const fetched = wanted.map((each) => {
    const log = readableLog(services, caller, each);
    if (typeof log === "number") {
      failed = true;
      return failure(each, log);
    }
    logs.push(log);
    const left = limits.maxBytes - bytes;
    const result = readOne(services, caller, log, each, { ...limits, maxBytes: left }, bytes === 0, memory);
    if (result.records?.length) memory.keep();
    bytes += result.records?.length ?? 0;
    failed ||= result.errorCode !== KafkaError.NONE;
    return result;
  });
  return { fetched, bytes, failed, logs };
}

/** The log of a partition, or why it cannot be read. */
function readableLog(
  services: BrokerServices,
  caller: Caller,
  wanted: WantedPartition,
): PartitionLog | number {
  const { topicKey, partition, currentLeaderEpoch } = wanted;
  const byId = caller.apiVersion >= TOPIC_IDS_SINCE;
  const topic = byId ? services.topics.byId(topicKey) : services.topics.byName(topicKey);
  const name = byId ? topic?.name : topicKey;
  if (name !== undefined && !mayTopic(services, caller, AclOperation.READ, name)) {
    return KafkaError.TOPIC_AUTHORIZATION_FAILED;
  }
  if (topic === undefined && byId) return KafkaError.UNKNOWN_TOPIC_ID;
  const log = services.topics.partition(topic, partition);
  if (log === undefined) return KafkaError.UNKNOWN_TOPIC_OR_PARTITION;
  // There is one leader and one epoch, 0.
  return currentLeaderEpoch > 0 ? KafkaError.UNKNOWN_LEADER_EPOCH : log;
}

function readOne(
  services: BrokerServices,
  caller: Caller,
  log: PartitionLog,
  wanted: WantedPartition,
  limits: FetchLimits,
  first: boolean,
  memory: AnswerMemory,
): FetchedPartition {
  const { fetchOffset } = wanted;
  const { highWatermark, startOffset } = log;
  const lastStableOffset = services.producers?.lastStableOffset(log) ?? highWatermark;
  const upTo = limits.readCommitted ? lastStableOffset : highWatermark;
  const state = {
    partitionIndex: wanted.partition,
    highWatermark,
    lastStableOffset,
    logStartOffset: startOffset,
  };
  if (fetchOffset < startOffset || fetchOffset > log.endOffset) {
    return { ...failure(wanted, KafkaError.OFFSET_OUT_OF_RANGE), ...state };
  }
  const maxBytes = Math.min(wanted.maxBytes, limits.maxBytes);
  const nothing = Buffer.alloc(0);
  let records: Buffer = nothing;
  if (fetchOffset < upTo && (first || maxBytes > 0)) {
    try {
      records = log.readWire(fetchOffset, Math.max(maxBytes, 1), upTo, memory);
    } catch (error) {
      return { ...failure(wanted, failureOf(error).errorCode), ...state };
    }
    // The first batch of an answer may be larger than the limits: else a consumer would never get past it.
    if (records.length > maxBytes && !first) records = nothing;
  }
  if (caller.apiVersion < ZSTD_SINCE && holdsZstd(records)) {
    return { ...failure(wanted, KafkaError.UNSUPPORTED_COMPRESSION_TYPE), ...state };
  }
  const abortedTransactions = limits.readCommitted
    ? (services.producers?.abortedTransactions(log, fetchOffset, endOf(records, fetchOffset)) ?? [])
    : null;
  return { ...state, errorCode: KafkaError.NONE, abortedTransactions, records };
}

function holdsZstd(records: Buffer): boolean {
  return batchHeaders(records, false).some(({ compression }) => compression === ZSTD);
}

function endOf(records: Buffer, fetchOffset: number): number {
  return batchHeaders(records, false).at(-1)?.nextOffset ?? fetchOffset;
}

function failure(wanted: WantedPartition, errorCode: number): FetchedPartition {
  return {
    partitionIndex: wanted.partition,
    errorCode,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    abortedTransactions: null,
    records: Buffer.alloc(0),
  };
}
