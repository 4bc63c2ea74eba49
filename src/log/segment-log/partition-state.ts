/** What a partition knows beside its segments: a small file that is replaced in one step. */
import { logErrors } from "../errors.ts";
import type { Disk } from "./disk.ts";
import { readSmallFile, replaceFile } from "./disk.ts";

export interface PartitionState {
  /** No offset below can be read; segments may still hold some. */
  readonly startOffset: number;
  /** Segments that end at or below were on the device: recovery need not read them. */
  readonly recoveryPoint: number;
  /** Compaction has seen everything below. */
  readonly cleanedTo: number;
  /** When the first tombstone below `cleanedTo` may go; −1 when none is left. */
  readonly nextHorizonMs: number;
}

export const freshState: PartitionState = {
  startOffset: 0,
  recoveryPoint: 0,
  cleanedTo: 0,
  nextHorizonMs: -1,
};

const FILE_NAME = "partition.json";

/** @throws LOG_DAMAGED_METADATA */
export function readPartitionState(disk: Disk, directory: string): PartitionState {
  const path = `${directory}/${FILE_NAME}`;
  const content = readSmallFile(disk, path);
  if (content === undefined) return freshState;
  const parsed = parseJsonObject(content, path);
  const field = (name: keyof PartitionState): number => {
    const value = parsed[name];
    if (typeof value === "number" && Number.isSafeInteger(value)) return value;
    throw damagedMetadata(path, `field '${name}' is no whole number`);
  };
  return {
    startOffset: field("startOffset"),
    recoveryPoint: field("recoveryPoint"),
    cleanedTo: field("cleanedTo"),
    nextHorizonMs: field("nextHorizonMs"),
  };
}

export function writePartitionState(disk: Disk, directory: string, state: PartitionState): void {
  replaceFile(disk, `${directory}/${FILE_NAME}`, Buffer.from(`${JSON.stringify(state)}\n`), true);
}

/** @throws LOG_DAMAGED_METADATA */
export function parseJsonObject(content: Buffer, path: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content.toString("utf8"));
  } catch (error) {
    throw damagedMetadata(path, error instanceof Error ? error.message : String(error));
  }
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  throw damagedMetadata(path, "it holds no JSON object");
}

export function damagedMetadata(path: string, detail: string): Error {
  return logErrors.DAMAGED_METADATA({
    message: `metadata file '${path}' is damaged`,
    detail,
    hint: "restore the file from a backup",
  });
}
