/** Topics and partitions, page by page (KIP-966). */
import {
  array,
  arrayOf,
  bool,
  defineApi,
  int16,
  int32,
  string,
  struct,
  throttleTimeMs,
  UNASKED_OPERATIONS,
  uuid,
} from "../schema.ts";

export const describeTopicPartitionsApi = defineApi({
  key: 75,
  name: "DescribeTopicPartitions",
  versions: [0, 0],
  flexibleSince: 0,
  request: {
    topics: array({ name: string() }),
    responsePartitionLimit: int32({ default: 2000 }),
    cursor: struct({ topicName: string(), partitionIndex: int32() }, { nullable: 0, default: null }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    topics: array({
      errorCode: int16(),
      name: string({ nullable: 0 }),
      topicId: uuid(),
      isInternal: bool(),
      partitions: array({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32({ default: -1 }),
        replicaNodes: arrayOf(int32()),
        isrNodes: arrayOf(int32()),
        eligibleLeaderReplicas: arrayOf(int32(), { nullable: 0, default: null }),
        lastKnownElr: arrayOf(int32(), { nullable: 0, default: null }),
        offlineReplicas: arrayOf(int32(), { default: [] }),
      }),
      topicAuthorizedOperations: int32({ default: UNASKED_OPERATIONS }),
    }),
    nextCursor: struct({ topicName: string(), partitionIndex: int32() }, { nullable: 0, default: null }),
  },
});
