/** Which segments of a partition have bytes that may not be on the device, and bringing them there. */
import type { Segment } from "./segment.ts";

export class UnflushedSegments {
  readonly #segments = new Set<Segment>();
  /** Runs background flushes one after another, so that they hold few files open. */
  readonly #later: (task: () => Promise<void>) => void;

  constructor(later: (task: () => Promise<void>) => void) {
    this.#later = later;
  }

  /** Notes that the segment was written to. */
  add(segment: Segment): void {
    this.#segments.add(segment);
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
    for (const segment of this.#segments) {
      segment.fsync();
      this.#segments.delete(segment);
    }
  }

  /**
   * Brings a sealed segment to the device without blocking appends, then calls `done`; does nothing where it
   * is there, or gone, by then. `failed` gets what the disk throws.
   */
  flushLater(sealed: Segment, done: () => void, failed: (error: unknown) => void): void {
    if (!this.#segments.has(sealed)) return;
    this.#later(async () => {
      if (!this.#segments.has(sealed)) return;
      try {
        await sealed.fsyncInBackground();
        if (!this.#segments.delete(sealed)) return;
        done();
      } catch (error) {
        if (this.#segments.has(sealed)) failed(error);
      }
    });
  }

  /** Of these segments the first that is not on the device. */
  firstOf(segments: readonly Segment[]): Segment | undefined {
    return segments.find((segment) => this.#segments.has(segment));
  }
}
