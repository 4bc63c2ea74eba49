/** Offsets by position or time. */
import { array, arrayOf, defineApi, int16, int32, int64, int8, string, throttleTimeMs } from "../schema.ts";

export const listOffsetsApi = defineApi({
  key: 2,
  name: "ListOffsets",
  versions: [0, 10],
  flexibleSince: 6,
  request: {
    replicaId: int32(),
    isolationLevel: int8({ since: 2, default: 0 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        currentLeaderEpoch: int32({ since: 4, default: -1 }),
        /** A time, or −1 the end, −2 the start, −3 the highest timestamp, −4 the start of what is stored here. */
        timestamp: int64(),
        maxNumOffsets: int32({ until: 0, default: 1 }),
      }),
    }),
    timeoutMs: int32({ since: 10, default: 0 }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(2),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        oldStyleOffsets: arrayOf(int64(), { until: 0, default: [] }),
        timestamp: int64({ since: 1, default: -1 }),
        offset: int64({ since: 1, default: -1 }),
        leaderEpoch: int32({ since: 4, default: -1 }),
      }),
    }),
  },
});
