/** Partitions that a transaction writes. Versions 4 and 5 are for brokers among themselves. */
import { array, arrayOf, defineApi, int16, int32, producerId, string, throttleTimeMs } from "../schema.ts";

export const addPartitionsToTxnApi = defineApi({
  key: 24,
  name: "AddPartitionsToTxn",
  versions: [0, 3],
  flexibleSince: 3,
  request: {
    transactionalId: string(),
    producerId: producerId(),
    producerEpoch: int16(),
    topics: array({ name: string(), partitions: arrayOf(int32()) }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    resultsByTopic: array({
      name: string(),
      resultsByPartition: array({ partitionIndex: int32(), partitionErrorCode: int16() }),
    }),
  },
});
