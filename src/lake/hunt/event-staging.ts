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
import { DocumentColumns } from "./document-columns.ts";

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
  readonly signal?: AbortSignal | undefined;
}

/** Told of each document: the line's bytes, and what JSON.parse makes of them. */
export type DocumentSink = (line: Buffer, document: Readonly<Record<string, unknown>>) => Promise<void> | void;

/**
 * Reads the documents of files, one after the other.
 * @throws SpoorError of `events/files` where a file cannot be read; what was read before is delivered
 */
export async function readDocuments(paths: readonly string[], sink: DocumentSink, options: ReadOptions): Promise<ReadReport> {
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
        if (document === undefined) note(block.member, block.firstLine + block.lineOffsets[i]!, "is no JSON object");
        else {
          events++;
          const waiting = sink(line, document);
          if (waiting !== undefined) await waiting;
        }
      }
      options.signal?.throwIfAborted();
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
  try {
    const value: unknown = JSON.parse(line.toString("utf8"));
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

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  static async create(path: string): Promise<LineFile> {
    return new LineFile(path, await open(path, "wx", 0o600));
  }

  /** The line's bytes may not change before the returned promise, or a later one, is done. */
  add(line: Buffer | string): Promise<void> | void {
    this.#pending.push(line, "\n");
    this.#bytes += line.length + 1;
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

/** The documents of files as JSON lines, each name in one spelling, and their columns. */
export async function stageDocuments(
  paths: readonly string[],
  stagedPath: string,
  options: ReadOptions,
): Promise<{ readonly columns: DocumentColumns; readonly report: ReadReport }> {
  const columns = new DocumentColumns();
  const staged = await LineFile.create(stagedPath);
  try {
    const sink: DocumentSink = (line, document) => {
      const renamed = columns.add(document);
      return staged.add(renamed === undefined ? line : respelled(line, document, renamed));
    };
    return { report: await readDocuments(paths, sink, options), columns };
  } finally {
    await staged.close();
  }
}

/** The line with names in other spellings: these are as long, so the bytes of each name are put over the old ones. */
function respelled(
  line: Buffer,
  document: Readonly<Record<string, unknown>>,
  renamed: ReadonlyMap<string, string>,
): Buffer | string {
  const copy = Buffer.from(line);
  for (const [from, to] of renamed) {
    const member = Buffer.from(`${JSON.stringify(from)}:`);
    const other = Buffer.from(`${JSON.stringify(to)}:`);
    let found = false;
    for (let at = copy.indexOf(member); at !== -1; at = copy.indexOf(member, at + 1)) {
      // Behind a backslash the quote is part of a text.
      if (copy[at - 1] === 0x5c || other.length !== member.length) continue;
      other.copy(copy, at);
      found = true;
    }
    // Blanks before the colon, or escapes in the name.
    if (!found) return JSON.stringify(withNames(document, renamed));
  }
  return copy;
}

function withNames(value: unknown, renamed: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [renamed.get(name) ?? name, withNames(inner, renamed)]),
  );
}
