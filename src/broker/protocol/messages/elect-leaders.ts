/** Electing leaders: with one broker none is ever needed. */
import { array, arrayOf, defineApi, int16, int32, int8, string, throttleTimeMs } from "../schema.ts";

export const electLeadersApi = defineApi({
  key: 43,
  name: "ElectLeaders",
  versions: [0, 2],
  flexibleSince: 2,
  request: {
    electionType: int8({ since: 1, default: 0 }),
    topicPartitions: array({ topic: string(), partitions: arrayOf(int32()) }, { nullable: 0 }),
    timeoutMs: int32({ default: 60_000 }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    errorCode: int16({ since: 1, default: 0 }),
    replicaElectionResults: array({
      topic: string(),
      partitionResult: array({
        partitionId: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: 0, default: null }),
      }),
    }),
  },
});
