/** Access rules that match a filter. */
import { array, defineApi, int16, int8, string, throttleTimeMs } from "../schema.ts";

export const describeAclsApi = defineApi({
  key: 29,
  name: "DescribeAcls",
  versions: [0, 3],
  flexibleSince: 2,
  request: {
    resourceTypeFilter: int8(),
    resourceNameFilter: string({ nullable: 0 }),
    patternTypeFilter: int8({ since: 1, default: 3 }),
    principalFilter: string({ nullable: 0 }),
    hostFilter: string({ nullable: 0 }),
    operation: int8(),
    permissionType: int8(),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    errorCode: int16(),
    errorMessage: string({ nullable: 0, default: null }),
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      patternType: int8({ since: 1, default: 3 }),
      acls: array({ principal: string(), host: string(), operation: int8(), permissionType: int8() }),
    }),
  },
});
