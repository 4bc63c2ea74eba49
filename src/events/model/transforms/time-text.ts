const ZERO = 0x30;
const MICROS_PER_DAY = 86_400_000_000;
/** 100-nanosecond steps from 1601 to 1970. */
const FILETIME_OF_1970 = 116_444_736_000_000_000n;

export interface TimeReading {
  /** Since 1970-01-01T00:00Z. */
  readonly micros: number;
  /** Whether the text told more than microseconds do. */
  readonly isExact: boolean;
}

/**
 * `YYYY-MM-DD` and, behind `T` or blank, `HH:MM:SS`, up to 9 decimals, `Z`, an offset or nothing (which is UTC, as Sysmon
 * writes it); or the number of a FILETIME (17 or 18 digits). Undefined for anything else.
 */
export function readTime(text: string): TimeReading | undefined {
  if (text.length >= 19 && text.charCodeAt(4) === 0x2d) return readIso(text);
  if (text.length === 17 || text.length === 18) return readFileTime(text);
  return undefined;
}

function readIso(text: string): TimeReading | undefined {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  const between = text.charCodeAt(10);
  const punctuated =
    text.charCodeAt(7) === 0x2d &&
    (between === 0x20 || between === 0x54) &&
    text.charCodeAt(13) === 0x3a &&
    text.charCodeAt(16) === 0x3a;
  const inRange =
    month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 23 && minute <= 59 && second <= 60;
  if (!punctuated || !inRange || !(year >= 1601)) return undefined;
  let at = 19;
  let fraction = 0;
  let isExact = true;
  if (text.charCodeAt(at) === 0x2e) {
    let places = 0;
    for (at++; at < text.length && isDigit(text.charCodeAt(at)); at++) {
      const digit = text.charCodeAt(at) - ZERO;
      if (places < 6) {
        fraction = fraction * 10 + digit;
        places++;
      } else if (digit !== 0) {
        isExact = false;
      }
    }
    fraction *= 10 ** (6 - places);
  }
  const offset = zoneMinutes(text, at);
  if (offset === undefined) return undefined;
  const clock = ((hour * 60 + minute - offset) * 60 + second) * 1_000_000 + fraction;
  return reading(daysSince1970(year, month, day) * MICROS_PER_DAY + clock, isExact);
}

function zoneMinutes(text: string, at: number): number | undefined {
  if (at === text.length) return 0;
  const sign = text.charCodeAt(at);
  if (sign === 0x5a) return at + 1 === text.length ? 0 : undefined;
  if (sign !== 0x2b && sign !== 0x2d) return undefined;
  const zone = /^[+-](\d\d):?(\d\d)?$/.exec(text.slice(at));
  if (zone === null) return undefined;
  const minutes = Number(zone[1]) * 60 + Number(zone[2] ?? 0);
  return sign === 0x2d ? -minutes : minutes;
}

function readFileTime(text: string): TimeReading | undefined {
  for (let i = 0; i < text.length; i++) if (!isDigit(text.charCodeAt(i))) return undefined;
  const steps = BigInt(text) - FILETIME_OF_1970;
  return reading(Number(steps / 10n), steps % 10n === 0n);
}

/** Beyond the year 2255 a number no longer tells microseconds apart. */
function reading(micros: number, isExact: boolean): TimeReading {
  return { micros, isExact: isExact && Number.isSafeInteger(micros) };
}

function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const char = text.charCodeAt(i);
    if (!isDigit(char)) return Number.NaN;
    value = value * 10 + char - ZERO;
  }
  return value;
}

/** The proleptic Gregorian calendar, counted from 1 March so that the leap day is the year's last. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function isDigit(char: number): boolean {
  return char >= ZERO && char <= ZERO + 9;
}

/** ISO 8601 in UTC with microseconds, as views and pages write a time. */
export function timeText(micros: number): string {
  const millis = Math.floor(micros / 1000);
  const rest = micros - millis * 1000;
  return `${new Date(millis).toISOString().slice(0, -1)}${String(rest).padStart(3, "0")}Z`;
}
