/** The cluster: this one broker. */
import {
  array,
  bool,
  defineApi,
  int16,
  int32,
  int8,
  string,
  throttleTimeMs,
  UNASKED_OPERATIONS,
} from "../schema.ts";

export const describeClusterApi = defineApi({
  key: 60,
  name: "DescribeCluster",
  versions: [0, 2],
  flexibleSince: 0,
  request: {
    includeClusterAuthorizedOperations: bool({ default: false }),
    /** 1: brokers; 2: controllers. */
    endpointType: int8({ since: 1, default: 1 }),
    includeFencedBrokers: bool({ since: 2, default: false }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    errorCode: int16(),
    errorMessage: string({ nullable: 0, default: null }),
    endpointType: int8({ since: 1, default: 1 }),
    clusterId: string(),
    controllerId: int32(),
    brokers: array({
      brokerId: int32(),
      host: string(),
      port: int32(),
      rack: string({ nullable: 0, default: null }),
      isFenced: bool({ since: 2, default: false }),
    }),
    clusterAuthorizedOperations: int32({ default: UNASKED_OPERATIONS }),
  },
});
