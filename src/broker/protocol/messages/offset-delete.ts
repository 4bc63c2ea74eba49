/** Forgetting stored positions of a group. */
import { array, defineApi, int16, int32, string, throttleTimeMs } from "../schema.ts";

export const offsetDeleteApi = defineApi({
  key: 47,
  name: "OffsetDelete",
  versions: [0, 0],
  flexibleSince: Infinity,
  request: {
    groupId: string(),
    topics: array({ name: string(), partitions: array({ partitionIndex: int32() }) }),
  },
  response: {
    errorCode: int16(),
    throttleTimeMs: throttleTimeMs(0),
    topics: array({
      name: string(),
      partitions: array({ partitionIndex: int32(), errorCode: int16() }),
    }),
  },
});
