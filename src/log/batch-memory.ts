/**
 * Memory of batches that nobody can see any more, for the next batches: fresh memory costs a page fault for every
 * 4 KiB, which is more than filling it. Bounded; what does not fit is left to the garbage collector.
 */
const HELD_BYTES_MAX = 16 * 1024 * 1024;
const LEAST_BYTES = 4096;

export class BatchMemory {
  #held: Buffer[] = [];
  #heldBytes = 0;

  /** Memory of exactly `size` bytes with unspecified content, if there is some. */
  take(size: number): Buffer | undefined {
    const at = this.#held.findLastIndex((buffer) => buffer.length === size);
    if (at < 0) return undefined;
    const [buffer] = this.#held.splice(at, 1);
    this.#heldBytes -= size;
    return buffer;
  }

  /** Memory for `size` bytes: the next power of two, so that it fits another batch later. */
  atLeast(size: number): Buffer {
    const capacity = Math.max(LEAST_BYTES, 2 ** Math.ceil(Math.log2(size)));
    return this.take(capacity) ?? Buffer.allocUnsafeSlow(capacity);
  }

  /** The caller guarantees that nothing refers to the buffer's memory. */
  give(buffer: Buffer): void {
    if (this.#heldBytes + buffer.length > HELD_BYTES_MAX) return;
    this.#held.push(buffer);
    this.#heldBytes += buffer.length;
  }
}
