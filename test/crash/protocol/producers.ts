/**
 * Producers as Kafka's clients are, over a server that dies again and again: what has no answer is sent again with the same
 * sequence numbers. Each notes what it sent and what it was told, for the comparison in the end.
 */
import {
  ATTRIBUTES_AT,
  BASE_SEQUENCE_AT,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  TRANSACTIONAL_FLAG,
  writeChecksum,
} from "../../../src/log/batch-header.ts";
import { RecordBatchBuilder } from "../../../src/log/record-batch-builder.ts";
import { KafkaError } from "../../../src/broker/protocol/kafka-error.ts";
import { addPartitionsToTxnApi } from "../../../src/broker/protocol/messages/add-partitions-to-txn.ts";
import { endTxnApi } from "../../../src/broker/protocol/messages/end-txn.ts";
import { initProducerIdApi } from "../../../src/broker/protocol/messages/init-producer-id.ts";
import { produceApi } from "../../../src/broker/protocol/messages/produce.ts";
import type { WireClient } from "./wire-client.ts";

export interface SentRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: string;
  readonly timestampMs: number;
}

interface Producer {
  readonly producerId: bigint;
  readonly epoch: number;
}

const RETRIABLE: ReadonlySet<number> = new Set([
  KafkaError.KAFKA_STORAGE_ERROR,
  KafkaError.CONCURRENT_TRANSACTIONS,
  KafkaError.COORDINATOR_NOT_AVAILABLE,
  KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
]);

function batch(
  records: readonly SentRecord[],
  producer: Producer,
  sequence: number,
  transactional: boolean,
): Buffer {
  const builder = new RecordBatchBuilder(4096, records.length);
  for (const { key, value, timestampMs } of records) {
    builder.appendRecord(Buffer.from(key), Buffer.from(value), timestampMs, 0);
  }
  const wire = Buffer.from(builder.finish(0).batch);
  wire.writeInt16BE(transactional ? TRANSACTIONAL_FLAG : 0, ATTRIBUTES_AT);
  wire.writeBigInt64BE(producer.producerId, PRODUCER_ID_AT);
  wire.writeInt16BE(producer.epoch, PRODUCER_EPOCH_AT);
  wire.writeInt32BE(sequence, BASE_SEQUENCE_AT);
  writeChecksum(wire, 0, wire.length);
  return wire;
}

/** Answers the error code. */
async function produce(
  client: WireClient,
  transactionalId: string | null,
  { topic, partition }: SentRecord,
  records: Buffer,
): Promise<number> {
  const answer = await client.request(produceApi, 9, {
    transactionalId,
    acks: -1,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData: [{ index: partition, records }] }],
  });
  return answer.responses[0]!.partitionResponses[0]!.errorCode;
}

async function initialized(client: WireClient, transactionalId: string | null): Promise<Producer> {
  for (;;) {
    const answer = await client.request(initProducerIdApi, 4, {
      transactionalId,
      transactionTimeoutMs: 60_000,
    });
    if (RETRIABLE.has(answer.errorCode)) continue;
    if (answer.errorCode !== 0) throw new Error(`InitProducerId: error ${answer.errorCode}`);
    return { producerId: answer.producerId, epoch: answer.producerEpoch };
  }
}

/** Keeps its id over all lives of the server. */
export class IdempotentProducer {
  /** In the order in which they were sent, by partition; the server has said of each that it has it. */
  readonly acknowledged: SentRecord[] = [];
  /** What was sent and has no answer yet: it goes out again first. */
  #pending: readonly SentRecord[] | undefined;
  #producer: Producer | undefined;
  readonly #sequences = new Map<string, number>();

  get pending(): readonly SentRecord[] {
    return this.#pending ?? [];
  }

  /** Sends what is pending, or what `next` gives: records of one partition. @throws ConnectionLost */
  async send(client: WireClient, next: () => readonly SentRecord[]): Promise<void> {
    this.#producer ??= await initialized(client, null);
    this.#pending ??= next();
    const records = this.#pending;
    const first = records[0]!;
    const place = `${first.topic}/${first.partition}`;
    const sequence = this.#sequences.get(place) ?? 0;
    const code = await produce(client, null, first, batch(records, this.#producer, sequence, false));
    if (RETRIABLE.has(code)) return;
    if (code !== 0) throw new Error(`Produce to ${place} from sequence ${sequence}: error ${code}`);
    this.#sequences.set(place, sequence + records.length);
    this.acknowledged.push(...records);
    this.#pending = undefined;
  }
}

export interface SentTransaction {
  readonly records: readonly SentRecord[];
  /** `unknown`: it was to be committed, and there was no answer. */
  outcome: "committed" | "aborted" | "unknown";
}

/** Begins anew with each life of the server, which ends what was open. */
export class TransactionalProducer {
  readonly id: string;
  readonly transactions: SentTransaction[] = [];
  #producer: Producer | undefined;
  #sequences = new Map<string, number>();

  constructor(id: string) {
    this.id = id;
  }

  /** At the start of a life. */
  forget(): void {
    this.#producer = undefined;
  }

  /** One transaction with these records. @throws ConnectionLost */
  async send(client: WireClient, records: readonly SentRecord[], commit: boolean): Promise<void> {
    if (this.#producer === undefined) {
      this.#producer = await initialized(client, this.id);
      this.#sequences = new Map();
    }
    const { producerId, epoch: producerEpoch } = this.#producer;
    const identity = { transactionalId: this.id, producerId, producerEpoch };
    const transaction: SentTransaction = { records, outcome: "aborted" };
    this.transactions.push(transaction);
    const places = Map.groupBy(records, ({ topic, partition }) => `${topic}/${partition}`);
    const topics = [...Map.groupBy(records, ({ topic }) => topic)].map(([name, own]) => ({
      name,
      partitions: [...new Set(own.map(({ partition }) => partition))],
    }));
    await untilTaken("AddPartitionsToTxn", async () => {
      const answer = await client.request(addPartitionsToTxnApi, 3, { ...identity, topics });
      return answer.resultsByTopic[0]!.resultsByPartition[0]!.partitionErrorCode;
    });
    for (const [place, own] of places) {
      const sequence = this.#sequences.get(place) ?? 0;
      const wire = batch(own, this.#producer, sequence, true);
      await untilTaken("Produce", () => produce(client, this.id, own[0]!, wire));
      this.#sequences.set(place, sequence + own.length);
    }
    if (commit) transaction.outcome = "unknown";
    await untilTaken("EndTxn", async () => {
      return (await client.request(endTxnApi, 3, { ...identity, committed: commit })).errorCode;
    });
    if (commit) transaction.outcome = "committed";
  }
}

async function untilTaken(what: string, act: () => Promise<number>): Promise<void> {
  for (;;) {
    const code = await act();
    if (code === 0) return;
    if (!RETRIABLE.has(code)) throw new Error(`${what}: error ${code}`);
  }
}
