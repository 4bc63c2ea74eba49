import {
  fileTimeText,
  guidText,
  hex32Text,
  hex64Text,
  real32Text,
  sidBytes,
  sidText,
  systemTimeText,
  uint64Text,
} from "./binary-text.ts";
import { BinXmlFault } from "./binxml-fault.ts";
import { ARRAY, valueType } from "./value-types.ts";

/**
 * The text of a substitution value, as Windows renders it into an event's XML: a list for an array, `undefined` for null.
 * Embedded BinXML is not a text: see `expand-event.ts`. A string ends at its trailing NULs.
 * @throws BinXmlFault for an unknown type or a size that does not fit the type
 */
export function valueText(
  bytes: Buffer,
  type: number,
  offset: number,
  size: number,
): string | readonly string[] | undefined {
  if (type === valueType.STRING) return stringText(bytes, offset, size);
  if (type === valueType.NULL) return undefined;
  if ((type & ARRAY) !== 0) return arrayTexts(bytes, type & ~ARRAY, offset, size);
  return size === 0 ? "" : scalarText(bytes, type, offset, size);
}

function stringText(bytes: Buffer, offset: number, size: number): string {
  let end = offset + (size & ~1);
  while (end > offset && bytes[end - 1] === 0 && bytes[end - 2] === 0) end -= 2;
  return bytes.ucs2Slice(offset, end);
}

const ansi = new TextDecoder("windows-1252");

/** The code page is not stored with the text; Western European is Windows' most common. */
function ansiText(bytes: Buffer, offset: number, size: number): string {
  let end = offset + size;
  while (end > offset && bytes[end - 1] === 0) end--;
  return ansi.decode(bytes.subarray(offset, end));
}

function scalarText(bytes: Buffer, type: number, offset: number, size: number): string {
  const fixed = FIXED[type];
  if (fixed !== undefined) {
    if (size !== fixed.size) throw wrongSize(type, offset, size);
    return fixed.text(bytes, offset);
  }
  switch (type) {
    case valueType.ANSI_STRING:
      return ansiText(bytes, offset, size);
    case valueType.XML:
      return stringText(bytes, offset, size);
    case valueType.BINARY:
      return bytes.toString("hex", offset, offset + size).toUpperCase();
    case valueType.SID:
      if (size < SID_HEADER_BYTES || size < sidBytes(bytes, offset)) throw wrongSize(type, offset, size);
      return sidText(bytes, offset);
    case valueType.SIZE:
    case valueType.HANDLE:
      if (size === 4) return hex32Text(bytes, offset);
      if (size === 8) return hex64Text(bytes, offset);
      throw wrongSize(type, offset, size);
    default:
      throw new BinXmlFault(`unknown value type 0x${type.toString(16)}`, offset);
  }
}

const SID_HEADER_BYTES = 8;

interface FixedType {
  readonly size: number;
  readonly text: (bytes: Buffer, at: number) => string;
}

/** Types of one size only, by type. */
const FIXED: readonly (FixedType | undefined)[] = fixedTypes([
  [valueType.INT8, 1, (bytes, at) => String(bytes.readInt8(at))],
  [valueType.UINT8, 1, (bytes, at) => String(bytes[at]!)],
  [valueType.INT16, 2, (bytes, at) => String(bytes.readInt16LE(at))],
  [valueType.UINT16, 2, (bytes, at) => String(bytes.readUInt16LE(at))],
  [valueType.INT32, 4, (bytes, at) => String(bytes.readInt32LE(at))],
  [valueType.UINT32, 4, (bytes, at) => String(bytes.readUInt32LE(at))],
  [valueType.INT64, 8, (bytes, at) => String(bytes.readBigInt64LE(at))],
  [valueType.UINT64, 8, uint64Text],
  [valueType.REAL32, 4, (bytes, at) => real32Text(bytes.readFloatLE(at))],
  [valueType.REAL64, 8, (bytes, at) => String(bytes.readDoubleLE(at))],
  [valueType.BOOL, 4, (bytes, at) => (bytes.readUInt32LE(at) === 0 ? "false" : "true")],
  [valueType.GUID, 16, guidText],
  [valueType.FILETIME, 8, fileTimeText],
  [valueType.SYSTEMTIME, 16, systemTimeText],
  [valueType.HEX_INT32, 4, hex32Text],
  [valueType.HEX_INT64, 8, hex64Text],
]);

function fixedTypes(
  list: readonly (readonly [number, number, FixedType["text"]])[],
): (FixedType | undefined)[] {
  const types = Array.from<FixedType | undefined>({ length: ARRAY });
  for (const [type, size, text] of list) types[type] = { size, text };
  return types;
}

function arrayTexts(bytes: Buffer, type: number, offset: number, size: number): string[] {
  const end = offset + size;
  if (type === valueType.STRING) return splitTexts(bytes.ucs2Slice(offset, offset + (size & ~1)));
  if (type === valueType.ANSI_STRING) return splitTexts(ansi.decode(bytes.subarray(offset, end)));
  const texts: string[] = [];
  if (type === valueType.SID) {
    for (let at = offset; at < end; at += sidBytes(bytes, at)) {
      texts.push(scalarText(bytes, type, at, end - at));
    }
    return texts;
  }
  const fixed = FIXED[type];
  if (fixed === undefined) {
    throw new BinXmlFault(`unknown value type 0x${(type | ARRAY).toString(16)}`, offset);
  }
  if (size % fixed.size !== 0) throw wrongSize(type | ARRAY, offset, size);
  for (let at = offset; at < end; at += fixed.size) texts.push(fixed.text(bytes, at));
  return texts;
}

/** Each text of an array ends in a NUL; the last one's may be missing. */
function splitTexts(text: string): string[] {
  if (text === "") return [];
  return (text.endsWith("\0") ? text.slice(0, -1) : text).split("\0");
}

function wrongSize(type: number, offset: number, size: number): BinXmlFault {
  return new BinXmlFault(`a value of type 0x${type.toString(16)} has ${size} bytes`, offset);
}
