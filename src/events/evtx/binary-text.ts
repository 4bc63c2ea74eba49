/**
 * Texts of the structured values in an event log, as Windows prints them: GUIDs in braces and lower case, SIDs, FILETIMEs
 * and SYSTEMTIMEs as ISO 8601 with all their digits. The caller has checked that the bytes are there.
 */

const HEX_PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);

/** 16 bytes: three little-endian fields, then eight bytes in order. */
export function guidText(bytes: Buffer, at: number): string {
  const hex = (index: number): string => HEX_PAIRS[bytes[at + index]!]!;
  return (
    `{${hex(3)}${hex(2)}${hex(1)}${hex(0)}-${hex(5)}${hex(4)}-${hex(7)}${hex(6)}-` +
    `${hex(8)}${hex(9)}-${hex(10)}${hex(11)}${hex(12)}${hex(13)}${hex(14)}${hex(15)}}`
  );
}

/** Bytes that a SID takes whose header stands at `at`. */
export function sidBytes(bytes: Buffer, at: number): number {
  return 8 + 4 * bytes[at + 1]!;
}

/** `S-1-5-21-…`; an authority of 2^32 and more is in hexadecimal ([MS-DTYP] 2.4.2.1). */
export function sidText(bytes: Buffer, at: number): string {
  const high = bytes.readUInt16BE(at + 2);
  const low = bytes.readUInt32BE(at + 4);
  const authority = high === 0 ? String(low) : `0x${high.toString(16)}${low.toString(16).padStart(8, "0")}`;
  let text = `S-${bytes[at]!}-${authority}`;
  const count = bytes[at + 1]!;
  for (let i = 0; i < count; i++) text += `-${bytes.readUInt32LE(at + 8 + 4 * i)}`;
  return text;
}

/** Milliseconds from 1601-01-01 to 1970-01-01. */
const EPOCH_SHIFT_MS = 11_644_473_600_000;
const TICKS_PER_MS = 10_000;
const TWO_32 = 2 ** 32;

/** Ticks of 100 ns since 1601 as text with seven decimals. Digits of a tick do not fit a double: divided in two steps. */
export function fileTimeText(bytes: Buffer, at: number): string {
  const low = bytes.readUInt32LE(at);
  const high = bytes.readUInt32LE(at + 4);
  const rest = (high % TICKS_PER_MS) * TWO_32 + low;
  const ms = Math.floor(high / TICKS_PER_MS) * TWO_32 + Math.floor(rest / TICKS_PER_MS);
  const ticks = rest % TICKS_PER_MS;
  const seconds = new Date(ms - EPOCH_SHIFT_MS).toISOString().slice(0, -1);
  return `${seconds}${String(ticks).padStart(4, "0")}Z`;
}

/** 16 bytes: year, month, day of the week, day, hour, minute, second, millisecond, two bytes each. Not checked for sense. */
export function systemTimeText(bytes: Buffer, at: number): string {
  const part = (index: number, width: number): string =>
    String(bytes.readUInt16LE(at + 2 * index)).padStart(width, "0");
  const date = `${part(0, 4)}-${part(1, 2)}-${part(3, 2)}`;
  return `${date}T${part(4, 2)}:${part(5, 2)}:${part(6, 2)}.${part(7, 3)}Z`;
}

/** `0x` and lower-case digits without leading zeros. */
export function hex32Text(bytes: Buffer, at: number): string {
  return `0x${bytes.readUInt32LE(at).toString(16)}`;
}

export function hex64Text(bytes: Buffer, at: number): string {
  const low = bytes.readUInt32LE(at);
  const high = bytes.readUInt32LE(at + 4);
  return high === 0 ? `0x${low.toString(16)}` : `0x${high.toString(16)}${low.toString(16).padStart(8, "0")}`;
}

export function uint64Text(bytes: Buffer, at: number): string {
  const high = bytes.readUInt32LE(at + 4);
  if (high < 0x20_0000) return String(high * TWO_32 + bytes.readUInt32LE(at));
  return String(bytes.readBigUInt64LE(at));
}

/** The shortest decimal that gives the same 32-bit float. */
export function real32Text(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(value);
}
