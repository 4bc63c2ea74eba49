import type { SeededRandom } from "../../base/random.ts";

const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** `digits` (1…8) lower-case hexadecimal digits. */
export function hex(random: SeededRandom, digits: number): string {
  return hex32(random.next() * 4294967296).slice(8 - digits);
}

/** The low 32 bits of a number as 8 digits. */
export function hex32(value: number): string {
  const bits = value >>> 0;
  return PAIRS[bits >>> 24]! + PAIRS[(bits >>> 16) & 255]! + PAIRS[(bits >>> 8) & 255]! + PAIRS[bits & 255]!;
}

/** The low 32 bits of a number as 8 digits, lowest byte first. */
export function hex32Swapped(value: number): string {
  const bits = value >>> 0;
  return PAIRS[bits & 255]! + PAIRS[(bits >>> 8) & 255]! + PAIRS[(bits >>> 16) & 255]! + PAIRS[bits >>> 24]!;
}

/** A random GUID without braces. */
export function randomGuid(random: SeededRandom): string {
  const tail = hex(random, 8) + hex(random, 4);
  return `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${tail}`;
}

/** Digits of a hash. */
export function hexText(random: SeededRandom, digits: number): string {
  let text = "";
  while (text.length < digits) text += hex(random, 8);
  return text.slice(0, digits).toUpperCase();
}
