/** Producers that a partition remembers. */
import {
  array,
  arrayOf,
  defineApi,
  int16,
  int32,
  int64,
  producerId,
  string,
  throttleTimeMs,
} from "../schema.ts";

export const describeProducersApi = defineApi({
  key: 61,
  name: "DescribeProducers",
  versions: [0, 0],
  flexibleSince: 0,
  request: {
    topics: array({ name: string(), partitionIndexes: arrayOf(int32()) }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: 0, default: null }),
        activeProducers: array({
          producerId: producerId(),
          producerEpoch: int32(),
          lastSequence: int32({ default: -1 }),
          lastTimestamp: int64({ default: -1 }),
          coordinatorEpoch: int32(),
          currentTxnStartOffset: int64({ default: -1 }),
        }),
      }),
    }),
  },
});
