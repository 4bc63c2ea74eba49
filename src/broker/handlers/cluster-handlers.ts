/** The cluster of one: DescribeCluster, FindCoordinator, ElectLeaders, ListPartitionReassignments, OffsetForLeaderEpoch. */
import { AclOperation, AclResource, CLUSTER_NAME } from "../access-control.ts";
import type { BrokerServices } from "../broker-services.ts";
import type { Caller } from "../caller.ts";
import { authorizedOperations, mayCluster, mayGroup, mayTopic, mayTransaction } from "../permissions.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { describeClusterApi } from "../protocol/messages/describe-cluster.ts";
import { electLeadersApi } from "../protocol/messages/elect-leaders.ts";
import { findCoordinatorApi } from "../protocol/messages/find-coordinator.ts";
import { listPartitionReassignmentsApi } from "../protocol/messages/list-partition-reassignments.ts";
import { offsetForLeaderEpochApi } from "../protocol/messages/offset-for-leader-epoch.ts";
import { handler } from "./handler.ts";
import type { Handler } from "./handler.ts";

export function clusterHandlers(services: BrokerServices): Handler[] {
  return [
    describeCluster(services),
    findCoordinator(services),
    electLeaders(services),
    listPartitionReassignments(services),
    offsetForLeaderEpoch(services),
  ];
}

/** Endpoint types of DescribeCluster. */
const BROKERS = 1;

function describeCluster(services: BrokerServices): Handler {
  return handler(describeClusterApi, (request, { caller, session }) => {
    const { nodeId, clusterId } = services;
    const answer = { clusterId, controllerId: nodeId, endpointType: request.endpointType };
    if (request.endpointType !== BROKERS) {
      const errorMessage = "this broker has no controller listener";
      return { ...answer, errorCode: KafkaError.INVALID_REQUEST, errorMessage, brokers: [] };
    }
    const asked = request.includeClusterAuthorizedOperations;
    return {
      ...answer,
      errorCode: KafkaError.NONE,
      brokers: [{ brokerId: nodeId, ...session.origin.advertised }],
      clusterAuthorizedOperations: authorizedOperations(
        services,
        caller,
        asked,
        AclResource.CLUSTER,
        CLUSTER_NAME,
      ),
    };
  });
}

const GROUP_KEY = 0;
const TRANSACTION_KEY = 1;
/** The first version that asks for several at once. */
const BATCHED_SINCE = 4;

function findCoordinator(services: BrokerServices): Handler {
  return handler(findCoordinatorApi, (request, { caller, session }) => {
    const keys = caller.apiVersion >= BATCHED_SINCE ? request.coordinatorKeys : [request.key];
    const coordinators = keys.map((key) => {
      const errorCode = coordinatorError(services, caller, request.keyType, key);
      if (errorCode !== KafkaError.NONE) return { key, nodeId: -1, host: "", port: -1, errorCode };
      return { key, nodeId: services.nodeId, ...session.origin.advertised, errorCode };
    });
    if (caller.apiVersion >= BATCHED_SINCE) return { coordinators };
    const { nodeId, host, port, errorCode } = coordinators[0]!;
    return { nodeId, host, port, errorCode };
  });
}

function coordinatorError(services: BrokerServices, caller: Caller, keyType: number, key: string): number {
  if (keyType === GROUP_KEY) {
    if (!mayGroup(services, caller, AclOperation.DESCRIBE, key)) return KafkaError.GROUP_AUTHORIZATION_FAILED;
    return services.groups === undefined ? KafkaError.COORDINATOR_NOT_AVAILABLE : KafkaError.NONE;
  }
  if (keyType !== TRANSACTION_KEY) return KafkaError.INVALID_REQUEST;
  if (!mayTransaction(services, caller, AclOperation.DESCRIBE, key)) {
    return KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
  }
  return services.transactions === undefined ? KafkaError.COORDINATOR_NOT_AVAILABLE : KafkaError.NONE;
}

function electLeaders(services: BrokerServices): Handler {
  return handler(electLeadersApi, (request, { caller }) => {
    if (!mayCluster(services, caller, AclOperation.ALTER)) {
      return { errorCode: KafkaError.CLUSTER_AUTHORIZATION_FAILED, replicaElectionResults: [] };
    }
    const replicaElectionResults = (request.topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map((partitionId) => {
        const known = services.topics.partition(services.topics.byName(topic), partitionId) !== undefined;
        const errorCode = known ? KafkaError.ELECTION_NOT_NEEDED : KafkaError.UNKNOWN_TOPIC_OR_PARTITION;
        return { partitionId, errorCode };
      }),
    }));
    return { replicaElectionResults };
  });
}

function listPartitionReassignments(services: BrokerServices): Handler {
  return handler(listPartitionReassignmentsApi, (_request, { caller }) => {
    const allowed = mayCluster(services, caller, AclOperation.DESCRIBE);
    return { errorCode: allowed ? KafkaError.NONE : KafkaError.CLUSTER_AUTHORIZATION_FAILED, topics: [] };
  });
}

function offsetForLeaderEpoch(services: BrokerServices): Handler {
  return handler(offsetForLeaderEpochApi, (request, { caller }) => ({
    topics: request.topics.map(({ topic, partitions }) => {
      const allowed = mayTopic(services, caller, AclOperation.DESCRIBE, topic);
      return {
        topic,
        partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) => {
          if (!allowed) return { partition, errorCode: KafkaError.TOPIC_AUTHORIZATION_FAILED };
          const log = services.topics.partition(services.topics.byName(topic), partition);
          if (log === undefined) return { partition, errorCode: KafkaError.UNKNOWN_TOPIC_OR_PARTITION };
          if (currentLeaderEpoch > 0) return { partition, errorCode: KafkaError.UNKNOWN_LEADER_EPOCH };
          // Of epochs that never were there is no end.
          if (leaderEpoch !== 0) return { partition, errorCode: KafkaError.NONE };
          return { partition, errorCode: KafkaError.NONE, leaderEpoch: 0, endOffset: log.endOffset };
        }),
      };
    }),
  }));
}
