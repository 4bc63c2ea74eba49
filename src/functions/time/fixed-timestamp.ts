/**
 * The fast way for patterns whose fields all have fixed widths, such as `yyyy-MM-dd HH:mm:ss.SSS`: digits are
 * read at known places and become milliseconds without a string, a map or a Date in between. Whatever is not
 * a plain, valid time answers NaN, and the caller reads it again the thorough way (which finds the error).
 */
import { daysFromCivil, daysInMonth, MS_PER_DAY } from "../../data/civil-time.ts";
import type { Token } from "./pattern-token.ts";

/** Where the fields stand; −1: the pattern does not have it. */
interface Layout {
  readonly length: number;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly fraction: number;
  readonly fractionDigits: number;
  readonly literalAt: Int32Array;
  readonly literalCode: Int32Array;
}

const PLACES = new Map<string, "year" | "month" | "day" | "hour" | "minute" | "second">([
  ["year", "year"],
  ["year-of-era", "year"],
  ["month", "month"],
  ["day-of-month", "day"],
  ["hour-of-day", "hour"],
  ["minute", "minute"],
  ["second", "second"],
]);

/** Undefined when the pattern is not of that kind: it needs a full date, and a time without gaps if any. */
function layoutOf(tokens: readonly Token[]): Layout | undefined {
  const at = { year: -1, month: -1, day: -1, hour: -1, minute: -1, second: -1 };
  let [fraction, fractionDigits, length] = [-1, 0, 0];
  const literalAt: number[] = [];
  const literalCode: number[] = [];
  for (const token of tokens) {
    if (token.kind === "literal") {
      for (let i = 0; i < token.text.length; i++) {
        if (token.text.charCodeAt(i) > 127) return undefined;
        literalAt.push(length++);
        literalCode.push(token.text.charCodeAt(i));
      }
    } else if (token.kind === "fraction" && fraction < 0) {
      fraction = length;
      fractionDigits = token.digits;
      length += token.digits;
    } else if (token.kind === "number") {
      const place = PLACES.get(token.field);
      const width = place === "year" ? 4 : 2;
      if (place === undefined || at[place] >= 0 || token.min !== width) return undefined;
      at[place] = length;
      length += width;
    } else {
      return undefined;
    }
  }
  if (at.year < 0 || at.month < 0 || at.day < 0) return undefined;
  if (at.minute >= 0 && at.hour < 0) return undefined;
  if (at.second >= 0 && at.minute < 0) return undefined;
  if (fraction >= 0 && at.second < 0) return undefined;
  return {
    length,
    ...at,
    fraction,
    fractionDigits,
    literalAt: Int32Array.from(literalAt),
    literalCode: Int32Array.from(literalCode),
  };
}

/** Milliseconds since 1970-01-01T00:00 local, or NaN: read it the thorough way. */
export type FixedBytesParser = (bytes: Uint8Array, start: number, end: number) => number;

export function fixedBytesParser(tokens: readonly Token[]): FixedBytesParser | undefined {
  const layout = layoutOf(tokens);
  if (layout === undefined) return undefined;
  const { length, year, month, day, hour, minute, second, fraction, literalAt, literalCode } = layout;
  const milliDigits = Math.min(3, layout.fractionDigits);
  const milliFactor = 10 ** (3 - milliDigits);
  const fractionEnd = fraction + layout.fractionDigits;
  // Neighbouring records mostly are of one day, whose number then is not computed again.
  let lastDate = -1;
  let lastDays = 0;
  return (bytes, start, end) => {
    if (end - start !== length) return NaN;
    for (let i = 0; i < literalAt.length; i++) {
      if (bytes[start + literalAt[i]!] !== literalCode[i]) return NaN;
    }
    const y = twoDigits(bytes, start + year) * 100 + twoDigits(bytes, start + year + 2);
    const mo = twoDigits(bytes, start + month);
    const d = twoDigits(bytes, start + day);
    const date = y * 10_000 + mo * 100 + d;
    if (date !== lastDate) {
      if (!(y >= 1 && mo >= 1 && mo <= 12 && d >= 1 && d <= daysInMonth(y, mo))) return NaN;
      lastDays = daysFromCivil(y, mo, d);
      lastDate = date;
    }
    const h = hour < 0 ? 0 : twoDigits(bytes, start + hour);
    const mi = minute < 0 ? 0 : twoDigits(bytes, start + minute);
    const s = second < 0 ? 0 : twoDigits(bytes, start + second);
    if (!(h <= 23 && mi <= 59 && s <= 59)) return NaN;
    let ms = 0;
    if (fraction >= 0) {
      for (let i = fraction; i < fractionEnd; i++) {
        const digit = bytes[start + i]! - 48;
        if (digit >>> 0 > 9) return NaN;
        if (i < fraction + milliDigits) ms = ms * 10 + digit;
      }
      ms *= milliFactor;
    }
    return lastDays * MS_PER_DAY + ((h * 60 + mi) * 60 + s) * 1000 + ms;
  };
}

/** NaN unless both bytes are digits. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const high = bytes[at]! - 48;
  const low = bytes[at + 1]! - 48;
  return high >>> 0 > 9 || low >>> 0 > 9 ? NaN : high * 10 + low;
}

/** The same for a text. */
export function fixedTextParser(tokens: readonly Token[]): ((text: string) => number) | undefined {
  const parse = fixedBytesParser(tokens);
  if (parse === undefined) return undefined;
  const length = layoutOf(tokens)!.length;
  const scratch = new Uint8Array(length);
  return (text) => {
    if (text.length !== length) return NaN;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) return NaN;
      scratch[i] = code;
    }
    return parse(scratch, 0, length);
  };
}
