/**
 * The requests of a transaction beside its records (KIP-98, KIP-447): partitions and groups that it touches, offsets, and
 * its end. Client-side these are the versions before KIP-890's second part, which brokers of Kafka 4 take unchanged.
 */
import { addOffsetsToTxnApi } from "../../broker/protocol/messages/add-offsets-to-txn.ts";
import { addPartitionsToTxnApi } from "../../broker/protocol/messages/add-partitions-to-txn.ts";
import { endTxnApi } from "../../broker/protocol/messages/end-txn.ts";
import { txnOffsetCommitApi } from "../../broker/protocol/messages/txn-offset-commit.ts";
import type { ApiDefinition, Decoded, Encodable, Shape } from "../../broker/protocol/schema.ts";
import { ClusterCode, checkAnswer } from "./answer-failure.ts";
import type { GroupOffsets, TopicPartition } from "./cluster-client.ts";
import type { ClusterRequests, CoordinatorType } from "./cluster-requests.ts";
import type { Lane } from "./connection-set.ts";
import type { ProducerIdentity } from "./outgoing-batch.ts";
import { byTopic } from "./partitions-by-leader.ts";
import type { Attempt, RetryOptions } from "./retry.ts";

export class TransactionRequests {
  readonly #requests: ClusterRequests;
  readonly #transactionalId: string;
  readonly #lane: Lane;
  readonly #isOver: () => boolean;

  /** @param isOver whether attempts are to end: the producer was closed */
  constructor(requests: ClusterRequests, transactionalId: string, lane: Lane, isOver: () => boolean) {
    this.#requests = requests;
    this.#transactionalId = transactionalId;
    this.#lane = lane;
    this.#isOver = isOver;
  }

  addPartitions(identity: ProducerIdentity, partitions: readonly TopicPartition[]): Promise<void> {
    const topics = [...byTopic(partitions)].map(([name, same]) => ({
      name,
      partitions: same.map(({ partition }) => partition),
    }));
    const request = { transactionalId: this.#transactionalId, ...identity, topics };
    return this.#attempts(
      "adding partitions to a transaction",
      "transaction",
      this.#transactionalId,
      async () => {
        const { resultsByTopic } = await this.#ask(
          "transaction",
          this.#transactionalId,
          addPartitionsToTxnApi,
          request,
        );
        const results = resultsByTopic.flatMap(({ name, resultsByPartition }) =>
          resultsByPartition.map(({ partitionIndex, partitionErrorCode: code }) => ({
            name,
            partitionIndex,
            code,
          })),
        );
        // One that is refused keeps the others from being tried: it is the one to tell of.
        const failed = results.filter(({ code }) => code !== ClusterCode.NONE);
        const first = failed.find(({ code }) => code !== ClusterCode.OPERATION_NOT_ATTEMPTED) ?? failed[0];
        if (first !== undefined)
          checkAnswer(first.code, `partition ${first.partitionIndex} of topic '${first.name}'`);
      },
    );
  }

  /** The group becomes part of the transaction, then its offsets. */
  async commitOffsets(identity: ProducerIdentity, group: GroupOffsets): Promise<void> {
    const { groupId, memberId, generation: generationId } = group;
    const resource = `group '${groupId}'`;
    const transactionalId = this.#transactionalId;
    await this.#attempts("adding a group to a transaction", "transaction", transactionalId, async () => {
      const request = { transactionalId, ...identity, groupId };
      const { errorCode } = await this.#ask("transaction", transactionalId, addOffsetsToTxnApi, request);
      checkAnswer(errorCode, resource);
    });
    const topics = [...byTopic(group.offsets)].map(([name, same]) => ({
      name,
      partitions: same.map(({ partition, offset, metadata }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedMetadata: metadata,
      })),
    }));
    const request = { transactionalId, groupId, ...identity, generationId, memberId, topics };
    await this.#attempts("committing offsets", "group", groupId, async () => {
      const answer = await this.#ask("group", groupId, txnOffsetCommitApi, request, 3);
      for (const { partitions } of answer.topics) {
        for (const { errorCode } of partitions) checkAnswer(errorCode, resource);
      }
    });
  }

  /** `onAttempt` hears of each attempt, as it is decisive whether an earlier one may have been carried out. */
  end(
    identity: ProducerIdentity,
    committed: boolean,
    options: Partial<RetryOptions> = {},
    onAttempt: (attempt: Attempt) => void = () => undefined,
  ): Promise<void> {
    const request = { transactionalId: this.#transactionalId, ...identity, committed };
    const what = committed ? "committing a transaction" : "aborting a transaction";
    return this.#attempts(
      what,
      "transaction",
      this.#transactionalId,
      async (attempt) => {
        onAttempt(attempt);
        const { errorCode } = await this.#ask("transaction", this.#transactionalId, endTxnApi, request);
        checkAnswer(errorCode, `transactional id '${this.#transactionalId}'`);
      },
      options,
    );
  }

  #ask<Q extends Shape, S extends Shape>(
    type: CoordinatorType,
    key: string,
    api: ApiDefinition<Q, S>,
    request: Encodable<Q>,
    least = 0,
  ): Promise<Decoded<S>> {
    const options = { lane: this.#lane, versions: [least, api.versions[1]] as const };
    return this.#requests.askCoordinator(type, key, api, request, options);
  }

  /** Failures come as they are (AnswerFailure): what they mean for the transaction is the producer's to say. */
  #attempts(
    what: string,
    type: CoordinatorType,
    key: string,
    attempt: (attempt: Attempt) => Promise<void>,
    options: Partial<RetryOptions> = {},
  ): Promise<void> {
    const noted = async (each: Attempt): Promise<void> => {
      try {
        await attempt(each);
      } catch (error) {
        this.#requests.noteCoordinator(type, key, error);
        throw error;
      }
    };
    return this.#requests.retry(what, noted, { asItIs: true, isOver: this.#isOver, ...options });
  }
}
