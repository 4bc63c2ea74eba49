/** Finding, cutting and replacing: SUBSTRING, INSTR, REPLACE, SPLIT, SPLIT_TO_MAP. */
import { arrayType, BYTES, INTEGER, mapType, STRING } from "../../../data/types.ts";
import { FunctionError, type CallContext, type Parameter, type ScalarFunction } from "../../definition.ts";
import { boundOverload, overload, parameter } from "../../define.ts";

/** What SUBSTRING cuts from: a text or bytes. */
interface Sliceable {
  readonly length: number;
}

type Slice<V> = (value: V, start: number, end: number) => V;

function startIndex(length: number, position: number): number {
  return position < 0 ? Math.max(length + position, 0) : Math.max(Math.min(position - 1, length), 0);
}

/** Counts from 1, or from the end by negative numbers; the third argument is a length. */
function substringOf<V extends Sliceable>(slice: Slice<V>) {
  return (value: V, position: number, length?: number): V => {
    const start = startIndex(value.length, position);
    if (length === undefined) return slice(value, start, value.length);
    return slice(value, start, Math.max(Math.min(start + length, value.length), start));
  };
}

/** As KSQL before 5.1: counts from 0, and the third argument is the end. */
function legacySubstringOf<V extends Sliceable>(slice: Slice<V>) {
  return (value: V, start: number, end: number = value.length): V => {
    if (start < 0 || end > value.length || start > end) {
      throw new FunctionError(
        `SUBSTRING from ${start} to ${end} is outside of a value of length ${value.length}`,
      );
    }
    return slice(value, start, end);
  };
}

function isLegacy(context: CallContext): boolean {
  return context.properties.get("ksql.functions.substring.legacy.args")?.toLowerCase() === "true";
}

function substringOverloads<V extends Sliceable & (string | Uint8Array)>(value: Parameter, slice: Slice<V>) {
  const position = parameter("position", INTEGER, "where to begin, counted from 1; from the end if negative");
  const length = parameter("length", INTEGER, "how much to take");
  const bind = (context: CallContext) => (isLegacy(context) ? legacySubstringOf(slice) : substringOf(slice));
  return [
    boundOverload([value, position], value.type as typeof STRING, bind),
    boundOverload([value, position, length], value.type as typeof STRING, bind),
  ];
}

const substring: ScalarFunction = {
  kind: "scalar",
  name: "SUBSTRING",
  category: "STRING",
  description:
    "A part of a text or of bytes. With the property ksql.functions.substring.legacy.args the numbers are a start counted from 0 and an end.",
  examples: [
    { sql: "SUBSTRING('stream', 1, 4)", result: "stre" },
    { sql: "SUBSTRING('stream', -2)", result: "am" },
  ],
  overloads: [
    ...substringOverloads<string>(parameter("value", STRING), (text, start, end) => text.slice(start, end)),
    ...substringOverloads<Uint8Array>(parameter("value", BYTES), (bytes, start, end) =>
      bytes.slice(start, end),
    ),
  ],
};

/** The index of the nth occurrence (overlapping ones count), −1 when there is none. */
function nthIndexOf(text: string, part: string, n: number): number {
  if (n <= 0) return -1;
  if (part === "") return 0;
  let index = -1;
  for (let i = 0; i < n; i++) {
    index = text.indexOf(part, index + 1);
    if (index < 0) return -1;
  }
  return index;
}

function find(text: string, part: string, position: number, occurrence: number, reversed: boolean): number {
  const start = position - 1;
  const index = nthIndexOf(text.slice(start), part, occurrence);
  if (index < 0) return 0;
  return reversed ? text.length - position - index - part.length + 2 : index + position;
}

function reverse(text: string): string {
  return Array.from(text).toReversed().join("");
}

function instrOf(text: string | null, part: string | null, position: number | null, n: number | null) {
  if (position === null || n === null) return null;
  if (text === null || part === null || Math.abs(position) > text.length) return 0;
  return position < 0
    ? find(reverse(text), reverse(part), -position, n, true)
    : find(text, part, position, n, false);
}

const INSTR_PARAMETERS = [
  parameter("text", STRING),
  parameter("part", STRING),
  parameter("position", INTEGER, "where to begin, counted from 1; backwards from the end if negative"),
  parameter("occurrence", INTEGER, "which occurrence to find"),
] as const;

const instr: ScalarFunction = {
  kind: "scalar",
  name: "INSTR",
  category: "STRING",
  description: "The place of a text in another, counted from 1; 0 when it is not there.",
  examples: [
    { sql: "INSTR('CORPORATE FLOOR', 'OR')", result: "2" },
    { sql: "INSTR('CORPORATE FLOOR', 'OR', 3, 2)", result: "14" },
    { sql: "INSTR('CORPORATE FLOOR', 'OR', -3, 2)", result: "2" },
  ],
  overloads: [2, 3, 4].map((count) =>
    overload(
      INSTR_PARAMETERS.slice(0, count),
      INTEGER,
      (text: string | null, part: string | null, position: number | null = 1, n: number | null = 1) =>
        instrOf(text, part, position, n),
      { seesNull: true },
    ),
  ),
};

const replace: ScalarFunction = {
  kind: "scalar",
  name: "REPLACE",
  category: "STRING",
  description: "The text with all occurrences of a part replaced.",
  examples: [{ sql: "REPLACE('a.b.c', '.', '->')", result: "a->b->c" }],
  overloads: [
    overload(
      [parameter("text", STRING), parameter("part", STRING), parameter("replacement", STRING)],
      STRING,
      (text: string, part: string, replacement: string) => text.replaceAll(part, () => replacement),
    ),
  ],
};

/** All bytes apart where the delimiter is empty. */
function splitBytes(bytes: Uint8Array, delimiter: Uint8Array): Uint8Array[] {
  if (bytes.length === 0) return [bytes];
  if (delimiter.length === 0) return Array.from(bytes, (byte) => Uint8Array.of(byte));
  const buffer = Buffer.from(bytes);
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let at = buffer.indexOf(delimiter); at >= 0; at = buffer.indexOf(delimiter, start)) {
    parts.push(bytes.slice(start, at));
    start = at + delimiter.length;
  }
  parts.push(bytes.slice(start));
  return parts;
}

const split: ScalarFunction = {
  kind: "scalar",
  name: "SPLIT",
  category: "STRING",
  description:
    "The parts of a text, or of bytes, between delimiters. An empty delimiter splits into single characters.",
  examples: [{ sql: "SPLIT('a,,b', ',')", result: "[a, , b]" }],
  overloads: [
    overload(
      [parameter("text", STRING), parameter("delimiter", STRING)],
      arrayType(STRING),
      (text: string, delimiter: string) => (text === "" ? [""] : text.split(delimiter)),
    ),
    overload([parameter("bytes", BYTES), parameter("delimiter", BYTES)], arrayType(BYTES), splitBytes),
  ],
};

function splitToEntries(text: string, entryDelimiter: string, keyDelimiter: string) {
  if (entryDelimiter === "" || keyDelimiter === "" || entryDelimiter === keyDelimiter) return null;
  const map = new Map<string, string>();
  for (const entry of text.split(entryDelimiter)) {
    const [key, value] = entry.split(keyDelimiter);
    if (value !== undefined) map.set(key!, value);
  }
  return map;
}

const splitToMap: ScalarFunction = {
  kind: "scalar",
  name: "SPLIT_TO_MAP",
  category: "STRING",
  description:
    "A map of the entries in a text: one delimiter stands between entries, another between key and value. Of equal keys the last one counts; entries without a value are left out.",
  examples: [{ sql: "SPLIT_TO_MAP('a:1;b:2', ';', ':')", result: "{a=1, b=2}" }],
  overloads: [
    overload(
      [parameter("text", STRING), parameter("entryDelimiter", STRING), parameter("keyDelimiter", STRING)],
      mapType(STRING, STRING),
      splitToEntries,
    ),
  ],
};

export const substringFunctions = [substring, instr, replace, split, splitToMap];
