/** State of transactions. */
import {
  array,
  arrayOf,
  defineApi,
  int16,
  int32,
  int64,
  producerId,
  string,
  throttleTimeMs,
} from "../schema.ts";

export const describeTransactionsApi = defineApi({
  key: 65,
  name: "DescribeTransactions",
  versions: [0, 0],
  flexibleSince: 0,
  request: {
    transactionalIds: arrayOf(string()),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    transactionStates: array({
      errorCode: int16(),
      transactionalId: string(),
      transactionState: string(),
      transactionTimeoutMs: int32(),
      transactionStartTimeMs: int64(),
      producerId: producerId(),
      producerEpoch: int16(),
      topics: array({ topic: string(), partitions: arrayOf(int32()) }),
    }),
  },
});
