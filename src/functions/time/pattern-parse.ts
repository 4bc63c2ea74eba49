/**
 * Reads a text by the tokens of a date pattern into fields, without regard to case. The whole text must be
 * used up. What the fields mean together is resolve-fields.ts's business.
 */
import { FunctionError } from "../definition.ts";
import { firstValue, names, type TextField, type TextStyle } from "./english-text.ts";
import type { NumberField, NumberToken, OffsetStyle, Token } from "./pattern-token.ts";
import { regionOfAbbreviation, timeZone, type TimeZone } from "./time-zone.ts";

export type Field = NumberField | TextField | "offset";

export interface ParsedFields {
  /** `offset` in seconds, `nano-of-second` for any fraction; the rest as written. */
  readonly values: Map<Field, number>;
  readonly zone: TimeZone | undefined;
}

export interface ParseOptions {
  /** Numbers may have fewer or more digits than letters, where no number follows directly. */
  readonly lenientWidths?: boolean;
  /** Text behind what the pattern takes is not looked at. */
  readonly ignoreRest?: boolean;
}

/** @throws FunctionError with the position where text and pattern part. */
export function parseFields(tokens: readonly Token[], text: string, options: ParseOptions): ParsedFields {
  const reader = new TextReader(text, options.lenientWidths === true);
  const end = reader.readAll(tokens, 0);
  if (end < 0) throw new FunctionError(`text '${text}' could not be parsed at index ${~end}`);
  if (end < text.length && options.ignoreRest !== true) {
    throw new FunctionError(`text '${text}' could not be parsed, unparsed text found at index ${end}`);
  }
  return { values: reader.values, zone: reader.zone };
}

/** Positions: where the next token starts, or `~position` of a failure. */
class TextReader {
  values = new Map<Field, number>();
  zone: TimeZone | undefined;
  readonly #text: string;
  readonly #lenient: boolean;

  constructor(text: string, lenient: boolean) {
    this.#text = text;
    this.#lenient = lenient;
  }

  readAll(tokens: readonly Token[], start: number): number {
    let position = start;
    for (const token of tokens) {
      position = this.#read(token, position);
      if (position < 0) break;
    }
    return position;
  }

  #read(token: Token, position: number): number {
    switch (token.kind) {
      case "literal":
        return this.#matches(token.text, position) ? position + token.text.length : ~position;
      case "number":
        return this.#number(token, position);
      case "two-digit-year": {
        const value = this.#digits(position, 2, 2);
        return value === undefined ? ~position : this.#set(token.field, 2000 + value, position, position + 2);
      }
      case "fraction": {
        const end = position + token.digits;
        const value = this.#digits(position, token.digits, token.digits);
        return value === undefined
          ? ~position
          : this.#set("nano-of-second", value * 10 ** (9 - token.digits), position, end);
      }
      case "text":
        return this.#name(token.field, token.style, position);
      case "offset":
        return this.#offset(token.style, position);
      case "localized-offset":
        return this.#localizedOffset(position);
      case "zone-id":
        return this.#zoneId(position);
      case "zone-name":
        return this.#zoneName(position);
      case "pad":
        return this.#padded(token.inner, token.width, position);
      case "optional": {
        const [values, zone] = [new Map(this.values), this.zone];
        const end = this.readAll(token.tokens, position);
        if (end >= 0) return end;
        this.values = values;
        this.zone = zone;
        return position;
      }
    }
  }

  /** A field that is given twice must be given the same value. */
  #set(field: Field, value: number, start: number, end: number): number {
    const old = this.values.get(field);
    if (old !== undefined && old !== value) return ~start;
    this.values.set(field, value);
    return end;
  }

  #matches(wanted: string, position: number): boolean {
    const found = this.#text.slice(position, position + wanted.length);
    return found === wanted || (found.length > 0 && found.toLowerCase() === wanted.toLowerCase());
  }

  #digitsEnd(position: number, limit: number): number {
    let end = position;
    while (end < position + limit && isDigit(this.#text.charCodeAt(end))) end++;
    return end;
  }

  #digits(position: number, min: number, max: number): number | undefined {
    const end = this.#digitsEnd(position, max);
    return end - position < min ? undefined : Number(this.#text.slice(position, end));
  }

  #number(token: NumberToken, start: number): number {
    const lenient = this.#lenient && token.reserved === 0;
    const first = this.#text.charCodeAt(start);
    const signed = first === 43 || first === 45;
    if (first === 43 && token.sign !== "exceeds-pad") return ~start;
    if (first === 45 && token.sign === "not-negative") return ~start;
    const position = signed ? start + 1 : start;
    const max = lenient ? 9 : token.max;
    let end = this.#digitsEnd(position, max + Math.max(token.reserved, 0));
    if (token.reserved > 0) {
      // The numbers right behind need their digits: read at most what leaves enough of them.
      const width = Math.max(token.min, end - position - token.reserved);
      end = this.#digitsEnd(position, width);
    }
    const width = end - position;
    if (width < (lenient ? 1 : token.min)) return ~start;
    const value = Number(this.#text.slice(position, end));
    if (first === 45) return value === 0 ? ~start : this.#set(token.field, -value, start, end);
    if (token.sign === "exceeds-pad" && !lenient && (signed ? width <= token.min : width > token.min)) {
      return ~start;
    }
    return this.#set(token.field, value, start, end);
  }

  #name(field: TextField, style: TextStyle, position: number): number {
    const all = names(field, style);
    let best = -1;
    all.forEach((name, i) => {
      if (!this.#matches(name, position)) return;
      if (best < 0 || name.length > all[best]!.length) best = i;
    });
    if (best >= 0) return this.#set(field, best + firstValue(field), position, position + all[best]!.length);
    // ksqlDB's parsers have the short names only, even where the pattern asks for full ones.
    return style === "full" ? this.#name(field, "short", position) : ~position;
  }

  #offset(style: OffsetStyle, position: number): number {
    if (this.#matches(style.zero, position)) {
      return this.#set("offset", 0, position, position + style.zero.length);
    }
    const sign = this.#text[position];
    if (sign !== "+" && sign !== "-") return ~position;
    let end = position + 1;
    let seconds = 0;
    const parts = [
      { unit: 3600, wanted: true, needed: true },
      { unit: 60, wanted: true, needed: style.minutes === "always" },
      { unit: 1, wanted: style.seconds !== "never", needed: false },
    ];
    for (const { unit, wanted, needed } of parts) {
      if (!wanted) break;
      const colon = style.colon && unit !== 3600;
      const at = colon ? end + 1 : end;
      const value = colon && this.#text[end] !== ":" ? undefined : this.#digits(at, 2, 2);
      if (value === undefined || value > 59) {
        if (needed) return ~position;
        break;
      }
      seconds += value * unit;
      end = at + 2;
    }
    if (seconds > 18 * 3600) return ~position;
    return this.#set("offset", sign === "-" && seconds > 0 ? -seconds : seconds, position, end);
  }

  #localizedOffset(position: number): number {
    if (!this.#matches("GMT", position)) return ~position;
    const match = /^([+-])(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?/.exec(
      this.#text.slice(position + 3, position + 12),
    );
    if (match === null) return this.#set("offset", 0, position, position + 3);
    const seconds = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0);
    const end = position + 3 + match[0].length;
    return this.#set("offset", match[1] === "-" && seconds > 0 ? -seconds : seconds, position, end);
  }

  #zoneId(position: number): number {
    const longest = /^(?:[A-Za-z][\w/+-]*(?::\d{2}){0,2}|[+-][\d:]+)/.exec(
      this.#text.slice(position, position + 60),
    )?.[0];
    for (let length = longest?.length ?? 0; length > 0; length--) {
      const zone = zoneOrUndefined(longest!.slice(0, length));
      if (zone !== undefined) return this.#setZone(zone, position + length);
    }
    return ~position;
  }

  #zoneName(position: number): number {
    const word = /^[A-Za-z]+/.exec(this.#text.slice(position))?.[0] ?? "";
    const region = this.#text[position + word.length] === "/" ? undefined : regionOfAbbreviation(word);
    if (region !== undefined) return this.#setZone(timeZone(region), position + word.length);
    return this.#zoneId(position);
  }

  #setZone(zone: TimeZone, end: number): number {
    this.zone = zone;
    return end;
  }

  #padded(inner: Token, width: number, start: number): number {
    const limit = start + width;
    if (limit > this.#text.length) return ~start;
    let position = start;
    while (position < limit && this.#text[position] === " ") position++;
    const end = this.#read(inner, position);
    return end >= 0 && end !== limit ? ~start : end;
  }
}

function zoneOrUndefined(id: string): TimeZone | undefined {
  try {
    return timeZone(id);
  } catch {
    return undefined;
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
