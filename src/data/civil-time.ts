/**
 * The proleptic Gregorian calendar as arithmetic, without Date objects, and the texts in which ksqlDB reads
 * and writes TIMESTAMP, DATE and TIME where no pattern is given (casts, string literals compared with times).
 * Days count from 1970-01-01, months and days from 1; all times are UTC.
 */
import { ValueError } from "./value-error.ts";

export const MS_PER_DAY = 86_400_000;

export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Days since 1970-01-01. The day of the month may lie outside the month: the result then runs over. */
export function daysFromCivil(year: number, month: number, day: number): number {
  // Years begin in March here, so that the leap day is the last of its year.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export function civilFromDays(days: number): CivilDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

export function floorMod(value: number, divisor: number): number {
  const rest = value % divisor;
  return rest < 0 ? rest + divisor : rest === 0 ? 0 : rest;
}

/** `2020-05-26T23:59:58.001` */
export function timestampText(ms: number): string {
  const days = Math.floor(ms / MS_PER_DAY);
  const { year, month, day } = civilFromDays(days);
  const rest = ms - days * MS_PER_DAY;
  const yearOfEra = year > 0 ? year : 1 - year;
  const yearText = yearOfEra > 9999 ? `+${yearOfEra}` : digits(yearOfEra, 4);
  return `${yearText}-${digits(month, 2)}-${digits(day, 2)}T${clockText(rest)}.${digits(rest % 1000, 3)}`;
}

/** `2020-05-26` */
export function dateText(days: number): string {
  const { year, month, day } = civilFromDays(days);
  const sign = year < 0 ? "-" : year > 9999 ? "+" : "";
  return `${sign}${digits(Math.abs(year), 4)}-${digits(month, 2)}-${digits(day, 2)}`;
}

/** `23:59`, or `23:59:58` when there are seconds; milliseconds are not shown. */
export function timeText(msOfDay: number): string {
  const text = clockText(msOfDay);
  return text.endsWith(":00") ? text.slice(0, 5) : text;
}

/** `23:59:58` */
export function clockText(msOfDay: number): string {
  const seconds = Math.floor(msOfDay / 1000);
  const hour = Math.floor(seconds / 3600);
  const minute = Math.floor(seconds / 60) % 60;
  return `${digits(hour, 2)}:${digits(minute, 2)}:${digits(seconds % 60, 2)}`;
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

const DATE_PART = /^(\d{4}|\+\d{5,9})-(\d{2})-(\d{2})$/;
const TIME_PART = /^(\d{2}):(\d{2}):(\d{2})\.(\d{3})$/;
const TIME_MODEL = "00:00:00.000";

/**
 * Reads `2020-05-26T23:59:58.001`, with or without a zone (`Z`, `+0200`, `-05:00`); the time may end early
 * (`…T23:59`), and so may a date that stands alone (`2020-05`, `2020`). The zone is UTC when none is given.
 * @throws ValueError for any other text.
 */
export function parseTimestampText(text: string): number {
  const t = text.indexOf("T");
  const date = t < 0 ? completeDate(text) : text.slice(0, t);
  const clockAndZone = t < 0 ? "" : text.slice(t + 1);
  const zoneStart = zonePosition(clockAndZone);
  const zone = clockAndZone.slice(zoneStart);
  const clock = clockAndZone.slice(0, zoneStart).replace(/Z$/, "");

  const d = DATE_PART.exec(date);
  const c = TIME_PART.exec(clock.length < TIME_MODEL.length ? clock + TIME_MODEL.slice(clock.length) : clock);
  const offset = zone === "" ? 0 : parseZoneOffset(zone);
  if (d !== null && c !== null && offset !== undefined) {
    const [year, month, day] = [Number(d[1]), Number(d[2]), Number(d[3])];
    const ms = clockMs(Number(c[1]), Number(c[2]), Number(c[3]), Number(c[4]), true);
    if (year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= 31 && ms !== undefined) {
      // A day that the month does not have means the month's last.
      const days = daysFromCivil(year, month, Math.min(day, daysInMonth(year, month)));
      return days * MS_PER_DAY + ms - offset;
    }
  }
  throw new ValueError(
    `failed to parse timestamp '${text}'; required is yyyy-MM-dd'T'HH:mm:ss.SSS or the start of it, with an optional zone such as +0200`,
  );
}

function zonePosition(clock: string): number {
  const plus = clock.indexOf("+");
  if (plus >= 0) return plus;
  const minus = clock.indexOf("-");
  return minus >= 0 ? minus : clock.length;
}

/** Milliseconds east of Greenwich of `+2`, `+02`, `+0200`, `+02:00`, `+020000` or `+02:00:00`; undefined for another text. */
export function parseZoneOffset(text: string): number | undefined {
  const match = /^([+-])(?:(\d)|(\d{2})(?:(\d{2})(\d{2})?|:(\d{2})(?::(\d{2}))?)?)$/.exec(text);
  if (match === null) return undefined;
  const hours = Number(match[2] ?? match[3]);
  const minutes = Number(match[4] ?? match[6] ?? 0);
  const seconds = Number(match[5] ?? match[7] ?? 0);
  const total = hours * 3600 + minutes * 60 + seconds;
  if (minutes > 59 || seconds > 59 || total > 18 * 3600) return undefined;
  return (match[1] === "-" && total !== 0 ? -total : total) * 1000;
}

function completeDate(text: string): string {
  const parts = text.replace(/-+$/, "").split("-").length;
  return parts === 1 ? `${text}-01-01` : parts === 2 ? `${text}-01` : text;
}

/** Days of `2020-05-26`, `2020-05` or `2020`. @throws ValueError for any other text. */
export function parseDateText(text: string): number {
  const match = /^([+-]?)(\d{4,9})-(\d{2})-(\d{2})$/.exec(completeDate(text));
  if (match !== null) {
    const [year, month, day] = [Number(match[2]), Number(match[3]), Number(match[4])];
    const signOk =
      match[1] === "+" ? match[2]!.length > 4 : match[1] === "-" ? year > 0 : match[2]!.length === 4;
    const signed = match[1] === "-" ? -year : year;
    if (signOk && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(signed, month)) {
      return daysFromCivil(signed, month, day);
    }
  }
  throw new ValueError(`failed to parse date '${text}'; required is yyyy-MM-dd or the start of it`);
}

/** Milliseconds of the day of `01:34`, `01:34:20` or `01:34:20.123`. @throws ValueError for any other text. */
export function parseTimeText(text: string): number {
  const match = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{0,9}))?)?$/.exec(text);
  if (match !== null) {
    const fraction = Number((match[4] ?? "").padEnd(3, "0").slice(0, 3));
    const ms = clockMs(Number(match[1]), Number(match[2]), Number(match[3] ?? 0), fraction, false);
    if (ms !== undefined) return ms;
  }
  throw new ValueError(`failed to parse time '${text}'; required is HH:mm:ss.SSS or the start of it`);
}

/** Undefined when a part is out of range; `24:00` is the end of the day where allowed. */
function clockMs(
  hour: number,
  minute: number,
  second: number,
  ms: number,
  endOfDay: boolean,
): number | undefined {
  if (minute > 59 || second > 59 || hour > 24) return undefined;
  if (hour === 24 && (!endOfDay || minute + second + ms > 0)) return undefined;
  return ((hour * 60 + minute) * 60 + second) * 1000 + ms;
}
