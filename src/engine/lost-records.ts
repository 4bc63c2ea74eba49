/**
 * After a power failure without flush the log may end before the last commit: a query had read or written records that
 * are gone. That is told, never passed over.
 */
import type { SpoorError } from "../base/errors.ts";
import type { PartitionLog } from "../log/topic-log.ts";
import { engineErrors } from "./errors.ts";

/** A query had written up to `committedEnd`. */
export function outputLost({ topic, partition, endOffset }: PartitionLog, committedEnd: number): SpoorError {
  return engineErrors.LOG_BEHIND_STATE({
    message: `topic '${topic}' lost records that were committed`,
    detail: `partition ${partition} ends at ${endOffset}, the last commit at ${committedEnd}`,
    hint: "drop the query that writes the topic and create it again to rebuild it; `spoor.flush=commit` prevents this",
  });
}

/** A query had read up to `position`. */
export function inputLost({ topic, partition, endOffset }: PartitionLog, position: number): SpoorError {
  return engineErrors.LOG_BEHIND_STATE({
    message: `topic '${topic}' lost records that a query had read`,
    detail: `partition ${partition} ends at ${endOffset}, the query had read up to ${position}`,
    hint: "what the query made of them is still in its output; drop and create it again to start afresh",
  });
}
