/** Single literals in texts as JSON spells them (`SpelledFields.locate`), which are neither copied nor folded for it. */
import type { TextRelation } from "../expression/matcher.ts";

const BACKSLASH = 0x5c;
const NOT_PLAIN = /[^ -~]/;

/** A folded literal as JSON spells it, or undefined where it may stand in a text that has no plain spelling. */
export function spelledLiteral(literal: string): Buffer | undefined {
  if (NOT_PLAIN.test(literal)) return undefined;
  return Buffer.from(JSON.stringify(literal).slice(1, -1), "latin1");
}

/** Whether the text that bytes[start, end) spell relates so to the literal, ignoring case. */
export function spelledRelates(
  relation: TextRelation,
  bytes: Uint8Array,
  start: number,
  end: number,
  literal: Uint8Array,
): boolean {
  const size = literal.length;
  const last = end - size;
  if (last < start) return false;
  switch (relation) {
    case "equals":
      return last === start && isAt(bytes, start, literal);
    case "starts-with":
      return isAt(bytes, start, literal);
    case "ends-with":
      return isAt(bytes, last, literal) && isUnit(bytes, start, last);
    case "contains":
      return contains(bytes, start, last, literal);
  }
}

function contains(bytes: Uint8Array, start: number, last: number, literal: Uint8Array): boolean {
  if (literal.length === 0) return true;
  const lower = literal[0]!;
  const upper = lower >= 0x61 && lower <= 0x7a ? lower - 0x20 : lower;
  for (let at = start; at <= last; at++) {
    const byte = bytes[at]!;
    if ((byte === lower || byte === upper) && isAt(bytes, at, literal) && isUnit(bytes, start, at))
      return true;
  }
  return false;
}

function isAt(bytes: Uint8Array, at: number, literal: Uint8Array): boolean {
  for (let offset = 0; offset < literal.length; offset++) {
    const byte = bytes[at + offset]!;
    const isUpper = byte >= 0x41 && byte <= 0x5a;
    if ((isUpper ? byte + 0x20 : byte) !== literal[offset]) return false;
  }
  return true;
}

/** Whether a letter of the text begins at `at`, and not the second half of an escape. */
function isUnit(bytes: Uint8Array, start: number, at: number): boolean {
  let backslashes = 0;
  while (at - 1 - backslashes >= start && bytes[at - 1 - backslashes] === BACKSLASH) backslashes++;
  return (backslashes & 1) === 0;
}
