/** An exception of the log or the host as an error code of the protocol. */
import { SpoorError } from "../base/errors.ts";
import { KafkaError } from "./protocol/kafka-error.ts";

const codes: ReadonlyMap<string, number> = new Map([
  ["LOG_TOPIC_EXISTS", KafkaError.TOPIC_ALREADY_EXISTS],
  ["LOG_UNKNOWN_TOPIC", KafkaError.UNKNOWN_TOPIC_OR_PARTITION],
  ["LOG_UNKNOWN_PARTITION", KafkaError.UNKNOWN_TOPIC_OR_PARTITION],
  ["LOG_INVALID_TOPIC_NAME", KafkaError.INVALID_TOPIC],
  ["LOG_INVALID_PARTITIONS", KafkaError.INVALID_PARTITIONS],
  ["LOG_UNKNOWN_CONFIG", KafkaError.INVALID_CONFIG],
  ["LOG_INVALID_CONFIG", KafkaError.INVALID_CONFIG],
  ["LOG_OFFSET_OUT_OF_RANGE", KafkaError.OFFSET_OUT_OF_RANGE],
  ["LOG_KEY_REQUIRED", KafkaError.INVALID_RECORD],
  ["LOG_BATCH_TOO_LARGE", KafkaError.MESSAGE_TOO_LARGE],
  ["LOG_INVALID_BATCH", KafkaError.CORRUPT_MESSAGE],
  ["LOG_UNSUPPORTED_COMPRESSION", KafkaError.UNSUPPORTED_COMPRESSION_TYPE],
  ["LOG_CORRUPT", KafkaError.CORRUPT_MESSAGE],
  // The topic was deleted, or the log closed, while the request was under way.
  ["LOG_CLOSED", KafkaError.UNKNOWN_TOPIC_OR_PARTITION],
]);

export interface Failure {
  readonly errorCode: number;
  readonly errorMessage: string;
}

/** What the client is told. Whatever is no {@link SpoorError} is a bug and is thrown on. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof SpoorError)) throw error;
  const parts = [error.message, error.detail, error.hint].filter((part) => part !== undefined);
  return { errorCode: codeOf(error), errorMessage: parts.join("; ") };
}

function codeOf(error: SpoorError): number {
  const known = codes.get(error.code);
  if (known !== undefined) return known;
  // A disk that refuses is worth another try; a refusal of the host is not.
  return error.kind === "io" ? KafkaError.KAFKA_STORAGE_ERROR : KafkaError.POLICY_VIOLATION;
}
