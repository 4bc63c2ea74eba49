import { open } from "node:fs/promises";
import { eventErrors } from "../errors.ts";

/**
 * Bytes in pieces of any size. A piece is valid only until the next is asked for or the stream is closed: its memory may
 * be used again. The consumer of an archive's member must take all of it before asking for the next member.
 */
export type ByteStream = AsyncIterable<Buffer>;

export type ByteStreamGenerator = AsyncGenerator<Buffer, void, undefined>;

const READ_BYTES = 256 << 10;

/** Where a reader stands; shared by all layers of one {@link EventFile}. */
export interface ReadCounter {
  /** Bytes taken from the disk or the stream, compressed as they stand there. */
  bytesRead: number;
}

/** Compressed data or an archive that is cut off or damaged; everything before it was yielded. */
export class ReadFault extends Error {
  override readonly name = "ReadFault";
  /** `cut-off`: the data just ends; `damaged`: bytes that do not decode, or a wrong checksum or size. */
  readonly kind: "cut-off" | "damaged";

  constructor(kind: "cut-off" | "damaged", message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Read buffers of files that were closed: folders of small files would spend their time on new memory. */
const spareBuffers: Buffer[] = [];
const SPARE_BUFFERS_MAX = 4;

/** The bytes of a file from `from` on. */
export async function* fileBytes(path: string, counter: ReadCounter, from = 0): ByteStreamGenerator {
  const file = await open(path, "r");
  const buffer = spareBuffers.pop() ?? Buffer.allocUnsafeSlow(READ_BYTES);
  try {
    let position = from;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      counter.bytesRead += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    await file.close();
    if (spareBuffers.length < SPARE_BUFFERS_MAX) spareBuffers.push(buffer);
  }
}

export function unreadable(path: string, cause: unknown): Error {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return eventErrors.FILE_UNREADABLE({ message: `'${path}' cannot be read`, detail, cause });
}

/** A stream whose first bytes were looked at and are given again. */
export interface PeekedStream {
  readonly head: Buffer;
  readonly bytes: ByteStream;
  /** For a stream that is not read on. */
  close(): Promise<void>;
}

/**
 * Reads until `enough` says so or the stream ends, and gives what was read back together with the whole
 * stream. An error met on the way is thrown in its place, behind the bytes before it.
 */
export async function peek(source: ByteStream, enough: (seen: Buffer) => boolean): Promise<PeekedStream> {
  const iterator = source[Symbol.asyncIterator]();
  let seen = Buffer.alloc(0);
  let done = false;
  let fault: unknown;
  while (!done && !enough(seen)) {
    try {
      const next = await iterator.next();
      if (next.done === true) done = true;
      else seen = Buffer.concat([seen, next.value]);
    } catch (error) {
      fault = error;
      done = true;
    }
  }
  async function close(): Promise<void> {
    if (!done) await iterator.return?.();
  }
  async function* bytes(): ByteStreamGenerator {
    try {
      if (seen.length > 0) yield seen;
      if (fault !== undefined) throw fault;
      while (!done) {
        const next = await iterator.next();
        if (next.done === true) done = true;
        else yield next.value;
      }
    } finally {
      await close();
    }
  }
  return { head: seen, bytes: bytes(), close };
}

/** The stream without its first `count` bytes. */
export async function* skipBytes(source: ByteStream, count: number): ByteStreamGenerator {
  let left = count;
  for await (const piece of source) {
    if (left >= piece.length) left -= piece.length;
    else {
      yield left === 0 ? piece : piece.subarray(left);
      left = 0;
    }
  }
}

/** UTF-16 text as UTF-8; its byte order mark goes. Unpaired surrogates become U+FFFD. */
export async function* utf16Text(source: ByteStream, order: "utf-16le" | "utf-16be"): ByteStreamGenerator {
  const decoder = new TextDecoder(order);
  for await (const piece of source) yield Buffer.from(decoder.decode(piece, { stream: true }), "utf8");
  yield Buffer.from(decoder.decode(), "utf8");
}

/** Takes a stream by counted bytes. */
export class ByteCursor {
  readonly #iterator: AsyncIterator<Buffer>;
  #piece: Buffer = Buffer.alloc(0);

  constructor(source: ByteStream) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** At least one byte and at most `max`, or nothing at the end. Valid until the next call. */
  async some(max: number): Promise<Buffer | undefined> {
    while (this.#piece.length === 0) {
      const next = await this.#iterator.next();
      if (next.done === true) return undefined;
      this.#piece = next.value;
    }
    const taken = this.#piece.subarray(0, max);
    this.#piece = this.#piece.subarray(taken.length);
    return taken;
  }

  /** A copy of the next `count` bytes; fewer at the end of the stream. */
  async exactly(count: number): Promise<Buffer> {
    const bytes = Buffer.alloc(count);
    return bytes.subarray(0, await this.fill(bytes));
  }

  /** Copies the next bytes into all of `bytes`; returns how many there were, fewer only at the end of the stream. */
  async fill(bytes: Buffer): Promise<number> {
    let filled = 0;
    while (filled < bytes.length) {
      const piece = await this.some(bytes.length - filled);
      if (piece === undefined) break;
      filled += piece.copy(bytes, filled);
    }
    return filled;
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}
