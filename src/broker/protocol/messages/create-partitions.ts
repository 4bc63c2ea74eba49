/** Adding partitions to topics. */
import { array, arrayOf, bool, defineApi, int16, int32, string, throttleTimeMs } from "../schema.ts";

export const createPartitionsApi = defineApi({
  key: 37,
  name: "CreatePartitions",
  versions: [0, 3],
  flexibleSince: 2,
  request: {
    topics: array({
      name: string(),
      /** The new total. */
      count: int32(),
      assignments: array({ brokerIds: arrayOf(int32()) }, { nullable: 0, default: null }),
    }),
    timeoutMs: int32(),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    results: array({
      name: string(),
      errorCode: int16(),
      errorMessage: string({ nullable: 0, default: null }),
    }),
  },
});
