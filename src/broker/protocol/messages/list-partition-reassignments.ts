/** Partitions on the move: with one broker none is. */
import { array, arrayOf, defineApi, int16, int32, string, throttleTimeMs } from "../schema.ts";

export const listPartitionReassignmentsApi = defineApi({
  key: 46,
  name: "ListPartitionReassignments",
  versions: [0, 0],
  flexibleSince: 0,
  request: {
    timeoutMs: int32({ default: 60_000 }),
    topics: array({ name: string(), partitionIndexes: arrayOf(int32()) }, { nullable: 0, default: null }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    errorCode: int16(),
    errorMessage: string({ nullable: 0, default: null }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        replicas: arrayOf(int32()),
        addingReplicas: arrayOf(int32()),
        removingReplicas: arrayOf(int32()),
      }),
    }),
  },
});
