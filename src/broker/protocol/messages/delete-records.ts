/** Moving the start of partitions up. */
import { array, defineApi, int16, int32, int64, string, throttleTimeMs } from "../schema.ts";

export const deleteRecordsApi = defineApi({
  key: 21,
  name: "DeleteRecords",
  versions: [0, 2],
  flexibleSince: 2,
  request: {
    topics: array({
      name: string(),
      /** The offset is the new start; −1: the high watermark. */
      partitions: array({ partitionIndex: int32(), offset: int64() }),
    }),
    timeoutMs: int32(),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    topics: array({
      name: string(),
      partitions: array({ partitionIndex: int32(), lowWatermark: int64(), errorCode: int16() }),
    }),
  },
});
