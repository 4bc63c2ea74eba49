/** Failures that pass when somebody makes room or mends the disk: nothing is lost, so queries wait and try again. */
import { SpoorError } from "../base/errors.ts";

const PASSING: ReadonlySet<string> = new Set([
  "LOG_DISK_FULL",
  "LOG_WRITE_FAILED",
  "ENGINE_STATE_WRITE_FAILED",
]);

/** Time between two attempts. */
export const RETRY_MS = 500;

export function isPassingFailure(error: unknown): boolean {
  return error instanceof SpoorError && PASSING.has(error.code);
}
