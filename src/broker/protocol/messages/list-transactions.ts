/** All transactions. */
import { array, arrayOf, defineApi, int16, int64, producerId, string, throttleTimeMs } from "../schema.ts";

export const listTransactionsApi = defineApi({
  key: 66,
  name: "ListTransactions",
  versions: [0, 1],
  flexibleSince: 0,
  request: {
    stateFilters: arrayOf(string()),
    producerIdFilters: arrayOf(producerId()),
    durationFilter: int64({ since: 1, default: -1 }),
  },
  response: {
    throttleTimeMs: throttleTimeMs(0),
    errorCode: int16(),
    unknownStateFilters: arrayOf(string()),
    transactionStates: array({
      transactionalId: string(),
      producerId: producerId(),
      transactionState: string(),
    }),
  },
});
