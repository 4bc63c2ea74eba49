/** Rates over roughly the last ten seconds: counts are sampled once a second at most. */
import type { Clock } from "../base/clock.ts";

const SPAN_MS = 10_000;
const SAMPLE_MS = 1000;

interface Sample {
  readonly atMs: number;
  readonly read: number;
  readonly written: number;
}

export class RateMeter {
  readonly #clock: Clock;
  #samples: Sample[] = [];
  #latest: Sample;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#latest = { atMs: clock.monotonicMs(), read: 0, written: 0 };
  }

  update(read: number, written: number): void {
    const atMs = this.#clock.monotonicMs();
    this.#latest = { atMs, read, written };
    const newest = this.#samples.at(-1);
    if (newest !== undefined && atMs - newest.atMs < SAMPLE_MS) return;
    this.#samples = [...this.#samples.filter((sample) => atMs - sample.atMs <= SPAN_MS), this.#latest];
  }

  rates(): { readonly readPerSecond: number; readonly writtenPerSecond: number } {
    const nowMs = this.#clock.monotonicMs();
    const oldest = this.#samples.find((sample) => nowMs - sample.atMs <= SPAN_MS);
    const seconds = oldest === undefined ? 0 : (nowMs - oldest.atMs) / 1000;
    if (oldest === undefined || seconds < 0.05) return { readPerSecond: 0, writtenPerSecond: 0 };
    return {
      readPerSecond: (this.#latest.read - oldest.read) / seconds,
      writtenPerSecond: (this.#latest.written - oldest.written) / seconds,
    };
  }
}
