/** Which broker coordinates a group or a transactional id. */
import { array, arrayOf, defineApi, int16, int32, int8, string, throttleTimeMs } from "../schema.ts";

export const findCoordinatorApi = defineApi({
  key: 10,
  name: "FindCoordinator",
  versions: [0, 6],
  flexibleSince: 3,
  request: {
    key: string({ until: 3, default: "" }),
    /** 0: a group; 1: a transactional id; 2: a share group. */
    keyType: int8({ since: 1, default: 0 }),
    coordinatorKeys: arrayOf(string(), { since: 4, default: [] }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(1),
    errorCode: int16({ until: 3, default: 0 }),
    errorMessage: string({ since: 1, until: 3, nullable: 1, default: null }),
    nodeId: int32({ until: 3, default: -1 }),
    host: string({ until: 3, default: "" }),
    port: int32({ until: 3, default: -1 }),
    coordinators: array(
      {
        key: string(),
        nodeId: int32(),
        host: string(),
        port: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: 0, default: null }),
      },
      { since: 4, default: [] },
    ),
  },
});
