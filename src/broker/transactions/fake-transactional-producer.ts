/** For tests: a transactional producer, as clients are, and a consumer that reads committed records only. */
import { decodeBatches } from "../../log/record-batch.ts";
import { recordsOf } from "../../log/record-headers.ts";
import type { PartitionLog } from "../../log/topic-log.ts";
import { readMarker } from "../../log/transactions/control-marker.ts";
import { FakeHost, fakeCaller } from "../state-topics/fake-host.ts";
import { eachBatch } from "../state-topics/state-topic.ts";
import type { ProduceVerdict } from "../transaction-coordination.ts";

export const TIMEOUT_MS = 60_000;

export class FakeTransactionalProducer {
  readonly host: FakeHost;
  readonly id: string;
  producerId = -1n;
  epoch = -1;
  readonly #sequences = new Map<string, number>();

  constructor(host: FakeHost, id = "tx") {
    this.host = host;
    this.id = id;
  }

  /** With `keeps` it names the id and epoch it has, as clients do after an error. */
  async init(keeps = false): Promise<number> {
    const answer = await this.host.transactions.initProducerId(
      {
        transactionalId: this.id,
        transactionTimeoutMs: TIMEOUT_MS,
        producerId: keeps ? this.producerId : -1n,
        producerEpoch: keeps ? this.epoch : -1,
      },
      fakeCaller(5),
    );
    if (answer.errorCode === 0) {
      this.producerId = answer.producerId ?? -1n;
      this.epoch = answer.producerEpoch;
      this.#sequences.clear();
    }
    return answer.errorCode;
  }

  async add(topic: string, partitions: readonly number[] = [0]): Promise<number> {
    const { id: transactionalId, producerId, epoch: producerEpoch } = this;
    const request = { transactionalId, producerId, producerEpoch, topics: [{ name: topic, partitions }] };
    const answer = await this.host.transactions.addPartitionsToTxn(request, fakeCaller(3));
    return answer.resultsByTopic[0]!.resultsByPartition[0]!.partitionErrorCode;
  }

  send(topic: string, partition: number, ...values: string[]): ProduceVerdict {
    const key = `${topic}/${partition}`;
    const sequence = this.#sequences.get(key) ?? 0;
    const { producerId, epoch } = this;
    const batch = { producerId, epoch, sequence, transactional: true, values };
    const verdict = this.host.produce(this.host.partition(topic, partition), batch, this.id);
    if (verdict.kind === "append") this.#sequences.set(key, sequence + values.length);
    return verdict;
  }

  async end(committed: boolean): Promise<number> {
    const { id: transactionalId, producerId, epoch: producerEpoch } = this;
    const request = { transactionalId, producerId, producerEpoch, committed };
    return (await this.host.transactions.endTxn(request, fakeCaller(3))).errorCode;
  }

  get state(): string {
    return this.host.transactions.describeTransactions([this.id])[0]!.transactionState;
  }
}

/** What a consumer with `read_committed` gets, by the rules of Kafka's clients. */
export function readCommitted({ producers }: FakeHost, log: PartitionLog): string[] {
  const upTo = producers.lastStableOffset(log);
  const values: string[] = [];
  const inAborted = new Set<bigint>();
  // One read gives no more than one segment.
  for (let offset: number | undefined = log.startOffset; offset !== undefined && offset < upTo;) {
    const wire = log.readWire(offset, 100_000, upTo);
    const aborted = [...producers.abortedTransactions(log, offset, upTo)];
    offset = eachBatch(wire, (batch, header) => {
      while (aborted[0] !== undefined && aborted[0].firstOffset <= header.baseOffset) {
        inAborted.add(aborted.shift()!.producerId);
      }
      if (header.control) {
        if (readMarker(batch, header)?.commit === false) inAborted.delete(header.producerId);
        return;
      }
      if (header.transactional && inAborted.has(header.producerId)) return;
      for (const { value } of recordsOf(decodeBatches(batch))) values.push(value?.toString() ?? "");
    });
  }
  return values;
}
