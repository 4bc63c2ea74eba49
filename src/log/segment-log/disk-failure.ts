/** Turning what a disk throws into the catalogue's errors. */
import { SpoorError } from "../../base/errors.ts";
import { logErrors } from "../errors.ts";
import { errorCode } from "./node-disk.ts";

function nameOf(topic: string, partition: number): string {
  return `topic '${topic}' partition ${partition}`;
}

function textOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(textOf).join("; then ");
  return error instanceof Error ? error.message : String(error);
}

/** A failed write after which the partition was cut back to its last whole batch. */
export function appendFailure(topic: string, partition: number, error: unknown): unknown {
  return writeFailure(nameOf(topic, partition), error);
}

/** A failed write of `what`, which was not changed by it. */
export function writeFailure(what: string, error: unknown): unknown {
  if (error instanceof SpoorError) return error;
  const full = errorCode(error) === "ENOSPC" || errorCode(error) === "EDQUOT";
  const parts = { detail: textOf(error), cause: error };
  if (full) {
    const hint = "free space, or lower retention.bytes or retention.ms of large topics; writing then goes on";
    return logErrors.DISK_FULL({ ...parts, message: `the disk has no room for ${what}`, hint });
  }
  const hint = "check the disk and the permissions of the data directory";
  return logErrors.WRITE_FAILED({ ...parts, message: `${what} cannot be written`, hint });
}

export function readFailure(topic: string, partition: number, error: unknown): unknown {
  if (error instanceof SpoorError) return error;
  return logErrors.READ_FAILED({
    message: `${nameOf(topic, partition)} cannot be read`,
    detail: textOf(error),
    hint: "check the disk and the permissions of the data directory",
    cause: error,
  });
}

export function flushFailure(topic: string, partition: number, error: unknown): SpoorError {
  return logErrors.FLUSH_FAILED({
    message: `${nameOf(topic, partition)} could not be flushed to disk`,
    detail: textOf(error),
    hint: "check the disk, then restart: recovery keeps every whole batch",
    cause: error,
  });
}
