/** What a partition knows beside its segments: a small file that is replaced in one step. */
import { damagedMetadata, encodeCheckedJson, parseCheckedJson } from "./checked-json.ts";
import type { Disk } from "./disk.ts";
import { readSmallFile, replaceFile } from "./disk.ts";

export interface PartitionState {
  /** No offset below can be read; segments may still hold some. */
  readonly startOffset: number;
  /** Segments that end at or below were on the device: recovery need not read them. */
  readonly recoveryPoint: number;
  /** Compaction has seen everything below. */
  readonly cleanedTo: number;
  /** Compaction may have left holes between the batches of segments that begin below. */
  readonly holesTo: number;
  /** When the first tombstone below `cleanedTo` may go; −1 when none is left. */
  readonly nextHorizonMs: number;
}

export const freshState: PartitionState = {
  startOffset: 0,
  recoveryPoint: 0,
  cleanedTo: 0,
  holesTo: 0,
  nextHorizonMs: -1,
};

const FILE_NAME = "partition.json";

/** @throws LOG_DAMAGED_METADATA */
export function readPartitionState(disk: Disk, directory: string): PartitionState {
  const path = `${directory}/${FILE_NAME}`;
  const content = readSmallFile(disk, path);
  if (content === undefined) return freshState;
  const parsed = parseCheckedJson(content, path);
  const field = (name: keyof PartitionState): number => {
    const value = parsed[name];
    if (typeof value === "number" && Number.isSafeInteger(value)) return value;
    throw damagedMetadata(path, `field '${name}' is no whole number`);
  };
  return {
    startOffset: field("startOffset"),
    recoveryPoint: field("recoveryPoint"),
    cleanedTo: field("cleanedTo"),
    holesTo: field("holesTo"),
    nextHorizonMs: field("nextHorizonMs"),
  };
}

export function writePartitionState(disk: Disk, directory: string, state: PartitionState): void {
  replaceFile(disk, `${directory}/${FILE_NAME}`, encodeCheckedJson({ ...state }), true);
}
