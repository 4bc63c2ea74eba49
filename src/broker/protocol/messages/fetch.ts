/** Reading record batches, byte for byte as stored (KIP-227 sessions, KIP-516 topic ids). */
import {
  array,
  arrayOf,
  bytes,
  defineApi,
  int16,
  int32,
  int64,
  int8,
  producerId,
  string,
  throttleTimeMs,
  uuid,
  ZERO_UUID,
} from "../schema.ts";

export const fetchApi = defineApi({
  key: 1,
  name: "Fetch",
  versions: [4, 17],
  flexibleSince: 12,
  request: {
    replicaId: int32({ until: 14, default: -1 }),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32({ since: 3, default: 2_147_483_647 }),
    /** 0: up to the high watermark; 1: up to the last stable offset. */
    isolationLevel: int8({ since: 4, default: 0 }),
    sessionId: int32({ since: 7, default: 0 }),
    sessionEpoch: int32({ since: 7, default: -1 }),
    topics: array({
      topic: string({ until: 12, default: "" }),
      topicId: uuid({ since: 13, default: ZERO_UUID }),
      partitions: array({
        partition: int32(),
        currentLeaderEpoch: int32({ since: 9, default: -1 }),
        fetchOffset: int64(),
        lastFetchedEpoch: int32({ since: 12, default: -1 }),
        logStartOffset: int64({ since: 5, default: -1 }),
        partitionMaxBytes: int32(),
      }),
    }),
    forgottenTopicsData: array(
      {
        topic: string({ until: 12, default: "" }),
        topicId: uuid({ since: 13, default: ZERO_UUID }),
        partitions: arrayOf(int32()),
      },
      { since: 7, default: [] },
    ),
    rackId: string({ since: 11, default: "" }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(1),
    errorCode: int16({ since: 7, default: 0 }),
    sessionId: int32({ since: 7, default: 0 }),
    responses: array({
      topic: string({ until: 12, default: "" }),
      topicId: uuid({ since: 13, default: ZERO_UUID }),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        highWatermark: int64(),
        lastStableOffset: int64({ since: 4, default: -1 }),
        logStartOffset: int64({ since: 5, default: -1 }),
        abortedTransactions: array(
          { producerId: producerId(), firstOffset: int64() },
          { since: 4, nullable: 4, default: null },
        ),
        preferredReadReplica: int32({ since: 11, default: -1 }),
        records: bytes({ nullable: 0 }),
      }),
    }),
  },
});
