/** DeleteRecords, DescribeLogDirs, DescribeTopicPartitions. */
import type { TopicInfo } from "../../log/topic-log.ts";
import { AclOperation, AclResource } from "../access-control.ts";
import type { BrokerServices } from "../broker-services.ts";
import type { Caller } from "../caller.ts";
import { failureOf } from "../failure-code.ts";
import { authorizedOperations, mayCluster, mayTopic } from "../permissions.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { deleteRecordsApi } from "../protocol/messages/delete-records.ts";
import { describeLogDirsApi } from "../protocol/messages/describe-log-dirs.ts";
import { describeTopicPartitionsApi } from "../protocol/messages/describe-topic-partitions.ts";
import { ZERO_UUID } from "../protocol/schema.ts";
import type { ResponseOf } from "../protocol/schema.ts";
import { handler } from "./handler.ts";
import type { Handler } from "./handler.ts";
import { placement } from "./metadata-handler.ts";

type Page = ResponseOf<typeof describeTopicPartitionsApi>;

export function partitionHandlers(services: BrokerServices): Handler[] {
  return [deleteRecords(services), describeLogDirs(services), describeTopicPartitions(services)];
}

/** Stands for the high watermark. */
const ALL_RECORDS = -1;

function deleteRecords(services: BrokerServices): Handler {
  return handler(deleteRecordsApi, (request, { caller }) => ({
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, offset }) => {
        const outcome = deleteBefore(services, caller, name, partitionIndex, offset);
        return { partitionIndex, ...outcome };
      }),
    })),
  }));
}

interface DeletedRecords {
  readonly lowWatermark: number;
  readonly errorCode: number;
}

function fault(errorCode: number): DeletedRecords {
  return { lowWatermark: -1, errorCode };
}

function deleteBefore(
  services: BrokerServices,
  caller: Caller,
  topic: string,
  partition: number,
  offset: number,
): DeletedRecords {
  if (!mayTopic(services, caller, AclOperation.DELETE, topic)) {
    return fault(KafkaError.TOPIC_AUTHORIZATION_FAILED);
  }
  if (services.log.isInternal(topic)) return fault(KafkaError.POLICY_VIOLATION);
  const log = services.topics.partition(services.topics.byName(topic), partition);
  if (log === undefined) return fault(KafkaError.UNKNOWN_TOPIC_OR_PARTITION);
  const target = offset === ALL_RECORDS ? log.highWatermark : offset;
  if (target < 0 || target > log.highWatermark) return fault(KafkaError.OFFSET_OUT_OF_RANGE);
  try {
    log.deleteRecordsBefore(target);
    return { lowWatermark: log.startOffset, errorCode: KafkaError.NONE };
  } catch (error) {
    return fault(failureOf(error).errorCode);
  }
}

function describeLogDirs(services: BrokerServices): Handler {
  return handler(describeLogDirsApi, (request, { caller }) => {
    if (!mayCluster(services, caller, AclOperation.DESCRIBE)) {
      return { errorCode: KafkaError.CLUSTER_AUTHORIZATION_FAILED, results: [] };
    }
    const wanted = request.topics ?? services.topics.all().map((topic) => allPartitions(topic));
    const topics = wanted.map(({ topic, partitions }) => ({
      name: topic,
      partitions: partitions.flatMap((partitionIndex) => {
        const log = services.topics.partition(services.topics.byName(topic), partitionIndex);
        if (log === undefined) return [];
        return [{ partitionIndex, partitionSize: log.sizeBytes, offsetLag: 0, isFutureKey: false }];
      }),
    }));
    // The directory's path is nobody's business over the network.
    return { results: [{ errorCode: KafkaError.NONE, logDir: "data", topics }] };
  });
}

function allPartitions({ name, partitions }: TopicInfo): { topic: string; partitions: number[] } {
  return { topic: name, partitions: Array.from({ length: partitions }, (_, i) => i) };
}

const PAGE_MAX = 2000;

function describeTopicPartitions(services: BrokerServices): Handler {
  return handler(describeTopicPartitionsApi, (request, { caller }) => {
    const given = request.topics.map(({ name }) => name);
    const names = given.length > 0 ? given : services.topics.all().map(({ name }) => name);
    const { cursor } = request;
    const from = cursor?.topicName ?? "";
    const topics: Page["topics"][number][] = [];
    let room = Math.min(Math.max(1, request.responsePartitionLimit), PAGE_MAX);
    for (const name of [...new Set(names)].toSorted()) {
      if (name < from) continue;
      const first = name === from ? Math.max(0, cursor?.partitionIndex ?? 0) : 0;
      if (room === 0) return { topics, nextCursor: { topicName: name, partitionIndex: first } };
      if (!mayTopic(services, caller, AclOperation.DESCRIBE, name)) {
        if (given.length > 0) topics.push(unknownTopic(name, KafkaError.TOPIC_AUTHORIZATION_FAILED));
        continue;
      }
      const topic = services.topics.byName(name);
      if (topic === undefined) {
        topics.push(unknownTopic(name, KafkaError.UNKNOWN_TOPIC_OR_PARTITION));
        continue;
      }
      const count = Math.min(room, Math.max(0, topic.partitions - first));
      topics.push(describedTopic(services, caller, topic, first, count));
      room -= count;
      const next = first + count;
      if (next < topic.partitions) return { topics, nextCursor: { topicName: name, partitionIndex: next } };
    }
    return { topics };
  });
}

function describedTopic(
  services: BrokerServices,
  caller: Caller,
  topic: TopicInfo,
  first: number,
  count: number,
): Page["topics"][number] {
  return {
    errorCode: KafkaError.NONE,
    name: topic.name,
    topicId: topic.id,
    isInternal: services.log.isInternal(topic.name),
    partitions: Array.from({ length: count }, (_, i) => ({
      ...placement(services),
      partitionIndex: first + i,
      eligibleLeaderReplicas: [],
      lastKnownElr: [],
    })),
    topicAuthorizedOperations: authorizedOperations(services, caller, true, AclResource.TOPIC, topic.name),
  };
}

function unknownTopic(name: string, errorCode: number): Page["topics"][number] {
  return { errorCode, name, topicId: ZERO_UUID, isInternal: false, partitions: [] };
}
