/** Adding access rules. */
import { array, defineApi, int16, int8, string, throttleTimeMs } from "../schema.ts";

export const createAclsApi = defineApi({
  key: 30,
  name: "CreateAcls",
  versions: [0, 3],
  flexibleSince: 2,
  request: {
    creations: array({
      resourceType: int8(),
      resourceName: string(),
      resourcePatternType: int8({ since: 1, default: 3 }),
      principal: string(),
      host: string(),
      operation: int8(),
      permissionType: int8(),
    }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    results: array({ errorCode: int16(), errorMessage: string({ nullable: 0, default: null }) }),
  },
});
