/** CreateTopics, DeleteTopics, CreatePartitions. */
import {
  alteredOverrides,
  checkPartitions,
  checkTopicName,
  parseTopicConfig,
} from "../../log/topic-config.ts";
import type { TopicInfo } from "../../log/topic-log.ts";
import { AclOperation } from "../access-control.ts";
import type { BrokerServices } from "../broker-services.ts";
import type { Caller } from "../caller.ts";
import { failureOf } from "../failure-code.ts";
import type { Failure } from "../failure-code.ts";
import { mayCluster, mayTopic } from "../permissions.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { createPartitionsApi } from "../protocol/messages/create-partitions.ts";
import { createTopicsApi } from "../protocol/messages/create-topics.ts";
import { deleteTopicsApi } from "../protocol/messages/delete-topics.ts";
import { ZERO_UUID } from "../protocol/schema.ts";
import type { RequestOf, ResponseOf } from "../protocol/schema.ts";
import { topicConfigs } from "./config-entries.ts";
import { handler } from "./handler.ts";
import type { Handler } from "./handler.ts";

type WantedTopic = RequestOf<typeof createTopicsApi>["topics"][number];
type CreatedTopic = ResponseOf<typeof createTopicsApi>["topics"][number];
type DeletedTopic = ResponseOf<typeof deleteTopicsApi>["responses"][number];
type WantedPartitions = RequestOf<typeof createPartitionsApi>["topics"][number];

export function topicHandlers(services: BrokerServices): Handler[] {
  return [createTopics(services), deleteTopics(services), createPartitions(services)];
}

function createTopics(services: BrokerServices): Handler {
  return handler(createTopicsApi, (request, { caller }) => ({
    topics: unique(request.topics).map(({ item, twice }): CreatedTopic => {
      const { name } = item;
      if (twice) return { name, ...namedTwice(name) };
      const refused = creationRefused(services, caller, name);
      if (refused !== undefined) return { name, ...refused };
      try {
        const outcome = createOne(services, item, request.validateOnly);
        return "errorCode" in outcome ? { name, ...outcome } : created(outcome, request.validateOnly);
      } catch (error) {
        return { name, ...failureOf(error) };
      }
    }),
  }));
}

function creationRefused(services: BrokerServices, caller: Caller, name: string): Failure | undefined {
  const allowed =
    mayCluster(services, caller, AclOperation.CREATE) ||
    mayTopic(services, caller, AclOperation.CREATE, name);
  if (!allowed) return notAllowed(name);
  return services.log.isInternal(name) ? ownTopic(name) : undefined;
}

/** @throws SpoorError where name, settings or partitions are refused */
function createOne(
  services: BrokerServices,
  wanted: WantedTopic,
  validateOnly: boolean,
): TopicInfo | Failure {
  const { name, numPartitions, replicationFactor, assignments, configs } = wanted;
  const assigned = assignments.length > 0;
  if (assigned) {
    if (numPartitions !== -1 || replicationFactor !== -1) {
      return fault(KafkaError.INVALID_REQUEST, "assignments exclude a number of partitions and replicas");
    }
    const indexes = assignments.map(({ partitionIndex }) => partitionIndex).toSorted((a, b) => a - b);
    const here = assignments.every(({ brokerIds }) => isHere(services, brokerIds));
    if (!here || indexes.some((index, at) => index !== at)) return notHere(services);
  } else if (replicationFactor !== -1 && replicationFactor !== 1) {
    return fault(KafkaError.INVALID_REPLICATION_FACTOR, "there is one broker: the replication factor is 1");
  }
  const given = assigned ? assignments.length : numPartitions;
  const partitions = given === -1 ? services.settings.defaultPartitions : given;
  const config: Record<string, string> = {};
  for (const each of configs) {
    if (each.value === null) return fault(KafkaError.INVALID_CONFIG, `setting '${each.name}' has no value`);
    config[each.name] = each.value;
  }
  if (!validateOnly) return services.log.createTopic(name, { partitions, config });
  checkTopicName(name);
  checkPartitions(partitions);
  if (services.topics.byName(name) !== undefined) {
    return fault(KafkaError.TOPIC_ALREADY_EXISTS, `topic '${name}' exists already`);
  }
  return { name, id: ZERO_UUID, partitions, overrides: config, config: parseTopicConfig(config) };
}

function created(topic: TopicInfo, validateOnly: boolean): CreatedTopic {
  return {
    name: topic.name,
    topicId: validateOnly ? ZERO_UUID : topic.id,
    errorCode: KafkaError.NONE,
    numPartitions: topic.partitions,
    replicationFactor: 1,
    configs: topicConfigs(topic, null),
  };
}

/** The first version that deletes by id. */
const DELETE_BY_ID_SINCE = 6;

function deleteTopics(services: BrokerServices): Handler {
  return handler(deleteTopicsApi, (request, { caller }) => {
    if (caller.apiVersion < DELETE_BY_ID_SINCE) {
      return { responses: request.topicNames.map((name) => deleteByName(services, caller, name)) };
    }
    return {
      responses: request.topics.map(({ name, topicId }) => {
        if (name !== null) return deleteByName(services, caller, name);
        const topic = services.topics.byId(topicId);
        const visible = topic !== undefined && mayTopic(services, caller, AclOperation.DESCRIBE, topic.name);
        if (!visible) return { name: null, topicId, errorCode: KafkaError.UNKNOWN_TOPIC_ID };
        return deleteByName(services, caller, topic.name);
      }),
    };
  });
}

function deleteByName(services: BrokerServices, caller: Caller, name: string): DeletedTopic {
  const topicId = services.topics.byName(name)?.id ?? ZERO_UUID;
  if (!mayTopic(services, caller, AclOperation.DELETE, name)) {
    return { name, topicId: ZERO_UUID, ...notAllowed(name) };
  }
  if (services.log.isInternal(name)) return { name, topicId, ...ownTopic(name) };
  try {
    services.log.deleteTopic(name);
    return { name, topicId, errorCode: KafkaError.NONE };
  } catch (error) {
    return { name, topicId, ...failureOf(error) };
  }
}

function createPartitions(services: BrokerServices): Handler {
  return handler(createPartitionsApi, (request, { caller }) => ({
    results: unique(request.topics).map(({ item, twice }) => {
      const { name } = item;
      if (twice) return { name, ...namedTwice(name) };
      try {
        return { name, ...addPartitions(services, caller, item, request.validateOnly) };
      } catch (error) {
        return { name, ...failureOf(error) };
      }
    }),
  }));
}

function addPartitions(
  services: BrokerServices,
  caller: Caller,
  { name, count, assignments }: WantedPartitions,
  validateOnly: boolean,
): { errorCode: number; errorMessage?: string } {
  if (!mayTopic(services, caller, AclOperation.ALTER, name)) return notAllowed(name);
  if (services.log.isInternal(name)) return ownTopic(name);
  const topic = services.topics.byName(name);
  if (topic === undefined) {
    return fault(KafkaError.UNKNOWN_TOPIC_OR_PARTITION, `topic '${name}' does not exist`);
  }
  if (count <= topic.partitions) {
    return fault(KafkaError.INVALID_PARTITIONS, `topic '${name}' has ${topic.partitions} partitions already`);
  }
  checkPartitions(count);
  const added = count - topic.partitions;
  if (assignments !== null) {
    const here = assignments.every(({ brokerIds }) => isHere(services, brokerIds));
    if (assignments.length !== added || !here) return notHere(services);
  }
  if (!validateOnly) services.log.log.addPartitions(name, count);
  return { errorCode: KafkaError.NONE };
}

/** The settings after a change, checked. @throws LOG_UNKNOWN_CONFIG, LOG_INVALID_CONFIG */
export function checkAlteration(topic: TopicInfo, changes: Readonly<Record<string, string | null>>): void {
  parseTopicConfig(alteredOverrides(topic.overrides, changes));
}

/** Each with whether its name stands more than once: then none of them is carried out. */
function unique<T extends { readonly name: string }>(items: readonly T[]): { item: T; twice: boolean }[] {
  const counts = new Map<string, number>();
  for (const { name } of items) counts.set(name, (counts.get(name) ?? 0) + 1);
  const seen = new Set<string>();
  return items
    .filter(({ name }) => !seen.has(name) && seen.add(name))
    .map((item) => ({ item, twice: counts.get(item.name)! > 1 }));
}

function isHere({ nodeId }: BrokerServices, brokerIds: readonly number[]): boolean {
  return brokerIds.length === 1 && brokerIds[0] === nodeId;
}

function notHere({ nodeId }: BrokerServices): Failure {
  return fault(
    KafkaError.INVALID_REPLICA_ASSIGNMENT,
    `every partition, from 0 on, must be on broker ${nodeId} alone`,
  );
}

function namedTwice(name: string): Failure {
  return fault(KafkaError.INVALID_REQUEST, `topic '${name}' is named more than once`);
}

export function notAllowed(topic: string): Failure {
  return fault(KafkaError.TOPIC_AUTHORIZATION_FAILED, `not allowed on topic '${topic}'`);
}

export function ownTopic(topic: string): Failure {
  return fault(KafkaError.POLICY_VIOLATION, `topic '${topic}' is one of the broker's own`);
}

function fault(errorCode: number, errorMessage: string): Failure {
  return { errorCode, errorMessage };
}
