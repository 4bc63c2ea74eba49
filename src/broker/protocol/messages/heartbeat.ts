/** A member is alive. */
import { defineApi, int16, int32, string, throttleTimeMs } from "../schema.ts";

export const heartbeatApi = defineApi({
  key: 12,
  name: "Heartbeat",
  versions: [0, 4],
  flexibleSince: 4,
  request: {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ since: 3, nullable: 3, default: null }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(1),
    errorCode: int16(),
  },
});
