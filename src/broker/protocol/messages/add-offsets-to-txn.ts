/** A group whose positions a transaction stores. */
import { defineApi, int16, producerId, string, throttleTimeMs } from "../schema.ts";

export const addOffsetsToTxnApi = defineApi({
  key: 25,
  name: "AddOffsetsToTxn",
  versions: [0, 4],
  flexibleSince: 3,
  request: {
    transactionalId: string(),
    producerId: producerId(),
    producerEpoch: int16(),
    groupId: string(),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    errorCode: int16(),
  },
});
