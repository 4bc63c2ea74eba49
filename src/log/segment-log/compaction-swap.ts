/**
 * Putting compacted segments in the place of others so that a crash at any instant leaves either the old or
 * the new ones:
 *
 * 1. the new files are written under their final names plus `.cleaned` and flushed;
 * 2. the manifest `compaction.json` is put in place in one step: from here on the new ones count;
 * 3. the `.cleaned` files are renamed over the old ones, the other replaced ones removed, then the manifest.
 *
 * On opening, a manifest means step 3 is done again, which is safe at any point of it; `.cleaned` files
 * without one are thrown away.
 */
import type { Disk } from "./disk.ts";
import { readSmallFile, replaceFile } from "./disk.ts";
import { damagedMetadata, encodeCheckedJson, parseCheckedJson } from "./checked-json.ts";

export const CLEANED_SUFFIX = ".cleaned";
const MANIFEST = "compaction.json";

export interface SwapManifest {
  /** Final names of the files that stand ready under `.cleaned`. */
  readonly renames: readonly string[];
  /** Names of the files that go. */
  readonly removals: readonly string[];
}

/** Steps 2 and 3; the `.cleaned` files must be on the device. */
export function swapFiles(disk: Disk, directory: string, manifest: SwapManifest): void {
  const content = encodeCheckedJson({ ...manifest });
  replaceFile(disk, `${directory}/${MANIFEST}`, content, true);
  carryOut(disk, directory, manifest);
}

/** Completes or throws away what a crash left. @throws LOG_DAMAGED_METADATA */
export function finishCompaction(disk: Disk, directory: string): void {
  const path = `${directory}/${MANIFEST}`;
  const content = readSmallFile(disk, path);
  if (content !== undefined) {
    const { renames, removals } = parseCheckedJson(content, path);
    if (!isNames(renames) || !isNames(removals)) throw damagedMetadata(path, "a list of names is missing");
    carryOut(disk, directory, { renames, removals });
  }
  for (const name of disk.list(directory)) {
    if (name.endsWith(CLEANED_SUFFIX)) disk.unlink(`${directory}/${name}`);
  }
}

function carryOut(disk: Disk, directory: string, manifest: SwapManifest): void {
  for (const name of manifest.renames) {
    const cleaned = `${directory}/${name}${CLEANED_SUFFIX}`;
    if (disk.status(cleaned) !== undefined) disk.rename(cleaned, `${directory}/${name}`);
  }
  for (const name of manifest.removals) disk.unlink(`${directory}/${name}`);
  disk.fsyncDirectory(directory);
  disk.unlink(`${directory}/${MANIFEST}`);
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string" && /^[\w.]+$/.test(each));
}
