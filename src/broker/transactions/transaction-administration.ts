/** DescribeTransactions and ListTransactions. */
import { KafkaError } from "../protocol/kafka-error.ts";
import type { describeTransactionsApi } from "../protocol/messages/describe-transactions.ts";
import type { listTransactionsApi } from "../protocol/messages/list-transactions.ts";
import type { RequestOf, ResponseOf } from "../protocol/schema.ts";
import { transactionStates } from "./transaction.ts";
import type { Transaction } from "./transaction.ts";

type DescribedTransaction = ResponseOf<typeof describeTransactionsApi>["transactionStates"][number];
type ListRequest = RequestOf<typeof listTransactionsApi>;
type ListAnswer = Pick<ResponseOf<typeof listTransactionsApi>, "unknownStateFilters" | "transactionStates">;

/** States that Kafka knows besides; no transaction is in them here. */
const OTHER_STATES = ["Dead", "PrepareEpochFence"];

export function describeTransaction(
  transaction: Transaction | undefined,
  transactionalId: string,
): DescribedTransaction {
  if (transaction === undefined) {
    return {
      errorCode: KafkaError.TRANSACTIONAL_ID_NOT_FOUND,
      transactionalId,
      transactionState: "",
      transactionTimeoutMs: 0,
      transactionStartTimeMs: -1,
      producerId: -1n,
      producerEpoch: -1,
      topics: [],
    };
  }
  return {
    errorCode: KafkaError.NONE,
    transactionalId,
    transactionState: transaction.state,
    transactionTimeoutMs: transaction.timeoutMs,
    transactionStartTimeMs: transaction.startedMs,
    producerId: transaction.producerId,
    producerEpoch: transaction.producerEpoch,
    topics: [...transaction.partitions].map(([topic, partitions]) => ({
      topic,
      partitions: [...partitions],
    })),
  };
}

export function listTransactions(
  transactions: readonly Transaction[],
  request: ListRequest,
  nowMs: number,
): ListAnswer {
  const { stateFilters, producerIdFilters, durationFilter } = request;
  const known = new Set<string>([...transactionStates, ...OTHER_STATES]);
  const isWanted = ({ state, producerId, startedMs }: Transaction): boolean => {
    if (stateFilters.length > 0 && !stateFilters.includes(state)) return false;
    if (producerIdFilters.length > 0 && !producerIdFilters.includes(producerId)) return false;
    return durationFilter < 0 || (startedMs >= 0 && nowMs - startedMs > durationFilter);
  };
  return {
    unknownStateFilters: stateFilters.filter((state) => !known.has(state)),
    transactionStates: transactions
      .filter((transaction) => isWanted(transaction))
      .map(({ transactionalId, producerId, state }) => ({
        transactionalId,
        producerId,
        transactionState: state,
      })),
  };
}
