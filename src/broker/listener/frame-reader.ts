/**
 * Cutting a connection's bytes into frames: a size (int32), then so many bytes. Holds at most one frame begun and the
 * chunk that came last; a large frame's memory grows with what arrives, so that a claimed size alone costs nothing.
 *
 * A frame is a view of the chunk, or of memory in which frames that came in parts are put together one after the other: it
 * is good until `next` is called again.
 */
import type { MemoryBudget } from "./memory-budget.ts";

/** Up to this size a frame is not counted against the budget. */
const SMALL_FRAME = 65_536;
/** Up to this size a frame's memory is taken at once. */
const FIRST_BYTES = 1_048_576;
const SIZE_BYTES = 4;
/** Memory for putting frames together that a connection keeps from one to the next. */
const KEPT_BYTES_MAX = 131_072;

/** `more`: the bytes are used up; `oversized`: nothing more can be read; `full`: the budget has no room yet. */
export type FrameState = Buffer | "more" | "oversized" | "full";

const nothing = Buffer.alloc(0);

export class FrameReader {
  readonly #budget: MemoryBudget;
  /** The bytes that came last, and how far they are used. */
  #chunk: Buffer = nothing;
  #at = 0;
  readonly #sizeBytes = Buffer.alloc(SIZE_BYTES);
  #sizeRead = 0;
  /** Of the frame begun; −1 while its size is not known. */
  #size = -1;
  #frame: Buffer | undefined;
  #filled = 0;
  /** Of a frame before, to be used again. */
  #spare: Buffer | undefined;
  #reserved = 0;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /** A frame has begun and is not complete. */
  get isMidFrame(): boolean {
    return this.#sizeRead > 0;
  }

  /** Takes the next bytes; what came before must have been used up (`more`). */
  push(chunk: Buffer): void {
    this.#chunk =
      this.#at < this.#chunk.length ? Buffer.concat([this.#chunk.subarray(this.#at), chunk]) : chunk;
    this.#at = 0;
  }

  /** The memory of the chunk that came last is about to hold something else: what is not used yet is copied. */
  keepRest(): void {
    this.#chunk = this.#at < this.#chunk.length ? Buffer.from(this.#chunk.subarray(this.#at)) : nothing;
    this.#at = 0;
  }

  /** The next frame, if it is there. Its reservation is given back by {@link releaseFrame}. */
  next(sizeMax: number): FrameState {
    if (this.#size < 0) {
      if (!this.#readSize()) return "more";
      const size = this.#sizeBytes.readInt32BE(0);
      if (size < 0 || size > sizeMax) return "oversized";
      this.#size = size;
    }
    if (this.#reserved === 0 && this.#size > SMALL_FRAME) {
      if (!this.#budget.tryReserve(this.#size)) return "full";
      this.#reserved = this.#size;
    }
    const available = this.#chunk.length - this.#at;
    if (this.#frame === undefined && available >= this.#size) {
      const frame = this.#chunk.subarray(this.#at, this.#at + this.#size);
      this.#at += this.#size;
      return this.#complete(frame);
    }
    this.#fill(Math.min(available, this.#size - this.#filled));
    return this.#filled === this.#size ? this.#complete(this.#frame!.subarray(0, this.#size)) : "more";
  }

  /** The frame handed out last is done with. */
  releaseFrame(): void {
    this.#budget.release(this.#reserved);
    this.#reserved = 0;
  }

  #readSize(): boolean {
    while (this.#sizeRead < SIZE_BYTES && this.#at < this.#chunk.length) {
      this.#sizeBytes[this.#sizeRead++] = this.#chunk[this.#at++]!;
    }
    return this.#sizeRead === SIZE_BYTES;
  }

  #fill(count: number): void {
    const needed = this.#filled + count;
    if (this.#frame === undefined) {
      this.#frame = this.#firstMemory(Math.min(this.#size, Math.max(FIRST_BYTES, needed)));
    } else if (needed > this.#frame.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(this.#size, Math.max(this.#frame.length * 2, needed)));
      this.#frame.copy(larger, 0, 0, this.#filled);
      this.#frame = larger;
    }
    this.#chunk.copy(this.#frame, this.#filled, this.#at, this.#at + count);
    this.#filled = needed;
    this.#at += count;
  }

  #firstMemory(size: number): Buffer {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare !== undefined && spare.length >= size) return spare;
    // A little more than this frame needs: the next may be a little larger.
    return Buffer.allocUnsafeSlow(size <= KEPT_BYTES_MAX / 2 ? size * 2 : size);
  }

  #complete(frame: Buffer): Buffer {
    if (this.#frame !== undefined && this.#frame.length <= KEPT_BYTES_MAX) this.#spare = this.#frame;
    this.#size = -1;
    this.#sizeRead = 0;
    this.#frame = undefined;
    this.#filled = 0;
    return frame;
  }
}
