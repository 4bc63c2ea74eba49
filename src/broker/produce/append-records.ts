/** One partition of a produce request: checks, then the append. */
import { batchHeaders } from "../../log/record-batch.ts";
import type { BatchHeader } from "../../log/batch-header.ts";
import type { PartitionLog, TopicInfo } from "../../log/topic-log.ts";
import type { BrokerServices } from "../broker-services.ts";
import { failureOf } from "../failure-code.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { convertMessageSet, magicOf } from "./message-set.ts";

export interface AppendOutcome {
  readonly errorCode: number;
  readonly errorMessage?: string;
  readonly baseOffset: number;
  /** −1 unless the topic stamps records itself. */
  readonly logAppendTimeMs: number;
  readonly logStartOffset: number;
}

export interface ProduceTarget {
  readonly topic: TopicInfo;
  readonly partition: PartitionLog;
  readonly apiVersion: number;
  readonly transactionalId: string | null;
}

/** The first version whose producers know zstd. */
const ZSTD_SINCE = 7;
/** From this version on there is one batch of magic 2 a partition. */
const BATCHES_SINCE = 3;
const ZSTD = 4;

/** Appends what a producer sent, keeping nothing of `records`; whatever is wrong with it is in the outcome. */
export function appendRecords(
  services: BrokerServices,
  target: ProduceTarget,
  records: Buffer | null,
): AppendOutcome {
  let outcome: AppendOutcome;
  try {
    outcome = tryAppend(services, target, records ?? Buffer.alloc(0));
  } catch (error) {
    const { errorCode, errorMessage } = failureOf(error);
    outcome = refusal(errorCode, errorMessage);
  }
  if (outcome.errorCode !== KafkaError.NONE) services.metrics.refused(outcome.errorCode);
  return outcome;
}

export function refusal(errorCode: number, errorMessage: string): AppendOutcome {
  return { errorCode, errorMessage, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1 };
}

function tryAppend(services: BrokerServices, target: ProduceTarget, records: Buffer): AppendOutcome {
  const magic = magicOf(records);
  if (magic === 2) return appendBatches(services, target, records);
  if (target.apiVersion >= BATCHES_SINCE) {
    return refusal(KafkaError.INVALID_RECORD, "there must be one record batch of magic 2");
  }
  const converted = convertMessageSet(records, target.topic.config.maxMessageBytes);
  services.metrics.convertedMessages += converted.count;
  return append(services, target, converted.batches, "given");
}

function appendBatches(services: BrokerServices, target: ProduceTarget, records: Buffer): AppendOutcome {
  // The frame is enough here; the append checks checksum and structure before it takes anything.
  const headers = batchHeaders(records, false);
  const header = headers[0];
  if (header === undefined || headers.length !== 1) {
    return refusal(KafkaError.INVALID_RECORD, `there must be one record batch, not ${headers.length}`);
  }
  if (header.control) return refusal(KafkaError.INVALID_RECORD, "producers may not write control batches");
  if (header.compression === ZSTD && target.apiVersion < ZSTD_SINCE) {
    return refusal(KafkaError.UNSUPPORTED_COMPRESSION_TYPE, `zstd needs Produce ${ZSTD_SINCE} or later`);
  }
  if (header.producerId < 0n) {
    if (header.transactional) return refusal(KafkaError.INVALID_RECORD, "a transaction needs a producer id");
    return append(services, target, records, "lent");
  }
  return appendIdempotent(services, target, records, header);
}

function appendIdempotent(
  services: BrokerServices,
  target: ProduceTarget,
  records: Buffer,
  header: BatchHeader,
): AppendOutcome {
  const { producers } = services;
  const { partition, transactionalId } = target;
  if (producers === undefined) {
    return refusal(KafkaError.INVALID_REQUEST, "this broker gives out no producer ids");
  }
  if (header.transactional && transactionalId === null) {
    return refusal(KafkaError.INVALID_TXN_STATE, "a transactional batch without a transactional id");
  }
  const verdict = producers.check(partition, header, transactionalId);
  if (verdict.kind === "refused") return refusal(verdict.errorCode, verdict.message);
  if (verdict.kind === "duplicate") {
    services.metrics.duplicateBatches += 1;
    const { baseOffset, logAppendTimeMs } = verdict;
    return { errorCode: 0, baseOffset, logAppendTimeMs, logStartOffset: partition.startOffset };
  }
  const outcome = append(services, target, records, "lent");
  producers.appended(partition, header, outcome.baseOffset);
  return outcome;
}

function append(
  services: BrokerServices,
  { topic, partition }: ProduceTarget,
  batches: Buffer,
  memory: "given" | "lent",
): AppendOutcome {
  const nowMs = services.clock.nowMs();
  const { baseOffset } = services.log.append(topic.name, () => partition.appendWire(batches, memory));
  services.metrics.batchesAppended += 1;
  services.metrics.bytesAppended += batches.length;
  return {
    errorCode: KafkaError.NONE,
    baseOffset,
    logAppendTimeMs: topic.config.logAppendTime ? nowMs : -1,
    logStartOffset: partition.startOffset,
  };
}
