import type { ColumnType, ModelValue } from "../columns/column-type.ts";
import type { SourceValue } from "../../shapes/raw-event.ts";
import { put } from "./cell.ts";
import type { Cell, Writer } from "./cell.ts";
import { readGuid } from "./guid-text.ts";
import { fitsSigned, hexText, readInteger } from "./integer-text.ts";
import { readIp } from "./ip-address.ts";
import { isAbsent, sourceText } from "./source-text.ts";
import { readTime } from "./time-text.ts";

const INT_MAX = 0x7fff_ffff;

/** What a text is as a value of a type: undefined where it is none. `isSame` says whether the value shows the text. */
interface Reading {
  readonly value: ModelValue;
  readonly isSame: boolean;
}

type Reader = (text: string) => Reading | undefined;

const READERS: Readonly<Record<Exclude<ColumnType, "text" | "json">, Reader>> = {
  int: (text) => {
    const value = readInteger(text);
    if (typeof value !== "number" || value > INT_MAX || value < -INT_MAX - 1) return undefined;
    return { value, isSame: String(value) === text };
  },
  long: (text) => {
    const value = readInteger(text);
    if (value === undefined || !fitsSigned(value)) return undefined;
    return { value, isSame: String(value) === text };
  },
  double: (text) => {
    const value = Number(text);
    return text.trim() === "" || !Number.isFinite(value)
      ? undefined
      : { value, isSame: String(value) === text };
  },
  bool: (text) => BOOLS.get(text) ?? BOOLS.get(text.toLowerCase()),
  time: (text) => {
    const time = readTime(text);
    return time === undefined ? undefined : { value: time.micros, isSame: time.isExact };
  },
  guid: (text) => {
    const value = readGuid(text);
    return value === undefined ? undefined : { value, isSame: true };
  },
  ip: (text) => {
    const address = readIp(text);
    return address === undefined ? undefined : { value: address.text, isSame: address.text === text };
  },
  hex: (text) => {
    const number = readInteger(text);
    const value = number === undefined ? undefined : hexText(number);
    return value === undefined ? undefined : { value, isSame: value === text.toLowerCase() };
  },
};

const BOOLS: ReadonlyMap<string, Reading> = new Map([
  ["true", { value: true, isSame: true }],
  ["false", { value: false, isSame: true }],
  ["yes", { value: true, isSame: false }],
  ["no", { value: false, isSame: false }],
  ["1", { value: true, isSame: false }],
  ["0", { value: false, isSame: false }],
  ["%%1842", { value: true, isSame: false }],
  ["%%1843", { value: false, isSame: false }],
]);

/**
 * The plain way into a column: by the column's type. A text that is no value of the type leaves the column null and stands
 * in `<column>_orig`; so does the text where the value does not show how it was written (hexadecimal, more than
 * microseconds, IPv4 in IPv6).
 */
export function typedWriter(cell: Cell, type: ColumnType): Writer {
  if (type === "text" || type === "json") return textWriter(cell);
  const read = READERS[type];
  return (filling, source, field) => {
    const text = sourceText(source);
    if (text === null || isAbsent(text)) {
      put(filling, cell, null, field, source);
      return;
    }
    const reading = read(text);
    if (reading === undefined) put(filling, cell, null, field, source, text);
    else put(filling, cell, reading.value, field, source, reading.isSame ? undefined : text);
  };
}

function textWriter(cell: Cell): Writer {
  return (filling, source, field) => {
    const text = typeof source === "string" ? source : sourceText(source);
    put(filling, cell, text === null || isAbsent(text) ? null : text, field, source);
  };
}

/** The value a typed column would get, for transforms that look it up; undefined where it is no such value. */
export function readTyped(type: ColumnType, source: SourceValue): ModelValue | undefined {
  const text = sourceText(source);
  if (text === null || isAbsent(text)) return null;
  return type === "text" || type === "json" ? text : READERS[type](text)?.value;
}
