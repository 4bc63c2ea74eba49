/** Writes a date, a time or both by the tokens of a date pattern. */
import { civilFromDays, daysFromCivil, floorMod } from "../../data/civil-time.ts";
import { FunctionError } from "../definition.ts";
import { firstValue, names, type TextField } from "./english-text.ts";
import type { NumberField, NumberToken, OffsetStyle, Token } from "./pattern-token.ts";
import { isoDayOfWeek, startOfWeek } from "./resolve-fields.ts";
import { zoneName, type TimeZone } from "./time-zone.ts";

/** What there is to write; a pattern that asks for more is an error. */
export interface Moment {
  /** Days since 1970-01-01, local. */
  readonly days?: number;
  readonly msOfDay?: number;
  readonly zone?: TimeZone;
  /** The instant, for the zone's offset and name. */
  readonly utcMs?: number;
}

/** @throws FunctionError when the pattern asks for a field that the moment does not have. */
export function formatMoment(tokens: readonly Token[], moment: Moment): string {
  const writer = new Writer(moment);
  let text = "";
  for (const token of tokens) text += writer.write(token);
  return text;
}

class Writer {
  readonly #moment: Moment;
  #civil: { readonly year: number; readonly month: number; readonly day: number } | undefined;

  constructor(moment: Moment) {
    this.#moment = moment;
  }

  write(token: Token): string {
    switch (token.kind) {
      case "literal":
        return token.text;
      case "number":
        return numberText(token, this.#number(token.field));
      case "two-digit-year":
        return String(floorMod(Math.abs(this.#number(token.field)), 100)).padStart(2, "0");
      case "fraction":
        return String(this.#ms() % 1000)
          .padStart(3, "0")
          .padEnd(9, "0")
          .slice(0, token.digits);
      case "text":
        return names(token.field, token.style)[this.#text(token.field) - firstValue(token.field)]!;
      case "offset":
        return offsetText(token.style, this.#offsetSeconds());
      case "localized-offset":
        return localizedOffsetText(this.#offsetSeconds(), token.full);
      case "zone-id":
        return this.#zone().id;
      case "zone-name":
        return zoneName(this.#zone(), this.#moment.utcMs ?? 0, token.full);
      case "pad": {
        const text = this.write(token.inner);
        if (text.length > token.width) {
          throw new FunctionError(`'${text}' is wider than the padding of ${token.width}`);
        }
        return text.padStart(token.width);
      }
      case "optional":
        return this.#optional(token.tokens);
    }
  }

  /** An optional part that can't be written is left out. */
  #optional(tokens: readonly Token[]): string {
    try {
      return tokens.map((token) => this.write(token)).join("");
    } catch (error) {
      if (error instanceof FunctionError) return "";
      throw error;
    }
  }

  #days(): number {
    if (this.#moment.days === undefined) throw new FunctionError("a time has no date fields");
    return this.#moment.days;
  }

  #date() {
    this.#civil ??= civilFromDays(this.#days());
    return this.#civil;
  }

  #ms(): number {
    if (this.#moment.msOfDay === undefined) throw new FunctionError("a date has no time fields");
    return this.#moment.msOfDay;
  }

  #zone(): TimeZone {
    if (this.#moment.zone === undefined) throw new FunctionError("there is no time zone to write");
    return this.#moment.zone;
  }

  #offsetSeconds(): number {
    return this.#zone().offsetAt(this.#moment.utcMs ?? 0) / 1000;
  }

  #text(field: TextField): number {
    switch (field) {
      case "month":
        return this.#date().month;
      case "quarter":
        return Math.ceil(this.#date().month / 3);
      case "day-of-week":
        return isoDayOfWeek(this.#days());
      case "era":
        return this.#date().year > 0 ? 1 : 0;
      case "am-pm":
        return this.#ms() >= 43_200_000 ? 1 : 0;
    }
  }

  #number(field: NumberField): number {
    switch (field) {
      case "hour-of-day":
      case "clock-hour-of-day":
      case "hour-of-am-pm":
      case "clock-hour-of-am-pm":
        return hourNumber(field, Math.floor(this.#ms() / 3_600_000));
      case "minute":
        return Math.floor(this.#ms() / 60_000) % 60;
      case "second":
        return Math.floor(this.#ms() / 1000) % 60;
      case "nano-of-second":
        return (this.#ms() % 1000) * 1e6;
      case "milli-of-day":
        return this.#ms();
      case "nano-of-day":
        return this.#ms() * 1e6;
      default:
        return this.#dateNumber(field);
    }
  }

  #dateNumber(field: NumberField): number {
    const { year, month, day } = this.#date();
    const days = this.#days();
    switch (field) {
      case "year":
        return year;
      case "year-of-era":
        return year > 0 ? year : 1 - year;
      case "month":
        return month;
      case "quarter":
        return Math.ceil(month / 3);
      case "day-of-month":
        return day;
      case "day-of-year":
        return days - daysFromCivil(year, 1, 1) + 1;
      case "local-day-of-week":
        return (isoDayOfWeek(days) % 7) + 1;
      case "aligned-week-of-month":
        return Math.floor((day - 1) / 7) + 1;
      case "week-of-month":
        return (startOfWeek(days) - startOfWeek(days - day + 1)) / 7 + 1;
      case "week-of-year":
        return (startOfWeek(days) - startOfWeek(daysFromCivil(this.#weekYear(), 1, 1))) / 7 + 1;
      case "week-based-year":
        return this.#weekYear();
      default:
        return days + 40_587;
    }
  }

  /** The days of the week with 1 January belong to the new year. */
  #weekYear(): number {
    const { year } = this.#date();
    return startOfWeek(this.#days()) >= startOfWeek(daysFromCivil(year + 1, 1, 1)) ? year + 1 : year;
  }
}

function hourNumber(field: NumberField, hour: number): number {
  switch (field) {
    case "clock-hour-of-day":
      return hour === 0 ? 24 : hour;
    case "hour-of-am-pm":
      return hour % 12;
    case "clock-hour-of-am-pm":
      return hour % 12 === 0 ? 12 : hour % 12;
    default:
      return hour;
  }
}

function numberText(token: NumberToken, value: number): string {
  const digits = String(Math.abs(value));
  if (digits.length > token.max || (value < 0 && token.sign === "not-negative")) {
    throw new FunctionError(`${token.field} ${value} cannot be printed with ${token.max} digits`);
  }
  const sign = value < 0 ? "-" : token.sign === "exceeds-pad" && digits.length > token.min ? "+" : "";
  return sign + digits.padStart(token.min, "0");
}

function offsetText(style: OffsetStyle, total: number): string {
  if (total === 0) return style.zero;
  const seconds = Math.abs(total);
  const minute = Math.floor(seconds / 60) % 60;
  const second = seconds % 60;
  const colon = style.colon ? ":" : "";
  let text = (total < 0 ? "-" : "+") + twoDigits(Math.floor(seconds / 3600));
  if (style.minutes === "always" || minute > 0) text += colon + twoDigits(minute);
  if (style.seconds === "not-zero" && second > 0) text += colon + twoDigits(second);
  return text;
}

function localizedOffsetText(total: number, full: boolean): string {
  if (total === 0) return "GMT";
  const seconds = Math.abs(total);
  const hour = Math.floor(seconds / 3600);
  const minute = Math.floor(seconds / 60) % 60;
  const second = seconds % 60;
  let text = `GMT${total < 0 ? "-" : "+"}${full ? twoDigits(hour) : hour}`;
  if (full || minute > 0 || second > 0) text += `:${twoDigits(minute)}`;
  if (second > 0) text += `:${twoDigits(second)}`;
  return text;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
