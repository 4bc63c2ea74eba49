/**
 * Memory of batches that nobody can see any more, for the next batches: fresh memory costs a page fault for every
 * 4 KiB, which is more than filling it. Bounded; what does not fit is left to the garbage collector.
 */
const HELD_BYTES_MAX = 8 * 1024 * 1024;

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

  /** The caller guarantees that nothing refers to the buffer's memory. */
  give(buffer: Buffer): void {
    if (this.#heldBytes + buffer.length > HELD_BYTES_MAX) return;
    this.#held.push(buffer);
    this.#heldBytes += buffer.length;
  }
}
