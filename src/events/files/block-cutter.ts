import { isUtf8 } from "node:buffer";
import type { BadLine, LineBlock, LineOptions } from "./line-block.ts";

const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const EXCERPT_BYTES = 120;

/** Receives the lines that are left out. */
export type BadLineSink = (bad: BadLine) => void;

/**
 * The common part of cutting a member's bytes into documents: collects bytes into a block buffer, lets
 * {@link BlockCutter.scan} find the documents in it, carries what is incomplete into the next buffer.
 *
 * Invariant: blocks are cut when the buffer is full, never because a chunk ended, so the same bytes give
 * the same blocks however they were chunked. {@link BlockCutter.flush} (for live streams) is the exception:
 * it moves block borders, never lines, and the blocks it yields share a buffer that is only appended to.
 */
export abstract class BlockCutter {
  protected readonly member: string;
  protected readonly options: LineOptions;
  protected buffer: Buffer;
  /** Bytes of `buffer` that are filled. */
  protected length = 0;
  /** Number, from 1, of the line at the scan position. */
  protected line = 1;
  readonly #badLine: BadLineSink;
  #ranges: Ranges;
  #firstLine = 1;

  constructor(member: string, options: LineOptions, badLine: BadLineSink) {
    this.member = member;
    this.options = options;
    this.#badLine = badLine;
    this.buffer = Buffer.allocUnsafeSlow(options.blockBytes);
    this.#ranges = new Ranges(1024);
  }

  /** Takes bytes (copied) and yields the blocks they fill. */
  *push(chunk: Buffer): Generator<LineBlock> {
    let taken = 0;
    while (taken < chunk.length) {
      const size = Math.min(this.buffer.length - this.length, chunk.length - taken);
      chunk.copy(this.buffer, this.length, taken, taken + size);
      taken += size;
      this.length += size;
      if (this.length === this.buffer.length) yield* this.#cut(false);
    }
  }

  /** Yields the complete documents so far as a block, if there are any. */
  *flush(): Generator<LineBlock> {
    yield* this.#cut(false);
  }

  /** Yields the rest; the last line needs no line end. */
  *finish(): Generator<LineBlock> {
    yield* this.#cut(true);
  }

  /**
   * Finds documents from where it stopped, calls {@link accept} for each and keeps {@link line} up to date.
   * Returns where the first byte that must be kept stands; with `final`, everything is used up.
   */
  protected abstract scan(final: boolean): number;

  /** The buffer moved: what stood at `offset` now stands at 0. */
  protected abstract rebase(offset: number): void;

  /** The document that fills the whole buffer is too long: forget it and skip to its end. */
  protected abstract skipDocument(): void;

  *#cut(final: boolean): Generator<LineBlock> {
    const keep = this.scan(final);
    const { buffer } = this;
    if (this.length === buffer.length && !final) this.#renew(keep);
    const firstLine = this.#firstLine;
    this.#firstLine = this.line;
    if (this.#ranges.count === 0) return;
    const block = this.#ranges.block(buffer, this.member, firstLine);
    this.#ranges = new Ranges(this.#ranges.count + 64);
    yield block;
  }

  /** Carries the incomplete document at `keep` into a new buffer, a larger one where it filled the old. */
  #renew(keep: number): void {
    const { buffer } = this;
    const kept = this.length - keep;
    if (kept > this.options.lineBytesMax) {
      this.skipDocument();
      this.rebase(this.length);
      this.length = 0;
      this.buffer = Buffer.allocUnsafeSlow(this.options.blockBytes);
      return;
    }
    const size = kept < this.options.blockBytes ? this.options.blockBytes : this.#grownSize(kept);
    this.buffer = Buffer.allocUnsafeSlow(size);
    buffer.copy(this.buffer, 0, keep, this.length);
    this.rebase(keep);
    this.length = kept;
  }

  #grownSize(kept: number): number {
    return Math.min(kept * 2, this.options.lineBytesMax + this.options.blockBytes);
  }

  /** Splits the key off, checks the document and adds it to the block, or reports it. Blank ranges vanish. */
  protected accept(from: number, to: number, line: number): void {
    const { buffer } = this;
    let start = from;
    let end = to;
    while (start < end && buffer[start]! <= 0x20) start++;
    if (start === end) return;
    while (buffer[end - 1]! <= 0x20) end--;
    if (end - start > this.options.lineBytesMax) return this.reject(from, to, line, this.tooLong());
    let keyEnd = -1;
    if (this.options.lineFormat !== "value" && buffer[start] !== OPEN) keyEnd = this.#keyEnd(start, end);
    const keyStart = keyEnd === -1 ? -1 : start;
    if (keyEnd !== -1) {
      start = keyEnd + 1;
      while (start < end && buffer[start]! <= 0x20) start++;
    } else if (this.options.lineFormat === "key:value") {
      return this.reject(from, to, line, "has no ':' between key and value");
    }
    const fault = this.#fault(start, end);
    if (fault !== undefined) return this.reject(from, to, line, fault);
    this.#ranges.add(start, end, keyStart, keyEnd, line - this.#firstLine);
  }

  protected reject(from: number, to: number, line: number, reason: string): void {
    const excerpt = this.buffer.toString("utf8", from, Math.min(to, from + EXCERPT_BYTES));
    this.#badLine({ member: this.member, line, reason, excerpt });
  }

  protected tooLong(): string {
    return `is longer than ${this.options.lineBytesMax} bytes`;
  }

  #keyEnd(start: number, end: number): number {
    for (let i = start; i < end; i++) {
      const byte = this.buffer[i]!;
      if (byte === COLON) {
        return this.options.lineFormat === "key:value" || this.buffer[i + 1] === OPEN ? i : -1;
      }
      if (byte === OPEN && this.options.lineFormat === "auto") return -1;
    }
    return -1;
  }

  #fault(start: number, end: number): string | undefined {
    if (this.options.verify === "none") return undefined;
    if (start >= end) return "has a key but no value";
    if (this.buffer[start] !== OPEN) return "does not start with '{'";
    if (this.buffer[end - 1] !== CLOSE) return "does not end with '}'";
    if (this.options.verify === "shape") return undefined;
    const bytes = this.buffer.subarray(start, end);
    if (!isUtf8(bytes)) return "is not valid UTF-8";
    try {
      JSON.parse(bytes.toString("utf8"));
      return undefined;
    } catch (error) {
      return `is not JSON: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}

/** Growing columns of one block. */
class Ranges {
  count = 0;
  #columns: Int32Array[];

  constructor(capacity: number) {
    this.#columns = Array.from({ length: 5 }, () => new Int32Array(capacity));
  }

  add(start: number, end: number, keyStart: number, keyEnd: number, lineOffset: number): void {
    if (this.count === this.#columns[0]!.length) {
      this.#columns = this.#columns.map((column) => {
        const grown = new Int32Array(column.length * 2);
        grown.set(column);
        return grown;
      });
    }
    const [starts, ends, keyStarts, keyEnds, lineOffsets] = this.#columns;
    starts![this.count] = start;
    ends![this.count] = end;
    keyStarts![this.count] = keyStart;
    keyEnds![this.count] = keyEnd;
    lineOffsets![this.count] = lineOffset;
    this.count++;
  }

  block(buffer: Buffer, member: string, firstLine: number): LineBlock {
    const [starts, ends, keyStarts, keyEnds, lineOffsets] = this.#columns as [
      Int32Array,
      Int32Array,
      Int32Array,
      Int32Array,
      Int32Array,
    ];
    return { buffer, starts, ends, keyStarts, keyEnds, lineOffsets, count: this.count, member, firstLine };
  }
}
