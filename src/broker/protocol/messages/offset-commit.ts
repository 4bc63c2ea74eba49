/** Storing the positions of a group. */
import { array, defineApi, int16, int32, int64, string, throttleTimeMs } from "../schema.ts";

export const offsetCommitApi = defineApi({
  key: 8,
  name: "OffsetCommit",
  versions: [0, 9],
  flexibleSince: 8,
  request: {
    groupId: string(),
    /** −1: a committer outside the group protocol. */
    generationIdOrMemberEpoch: int32({ since: 1, default: -1 }),
    memberId: string({ since: 1, default: "" }),
    groupInstanceId: string({ since: 7, nullable: 7, default: null }),
    retentionTimeMs: int64({ since: 2, until: 4, default: -1 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        committedOffset: int64(),
        committedLeaderEpoch: int32({ since: 6, default: -1 }),
        commitTimestamp: int64({ since: 1, until: 1, default: -1 }),
        committedMetadata: string({ nullable: 0 }),
      }),
    }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(3),
    topics: array({
      name: string(),
      partitions: array({ partitionIndex: int32(), errorCode: int16() }),
    }),
  },
});
