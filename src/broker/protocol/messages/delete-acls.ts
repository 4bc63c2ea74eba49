/** Removing access rules that match filters. */
import { array, defineApi, int16, int8, string, throttleTimeMs } from "../schema.ts";

export const deleteAclsApi = defineApi({
  key: 31,
  name: "DeleteAcls",
  versions: [0, 3],
  flexibleSince: 2,
  request: {
    filters: array({
      resourceTypeFilter: int8(),
      resourceNameFilter: string({ nullable: 0 }),
      patternTypeFilter: int8({ since: 1, default: 3 }),
      principalFilter: string({ nullable: 0 }),
      hostFilter: string({ nullable: 0 }),
      operation: int8(),
      permissionType: int8(),
    }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    filterResults: array({
      errorCode: int16(),
      errorMessage: string({ nullable: 0, default: null }),
      matchingAcls: array({
        errorCode: int16(),
        errorMessage: string({ nullable: 0, default: null }),
        resourceType: int8(),
        resourceName: string(),
        patternType: int8({ since: 1, default: 3 }),
        principal: string(),
        host: string(),
        operation: int8(),
        permissionType: int8(),
      }),
    }),
  },
});
