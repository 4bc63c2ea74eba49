/**
 * Writes transactions under one transactional id, one after another: all of one or nothing.
 *
 * What can go wrong before the commit is asked for leaves nothing: the transaction is aborted, and the producer goes on
 * in a new epoch, so that what is still under way of the old one is refused. Once the commit was asked for, only an
 * answer of the coordinator tells the outcome: it is asked until it answers, however long that takes.
 */
import { SpoorError } from "../../base/errors.ts";
import { clusterErrors } from "../errors.ts";
import { AnswerFailure, ClusterCode } from "./answer-failure.ts";
import { partitionName } from "./cluster-client.ts";
import type { ClusterTransaction, TransactionProducer } from "./cluster-client.ts";
import type { ProducerParts } from "./cluster-producer.ts";
import type { ProducerIdentity } from "./outgoing-batch.ts";
import { ProducePipeline, producerClosed } from "./produce-pipeline.ts";
import { isFenced, transactionalIdentity } from "./producer-identity.ts";
import { clusterError } from "./retry.ts";
import { TransactionRequests } from "./transaction-requests.ts";

export class ClusterTransactions implements TransactionProducer {
  readonly #parts: ProducerParts;
  readonly #transactionalId: string;
  readonly #requests: TransactionRequests;
  #identity: ProducerIdentity;
  #pipeline: ProducePipeline;
  /** A transaction was given up and its abort has not been confirmed yet. */
  #mustAbort = false;
  #fenced: Error | undefined;
  #closed = false;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(parts: ProducerParts, transactionalId: string, identity: ProducerIdentity) {
    this.#parts = parts;
    this.#transactionalId = transactionalId;
    this.#requests = new TransactionRequests(parts.requests, transactionalId, parts.lane, () => this.#isOver);
    this.#identity = identity;
    this.#pipeline = this.#newPipeline();
  }

  static async open(parts: ProducerParts, transactionalId: string): Promise<ClusterTransactions> {
    const identity = await transactionalIdentity(parts.requests, transactionalId, parts.lane);
    return new ClusterTransactions(parts, transactionalId, identity);
  }

  /** Calls that come while another is under way wait for it. */
  commit(transaction: ClusterTransaction): Promise<void> {
    const turn = this.#last.then(() => this.#commit(transaction));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Waits for nothing: a transaction under way is given up, and its commit, if it was asked for, not confirmed. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#pipeline.end(producerClosed());
    const { connections } = this.#parts.requests;
    connections.closeLane(this.#parts.lane);
    await this.#last;
    connections.closeLane(this.#parts.lane);
  }

  get #isOver(): boolean {
    return this.#closed || this.#parts.requests.connections.closed;
  }

  async #commit(transaction: ClusterTransaction): Promise<void> {
    const { batches, offsets } = transaction;
    if (this.#fenced !== undefined) throw this.#fenced;
    if (this.#closed) throw producerClosed();
    if (batches.length === 0 && offsets.length === 0) return;
    if (this.#mustAbort) await this.#abort(undefined);
    try {
      await this.#write(transaction);
    } catch (error) {
      await this.#giveUp(error);
    }
    await this.#end();
  }

  async #write({ batches, offsets }: ClusterTransaction): Promise<void> {
    const partitions = new Map(batches.map((batch) => [partitionName(batch), batch]));
    if (partitions.size > 0) await this.#requests.addPartitions(this.#identity, [...partitions.values()]);
    await this.#pipeline.send(batches);
    for (const group of offsets) await this.#requests.commitOffsets(this.#identity, group);
  }

  /** Asks for the commit until the coordinator says what became of it. */
  async #end(): Promise<void> {
    let uncertain = false;
    try {
      await this.#requests.end(this.#identity, true, { timeoutMs: Infinity }, (attempt) => {
        ({ uncertain } = attempt);
      });
    } catch (error) {
      if (error instanceof AnswerFailure) await this.#refusedCommit(error, uncertain);
      if (!uncertain && !this.#isOver) await this.#giveUp(error);
      this.#mustAbort = true;
      throw clusterErrors.OUTCOME_UNKNOWN({
        message: `whether the last transaction of '${this.#transactionalId}' was committed is not known`,
        hint: "go on from the committed offsets, which tell",
        cause: error,
      });
    }
  }

  /**
   * The coordinator will not commit. Where no attempt before may have been carried out, nothing was written. Otherwise
   * the transaction may have been committed before somebody else took over: that it was is not denied.
   */
  async #refusedCommit(error: AnswerFailure, uncertain: boolean): Promise<never> {
    // The transaction is there and not committed, or was aborted: a commit carried out is confirmed when asked again.
    if (!uncertain || error.code === ClusterCode.INVALID_TXN_STATE) await this.#giveUp(error);
    throw this.#fence(error, "whether its last transaction was committed only the committed offsets tell");
  }

  /** Nothing was written. Aborts, and throws what `commit` is to throw. */
  async #giveUp(cause: unknown): Promise<never> {
    this.#pipeline.end(cause);
    this.#mustAbort = true;
    if (!this.#closed) await this.#abort(cause);
    throw this.#failure(cause);
  }

  /**
   * Ends the open transaction, if there is one, and begins a new epoch. What fails in a way that may pass is left for the
   * next commit to do again: until then the cluster's own timeout of the transaction holds, too.
   */
  async #abort(cause: unknown): Promise<void> {
    const { requests, lane } = this.#parts;
    let present: ProducerIdentity | undefined = this.#identity;
    try {
      await this.#requests.end(present, false).catch((error: unknown) => {
        const code = codeOf(error);
        // The id was silent so long that the cluster forgot it: it begins anew.
        if (code === ClusterCode.INVALID_PRODUCER_ID_MAPPING) present = undefined;
        // Otherwise there is no transaction: nothing had been added to it.
        else if (code !== ClusterCode.INVALID_TXN_STATE) throw error;
      });
      this.#identity = await transactionalIdentity(requests, this.#transactionalId, lane, present);
    } catch (error) {
      const code = codeOf(error);
      if (code !== undefined && isFenced(code)) throw this.#fence(error, undefined);
      // Told of what the transaction failed with rather than of what cleaning up did.
      if (cause === undefined) throw this.#failure(error);
      return;
    }
    this.#pipeline = this.#newPipeline();
    this.#mustAbort = false;
  }

  #failure(cause: unknown): unknown {
    if (this.#closed) return producerClosed();
    const code = codeOf(cause);
    const told = clusterError(cause, `a transaction of '${this.#transactionalId}'`);
    if (code !== undefined ? isPermanent(code) : told instanceof SpoorError && !isPassingError(told))
      return told;
    return clusterErrors.TRANSACTION_ABORTED({
      message: `a transaction of '${this.#transactionalId}' was aborted`,
      detail:
        told instanceof SpoorError ? [told.message, told.detail].filter(Boolean).join("; ") : String(told),
      hint: "its work is done again from the committed offsets",
      cause: told,
    });
  }

  #fence(cause: unknown, detail: string | undefined): Error {
    this.#pipeline.end(cause);
    this.#fenced = clusterErrors.PRODUCER_FENCED({
      message: `transactional id '${this.#transactionalId}' was taken over by another process, or timed out`,
      detail,
      hint: "open the id anew where it is still this process's, and go on from the committed offsets",
      cause,
    });
    return this.#fenced;
  }

  #newPipeline(): ProducePipeline {
    const { requests, clock, timers, lane } = this.#parts;
    const transactionalId = this.#transactionalId;
    const identity = this.#identity;
    return new ProducePipeline({
      requests,
      clock,
      timers,
      lane,
      transactionalId,
      identity,
      renewIdentity: undefined,
    });
  }
}

function codeOf(error: unknown): number | undefined {
  if (error instanceof AnswerFailure) return error.code;
  return error instanceof SpoorError && error.cause instanceof AnswerFailure ? error.cause.code : undefined;
}

/** Doing the work again would fail again. */
const PERMANENT: ReadonlySet<number> = new Set([
  ClusterCode.MESSAGE_TOO_LARGE,
  ClusterCode.RECORD_LIST_TOO_LARGE,
  ClusterCode.INVALID_TOPIC,
  ClusterCode.INVALID_RECORD,
  ClusterCode.INVALID_TIMESTAMP,
  ClusterCode.UNKNOWN_TOPIC_OR_PARTITION,
  ClusterCode.TOPIC_AUTHORIZATION_FAILED,
  ClusterCode.GROUP_AUTHORIZATION_FAILED,
  ClusterCode.CLUSTER_AUTHORIZATION_FAILED,
  ClusterCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
  ClusterCode.INVALID_TRANSACTION_TIMEOUT,
  ClusterCode.UNSUPPORTED_FOR_MESSAGE_FORMAT,
  ClusterCode.OFFSET_METADATA_TOO_LARGE,
  ClusterCode.POLICY_VIOLATION,
]);

function isPermanent(code: number): boolean {
  return PERMANENT.has(code);
}

function isPassingError({ code }: SpoorError): boolean {
  return code === "CLUSTER_UNREACHABLE" || code === "CLUSTER_TIMED_OUT";
}
