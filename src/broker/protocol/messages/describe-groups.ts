/** State and members of groups. */
import {
  array,
  arrayOf,
  bool,
  bytes,
  defineApi,
  int16,
  int32,
  string,
  throttleTimeMs,
  UNASKED_OPERATIONS,
} from "../schema.ts";

export const describeGroupsApi = defineApi({
  key: 15,
  name: "DescribeGroups",
  versions: [0, 5],
  flexibleSince: 5,
  request: {
    groups: arrayOf(string()),
    includeAuthorizedOperations: bool({ since: 3, default: false }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(1),
    groups: array({
      errorCode: int16(),
      groupId: string(),
      groupState: string(),
      protocolType: string(),
      protocolData: string(),
      members: array({
        memberId: string(),
        groupInstanceId: string({ since: 4, nullable: 4, default: null }),
        clientId: string(),
        clientHost: string(),
        memberMetadata: bytes(),
        memberAssignment: bytes(),
      }),
      authorizedOperations: int32({ since: 3, default: UNASKED_OPERATIONS }),
    }),
  },
});
