/** The positions that groups have stored. */
import { array, arrayOf, bool, defineApi, int16, int32, int64, string, throttleTimeMs } from "../schema.ts";

export const offsetFetchApi = defineApi({
  key: 9,
  name: "OffsetFetch",
  versions: [0, 9],
  flexibleSince: 6,
  request: {
    groupId: string({ until: 7, default: "" }),
    /** Null: all. */
    topics: array(
      { name: string(), partitionIndexes: arrayOf(int32()) },
      { until: 7, nullable: 2, default: null },
    ),
    groups: array(
      {
        groupId: string(),
        memberId: string({ since: 9, nullable: 9, default: null }),
        memberEpoch: int32({ since: 9, default: -1 }),
        topics: array({ name: string(), partitionIndexes: arrayOf(int32()) }, { nullable: 8 }),
      },
      { since: 8, default: [] },
    ),
    requireStable: bool({ since: 7, default: false }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(3),
    topics: array(
      {
        name: string(),
        partitions: array({
          partitionIndex: int32(),
          committedOffset: int64(),
          committedLeaderEpoch: int32({ since: 5, default: -1 }),
          metadata: string({ nullable: 0 }),
          errorCode: int16(),
        }),
      },
      { until: 7, default: [] },
    ),
    errorCode: int16({ since: 2, until: 7, default: 0 }),
    groups: array(
      {
        groupId: string(),
        topics: array({
          name: string(),
          partitions: array({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32({ default: -1 }),
            metadata: string({ nullable: 0 }),
            errorCode: int16(),
          }),
        }),
        errorCode: int16({ default: 0 }),
      },
      { since: 8, default: [] },
    ),
  },
});
