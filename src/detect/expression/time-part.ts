import type { TimePart } from "./matcher.ts";

const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2}))?/;

/**
 * A part of a date or date and time in ISO 8601 form, as it is written (no zone is converted); undefined where the text is
 * no date or has no time. Weeks are those of ISO 8601.
 */
export function timePart(part: TimePart, text: string): number | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  switch (part) {
    case "year":
      return year;
    case "month":
      return month;
    case "day":
      return day;
    case "week":
      return isoWeek(year, month, day);
    case "hour":
      return match[4] === undefined ? undefined : Number(match[4]);
    case "minute":
      return match[5] === undefined ? undefined : Number(match[5]);
  }
}

const DAY_MS = 86_400_000;

/** The week that holds the Thursday of the date's week, counted from the first Thursday of the year. */
function isoWeek(year: number, month: number, day: number): number {
  const date = Date.UTC(year, month - 1, day);
  const weekday = (new Date(date).getUTCDay() + 6) % 7;
  const thursday = date + (3 - weekday) * DAY_MS;
  const yearStart = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1);
  return Math.floor((thursday - yearStart) / (7 * DAY_MS)) + 1;
}
