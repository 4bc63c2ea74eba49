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
  readonly literalAt: readonly number[];
  readonly literalCode: readonly number[];
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
    literalAt,
    literalCode,
  };
}

/** Milliseconds since 1970-01-01T00:00 local, or NaN: read it the thorough way. */
export type FixedBytesParser = (bytes: Uint8Array, start: number, end: number) => number;
export type FixedTextParser = (text: string) => number;

export function fixedBytesParser(tokens: readonly Token[]): FixedBytesParser | undefined {
  const layout = layoutOf(tokens);
  if (layout === undefined) return undefined;
  const source = parserSource(layout, "bytes, start, end", "end - start", (at) => `bytes[start + ${at}]`);
  return new Function("dayNumber", source)(rememberingDayNumber()) as FixedBytesParser;
}

/** The same for a text. */
export function fixedTextParser(tokens: readonly Token[]): FixedTextParser | undefined {
  const layout = layoutOf(tokens);
  if (layout === undefined) return undefined;
  const source = parserSource(layout, "text", "text.length", (at) => `text.charCodeAt(${at})`);
  return new Function("dayNumber", source)(rememberingDayNumber()) as FixedTextParser;
}

/** Straight-line code for one layout; only numbers of the layout go into the text. */
function parserSource(
  layout: Layout,
  parameters: string,
  length: string,
  codeAt: (offset: number) => string,
): string {
  const lines = [`if (${length} !== ${layout.length}) return NaN;`];
  const digits = (name: string, start: number, count: number, max: number): void => {
    if (start < 0) {
      lines.push(`const ${name} = 0;`);
      return;
    }
    const terms: string[] = [];
    for (let i = 0; i < count; i++) {
      lines.push(`const ${name}${i} = ${codeAt(start + i)} - 48; if (${name}${i} >>> 0 > 9) return NaN;`);
      terms.push(`${name}${i} * ${10 ** (count - 1 - i)}`);
    }
    lines.push(`const ${name} = ${terms.join(" + ")}; if (${name} > ${max}) return NaN;`);
  };
  layout.literalAt.forEach((at, i) =>
    lines.push(`if (${codeAt(at)} !== ${layout.literalCode[i]}) return NaN;`),
  );
  digits("year", layout.year, 4, 9999);
  digits("month", layout.month, 2, 12);
  digits("day", layout.day, 2, 31);
  digits("hour", layout.hour, 2, 23);
  digits("minute", layout.minute, 2, 59);
  digits("second", layout.second, 2, 59);
  digits("fraction", layout.fraction, layout.fractionDigits, 999_999_999);
  const toMs =
    layout.fractionDigits > 3
      ? `/ ${10 ** (layout.fractionDigits - 3)}`
      : `* ${10 ** (3 - layout.fractionDigits)}`;
  lines.push(
    `return dayNumber(year, month, day) * ${MS_PER_DAY} + ((hour * 60 + minute) * 60 + second) * 1000 + Math.floor(fraction ${toMs});`,
  );
  return `"use strict"; return (${parameters}) => {\n${lines.join("\n")}\n};`;
}

/** Neighbouring records mostly are of one day, whose number then is not computed again. NaN: no such day. */
function rememberingDayNumber(): (year: number, month: number, day: number) => number {
  let lastDate = -1;
  let lastDays = NaN;
  return (year, month, day) => {
    const date = (year * 13 + month) * 32 + day;
    if (date !== lastDate) {
      lastDate = date;
      const valid = year >= 1 && month >= 1 && day >= 1 && day <= daysInMonth(year, month);
      lastDays = valid ? daysFromCivil(year, month, day) : NaN;
    }
    return lastDays;
  };
}
