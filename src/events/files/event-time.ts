/**
 * The time of an event, read from the raw bytes of its JSON: the first of these members that is there wins.
 * A quote before and after the name keeps texts that quote such a member out: inside a string its quotes
 * are escaped.
 */
const TIME_KEYS = ["@timestamp", "TimeCreated", "SystemTime", "EventTime"].map((key) =>
  Buffer.from(`"${key}"`),
);

const COLON = 0x3a;
const QUOTE = 0x22;
const OPEN = 0x7b;
const ZERO = 0x30;

/**
 * Milliseconds since 1970 of the event in `buffer[start … end)`, or NaN where it has no readable time.
 * Understands ISO 8601 with `T` or a space, 0–9 decimals, `Z`, an offset or no zone (taken as UTC),
 * `/Date(ms)/` of PowerShell, and numbers (seconds or milliseconds since 1970).
 */
export function eventTimeMs(buffer: Buffer, start: number, end: number): number {
  const event = buffer.subarray(start, end);
  for (const key of TIME_KEYS) {
    let at = event.indexOf(key);
    while (at !== -1) {
      const value = skipSpace(event, at + key.length);
      if (event[value] === COLON) {
        const ms = timeAt(event, skipSpace(event, value + 1));
        if (!Number.isNaN(ms)) return ms;
      }
      at = event.indexOf(key, at + key.length);
    }
  }
  return NaN;
}

function timeAt(bytes: Buffer, at: number): number {
  if (bytes[at] === OPEN) return NaN;
  if (bytes[at] !== QUOTE) return numberAt(bytes, at);
  const iso = isoTimeAt(bytes, at + 1);
  if (!Number.isNaN(iso)) return iso;
  const date = /^"\\?\/Date\((-?\d{1,15})/.exec(bytes.toString("latin1", at, at + 40));
  return date === null ? NaN : Number(date[1]);
}

/** Numbers below 10^11 are seconds: in milliseconds that would be before March 1973. */
function numberAt(bytes: Buffer, at: number): number {
  const match = /^\d{1,16}(\.\d{1,9})?(?=[,}\s]|$)/.exec(bytes.toString("latin1", at, at + 28));
  if (match === null) return NaN;
  const value = Number(match[0]);
  return value < 1e11 ? Math.round(value * 1000) : Math.floor(value);
}

/** `YYYY-MM-DD[T ]HH:MM:SS[.f…][Z|±HH[:]MM]` */
function isoTimeAt(bytes: Buffer, at: number): number {
  const year = digits(bytes, at, 4);
  const month = digits(bytes, at + 5, 2);
  const day = digits(bytes, at + 8, 2);
  const hour = digits(bytes, at + 11, 2);
  const minute = digits(bytes, at + 14, 2);
  const second = digits(bytes, at + 17, 2);
  const separators = bytes[at + 4] === 0x2d && bytes[at + 7] === 0x2d && bytes[at + 13] === COLON;
  const middle = bytes[at + 10];
  if (!separators || bytes[at + 16] !== COLON || (middle !== 0x54 && middle !== 0x20)) return NaN;
  const valid =
    month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 23 && minute <= 59 && second <= 60;
  if (!valid || year < 1601) return NaN;
  let next = at + 19;
  let ms = 0;
  if (bytes[next] === 0x2e || bytes[next] === 0x2c) {
    let scale = 100;
    for (next++; isDigit(bytes[next]); next++) {
      ms += (bytes[next]! - ZERO) * scale;
      scale = scale === 1 ? 0 : Math.floor(scale / 10);
    }
  }
  return Date.UTC(year, month - 1, day, hour, minute, second, ms) - zoneOffsetMs(bytes, next);
}

function zoneOffsetMs(bytes: Buffer, at: number): number {
  const sign = bytes[at] === 0x2b ? 1 : bytes[at] === 0x2d ? -1 : 0;
  if (sign === 0) return 0;
  const minutesAt = bytes[at + 3] === COLON ? at + 4 : at + 3;
  const minutes = isDigit(bytes[minutesAt]) ? digits(bytes, minutesAt, 2) : 0;
  return sign * (digits(bytes, at + 1, 2) * 60 + minutes) * 60_000;
}

function digits(bytes: Buffer, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const byte = bytes[i];
    if (!isDigit(byte)) return NaN;
    value = value * 10 + (byte! - ZERO);
  }
  return value;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9;
}

function skipSpace(bytes: Buffer, at: number): number {
  let next = at;
  while (next < bytes.length && bytes[next]! <= 0x20) next++;
  return next;
}
