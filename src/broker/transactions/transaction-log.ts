/** Transactional ids in `__transaction_state`. An id's records go to the partition that Kafka's hash of it gives. */
import type { Clock } from "../../base/clock.ts";
import type { BrokerLog } from "../broker-log.ts";
import { TRANSACTIONS_TOPIC } from "../broker-log.ts";
import { MalformedFrame } from "../protocol/byte-reader.ts";
import { javaStringHash } from "../state-topics/java-string-hash.ts";
import { StateTopic } from "../state-topics/state-topic.ts";
import type { StoredRecord } from "../state-topics/state-topic.ts";
import {
  readTransactionKey,
  readTransactionValue,
  transactionKey,
  transactionValue,
} from "./transaction-records.ts";
import type { StoredTransaction } from "./transaction-records.ts";
import { NO_EPOCH, noPartitions, transactionStates } from "./transaction.ts";
import type { Transaction } from "./transaction.ts";

/** Where the topic is made; Kafka makes 50, over brokers. */
const PARTITIONS = 1;

export class TransactionLog {
  readonly #topic: StateTopic;
  /** Records that could not be read, at loading. */
  malformed = 0;

  /** @throws SpoorError as `TopicLog.createTopic` */
  constructor(log: BrokerLog, clock: Clock) {
    this.#topic = StateTopic.open(log, clock, { name: TRANSACTIONS_TOPIC, partitions: PARTITIONS });
  }

  /** @throws LOG_CORRUPT, LOG_READ_FAILED */
  load(): Map<string, Transaction> {
    const transactions = new Map<string, Transaction>();
    for (let partition = 0; partition < this.#topic.partitions; partition++) {
      this.#topic.replay(partition, {
        records: (records) => {
          for (const record of records) this.#apply(transactions, record);
        },
      });
    }
    return transactions;
  }

  /** @throws SpoorError */
  save(transaction: Transaction): void {
    const value = transactionValue({
      producerId: transaction.producerId,
      producerEpoch: transaction.producerEpoch,
      transactionTimeoutMs: transaction.timeoutMs,
      transactionStatus: transactionStates.indexOf(transaction.state),
      transactionPartitions: storedPartitions(transaction),
      transactionLastUpdateTimestampMs: transaction.updatedMs,
      transactionStartTimestampMs: transaction.startedMs,
    });
    this.#append(transaction.transactionalId, value);
  }

  /** @throws SpoorError */
  forget(transactionalId: string): void {
    this.#append(transactionalId, null);
  }

  #append(transactionalId: string, value: Buffer | null): void {
    const partition = (javaStringHash(transactionalId) & 0x7fffffff) % this.#topic.partitions;
    this.#topic.append(partition, [{ key: transactionKey(transactionalId), value }]);
  }

  #apply(transactions: Map<string, Transaction>, { key, value }: StoredRecord): void {
    try {
      const transactionalId = key === null ? undefined : readTransactionKey(key);
      if (transactionalId === undefined) return;
      const stored = value === null ? undefined : readTransactionValue(value);
      const transaction = stored === undefined ? undefined : restored(transactionalId, stored);
      if (transaction === undefined) transactions.delete(transactionalId);
      else transactions.set(transactionalId, transaction);
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      this.malformed++;
    }
  }
}

/** Kafka writes no partitions where there is no transaction. */
function storedPartitions({
  state,
  partitions,
}: Transaction): { topic: string; partitionIds: number[] }[] | null {
  if (state === "Empty") return null;
  return [...partitions].map(([topic, indexes]) => ({ topic, partitionIds: [...indexes] }));
}

/** Undefined for states that only Kafka has (an id that it is about to forget). */
function restored(transactionalId: string, stored: StoredTransaction): Transaction | undefined {
  const state = transactionStates[stored.transactionStatus];
  if (state === undefined) return undefined;
  const partitions = stored.transactionPartitions?.map(
    ({ topic, partitionIds }) => [topic, new Set(partitionIds)] as const,
  );
  return {
    transactionalId,
    producerId: stored.producerId,
    producerEpoch: stored.producerEpoch,
    lastProducerId: stored.previousProducerId,
    lastProducerEpoch: NO_EPOCH,
    timeoutMs: stored.transactionTimeoutMs,
    state,
    partitions: partitions === undefined ? noPartitions : new Map(partitions),
    startedMs: stored.transactionStartTimestampMs,
    updatedMs: stored.transactionLastUpdateTimestampMs,
  };
}
