/** Commit or abort. Version 5 belongs to KIP-890's second part, which is not offered. */
import { bool, defineApi, int16, producerId, string, throttleTimeMs } from "../schema.ts";

export const endTxnApi = defineApi({
  key: 26,
  name: "EndTxn",
  versions: [0, 4],
  flexibleSince: 3,
  request: {
    transactionalId: string(),
    producerId: producerId(),
    producerEpoch: int16(),
    committed: bool(),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    errorCode: int16(),
  },
});
