/**
 * Error codes in a cluster's answers: which of them pass, and what becomes of the rest. Kafka's table of error codes
 * ("Retriable") decides, except where a client has to look for another broker first.
 */
import { SpoorError } from "../../base/errors.ts";
import type { ErrorParts } from "../../base/errors.ts";
import { KafkaError, kafkaErrorName } from "../../broker/protocol/kafka-error.ts";
import { clusterErrors } from "../errors.ts";

/** Codes that only clients meet: Spoor's own broker does not answer with them. */
export const ClusterCode = {
  ...KafkaError,
  REPLICA_NOT_AVAILABLE: 9,
  NETWORK_EXCEPTION: 13,
  RECORD_LIST_TOO_LARGE: 18,
  NOT_ENOUGH_REPLICAS: 19,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 20,
  LISTENER_NOT_FOUND: 72,
  OFFSET_NOT_AVAILABLE: 78,
  THROTTLING_QUOTA_EXCEEDED: 89,
  TRANSACTION_ABORTABLE: 120,
} as const;

const names = new Map<number, string>(Object.entries(ClusterCode).map(([name, code]) => [code, name]));

export function codeName(code: number): string {
  return names.get(code) ?? kafkaErrorName(code);
}

/** Another broker leads the partition, or will: metadata are to be asked for again. */
const MOVED: ReadonlySet<number> = new Set([
  ClusterCode.UNKNOWN_TOPIC_OR_PARTITION,
  ClusterCode.LEADER_NOT_AVAILABLE,
  ClusterCode.NOT_LEADER_OR_FOLLOWER,
  ClusterCode.BROKER_NOT_AVAILABLE,
  ClusterCode.REPLICA_NOT_AVAILABLE,
  ClusterCode.KAFKA_STORAGE_ERROR,
  ClusterCode.LISTENER_NOT_FOUND,
  ClusterCode.FENCED_LEADER_EPOCH,
  ClusterCode.UNKNOWN_LEADER_EPOCH,
  ClusterCode.UNKNOWN_TOPIC_ID,
  ClusterCode.INCONSISTENT_TOPIC_ID,
  ClusterCode.NOT_CONTROLLER,
]);

/** The group's or the transactional id's coordinator is to be looked for again. */
const COORDINATOR_MOVED: ReadonlySet<number> = new Set([
  ClusterCode.COORDINATOR_NOT_AVAILABLE,
  ClusterCode.NOT_COORDINATOR,
]);

const PASSING: ReadonlySet<number> = new Set([
  ...MOVED,
  ...COORDINATOR_MOVED,
  ClusterCode.CORRUPT_MESSAGE,
  ClusterCode.REQUEST_TIMED_OUT,
  ClusterCode.NETWORK_EXCEPTION,
  ClusterCode.COORDINATOR_LOAD_IN_PROGRESS,
  ClusterCode.NOT_ENOUGH_REPLICAS,
  ClusterCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  ClusterCode.CONCURRENT_TRANSACTIONS,
  ClusterCode.OFFSET_NOT_AVAILABLE,
  ClusterCode.UNSTABLE_OFFSET_COMMIT,
  ClusterCode.THROTTLING_QUOTA_EXCEEDED,
]);

export function leaderMoved(code: number): boolean {
  return MOVED.has(code);
}

export function coordinatorMoved(code: number): boolean {
  return COORDINATOR_MOVED.has(code);
}

/** An answer with an error code. Never shown to users: see {@link AnswerFailure.toSpoorError}. */
export class AnswerFailure extends Error {
  override readonly name = "AnswerFailure";
  readonly code: number;
  /** What it is about, e.g. `topic 'logs'`. */
  readonly resource: string;
  readonly explanation: string | undefined;

  constructor(code: number, resource: string, explanation?: string | null) {
    super(`${resource}: ${codeName(code)}`);
    this.code = code;
    this.resource = resource;
    this.explanation = explanation ?? undefined;
  }

  get passes(): boolean {
    return PASSING.has(this.code);
  }

  toSpoorError(): SpoorError {
    const { code, resource } = this;
    const detail = `the cluster answered ${codeName(code)}${this.explanation === undefined ? "" : `: ${this.explanation}`}`;
    const parts = (message: string, hint?: string): ErrorParts => ({ message, detail, hint, cause: this });
    if (NOT_AUTHORIZED.has(code)) {
      return clusterErrors.NOT_AUTHORIZED(
        parts(`not authorized for ${resource}`, "give the user access with kafka-acls"),
      );
    }
    switch (code) {
      case ClusterCode.TOPIC_ALREADY_EXISTS:
        return clusterErrors.TOPIC_EXISTS(parts(`${resource} exists on the cluster already`));
      case ClusterCode.UNKNOWN_TOPIC_OR_PARTITION:
      case ClusterCode.UNKNOWN_TOPIC_ID:
        return clusterErrors.UNKNOWN_TOPIC(parts(`the cluster has no ${resource}`));
      case ClusterCode.MESSAGE_TOO_LARGE:
      case ClusterCode.RECORD_LIST_TOO_LARGE:
        return clusterErrors.BATCH_TOO_LARGE(
          parts(`a batch is too large for ${resource}`, "raise max.message.bytes of the topic"),
        );
      case ClusterCode.OFFSET_OUT_OF_RANGE:
        return clusterErrors.OFFSET_OUT_OF_RANGE(parts(`the offset is outside ${resource}`));
      case ClusterCode.NON_EMPTY_GROUP:
        return clusterErrors.GROUP_NOT_EMPTY(
          parts(`${resource} still has members`, "stop the processes that are in it"),
        );
      case ClusterCode.PRODUCER_FENCED:
      case ClusterCode.INVALID_PRODUCER_EPOCH:
        return clusterErrors.PRODUCER_FENCED(parts(`${resource} was taken over by another process`));
      default:
        return this.passes
          ? clusterErrors.TIMED_OUT(parts(`the cluster put ${resource} off until the time was over`))
          : clusterErrors.REFUSED(parts(`the cluster refused ${resource}`));
    }
  }
}

const NOT_AUTHORIZED: ReadonlySet<number> = new Set([
  ClusterCode.TOPIC_AUTHORIZATION_FAILED,
  ClusterCode.GROUP_AUTHORIZATION_FAILED,
  ClusterCode.CLUSTER_AUTHORIZATION_FAILED,
  ClusterCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
]);

/** @throws AnswerFailure where the code is not NONE */
export function checkAnswer(code: number, resource: string, explanation?: string | null): void {
  if (code !== ClusterCode.NONE) throw new AnswerFailure(code, resource, explanation);
}
