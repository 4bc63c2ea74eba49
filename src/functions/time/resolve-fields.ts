/**
 * Makes a date and a time of parsed fields, as java.time's SMART resolver does: 12-hour clocks join with AM/PM,
 * 24:00 is the end of the day, a day that its month does not have becomes the month's last, values out of
 * their range and contradictions (a wrong day of the week) are errors. Fields that don't make a whole date or
 * time stay and are applied to 1970-01-01T00:00 by {@link localMs}.
 */
import {
  civilFromDays,
  daysFromCivil,
  daysInMonth,
  floorMod,
  isLeapYear,
  MS_PER_DAY,
} from "../../data/civil-time.ts";
import { FunctionError } from "../definition.ts";
import type { Field } from "./pattern-parse.ts";

export interface ResolvedFields {
  /** Days since 1970-01-01, when the fields make a date. */
  readonly days: number | undefined;
  /** When the fields make a time of day. */
  readonly nanoOfDay: number | undefined;
  /** What is left over. */
  readonly rest: ReadonlyMap<Field, number>;
}

const RANGES: Partial<Record<Field, readonly [number, number]>> = {
  era: [0, 1],
  "year-of-era": [1, 999_999_999],
  year: [-999_999_999, 999_999_999],
  month: [1, 12],
  quarter: [1, 4],
  "day-of-month": [1, 31],
  "day-of-year": [1, 366],
  "day-of-week": [1, 7],
  "local-day-of-week": [1, 7],
  "week-of-year": [1, 54],
  "am-pm": [0, 1],
  "hour-of-day": [0, 23],
  "clock-hour-of-day": [0, 24],
  "hour-of-am-pm": [0, 11],
  "clock-hour-of-am-pm": [0, 12],
  minute: [0, 59],
  second: [0, 59],
  "nano-of-second": [0, 999_999_999],
  "milli-of-day": [0, MS_PER_DAY - 1],
  "nano-of-day": [0, MS_PER_DAY * 1_000_000 - 1],
};

/** @throws FunctionError for a value out of range or a contradiction. */
export function resolveFields(parsed: ReadonlyMap<Field, number>): ResolvedFields {
  const fields = new Map(parsed);
  mergeClock(fields);
  const time = takeTime(fields);
  for (const [field, value] of fields) if (RANGES[field] !== undefined) checkRange(field, value);
  const date = takeDate(fields);
  if (date !== undefined) crossCheck(fields, date);
  const days = date !== undefined && time !== undefined ? date + time.excessDays : date;
  return { days, nanoOfDay: time?.nanoOfDay, rest: fields };
}

function checkRange(field: Field, value: number): void {
  const [low, high] = RANGES[field]!;
  if (value < low || value > high) {
    throw new FunctionError(`invalid value for ${field} (valid values ${low} - ${high}): ${value}`);
  }
}

function take(fields: Map<Field, number>, field: Field): number | undefined {
  const value = fields.get(field);
  if (value === undefined) return undefined;
  fields.delete(field);
  return value;
}

function put(fields: Map<Field, number>, field: Field, value: number): void {
  const old = fields.get(field);
  if (old !== undefined && old !== value) {
    throw new FunctionError(`conflict found: ${field} ${old} differs from ${field} ${value}`);
  }
  fields.set(field, value);
}

/** Brings every way to write a clock time down to hour of day, minute, second and nanosecond. */
function mergeClock(fields: Map<Field, number>): void {
  const clockHour = take(fields, "clock-hour-of-day");
  if (clockHour !== undefined) {
    checkRange("clock-hour-of-day", clockHour);
    put(fields, "hour-of-day", clockHour === 24 ? 0 : clockHour);
  }
  const clockHour12 = take(fields, "clock-hour-of-am-pm");
  if (clockHour12 !== undefined) {
    checkRange("clock-hour-of-am-pm", clockHour12);
    put(fields, "hour-of-am-pm", clockHour12 === 12 ? 0 : clockHour12);
  }
  if (fields.has("am-pm") && fields.has("hour-of-am-pm")) {
    const half = take(fields, "am-pm")!;
    const hour = take(fields, "hour-of-am-pm")!;
    checkRange("am-pm", half);
    checkRange("hour-of-am-pm", hour);
    put(fields, "hour-of-day", half * 12 + hour);
  }
  const milliOfDay = take(fields, "milli-of-day");
  if (milliOfDay !== undefined) {
    checkRange("milli-of-day", milliOfDay);
    putNanoOfDay(fields, milliOfDay * 1_000_000);
  }
  const nanoOfDay = take(fields, "nano-of-day");
  if (nanoOfDay !== undefined) {
    checkRange("nano-of-day", nanoOfDay);
    putNanoOfDay(fields, nanoOfDay);
  }
}

function putNanoOfDay(fields: Map<Field, number>, nanoOfDay: number): void {
  const seconds = Math.floor(nanoOfDay / 1e9);
  put(fields, "hour-of-day", Math.floor(seconds / 3600));
  put(fields, "minute", Math.floor(seconds / 60) % 60);
  put(fields, "second", seconds % 60);
  put(fields, "nano-of-second", nanoOfDay - seconds * 1e9);
}

/** A time needs an hour, and no unit may be missing between two that are there. */
function takeTime(fields: Map<Field, number>): { nanoOfDay: number; excessDays: number } | undefined {
  const hour = fields.get("hour-of-day");
  const minute = fields.get("minute");
  const second = fields.get("second");
  const nano = fields.get("nano-of-second");
  if (hour === undefined) return undefined;
  if (minute === undefined && (second !== undefined || nano !== undefined)) return undefined;
  if (second === undefined && nano !== undefined) return undefined;
  const endOfDay = hour === 24 && (minute ?? 0) + (second ?? 0) + (nano ?? 0) === 0;
  if (!endOfDay) checkRange("hour-of-day", hour);
  for (const field of ["minute", "second", "nano-of-second"] as const) {
    const value = take(fields, field);
    if (value !== undefined) checkRange(field, value);
  }
  fields.delete("hour-of-day");
  if (endOfDay) return { nanoOfDay: 0, excessDays: 1 };
  return {
    nanoOfDay: (hour * 3600 + (minute ?? 0) * 60 + (second ?? 0)) * 1e9 + (nano ?? 0),
    excessDays: 0,
  };
}

function takeDate(fields: Map<Field, number>): number | undefined {
  const julian = take(fields, "modified-julian-day");
  if (julian !== undefined) return julian - 40_587;
  takeYearOfEra(fields);
  const year = fields.get("year");
  if (year !== undefined) {
    const month = fields.get("month");
    const day = fields.get("day-of-month");
    if (month !== undefined && day !== undefined) {
      for (const field of ["year", "month", "day-of-month"] as const) fields.delete(field);
      return daysFromCivil(year, month, Math.min(day, daysInMonth(year, month)));
    }
    const dayOfYear = fields.get("day-of-year");
    if (dayOfYear !== undefined) {
      if (dayOfYear === 366 && !isLeapYear(year)) {
        throw new FunctionError(`invalid date: day 366 as ${year} is no leap year`);
      }
      fields.delete("year");
      fields.delete("day-of-year");
      return daysFromCivil(year, 1, dayOfYear);
    }
  }
  return takeWeekDate(fields);
}

function takeYearOfEra(fields: Map<Field, number>): void {
  const yearOfEra = take(fields, "year-of-era");
  if (yearOfEra === undefined) return;
  const era = take(fields, "era");
  const year = fields.get("year");
  const anno = era === undefined ? year === undefined || year > 0 : era === 1;
  put(fields, "year", anno ? yearOfEra : 1 - yearOfEra);
}

/** Weeks begin on Sunday, and the first is the one with 1 January. */
function takeWeekDate(fields: Map<Field, number>): number | undefined {
  const year = fields.get("week-based-year");
  const week = fields.get("week-of-year");
  const isoDay = fields.get("day-of-week");
  const localDay = fields.get("local-day-of-week") ?? (isoDay === undefined ? undefined : (isoDay % 7) + 1);
  if (year === undefined || week === undefined || localDay === undefined) return undefined;
  for (const field of ["week-based-year", "week-of-year", "local-day-of-week"] as const) fields.delete(field);
  return startOfWeek(daysFromCivil(year, 1, 1)) + (week - 1) * 7 + localDay - 1;
}

export function startOfWeek(days: number): number {
  return days - (isoDayOfWeek(days) % 7);
}

/** Monday is 1. */
export function isoDayOfWeek(days: number): number {
  return floorMod(days + 3, 7) + 1;
}

/** Fields beside a whole date must agree with it. */
function crossCheck(fields: Map<Field, number>, days: number): void {
  const { year, month, day } = civilFromDays(days);
  const actual: Partial<Record<Field, number>> = {
    era: year > 0 ? 1 : 0,
    year,
    month,
    quarter: Math.ceil(month / 3),
    "day-of-month": day,
    "day-of-year": days - daysFromCivil(year, 1, 1) + 1,
    "day-of-week": isoDayOfWeek(days),
    "local-day-of-week": (isoDayOfWeek(days) % 7) + 1,
  };
  for (const [field, value] of fields) {
    const expected = actual[field];
    if (expected === undefined) continue;
    if (expected !== value) {
      throw new FunctionError(`conflict found: ${field} ${expected} differs from ${field} ${value}`);
    }
    fields.delete(field);
  }
}

/** Milliseconds since 1970-01-01T00:00 local; what the fields don't say is taken from there. */
export function localMs({ days, nanoOfDay, rest }: ResolvedFields): number {
  const date = days ?? partialDate(rest);
  const time = nanoOfDay ?? partialTime(rest);
  return date * MS_PER_DAY + Math.floor(time / 1e6);
}

function partialDate(rest: ReadonlyMap<Field, number>): number {
  const dayOfYear = rest.get("day-of-year");
  const year = rest.get("year") ?? 1970;
  const month = rest.get("month") ?? 1;
  if (dayOfYear !== undefined) {
    if (dayOfYear === 366)
      throw new FunctionError("leap day cannot be parsed without supplying the year field");
    return daysFromCivil(year, 1, dayOfYear);
  }
  let days = daysFromCivil(year, month, 1);
  const localDay = rest.get("local-day-of-week");
  const dayOfWeek =
    rest.get("day-of-week") ?? (localDay === undefined ? undefined : ((localDay + 5) % 7) + 1);
  if (dayOfWeek !== undefined) days += dayOfWeek - isoDayOfWeek(days);
  const day = rest.get("day-of-month");
  if (day === undefined) return days;
  const moved = civilFromDays(days);
  if (day > daysInMonth(moved.year, moved.month)) {
    throw new FunctionError(`invalid date: month ${moved.month} has no day ${day}`);
  }
  return daysFromCivil(moved.year, moved.month, day);
}

function partialTime(rest: ReadonlyMap<Field, number>): number {
  const half = rest.get("am-pm");
  // Morning or afternoon alone is taken for its middle.
  const hour =
    rest.get("hour-of-day") ?? rest.get("hour-of-am-pm") ?? (half === undefined ? 0 : half * 12 + 6);
  const seconds = hour * 3600 + (rest.get("minute") ?? 0) * 60 + (rest.get("second") ?? 0);
  return seconds * 1e9 + (rest.get("nano-of-second") ?? 0);
}
