/** All groups. */
import { array, arrayOf, defineApi, int16, string, throttleTimeMs } from "../schema.ts";

export const listGroupsApi = defineApi({
  key: 16,
  name: "ListGroups",
  versions: [0, 5],
  flexibleSince: 3,
  request: {
    statesFilter: arrayOf(string(), { since: 4, default: [] }),
    typesFilter: arrayOf(string(), { since: 5, default: [] }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(1),
    errorCode: int16(),
    groups: array({
      groupId: string(),
      protocolType: string(),
      groupState: string({ since: 4, default: "" }),
      groupType: string({ since: 5, default: "" }),
    }),
  },
});
