/** Brokers, topics and their partitions. */
import {
  array,
  arrayOf,
  bool,
  defineApi,
  int16,
  int32,
  string,
  throttleTimeMs,
  UNASKED_OPERATIONS,
  uuid,
} from "../schema.ts";

export const metadataApi = defineApi({
  key: 3,
  name: "Metadata",
  versions: [0, 13],
  flexibleSince: 9,
  request: {
    /** Null (or, in version 0, none): all. */
    topics: array({ topicId: uuid({ since: 10 }), name: string({ nullable: 10 }) }, { nullable: 1 }),
    allowAutoTopicCreation: bool({ since: 4, default: true }),
    includeClusterAuthorizedOperations: bool({ since: 8, until: 10, default: false }),
    includeTopicAuthorizedOperations: bool({ since: 8, default: false }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(3),
    brokers: array({
      nodeId: int32(),
      host: string(),
      port: int32(),
      rack: string({ since: 1, nullable: 1, default: null }),
    }),
    clusterId: string({ since: 2, nullable: 2 }),
    controllerId: int32({ since: 1 }),
    topics: array({
      errorCode: int16(),
      name: string({ nullable: 12 }),
      topicId: uuid({ since: 10 }),
      isInternal: bool({ since: 1 }),
      partitions: array({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32({ since: 7, default: -1 }),
        replicaNodes: arrayOf(int32()),
        isrNodes: arrayOf(int32()),
        offlineReplicas: arrayOf(int32(), { since: 5, default: [] }),
      }),
      topicAuthorizedOperations: int32({ since: 8, default: UNASKED_OPERATIONS }),
    }),
    clusterAuthorizedOperations: int32({ since: 8, until: 10, default: UNASKED_OPERATIONS }),
    errorCode: int16({ since: 13, default: 0 }),
  },
});
