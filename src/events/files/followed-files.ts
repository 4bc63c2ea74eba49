/**
 * Files and folders that grow. A turn looks at them once and gives what has come since the one before; positions tell what was
 * delivered, so that they outlive the process. A file is known by what the file system calls it (device, inode, birth), not by its
 * name: a log that is renamed when it is rotated is not read again.
 *
 * | what a file holds | how it is read |
 * |---|---|
 * | JSON lines | from where the last turn ended, to the last complete line |
 * | an event log (EVTX) | anew when it has changed, without the records that were delivered |
 * | all else (archives, compressed files, XML, arrays) | once, when it has stayed the same for a turn; a change after that is counted |
 */
import type { BigIntStats } from "node:fs";
import { open, stat } from "node:fs/promises";
import { SpoorError } from "../../base/errors.ts";
import type { RecordProgress } from "../evtx/evtx-events.ts";
import { contentKind, documentLayout, utf8MarkBytes } from "./content-kind.ts";
import { openEventFile, openEventStream } from "./event-file.ts";
import type { EventFile, EventFileOptions } from "./event-file.ts";
import { eventPaths } from "./event-paths.ts";
import { defaultLineOptions } from "./line-block.ts";

/** How far a file was delivered. */
export interface FilePosition {
  /** Where it was when it was last seen. */
  readonly path: string;
  readonly kind: "lines" | "log" | "whole";
  /** Of lines: everything before is delivered. Else the size of the file when it was read. */
  readonly bytes: number;
  readonly modifiedMs: number;
  /** Of a log: the greatest number of its records, −1 for none. */
  readonly record: number;
}

/** What a file has grown by. After its last block, {@link GrownFile.done} makes it delivered; without, it comes again. */
export interface GrownFile {
  readonly path: string;
  readonly events: EventFile;
  done(): void;
}

export interface FollowCounts {
  /** Files of lines that became shorter and are read from their beginning again. */
  readonly restarted: number;
  /** Files that are read whole, changed after that, and were not read again. */
  readonly changedAgain: number;
}

/** A file as one look at it found it. */
interface Look {
  readonly path: string;
  readonly id: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  /** The look of the turn before found the same. */
  readonly isStill: boolean;
}

const HEAD_BYTES = 4096;
const TAIL_BYTES = 64 << 10;
const PIECE_BYTES = 256 << 10;
const LINE_FEED = 0x0a;

export class FollowedFiles {
  readonly #paths: readonly string[];
  readonly #options: EventFileOptions;
  readonly #positions: Map<string, FilePosition>;
  #looks = new Map<string, Look>();
  #isFirst = true;
  #restarted = 0;
  readonly #changed = new Set<string>();

  constructor(
    paths: readonly string[],
    options: EventFileOptions = {},
    positions: Iterable<readonly [string, FilePosition]> = [],
  ) {
    this.#paths = paths;
    this.#options = options;
    this.#positions = new Map(positions);
  }

  /** By a file's identity; of files that are there. */
  get positions(): ReadonlyMap<string, FilePosition> {
    return this.#positions;
  }

  get counts(): FollowCounts {
    return { restarted: this.#restarted, changedAgain: this.#changed.size };
  }

  /**
   * What has come since the last turn, a file at a time. A path that is missing is an error in the first turn only.
   * @throws SpoorError EVENTS_FILE_MISSING, EVENTS_FILE_UNREADABLE
   */
  async *grown(): AsyncGenerator<GrownFile, void, undefined> {
    const looks = await this.#look();
    this.#forgetMissing(looks);
    this.#looks = looks;
    this.#isFirst = false;
    for (const look of looks.values()) {
      const grown = await this.#grown(look);
      if (grown !== undefined) yield grown;
    }
  }

  async #look(): Promise<Map<string, Look>> {
    const looks = new Map<string, Look>();
    for (const path of this.#paths) {
      for (const file of await this.#files(path)) {
        const info = await stat(file, { bigint: true }).catch(() => undefined);
        if (info === undefined) continue;
        const [id, bytes, modifiedMs] = [identity(info), Number(info.size), Number(info.mtimeMs)];
        const before = this.#looks.get(id);
        const isStill = before?.bytes === bytes && before.modifiedMs === modifiedMs;
        looks.set(id, { path: file, id, bytes, modifiedMs, isStill });
      }
    }
    return looks;
  }

  async #files(path: string): Promise<readonly string[]> {
    try {
      return (await eventPaths(path)).map((file) => file.path);
    } catch (error) {
      const code = error instanceof SpoorError ? error.code : "";
      if (code === "EVENTS_FOLDER_EMPTY") return [];
      if (code === "EVENTS_FILE_MISSING" && !this.#isFirst) return [];
      throw error;
    }
  }

  /** An identity may be given to another file once its own is gone. */
  #forgetMissing(looks: ReadonlyMap<string, Look>): void {
    for (const id of this.#positions.keys()) if (!looks.has(id)) this.#positions.delete(id);
    for (const id of this.#changed) if (!looks.has(id)) this.#changed.delete(id);
  }

  async #grown(look: Look): Promise<GrownFile | undefined> {
    const position = this.#positions.get(look.id);
    const isSame = position?.bytes === look.bytes && position.modifiedMs === look.modifiedMs;
    if (isSame || look.bytes === 0) return undefined;
    const kind = position?.kind ?? (await kindOf(look.path));
    if (kind === "lines") return this.#lines(look, position);
    if (!look.isStill) return undefined;
    if (kind === "log") return this.#log(look, position);
    if (position === undefined) return this.#part(look, openEventFile(look.path, this.#options), "whole");
    this.#changed.add(look.id);
    return undefined;
  }

  async #lines(look: Look, position: FilePosition | undefined): Promise<GrownFile | undefined> {
    let from = position?.bytes ?? 0;
    if (look.bytes < from) {
      this.#restarted++;
      from = 0;
      this.#positions.set(look.id, { ...position!, bytes: 0 });
    }
    const end = await this.#completeEnd(look, from);
    if (end === from) return undefined;
    const bytes = rangeBytes(look.path, from, end);
    return this.#part({ ...look, bytes: end }, openEventStream(look.path, bytes, this.#options), "lines");
  }

  /** Behind the last complete line; a last line without an end counts once it is a whole document and stays as it is. */
  async #completeEnd({ path, bytes, isStill }: Look, from: number): Promise<number> {
    let rest: Buffer = Buffer.alloc(0);
    const restMax = this.#options.lineBytesMax ?? defaultLineOptions.lineBytesMax;
    for (let at = bytes; at > from && bytes - at <= restMax;) {
      const start = Math.max(from, at - TAIL_BYTES);
      const piece = await readRange(path, start, at);
      const feed = piece.lastIndexOf(LINE_FEED);
      rest = Buffer.concat([piece.subarray(feed + 1), rest]);
      if (feed >= 0) return isStill && isDocument(rest) ? bytes : start + feed + 1;
      at = start;
    }
    return isStill && isDocument(rest) ? bytes : from;
  }

  #log(look: Look, position: FilePosition | undefined): GrownFile {
    const after = position?.record ?? -1;
    const records: RecordProgress = { after, last: after };
    return this.#part(look, openEventFile(look.path, { ...this.#options, records }), "log", records);
  }

  #part(look: Look, events: EventFile, kind: FilePosition["kind"], records?: RecordProgress): GrownFile {
    const { path, id, bytes, modifiedMs } = look;
    const done = (): void => {
      this.#positions.set(id, { path, kind, bytes, modifiedMs, record: records?.last ?? -1 });
    };
    return { path, events, done };
  }
}

function identity({ dev, ino, birthtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${birthtimeNs}`;
}

async function kindOf(path: string): Promise<FilePosition["kind"]> {
  const head = await readRange(path, 0, HEAD_BYTES);
  const content = contentKind(head);
  if (content === "evtx") return "log";
  const isLines = content === "text" && documentLayout(head.subarray(utf8MarkBytes(head))) === "lines";
  return isLines ? "lines" : "whole";
}

async function readRange(path: string, from: number, to: number): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const bytes = Buffer.alloc(to - from);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function* rangeBytes(path: string, from: number, to: number): AsyncGenerator<Buffer, void, undefined> {
  for (let at = from; at < to; at += PIECE_BYTES) {
    const piece = await readRange(path, at, Math.min(to, at + PIECE_BYTES));
    if (piece.length === 0) return;
    yield piece;
  }
}

function isDocument(line: Buffer): boolean {
  if (line.length === 0) return false;
  try {
    JSON.parse(line.toString("utf8"));
    return true;
  } catch {
    return false;
  }
}
