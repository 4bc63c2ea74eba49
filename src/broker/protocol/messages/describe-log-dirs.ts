/** How large partitions are. */
import { array, arrayOf, bool, defineApi, int16, int32, int64, string, throttleTimeMs } from "../schema.ts";

export const describeLogDirsApi = defineApi({
  key: 35,
  name: "DescribeLogDirs",
  versions: [0, 4],
  flexibleSince: 2,
  request: {
    topics: array({ topic: string(), partitions: arrayOf(int32()) }, { nullable: 0, default: null }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    errorCode: int16({ since: 3, default: 0 }),
    results: array({
      errorCode: int16(),
      logDir: string(),
      topics: array({
        name: string(),
        partitions: array({
          partitionIndex: int32(),
          partitionSize: int64(),
          offsetLag: int64(),
          isFutureKey: bool(),
        }),
      }),
      totalBytes: int64({ since: 4, default: -1 }),
      usableBytes: int64({ since: 4, default: -1 }),
    }),
  },
});
