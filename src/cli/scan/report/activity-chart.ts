/** Hits over time as stacked bars; the table of days says the same in figures. */
import { LEVELS } from "../../../detect/rule/sigma-document.ts";
import { countText, plural } from "../../render/quantity.ts";
import type { Interval, TimeHistogram } from "../time-histogram.ts";
import { timeCell } from "./html-table.ts";

const BARS_MAX = 240;
const WIDTH = 1200;
const HEIGHT = 110;
/** A bar that cannot be seen tells nothing. */
const BAR_HEIGHT_LEAST = 1.5;

/** Empty where no hit has a time. */
export function activityChart(times: TimeHistogram): string {
  const { widthMs, intervals } = times.intervals(BARS_MAX);
  const [first, last] = [intervals[0], intervals.at(-1)];
  if (first === undefined || last === undefined) return "";
  const highest = Math.max(...intervals.map(sumOf));
  const step = WIDTH / intervals.length;
  const bars = intervals.flatMap((interval, at) =>
    sumOf(interval) === 0 ? [] : [barText(interval, at * step, step, highest)],
  );
  const length = lengthText(widthMs);
  const label = `Hits over time: ${plural(intervals.length, "bar")} of ${length} each, at most ${plural(highest, "hit")}`;
  const outside = times.outside === 0 ? "" : `, ${plural(times.outside, "hit")} without a place in time`;
  return `<section aria-labelledby="activity"><h2 id="activity">Activity</h2>
<svg class="activity" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}">${bars.join("")}</svg>
<p class="axis"><span>${timeAt(first.startMs)}</span><span>a bar: ${length}, the highest: ${plural(highest, "hit")}${outside}</span><span>${timeAt(last.startMs + widthMs)}</span></p></section>`;
}

function barText(interval: Interval, x: number, step: number, highest: number): string {
  let top = HEIGHT;
  const parts = LEVELS.map((level, at) => ({ level, count: interval.counts[at]! })).filter(
    ({ count }) => count > 0,
  );
  const rects = parts.map(({ level, count }) => {
    const height = Math.max((count / highest) * HEIGHT, BAR_HEIGHT_LEAST);
    top -= height;
    const [left, width] = [x.toFixed(2), Math.max(step * 0.9, 1).toFixed(2)];
    return `<rect class="${level}" x="${left}" y="${top.toFixed(2)}" width="${width}" height="${height.toFixed(2)}"/>`;
  });
  const words = parts.toReversed().map(({ level, count }) => `${countText(count)} ${level}`);
  return `<g>${rects.join("")}<title>${timeAt(interval.startMs)}: ${words.join(", ")}</title></g>`;
}

function sumOf({ counts }: Interval): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function timeAt(ms: number): string {
  return timeCell(new Date(ms).toISOString()).slice(0, -":00.000".length);
}

const UNITS = [
  [86_400_000, "day"],
  [3_600_000, "hour"],
  [60_000, "minute"],
] as const;

function lengthText(ms: number): string {
  const [unit, name] = UNITS.find(([each]) => ms >= each) ?? UNITS[2];
  return plural(ms / unit, name);
}
