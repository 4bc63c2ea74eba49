/**
 * A date pattern of java.time.format.DateTimeFormatter (`yyyy-MM-dd HH:mm:ss.SSS`), compiled once for many
 * texts. Reads without regard to case, names are English. Not read, only written: the week of the month (`W`,
 * `F`); neither: periods of the day (`B`).
 */
import { floorMod, MS_PER_DAY } from "../../data/civil-time.ts";
import { FunctionError } from "../definition.ts";
import { fixedBytesParser, fixedTextParser, type FixedBytesParser } from "./fixed-timestamp.ts";
import { formatMoment } from "./pattern-format.ts";
import { parseFields, type ParseOptions } from "./pattern-parse.ts";
import { parsePattern } from "./pattern-reader.ts";
import type { Token } from "./pattern-token.ts";
import { localMs, resolveFields } from "./resolve-fields.ts";
import { fixedZone, instantOfLocal, UTC, type TimeZone } from "./time-zone.ts";

export class JavaPattern {
  readonly pattern: string;
  readonly #tokens: readonly Token[];
  readonly #options: ParseOptions;
  readonly #fixed: ((text: string) => number) | undefined;

  /** @throws SpoorError FUNCTION_INVALID_ARGUMENT when `pattern` is none. */
  constructor(pattern: string, options: ParseOptions = {}) {
    this.pattern = pattern;
    this.#tokens = parsePattern(pattern);
    this.#options = options;
    this.#fixed = fixedTextParser(this.#tokens);
  }

  /**
   * Milliseconds since 1970-01-01T00:00Z of a text, in the zone it names or else in `zone`. Fields that the
   * pattern does not have are those of 1970-01-01T00:00.
   * @throws FunctionError when the text does not fit the pattern or is no valid time.
   */
  parseTimestamp(text: string, zone: TimeZone = UTC): number {
    const fast = this.#fixed === undefined ? NaN : this.#fixed(text);
    if (!Number.isNaN(fast)) return zone === UTC ? fast : instantOfLocal(zone, fast);
    const parsed = this.#parse(text);
    const offset = parsed.values.get("offset");
    const written = parsed.zone ?? (offset === undefined ? zone : fixedZone("", offset * 1000));
    return instantOfLocal(written, localMs(resolveFields(parsed.values)));
  }

  /** Days since 1970-01-01. @throws FunctionError, also when the pattern makes no whole date. */
  parseDate(text: string): number {
    const { days } = resolveFields(this.#parse(text).values);
    if (days === undefined) throw new FunctionError(`text '${text}' gives no whole date`);
    return days;
  }

  /** Milliseconds of the day. @throws FunctionError, also when there are date fields or no hour. */
  parseTime(text: string): number {
    const { days, nanoOfDay, rest } = resolveFields(this.#parse(text).values);
    const dateField = [...rest.keys()].find((field) => DATE_FIELDS.has(field));
    if (days !== undefined || dateField !== undefined) {
      throw new FunctionError("time format contains date field");
    }
    if (nanoOfDay === undefined) throw new FunctionError(`text '${text}' gives no time of day`);
    return Math.floor(nanoOfDay / 1e6);
  }

  /** @throws FunctionError when a value does not fit its field. */
  formatTimestamp(utcMs: number, zone: TimeZone = UTC): string {
    const local = utcMs + zone.offsetAt(utcMs);
    const msOfDay = floorMod(local, MS_PER_DAY);
    return formatMoment(this.#tokens, { days: (local - msOfDay) / MS_PER_DAY, msOfDay, zone, utcMs });
  }

  /** @throws FunctionError when the pattern asks for a time. */
  formatDate(days: number): string {
    return formatMoment(this.#tokens, { days });
  }

  /** @throws FunctionError when the pattern asks for a date. */
  formatTime(msOfDay: number): string {
    return formatMoment(this.#tokens, { msOfDay });
  }

  #parse(text: string) {
    return parseFields(this.#tokens, text, this.#options);
  }
}

const DATE_FIELDS = new Set<string>([
  "era",
  "year",
  "year-of-era",
  "month",
  "day-of-month",
  "day-of-year",
  "day-of-week",
]);

/**
 * A parser for `STRINGTOTIMESTAMP(x, pattern)` that reads UTF-8 bytes in place and answers milliseconds since
 * 1970-01-01T00:00Z, or NaN: then decode the text and use {@link JavaPattern.parseTimestamp}. Undefined when
 * the pattern's fields do not all have fixed widths.
 * @throws SpoorError FUNCTION_INVALID_ARGUMENT when `pattern` is none.
 */
export function compileTimestampBytesParser(pattern: string): FixedBytesParser | undefined {
  return fixedBytesParser(parsePattern(pattern));
}

const MAX_CACHED_PATTERNS = 1000;

/** The patterns of one call site: compiled when first seen, at once when the pattern is a literal. */
export class PatternCache {
  readonly #options: ParseOptions;
  readonly #patterns = new Map<string, JavaPattern>();
  #last: JavaPattern | undefined;

  constructor(options: ParseOptions = {}) {
    this.#options = options;
  }

  /** @throws FunctionError when `pattern` is none. */
  get(pattern: string): JavaPattern {
    if (this.#last?.pattern === pattern) return this.#last;
    let compiled = this.#patterns.get(pattern);
    if (compiled === undefined) {
      compiled = this.#compile(pattern);
      if (this.#patterns.size >= MAX_CACHED_PATTERNS) this.#patterns.clear();
      this.#patterns.set(pattern, compiled);
    }
    this.#last = compiled;
    return compiled;
  }

  #compile(pattern: string): JavaPattern {
    try {
      return new JavaPattern(pattern, this.#options);
    } catch (error) {
      // A bad pattern in a column is the record's fault, not the statement's.
      throw new FunctionError(error instanceof Error ? error.message : String(error));
    }
  }
}

/**
 * Checks a literal pattern when a call is bound.
 * @throws SpoorError FUNCTION_INVALID_ARGUMENT
 */
export function checkLiteralPattern(pattern: unknown): void {
  if (typeof pattern === "string") parsePattern(pattern);
}
