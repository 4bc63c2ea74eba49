/**
 * The tokens of date patterns: what each letter of java.time.format.DateTimeFormatter's patterns stands for.
 * The localised week fields have Sunday as the first day of the week (en_US).
 */
import type { TextField, TextStyle } from "./english-text.ts";

export type NumberField =
  | "year"
  | "year-of-era"
  | "week-based-year"
  | "month"
  | "quarter"
  | "week-of-year"
  | "week-of-month"
  | "day-of-month"
  | "day-of-year"
  | "local-day-of-week"
  | "aligned-week-of-month"
  | "modified-julian-day"
  | "hour-of-day"
  | "clock-hour-of-day"
  | "hour-of-am-pm"
  | "clock-hour-of-am-pm"
  | "minute"
  | "second"
  | "nano-of-second"
  | "milli-of-day"
  | "nano-of-day";

export type SignStyle = "normal" | "not-negative" | "exceeds-pad";

export interface NumberToken {
  readonly kind: "number";
  readonly field: NumberField;
  readonly min: number;
  readonly max: number;
  readonly sign: SignStyle;
  /** Digits that the numbers right behind this one need; −1: this one reserves its own. */
  readonly reserved: number;
}

export type Token =
  | NumberToken
  /** Two digits of a year in 2000…2099. */
  | { readonly kind: "two-digit-year"; readonly field: NumberField }
  | { readonly kind: "fraction"; readonly digits: number }
  | { readonly kind: "text"; readonly field: TextField; readonly style: TextStyle }
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "offset"; readonly style: OffsetStyle }
  /** `GMT+8`, `GMT+08:00` */
  | { readonly kind: "localized-offset"; readonly full: boolean }
  | { readonly kind: "zone-id" }
  | { readonly kind: "zone-name"; readonly full: boolean }
  | { readonly kind: "pad"; readonly width: number; readonly inner: Token }
  | { readonly kind: "optional"; readonly tokens: readonly Token[] };

export interface OffsetStyle {
  readonly colon: boolean;
  readonly minutes: "always" | "not-zero";
  readonly seconds: "never" | "not-zero";
  readonly zero: string;
}

const SIMPLE_NUMBERS: Record<string, NumberField> = {
  d: "day-of-month",
  H: "hour-of-day",
  k: "clock-hour-of-day",
  K: "hour-of-am-pm",
  h: "clock-hour-of-am-pm",
  m: "minute",
  s: "second",
  w: "week-of-year",
};

const WIDE_NUMBERS: Record<string, NumberField> = {
  A: "milli-of-day",
  n: "nano-of-second",
  N: "nano-of-day",
};

const YEARS: Record<string, NumberField> = { u: "year", y: "year-of-era", Y: "week-based-year" };

/** The token of `count` times a letter; undefined when there is none. */
export function letterToken(letter: string, count: number): Token | undefined {
  const simple = SIMPLE_NUMBERS[letter];
  if (simple !== undefined && count <= 2) return numberOf(simple, count);
  const wide = WIDE_NUMBERS[letter];
  if (wide !== undefined && count <= 19) return number(wide, count, 19, "not-negative");
  const year = YEARS[letter];
  if (year !== undefined && count <= 19) {
    if (count === 2) return { kind: "two-digit-year", field: year };
    return number(year, count, 19, count < 4 ? "normal" : "exceeds-pad");
  }
  if (letter === "S" && count <= 9) return { kind: "fraction", digits: count };
  if (letter === "D" && count <= 3) {
    return count === 1 ? numberOf("day-of-year", 1) : number("day-of-year", count, 3, "not-negative");
  }
  if (letter === "g" && count <= 19) return number("modified-julian-day", count, 19, "normal");
  if (letter === "F" && count === 1) return numberOf("aligned-week-of-month", 1);
  if (letter === "W" && count === 1) return numberOf("week-of-month", 1);
  return textToken(letter, count) ?? zoneToken(letter, count);
}

function number(field: NumberField, min: number, max: number, sign: SignStyle): NumberToken {
  return { kind: "number", field, min, max, sign, reserved: 0 };
}

/** One letter: as many digits as there are; two: exactly two. */
function numberOf(field: NumberField, count: number): NumberToken {
  return count === 1 ? number(field, 1, 19, "normal") : number(field, 2, 2, "not-negative");
}

function textStyle(count: number): TextStyle {
  return count === 4 ? "full" : count === 5 ? "narrow" : "short";
}

function textToken(letter: string, count: number): Token | undefined {
  if (count > 5) return undefined;
  const style = textStyle(count);
  switch (letter) {
    case "M":
    case "L":
      return count <= 2 ? numberOf("month", count) : { kind: "text", field: "month", style };
    case "Q":
    case "q":
      return count <= 2 ? numberOf("quarter", count) : { kind: "text", field: "quarter", style };
    case "E":
      return { kind: "text", field: "day-of-week", style };
    case "e":
    case "c":
      if (count > 2) return { kind: "text", field: "day-of-week", style };
      return letter === "c" && count === 2 ? undefined : numberOf("local-day-of-week", count);
    case "G":
      return { kind: "text", field: "era", style };
    case "a":
      return count === 1 ? { kind: "text", field: "am-pm", style } : undefined;
    default:
      return undefined;
  }
}

function zoneToken(letter: string, count: number): Token | undefined {
  switch (letter) {
    case "V":
      return count === 2 ? { kind: "zone-id" } : undefined;
    case "v":
      return count === 1 || count === 4 ? { kind: "zone-name", full: count === 4 } : undefined;
    case "z":
      return count <= 4 ? { kind: "zone-name", full: count === 4 } : undefined;
    case "O":
      return count === 1 || count === 4 ? { kind: "localized-offset", full: count === 4 } : undefined;
    case "Z":
      if (count <= 3) return offset(false, "always", "never", "+0000");
      if (count === 4) return { kind: "localized-offset", full: true };
      return count === 5 ? offset(true, "always", "not-zero", "Z") : undefined;
    case "X":
    case "x":
      if (count > 5) return undefined;
      return offset(
        count === 3 || count === 5,
        count === 1 ? "not-zero" : "always",
        count >= 4 ? "not-zero" : "never",
        letter === "X" ? "Z" : count === 1 ? "+00" : count === 3 || count === 5 ? "+00:00" : "+0000",
      );
    default:
      return undefined;
  }
}

function offset(
  colon: boolean,
  minutes: OffsetStyle["minutes"],
  seconds: OffsetStyle["seconds"],
  zero: string,
): Token {
  return { kind: "offset", style: { colon, minutes, seconds, zero } };
}
