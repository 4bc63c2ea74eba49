/** What a client is told when a coordinator could not write its topic. */
import { failureOf } from "../failure-code.ts";
import { KafkaError } from "../protocol/kafka-error.ts";

/** Runs a change that is written to a state topic; the answer is an error code, NONE when it stands in the log. */
export function storing(change: () => void): number {
  try {
    change();
    return KafkaError.NONE;
  } catch (error) {
    const { errorCode } = failureOf(error);
    // Clients look for the coordinator again and come back; the disk may have room by then.
    return errorCode === KafkaError.KAFKA_STORAGE_ERROR ? KafkaError.COORDINATOR_NOT_AVAILABLE : errorCode;
  }
}
