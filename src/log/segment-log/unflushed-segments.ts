/** Which segments of a partition have bytes that may not be on the device, and bringing them there. */
import type { Segment } from "./segment.ts";

export class UnflushedSegments {
  /** With how often each was written to since it was on the device: a flush in the background covers what came before it. */
  readonly #segments = new Map<Segment, number>();
  /** Runs background flushes one after another, so that they hold few files open. */
  readonly #later: (task: () => Promise<void>) => void;

  constructor(later: (task: () => Promise<void>) => void) {
    this.#later = later;
  }

  get isEmpty(): boolean {
    return this.#segments.size === 0;
  }

  /** Notes that the segment was written to. */
  add(segment: Segment): void {
    this.#segments.set(segment, (this.#segments.get(segment) ?? 0) + 1);
  }

  /** The segment is gone, or its bytes are. */
  drop(segment: Segment): void {
    this.#segments.delete(segment);
  }

  clear(): void {
    this.#segments.clear();
  }

  /** Everything is on the device when this returns. @throws what the disk throws */
  flush(): void {
    for (const segment of this.#segments.keys()) {
      segment.fsync();
      this.#segments.delete(segment);
    }
  }

  /** What was written before the call is on the device when this settles. @throws what the disk throws */
  async flushInBackground(): Promise<void> {
    for (const segment of this.#segments.keys()) await this.#flushOne(segment);
  }

  /**
   * Brings a sealed segment to the device without blocking appends, then calls `done`; does nothing where it
   * is there, or gone, by then. `failed` gets what the disk throws.
   */
  flushLater(sealed: Segment, done: () => void, failed: (error: unknown) => void): void {
    if (!this.#segments.has(sealed)) return;
    this.#later(async () => {
      if (!this.#segments.has(sealed)) return;
      let isFlushed = false;
      try {
        isFlushed = await this.#flushOne(sealed);
      } catch (error) {
        failed(error);
      }
      if (isFlushed) done();
    });
  }

  /** Of these segments the first that is not on the device. */
  firstOf(segments: readonly Segment[]): Segment | undefined {
    return segments.find((segment) => this.#segments.has(segment));
  }

  /** Answers whether all of the segment is on the device by that. A failure counts only while the segment is there. */
  async #flushOne(segment: Segment): Promise<boolean> {
    const writes = this.#segments.get(segment);
    if (writes === undefined) return false;
    try {
      await segment.fsyncInBackground();
    } catch (error) {
      if (this.#segments.has(segment)) throw error;
      return false;
    }
    return this.#segments.get(segment) === writes && this.#segments.delete(segment);
  }
}
