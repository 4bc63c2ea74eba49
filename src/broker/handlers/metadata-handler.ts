/** Metadata: this broker, and the topics asked for, which are made where that is allowed. */
import type { TopicInfo } from "../../log/topic-log.ts";
import { AclOperation, AclResource, CLUSTER_NAME } from "../access-control.ts";
import type { BrokerServices } from "../broker-services.ts";
import type { Caller } from "../caller.ts";
import { failureOf } from "../failure-code.ts";
import { authorizedOperations, mayCluster, mayTopic } from "../permissions.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { metadataApi } from "../protocol/messages/metadata.ts";
import { UNASKED_OPERATIONS, ZERO_UUID } from "../protocol/schema.ts";
import type { RequestOf, ResponseOf } from "../protocol/schema.ts";
import { handler } from "./handler.ts";
import type { Handler } from "./handler.ts";

type MetadataRequest = RequestOf<typeof metadataApi>;
type TopicMetadata = ResponseOf<typeof metadataApi>["topics"][number];

export function metadataHandler(services: BrokerServices): Handler {
  return handler(metadataApi, (request, { caller, session }) => {
    const { nodeId, clusterId } = services;
    return {
      brokers: [{ nodeId, ...session.origin.advertised }],
      clusterId,
      controllerId: nodeId,
      topics: topicsOf(services, request, caller),
      clusterAuthorizedOperations: authorizedOperations(
        services,
        caller,
        request.includeClusterAuthorizedOperations,
        AclResource.CLUSTER,
        CLUSTER_NAME,
      ),
    };
  });
}

function topicsOf(services: BrokerServices, request: MetadataRequest, caller: Caller): TopicMetadata[] {
  const { topics } = request;
  const all = topics === null || (caller.apiVersion === 0 && topics.length === 0);
  if (all) {
    return services.topics
      .all()
      .filter(({ name }) => mayTopic(services, caller, AclOperation.DESCRIBE, name))
      .map((topic) => described(services, topic, request, caller));
  }
  return topics.map(({ name, topicId }) => {
    if (name === null) return topicById(services, topicId, request, caller);
    return topicByName(services, name, request, caller);
  });
}

function topicById(
  services: BrokerServices,
  topicId: string,
  request: MetadataRequest,
  caller: Caller,
): TopicMetadata {
  const topic = services.topics.byId(topicId);
  const known = topic !== undefined && mayTopic(services, caller, AclOperation.DESCRIBE, topic.name);
  if (known) return described(services, topic, request, caller);
  return { ...unknown(services, null, KafkaError.UNKNOWN_TOPIC_ID), topicId };
}

function topicByName(
  services: BrokerServices,
  name: string,
  request: MetadataRequest,
  caller: Caller,
): TopicMetadata {
  if (!mayTopic(services, caller, AclOperation.DESCRIBE, name)) {
    return unknown(services, name, KafkaError.TOPIC_AUTHORIZATION_FAILED);
  }
  const topic = services.topics.byName(name);
  if (topic !== undefined) return described(services, topic, request, caller);
  const create = services.settings.autoCreateTopics && request.allowAutoTopicCreation;
  if (!create || services.log.isInternal(name)) {
    return unknown(services, name, KafkaError.UNKNOWN_TOPIC_OR_PARTITION);
  }
  const allowed =
    mayCluster(services, caller, AclOperation.CREATE) ||
    mayTopic(services, caller, AclOperation.CREATE, name);
  if (!allowed) return unknown(services, name, KafkaError.TOPIC_AUTHORIZATION_FAILED);
  try {
    const made = services.log.createTopic(name, { partitions: services.settings.defaultPartitions });
    return described(services, made, request, caller);
  } catch (error) {
    return unknown(services, name, failureOf(error).errorCode);
  }
}

function described(
  services: BrokerServices,
  topic: TopicInfo,
  request: MetadataRequest,
  caller: Caller,
): TopicMetadata {
  const asked = request.includeTopicAuthorizedOperations;
  return {
    errorCode: KafkaError.NONE,
    name: topic.name,
    topicId: topic.id,
    isInternal: services.log.isInternal(topic.name),
    partitions: Array.from({ length: topic.partitions }, (_, partitionIndex) => ({
      ...placement(services),
      partitionIndex,
    })),
    topicAuthorizedOperations: authorizedOperations(services, caller, asked, AclResource.TOPIC, topic.name),
  };
}

/** Where every partition is: here. */
export function placement({ nodeId }: BrokerServices): {
  errorCode: number;
  leaderId: number;
  leaderEpoch: number;
  replicaNodes: number[];
  isrNodes: number[];
} {
  return { errorCode: 0, leaderId: nodeId, leaderEpoch: 0, replicaNodes: [nodeId], isrNodes: [nodeId] };
}

function unknown(services: BrokerServices, name: string | null, errorCode: number): TopicMetadata {
  return {
    errorCode,
    name,
    topicId: ZERO_UUID,
    isInternal: name !== null && services.log.isInternal(name),
    partitions: [],
    topicAuthorizedOperations: UNASKED_OPERATIONS,
  };
}
