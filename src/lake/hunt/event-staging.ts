/**
 * Event files on their way into the database: their documents as JSON lines in the database's private folder, with what the
 * columns are. Nothing of a document is lost on the way: bytes are written as they were read, but for a name in another
 * spelling than its column's.
 */
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { openEventFile } from "../../events/files/event-file.ts";
import type { EventFile, ReadProgress } from "../../events/files/event-file.ts";
import type { ByteStream } from "../../events/files/byte-stream.ts";
import { huntErrors } from "./errors.ts";
import { DocumentColumns } from "./document-columns.ts";
import { exactDocument } from "./exact-document.ts";
import type { Respelling } from "./document-columns.ts";

/** What the reading of files came to; shown to the hunter, never thrown for a line. */
export interface ReadReport {
  readonly events: number;
  /** Lines that are no documents, damaged records, and what else was left out. */
  readonly badLines: number;
  /** The first of them, in words. */
  readonly firstBad: string | undefined;
  /** Members of archives and folders that hold no events. */
  readonly skipped: number;
}

export interface ReadOptions {
  readonly stdin?: ByteStream | undefined;
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined;
  /** Asked between blocks; true ends the reading. */
  readonly isStopped?: (() => boolean) | undefined;
}

/** Told of each document: the line's bytes, and what JSON.parse makes of them. */
export type DocumentSink = (
  line: Buffer,
  document: Readonly<Record<string, unknown>>,
) => Promise<void> | void;

/**
 * Reads the documents of files, one after the other.
 * @throws SpoorError HUNT_CANCELLED; of `events/files` where a file cannot be read; what was read before is delivered
 */
export async function readDocuments(
  paths: readonly string[],
  sink: DocumentSink,
  options: ReadOptions,
): Promise<ReadReport> {
  let [events, badLines, skipped] = [0, 0, 0];
  let firstBad: string | undefined;
  const note = (place: string, line: number, reason: string): void => {
    badLines++;
    firstBad ??= `${place}, line ${line}: ${reason}`;
  };
  for (const path of paths) {
    const file = openEventFile(path, options.stdin === undefined ? {} : { stdin: options.stdin });
    for await (const block of file) {
      for (let i = 0; i < block.count; i++) {
        const line = block.buffer.subarray(block.starts[i], block.ends[i]);
        const document = parsedDocument(line);
        if (document === undefined)
          note(block.member, block.firstLine + block.lineOffsets[i]!, "is no JSON object");
        else {
          events++;
          const waiting = sink(line, document);
          if (waiting !== undefined) await waiting;
        }
      }
      if (options.isStopped?.() === true)
        throw huntErrors.CANCELLED({ message: "the reading of events was ended before it was done" });
      options.onProgress?.(file.progress());
    }
    ({ badLines, firstBad } = withFileFaults(file, badLines, firstBad));
    skipped += file.skipped.total;
  }
  return { events, badLines, firstBad, skipped };
}

function withFileFaults(
  { badLines: { total, samples } }: EventFile,
  badLines: number,
  firstBad: string | undefined,
): { badLines: number; firstBad: string | undefined } {
  const [first] = samples;
  const words = first === undefined ? undefined : `${first.member}, line ${first.line}: ${first.reason}`;
  return { badLines: badLines + total, firstBad: firstBad ?? words };
}

function parsedDocument(line: Buffer): Readonly<Record<string, unknown>> | undefined {
  return objectOf(line.toString("utf8"));
}

/** The object that a JSON text is, or undefined where it is none. */
export function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

const PENDING_MAX = 4 << 20;

/** JSON lines, written in large pieces. */
export class LineFile {
  readonly path: string;
  readonly #file: FileHandle;
  #pending: (Buffer | string)[] = [];
  #bytes = 0;
  #longest = 0;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  static async create(path: string): Promise<LineFile> {
    return new LineFile(path, await open(path, "wx", 0o600));
  }

  /** Bytes of the longest line, or more. */
  get longest(): number {
    return this.#longest;
  }

  /** The line's bytes may not change before the returned promise, or a later one, is done. */
  add(line: Buffer | string): Promise<void> | void {
    this.#pending.push(line, "\n");
    this.#bytes += line.length + 1;
    // A character of a text has at most three bytes.
    this.#longest = Math.max(this.#longest, typeof line === "string" ? line.length * 3 : line.length);
    return this.#bytes >= PENDING_MAX ? this.flush() : undefined;
  }

  async flush(): Promise<void> {
    const pieces = this.#pending.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece));
    this.#pending = [];
    this.#bytes = 0;
    if (pieces.length > 0) await this.#file.writeFile(Buffer.concat(pieces));
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#file.close();
    }
  }
}

/**
 * The documents of files as JSON lines, each name in one spelling, and their columns.
 * @param rewritten every document is written anew, so that a name that stands twice in an object is there once
 */
export async function stageDocuments(
  paths: readonly string[],
  stagedPath: string,
  options: ReadOptions,
  rewritten = false,
): Promise<{ readonly columns: DocumentColumns; readonly report: ReadReport; readonly longest: number }> {
  const columns = new DocumentColumns();
  const staged = await LineFile.create(stagedPath);
  try {
    const sink: DocumentSink = (line, document) => {
      const changes = columns.add(document);
      const written = (): string => JSON.stringify(columns.respelled(exactDocument(line)));
      if (rewritten) return staged.add(written());
      if (changes.length === 0) return staged.add(line);
      return staged.add(respelledLine(line, changes) ?? written());
    };
    const report = await readDocuments(paths, sink, options);
    return { report, columns, longest: staged.longest };
  } finally {
    await staged.close();
  }
}

/**
 * The line with names in other spellings. A spelling is as long as the other, so its bytes are put over the old ones.
 * @returns undefined where a name does not stand in the line exactly once, and so may be another place's too
 */
function respelledLine(line: Buffer, changes: readonly Respelling[]): Buffer | undefined {
  const copy = Buffer.from(line);
  for (const { from, to } of changes) {
    const member = Buffer.from(`${JSON.stringify(from)}:`);
    const other = Buffer.from(`${JSON.stringify(to)}:`);
    const at = copy.indexOf(member);
    if (at === -1 || other.length !== member.length || copy.indexOf(member, at + 1) !== -1) return undefined;
    // Behind a backslash the quote is part of a text.
    if (copy[at - 1] === 0x5c) return undefined;
    other.copy(copy, at);
  }
  return copy;
}
