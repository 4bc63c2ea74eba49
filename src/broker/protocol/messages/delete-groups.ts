/** Deleting groups without members. */
import { array, arrayOf, defineApi, int16, string, throttleTimeMs } from "../schema.ts";

export const deleteGroupsApi = defineApi({
  key: 42,
  name: "DeleteGroups",
  versions: [0, 2],
  flexibleSince: 2,
  request: {
    groupsNames: arrayOf(string()),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    results: array({ groupId: string(), errorCode: int16() }),
  },
});
