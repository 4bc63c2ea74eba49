/** A producer id for idempotence and transactions. */
import { defineApi, int16, int32, producerId, string, throttleTimeMs } from "../schema.ts";

export const initProducerIdApi = defineApi({
  key: 22,
  name: "InitProducerId",
  versions: [0, 5],
  flexibleSince: 2,
  request: {
    transactionalId: string({ nullable: 0 }),
    transactionTimeoutMs: int32(),
    producerId: producerId({ since: 3, default: -1n }),
    producerEpoch: int16({ since: 3, default: -1 }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    errorCode: int16(),
    producerId: producerId({ default: -1n }),
    producerEpoch: int16(),
  },
});
