/** Making topics. */
import {
  array,
  arrayOf,
  bool,
  defineApi,
  int16,
  int32,
  int8,
  string,
  throttleTimeMs,
  uuid,
  ZERO_UUID,
} from "../schema.ts";

export const createTopicsApi = defineApi({
  key: 19,
  name: "CreateTopics",
  versions: [0, 7],
  flexibleSince: 5,
  request: {
    topics: array({
      name: string(),
      numPartitions: int32(),
      replicationFactor: int16(),
      assignments: array({ partitionIndex: int32(), brokerIds: arrayOf(int32()) }),
      configs: array({ name: string(), value: string({ nullable: 0 }) }),
    }),
    timeoutMs: int32({ default: 60_000 }),
    validateOnly: bool({ since: 1, default: false }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(2),
    topics: array({
      name: string(),
      topicId: uuid({ since: 7, default: ZERO_UUID }),
      errorCode: int16(),
      errorMessage: string({ since: 1, nullable: 0, default: null }),
      numPartitions: int32({ since: 5, default: -1 }),
      replicationFactor: int16({ since: 5, default: -1 }),
      configs: array(
        {
          name: string(),
          value: string({ nullable: 0 }),
          readOnly: bool(),
          configSource: int8(),
          isSensitive: bool(),
        },
        { since: 5, nullable: 5, default: null },
      ),
    }),
  },
});
