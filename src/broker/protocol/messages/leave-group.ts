/** Members leave a group. */
import { array, defineApi, int16, string, throttleTimeMs } from "../schema.ts";

export const leaveGroupApi = defineApi({
  key: 13,
  name: "LeaveGroup",
  versions: [0, 5],
  flexibleSince: 4,
  request: {
    groupId: string(),
    memberId: string({ until: 2, default: "" }),
    members: array(
      {
        memberId: string(),
        groupInstanceId: string({ nullable: 0, default: null }),
        reason: string({ since: 5, nullable: 5, default: null }),
      },
      { since: 3, default: [] },
    ),
  },
  response: {
    throttleTimeMs: throttleTimeMs(1),
    errorCode: int16(),
    members: array(
      { memberId: string(), groupInstanceId: string({ nullable: 0, default: null }), errorCode: int16() },
      { since: 3, default: [] },
    ),
  },
});
