/**
 * Failures that pass when somebody makes room, mends the disk or brings the schema registry back: nothing is lost, so
 * queries wait and try again.
 */
import { SpoorError } from "../base/errors.ts";

const PASSING: ReadonlySet<string> = new Set([
  "LOG_DISK_FULL",
  "LOG_WRITE_FAILED",
  "ENGINE_STATE_WRITE_FAILED",
  "SCHEMA_REGISTRY_UNREACHABLE",
  "SCHEMA_REGISTRY_REFUSED",
  "CLUSTER_UNREACHABLE",
  "CLUSTER_TIMED_OUT",
]);

/** Time between two attempts. */
export const RETRY_MS = 500;

export function isPassingFailure(error: unknown): boolean {
  return error instanceof SpoorError && PASSING.has(error.code);
}
