/**
 * Time zones by their Java names: regions of the tz database (through Intl), fixed offsets (`+02:00`), and
 * `Z`, `UTC`, `GMT`, `UT` with or without an offset. Times of a zone are exact to the second.
 */
import { MS_PER_DAY, parseZoneOffset } from "../../data/civil-time.ts";
import { FunctionError } from "../definition.ts";

export interface TimeZone {
  /** As it was written. */
  readonly id: string;
  /** Milliseconds east of Greenwich at an instant. */
  readonly offsetAt: (utcMs: number) => number;
  /** Undefined for a region. */
  readonly fixedOffset?: number;
}

export const UTC: TimeZone = fixedZone("UTC", 0);

const MAX_CACHED_ZONES = 256;
const MAX_CACHED_DAYS = 4096;
const cache = new Map<string, TimeZone>();

/** @throws FunctionError when there is no zone of that name. */
export function timeZone(id: string): TimeZone {
  let zone = cache.get(id);
  if (zone === undefined) {
    zone = makeZone(id);
    if (cache.size >= MAX_CACHED_ZONES) cache.clear();
    cache.set(id, zone);
  }
  return zone;
}

export function fixedZone(id: string, offsetMs: number): TimeZone {
  return { id, fixedOffset: offsetMs, offsetAt: () => offsetMs };
}

function makeZone(id: string): TimeZone {
  if (id === "Z") return fixedZone(id, 0);
  const prefixed = /^(?:UTC|GMT|UT)?([+-].*)?$/.exec(id);
  if (prefixed !== null && id !== "") {
    const offset = prefixed[1] === undefined ? 0 : parseZoneOffset(prefixed[1]);
    if (offset !== undefined) return fixedZone(id, offset);
  }
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: id,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    throw new FunctionError(`unknown time zone '${id}'`);
  }
  return { id, offsetAt: cachedByDay((utcMs) => regionOffset(format, utcMs)) };
}

/** Most days have one offset, so it is asked for once a day; only days with a change are looked up each time. */
function cachedByDay(lookUp: (utcMs: number) => number): (utcMs: number) => number {
  const days = new Map<number, number>();
  return (utcMs) => {
    const day = Math.floor(utcMs / MS_PER_DAY);
    let offset = days.get(day);
    if (offset === undefined) {
      const start = lookUp(day * MS_PER_DAY);
      const end = lookUp((day + 1) * MS_PER_DAY - 1);
      offset = start === end ? start : NaN;
      if (days.size >= MAX_CACHED_DAYS) days.clear();
      days.set(day, offset);
    }
    return Number.isNaN(offset) ? lookUp(utcMs) : offset;
  };
}

function regionOffset(format: Intl.DateTimeFormat, utcMs: number): number {
  const seconds = Math.floor(utcMs / 1000) * 1000;
  const parts: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(seconds)) parts[type] = value;
  const year = Number(parts["year"]);
  const local = new Date(0);
  local.setUTCFullYear(
    parts["era"]?.startsWith("B") === true ? 1 - year : year,
    Number(parts["month"]) - 1,
    Number(parts["day"]),
  );
  local.setUTCHours(Number(parts["hour"]), Number(parts["minute"]), Number(parts["second"]));
  return local.getTime() - seconds;
}

/**
 * The instant at which the clocks of a zone show `localMs` (milliseconds since 1970-01-01T00:00 local). A
 * time that the clocks skip moves on by the length of the gap; of one that they show twice it is the first.
 */
export function instantOfLocal(zone: TimeZone, localMs: number): number {
  if (zone.fixedOffset !== undefined) return localMs - zone.fixedOffset;
  const before = zone.offsetAt(localMs - MS_PER_DAY);
  const after = zone.offsetAt(localMs + MS_PER_DAY);
  if (zone.offsetAt(localMs - before) === before) return localMs - before;
  if (zone.offsetAt(localMs - after) === after) return localMs - after;
  return localMs - before;
}

const namesCache = new Map<string, Intl.DateTimeFormat>();

/** The zone's English name at an instant: `UTC`, `PST`, `Pacific Standard Time`. */
export function zoneName(zone: TimeZone, utcMs: number, full: boolean): string {
  if (zone.fixedOffset !== undefined) {
    return full && zone.id === "UTC" ? "Coordinated Universal Time" : zone.id;
  }
  const key = `${full ? "long" : "short"} ${zone.id}`;
  let format = namesCache.get(key);
  if (format === undefined) {
    if (namesCache.size >= MAX_CACHED_ZONES) namesCache.clear();
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone.id,
      timeZoneName: full ? "long" : "short",
    });
    namesCache.set(key, format);
  }
  const name = format.formatToParts(utcMs).find((part) => part.type === "timeZoneName")?.value ?? zone.id;
  return SHORT_NAMES.get(name.toUpperCase()) === undefined && !full
    ? (knownShortName(zone, utcMs) ?? name)
    : name;
}

/** Zone abbreviations that date texts use, with a region that has them and their offset in minutes. */
const ABBREVIATIONS: readonly (readonly [string, string, number])[] = [
  ["UTC", "UTC", 0],
  ["GMT", "GMT", 0],
  ["UT", "UTC", 0],
  ["WET", "Europe/Lisbon", 0],
  ["WEST", "Europe/Lisbon", 60],
  ["BST", "Europe/London", 60],
  ["CET", "Europe/Paris", 60],
  ["CEST", "Europe/Paris", 120],
  ["EET", "Europe/Helsinki", 120],
  ["EEST", "Europe/Helsinki", 180],
  ["MSK", "Europe/Moscow", 180],
  ["IST", "Asia/Kolkata", 330],
  ["JST", "Asia/Tokyo", 540],
  ["KST", "Asia/Seoul", 540],
  ["SGT", "Asia/Singapore", 480],
  ["HKT", "Asia/Hong_Kong", 480],
  ["AEST", "Australia/Sydney", 600],
  ["AEDT", "Australia/Sydney", 660],
  ["NZST", "Pacific/Auckland", 720],
  ["NZDT", "Pacific/Auckland", 780],
  ["EST", "America/New_York", -300],
  ["EDT", "America/New_York", -240],
  ["CST", "America/Chicago", -360],
  ["CDT", "America/Chicago", -300],
  ["MST", "America/Denver", -420],
  ["MDT", "America/Denver", -360],
  ["PST", "America/Los_Angeles", -480],
  ["PDT", "America/Los_Angeles", -420],
  ["AKST", "America/Anchorage", -540],
  ["AKDT", "America/Anchorage", -480],
  ["HST", "Pacific/Honolulu", -600],
];

const SHORT_NAMES = new Map(ABBREVIATIONS.map(([name, region]) => [name, region]));

/** The region a zone abbreviation stands for, in any case. */
export function regionOfAbbreviation(name: string): string | undefined {
  return SHORT_NAMES.get(name.toUpperCase());
}

/** Intl calls many zones `GMT+1` where Java has a name: take that of a known zone of the same continent. */
function knownShortName(zone: TimeZone, utcMs: number): string | undefined {
  const minutes = zone.offsetAt(utcMs) / 60_000;
  const continent = zone.id.split("/")[0]!;
  return ABBREVIATIONS.find(
    ([, region, offset]) =>
      region.startsWith(continent) &&
      offset === minutes &&
      timeZone(region).offsetAt(utcMs) === minutes * 60_000,
  )?.[0];
}
