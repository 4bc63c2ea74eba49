/** Deleting topics, by name or by id. */
import {
  array,
  arrayOf,
  defineApi,
  int16,
  int32,
  string,
  throttleTimeMs,
  uuid,
  ZERO_UUID,
} from "../schema.ts";

export const deleteTopicsApi = defineApi({
  key: 20,
  name: "DeleteTopics",
  versions: [0, 6],
  flexibleSince: 4,
  request: {
    topics: array(
      { name: string({ nullable: 0, default: null }), topicId: uuid() },
      { since: 6, default: [] },
    ),
    topicNames: arrayOf(string(), { until: 5, default: [] }),
    timeoutMs: int32(),
  },
  response: {
    throttleTimeMs: throttleTimeMs(1),
    responses: array({
      name: string({ nullable: 6 }),
      topicId: uuid({ since: 6, default: ZERO_UUID }),
      errorCode: int16(),
      errorMessage: string({ since: 5, nullable: 5, default: null }),
    }),
  },
});
