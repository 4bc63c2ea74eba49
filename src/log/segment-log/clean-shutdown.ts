/**
 * The note a clean end leaves: where each partition's last segment ends. Opening takes it away at once, so
 * that it is only ever there when everything it says is on the device and nothing was written since.
 */
import type { Disk } from "./disk.ts";
import { readSmallFile, replaceFile } from "./disk.ts";
import type { CleanEnd } from "./partition-opening.ts";
import { encodeCheckedJson, parseCheckedJson } from "./checked-json.ts";

const FILE_NAME = "clean-shutdown.json";

export class CleanShutdown {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #path: string;

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
    this.#path = `${directory}/${FILE_NAME}`;
  }

  /** Reads and removes the note; undefined after an unclean end. */
  take(): Map<string, CleanEnd> | undefined {
    const content = readSmallFile(this.#disk, this.#path);
    if (content === undefined) return undefined;
    this.#disk.unlink(this.#path);
    this.#disk.fsyncDirectory(this.#directory);
    const ends = new Map<string, CleanEnd>();
    for (const [name, end] of Object.entries(readNote(content, this.#path))) {
      if (isCleanEnd(end)) ends.set(name, end);
    }
    return ends;
  }

  write(ends: ReadonlyMap<string, CleanEnd>): void {
    const content = encodeCheckedJson(Object.fromEntries(ends));
    replaceFile(this.#disk, this.#path, content, true);
  }
}

/** A damaged note is none: what it would have spared is read. */
function readNote(content: Buffer, path: string): Record<string, unknown> {
  try {
    return parseCheckedJson(content, path);
  } catch {
    return {};
  }
}

function isCleanEnd(value: unknown): value is CleanEnd {
  if (typeof value !== "object" || value === null) return false;
  const { baseOffset, sizeBytes, nextOffset } = value as Record<string, unknown>;
  return [baseOffset, sizeBytes, nextOffset].every((each) => Number.isSafeInteger(each));
}
