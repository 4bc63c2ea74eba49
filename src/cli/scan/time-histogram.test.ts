import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LEVELS } from "../../detect/rule/sigma-document.ts";
import { TimeHistogram } from "./time-histogram.ts";

const DAY = 86_400_000;

describe("hits over time", () => {
  test("stand in intervals as long as they must be", () => {
    const times = new TimeHistogram();
    const start = Date.UTC(2026, 0, 5, 10);
    times.add(start, "high");
    times.add(start + 59_999, "low");
    times.add(start + 120_000, "high");
    expect(times.intervals(3)).toEqual({
      widthMs: 60_000,
      intervals: [
        { startMs: start, counts: [0, 1, 0, 1, 0] },
        { startMs: start + 60_000, counts: [0, 0, 0, 0, 0] },
        { startMs: start + 120_000, counts: [0, 0, 0, 1, 0] },
      ],
    });
    expect(times.intervals(2)).toEqual({
      widthMs: 300_000,
      intervals: [{ startMs: start, counts: [0, 1, 0, 2, 0] }],
    });
  });

  test("none is lost, and there are never more intervals than asked for", () => {
    const time = fc.oneof(
      fc.integer({ min: 0, max: 10 * DAY }),
      fc.integer({ min: -1e12, max: 4e12 }),
      fc.constant(undefined),
    );
    const hits = fc.array(fc.tuple(time, fc.constantFrom(...LEVELS)), { maxLength: 200 });
    fc.assert(
      fc.property(hits, fc.integer({ min: 200, max: 400 }), (all, most) => {
        const times = new TimeHistogram();
        for (const [timeMs, level] of all) times.add(timeMs, level);
        const { intervals } = times.intervals(most);
        expect(intervals.length).toBeLessThanOrEqual(most);
        for (const [at, level] of LEVELS.entries()) {
          const shown = intervals.reduce((sum, { counts }) => sum + counts[at]!, 0);
          expect(shown).toBe(all.filter(([timeMs, own]) => own === level && timeMs !== undefined).length);
        }
        expect(times.outside).toBe(all.filter(([timeMs]) => timeMs === undefined).length);
      }),
    );
  });

  test("with more intervals than there is room for, they become longer; clocks from other ages are counted", () => {
    const times = new TimeHistogram();
    for (let at = 0; at < 10_000; at++) times.add(at * 60_000, "low");
    const { intervals, widthMs } = times.intervals(2048);
    expect(widthMs).toBe(300_000);
    expect(intervals.reduce((sum, { counts }) => sum + counts[LEVELS.indexOf("low")]!, 0)).toBe(10_000);
    for (let at = 0; at < 5000; at++) times.add(at * 364 * DAY, "high");
    expect(times.outside).toBe(5000 - 2048);
  });
});
