/**
 * Hits over time, by level, in a limited number of intervals: when there are too many, intervals become longer and are put
 * together. What lies outside even then (clocks that are off by centuries) is counted.
 */
import { LEVELS } from "../../detect/rule/sigma-document.ts";
import type { SigmaLevel } from "../../detect/rule/sigma-document.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Each is a multiple of the one before, so that intervals can be put together. */
const WIDTHS_MS = [
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  HOUR,
  6 * HOUR,
  DAY,
  7 * DAY,
  28 * DAY,
  364 * DAY,
] as const;
const INTERVALS_MAX = 2048;

export interface Interval {
  readonly startMs: number;
  /** Hits by level, as `LEVELS` has them. */
  readonly counts: readonly number[];
}

export class TimeHistogram {
  #width = 0;
  #counts = new Map<number, number[]>();
  /** Hits without a place: no time, or one too far from the others. */
  outside = 0;

  add(timeMs: number | undefined, level: SigmaLevel): void {
    if (timeMs === undefined || !this.#addAt(timeMs, LEVELS.indexOf(level))) this.outside++;
  }

  /** At most `most` intervals of equal length that follow each other, from the first hit to the last. */
  intervals(most: number): { readonly widthMs: number; readonly intervals: readonly Interval[] } {
    let [width, counts] = [this.#width, this.#counts];
    while (width < WIDTHS_MS.length - 1 && spanOf(counts) > most) {
      counts = joined(counts, WIDTHS_MS[width]!, WIDTHS_MS[width + 1]!);
      width++;
    }
    const widthMs = WIDTHS_MS[width]!;
    if (counts.size === 0 || spanOf(counts) > most) return { widthMs, intervals: [] };
    const first = Math.min(...counts.keys());
    const empty = LEVELS.map(() => 0);
    const intervals = Array.from({ length: spanOf(counts) }, (_, at) => ({
      startMs: (first + at) * widthMs,
      counts: counts.get(first + at) ?? empty,
    }));
    return { widthMs, intervals };
  }

  /** False where there is no room, however long the intervals. */
  #addAt(timeMs: number, level: number): boolean {
    for (;;) {
      const widthMs = WIDTHS_MS[this.#width]!;
      const at = Math.floor(timeMs / widthMs);
      const known = this.#counts.get(at);
      if (known !== undefined || this.#counts.size < INTERVALS_MAX) {
        const counts = known ?? LEVELS.map(() => 0);
        counts[level]!++;
        if (known === undefined) this.#counts.set(at, counts);
        return true;
      }
      const wider = WIDTHS_MS[this.#width + 1];
      if (wider === undefined) return false;
      this.#counts = joined(this.#counts, widthMs, wider);
      this.#width++;
    }
  }
}

function joined(
  counts: ReadonlyMap<number, readonly number[]>,
  widthMs: number,
  widerMs: number,
): Map<number, number[]> {
  const result = new Map<number, number[]>();
  for (const [at, own] of counts) {
    const wider = Math.floor((at * widthMs) / widerMs);
    const sums = result.get(wider) ?? LEVELS.map(() => 0);
    for (const [level, count] of own.entries()) sums[level]! += count;
    result.set(wider, sums);
  }
  return result;
}

/** How many intervals lie from the first with a hit to the last. */
function spanOf(counts: ReadonlyMap<number, readonly number[]>): number {
  if (counts.size === 0) return 0;
  let [first, last] = [Infinity, -Infinity];
  for (const at of counts.keys()) {
    first = Math.min(first, at);
    last = Math.max(last, at);
  }
  return last - first + 1;
}
