/** All transactional ids. What is set here stands in the log. */
import { KafkaError } from "../protocol/kafka-error.ts";
import { storing } from "../state-topics/coordinator-failure.ts";
import type { TransactionLog } from "./transaction-log.ts";
import type { Transaction } from "./transaction.ts";

export class TransactionRegistry {
  readonly #log: TransactionLog;
  readonly #byId: Map<string, Transaction>;
  readonly #idOfProducer = new Map<bigint, string>();

  /** @throws LOG_CORRUPT, LOG_READ_FAILED */
  constructor(log: TransactionLog) {
    this.#log = log;
    this.#byId = log.load();
    for (const { producerId, transactionalId } of this.#byId.values()) {
      this.#idOfProducer.set(producerId, transactionalId);
    }
  }

  get size(): number {
    return this.#byId.size;
  }

  get(transactionalId: string): Transaction | undefined {
    return this.#byId.get(transactionalId);
  }

  ofProducer(producerId: bigint): Transaction | undefined {
    const transactionalId = this.#idOfProducer.get(producerId);
    return transactionalId === undefined ? undefined : this.#byId.get(transactionalId);
  }

  all(): Transaction[] {
    return [...this.#byId.values()];
  }

  /** Writes, then sets. NONE, or why it could not be written; nothing has changed then. */
  change(transaction: Transaction): number {
    const errorCode = storing(() => this.#log.save(transaction));
    if (errorCode !== KafkaError.NONE) return errorCode;
    const { transactionalId, producerId } = transaction;
    const before = this.#byId.get(transactionalId);
    if (before !== undefined && before.producerId !== producerId) {
      this.#idOfProducer.delete(before.producerId);
    }
    this.#byId.set(transactionalId, transaction);
    this.#idOfProducer.set(producerId, transactionalId);
    return errorCode;
  }

  forget(transaction: Transaction): number {
    const errorCode = storing(() => this.#log.forget(transaction.transactionalId));
    if (errorCode !== KafkaError.NONE) return errorCode;
    this.#byId.delete(transaction.transactionalId);
    this.#idOfProducer.delete(transaction.producerId);
    return errorCode;
  }
}
