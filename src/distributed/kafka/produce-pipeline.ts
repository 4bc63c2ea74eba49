/**
 * Sends batches to the leaders of their partitions, in order and without duplicates (`partition-sequence.ts`), many
 * partitions in a request and several requests of a broker at once.
 */
import type { Clock } from "../../base/clock.ts";
import type { Timers } from "../../base/timers.ts";
import { produceApi } from "../../broker/protocol/messages/produce.ts";
import type { DecodedResponseOf } from "../../broker/protocol/schema.ts";
import { clusterErrors } from "../errors.ts";
import { AnswerFailure, ClusterCode } from "./answer-failure.ts";
import { partitionName } from "./cluster-client.ts";
import type { OutgoingBatch } from "./cluster-client.ts";
import type { ClusterRequests } from "./cluster-requests.ts";
import type { Lane } from "./connection-set.ts";
import { preparedBatch, stampBatch } from "./outgoing-batch.ts";
import type { ProducerIdentity } from "./outgoing-batch.ts";
import { PartitionSequence } from "./partition-sequence.ts";
import type { QueuedBatch } from "./partition-sequence.ts";
import { byTopic } from "./partitions-by-leader.ts";
import { UNKNOWN_TOPIC_PATIENCE_MS } from "./retry.ts";

export interface PipelineOptions {
  readonly requests: ClusterRequests;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly lane: Lane;
  /** Null: no transactions. */
  readonly transactionalId: string | null;
  readonly identity: ProducerIdentity;
  /**
   * Another id for a partition whose producer the cluster has lost. Without it such a failure, and any other, ends the
   * pipeline: a transaction is all or nothing.
   */
  readonly renewIdentity: (() => Promise<ProducerIdentity>) | undefined;
}

type ProduceAnswer = DecodedResponseOf<typeof produceApi>;
type PartitionAnswer = ProduceAnswer["responses"][number]["partitionResponses"][number];

interface Sending {
  readonly topic: string;
  readonly partition: number;
  readonly queue: PartitionSequence;
  readonly batch: QueuedBatch;
}

/** From version 12 on brokers take a producer to follow KIP-890's second part. */
const PRODUCE_VERSIONS = [3, 11] as const;
const ACKS_OF_ALL = -1;
const REQUEST_BYTES_MAX = 8_388_608;
const REQUESTS_MAX = 5;

export class ProducePipeline {
  readonly #options: PipelineOptions;
  readonly #queues = new Map<string, PartitionSequence>();
  /** Queues that have something to send. */
  readonly #ready = new Set<PartitionSequence>();
  /** Requests under way, by broker. */
  readonly #underWay = new Map<number, number>();
  #scheduled = false;
  /** Why nothing is sent any more. */
  #over: unknown;

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  /**
   * The first offsets of the batches; −1 where the broker knows only that it has one. Settled when all are.
   * @throws AnswerFailure, ConnectionFailure and SpoorErrors, as the first that failed did
   */
  async send(batches: readonly OutgoingBatch[]): Promise<number[]> {
    const isAllOrNothing = this.#options.renewIdentity === undefined;
    const enqueue = async (batch: OutgoingBatch): Promise<number> => {
      try {
        return await this.#enqueue(batch);
      } catch (error) {
        if (isAllOrNothing) this.end(error);
        throw error;
      }
    };
    const results = await Promise.allSettled(batches.map(enqueue));
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return results.map((result) => (result as PromiseFulfilledResult<number>).value);
  }

  /** Rejects what waits, and what comes. */
  end(reason: unknown): void {
    this.#over ??= reason;
    for (const queue of this.#queues.values()) {
      for (const batch of queue.waiting.splice(0)) batch.reject(this.#over);
    }
    this.#ready.clear();
  }

  #enqueue({ topic, partition, batch }: OutgoingBatch): Promise<number> {
    if (this.#over !== undefined) return Promise.reject(this.#over as Error);
    const name = partitionName({ topic, partition });
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      queue = new PartitionSequence({ topic, partition }, this.#options.identity);
      this.#queues.set(name, queue);
    }
    const { waiting } = queue;
    const enqueuedMs = this.#options.clock.monotonicMs();
    const prepared = preparedBatch(batch, this.#options.requests.settings.compression);
    this.#ready.add(queue);
    this.#schedule();
    return new Promise((resolve, reject) => {
      waiting.push({
        batch: prepared,
        enqueuedMs,
        resolve,
        reject,
        sequence: -1,
        uncertain: false,
        failure: undefined,
      });
    });
  }

  /** At the end of the turn, so that batches of one turn share requests. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      while (this.#over === undefined && this.#sendRound()) continue;
    });
  }

  /** One batch of each queue that may send. True where there may be more. */
  #sendRound(): boolean {
    const { requests } = this.#options;
    const leaders = new Map<number, Sending[]>();
    const bytes = new Map<number, number>();
    for (const queue of this.#ready) {
      if (queue.waiting.length === 0) this.#ready.delete(queue);
      if (!queue.canSend) continue;
      const leader = requests.metadata.leaderIfKnown(queue);
      if (leader === undefined) {
        queue.blocked = true;
        void this.#findLeader(queue);
        continue;
      }
      const size = (bytes.get(leader) ?? 0) + queue.waiting[0]!.batch.length;
      const isFull = leaders.has(leader) && size > REQUEST_BYTES_MAX;
      if (isFull || (this.#underWay.get(leader) ?? 0) >= REQUESTS_MAX) continue;
      bytes.set(leader, size);
      const sending = { topic: queue.topic, partition: queue.partition, queue, batch: queue.take() };
      const sendings = leaders.get(leader);
      if (sendings === undefined) leaders.set(leader, [sending]);
      else sendings.push(sending);
    }
    for (const [leader, sendings] of leaders) void this.#request(leader, sendings);
    return leaders.size > 0;
  }

  async #request(leader: number, sendings: readonly Sending[]): Promise<void> {
    const { requests, lane, transactionalId } = this.#options;
    this.#underWay.set(leader, (this.#underWay.get(leader) ?? 0) + 1);
    for (const { queue, batch } of sendings) {
      stampBatch(batch.batch, queue.identity, batch.sequence, transactionalId !== null);
    }
    const topicData = [...byTopic(sendings)].map(([name, same]) => ({
      name,
      partitionData: same.map(({ partition, batch }) => ({ index: partition, records: batch.batch })),
    }));
    const { requestTimeoutMs: timeoutMs } = requests.settings;
    const request = { transactionalId, acks: ACKS_OF_ALL, timeoutMs, topicData };
    try {
      const answer = await requests.askBroker(leader, produceApi, request, {
        lane,
        versions: PRODUCE_VERSIONS,
      });
      this.#answer(sendings, answer);
    } catch (error) {
      for (const { queue, batch } of sendings) queue.fail(batch, error);
    }
    this.#underWay.set(leader, this.#underWay.get(leader)! - 1);
    for (const queue of new Set(sendings.map((each) => each.queue)))
      if (queue.mustRecover) void this.#recover(queue);
    this.#schedule();
  }

  #answer(sendings: readonly Sending[], answer: ProduceAnswer): void {
    const answers = new Map<string, PartitionAnswer>();
    for (const { name, partitionResponses } of answer.responses) {
      for (const each of partitionResponses)
        answers.set(partitionName({ topic: name, partition: each.index }), each);
    }
    for (const { topic, partition, queue, batch } of sendings) {
      const found = answers.get(partitionName({ topic, partition }));
      const code = found?.errorCode ?? ClusterCode.UNKNOWN_SERVER_ERROR;
      if (code === ClusterCode.NONE) queue.acknowledge(batch, found!.baseOffset);
      else if (code === ClusterCode.DUPLICATE_SEQUENCE_NUMBER) queue.acknowledge(batch, -1);
      else
        queue.fail(
          batch,
          new AnswerFailure(code, `partition ${partition} of topic '${topic}'`, found?.errorMessage),
        );
    }
  }

  async #recover(queue: PartitionSequence): Promise<void> {
    const { requests, renewIdentity } = this.#options;
    queue.blocked = true;
    const recovery = queue.recover((batch) => this.#isLate(batch));
    if (renewIdentity === undefined && recovery?.kind === "renew") this.end(recovery.failure);
    else if (recovery?.kind === "renew") {
      try {
        queue.renew(await renewIdentity!());
      } catch (error) {
        for (const batch of queue.waiting.splice(0)) batch.reject(error);
        // What was numbered under the old id is gone; the next batch asks for another id.
        this.#queues.delete(partitionName(queue));
      }
    } else if (recovery !== undefined) {
      await requests.noteLeader([queue.topic], recovery.failure);
      await requests.retries.pause(requests.retries.pauseMs(queue.failures++));
    }
    this.#unblock(queue);
  }

  async #findLeader(queue: PartitionSequence): Promise<void> {
    try {
      await this.#options.requests.metadata.leader(queue);
    } catch (error) {
      if (queue.waiting.length > 0) queue.failUnsent(error);
    }
    await this.#recover(queue);
  }

  #unblock(queue: PartitionSequence): void {
    queue.blocked = false;
    if (this.#over !== undefined) this.end(this.#over);
    if (queue.waiting.length > 0) this.#ready.add(queue);
    this.#schedule();
  }

  #isLate({ enqueuedMs, failure }: QueuedBatch): boolean {
    const unknown =
      failure instanceof AnswerFailure && failure.code === ClusterCode.UNKNOWN_TOPIC_OR_PARTITION;
    const { requestTimeoutMs } = this.#options.requests.settings;
    const patienceMs = unknown ? Math.min(requestTimeoutMs, UNKNOWN_TOPIC_PATIENCE_MS) : requestTimeoutMs;
    return (
      this.#options.requests.connections.closed || this.#options.clock.monotonicMs() - enqueuedMs > patienceMs
    );
  }
}

/** What `end` is called with when nobody writes any more. */
export function producerClosed(): Error {
  return clusterErrors.CLOSED({ message: "the producer was closed" });
}
