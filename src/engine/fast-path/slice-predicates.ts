/**
 * Predicates on the raw slices of a message: equality of a text path with a literal compares bytes, comparisons of an
 * INTEGER path with a literal read its digits. What is not one of these falls back to the compiled expression, so
 * every predicate has a slice form; NULL makes a comparison false.
 */
import type { Expression } from "../../plan/expression.ts";
import { canEndEarly } from "../expression/failing-nodes.ts";
import type { MessagePaths, MessageReader } from "./message-paths.ts";

export type SlicePredicate = (reader: MessageReader) => boolean;

const QUOTE = 0x22;

/** @param fallback compiles a predicate that reads decoded values */
export function slicePredicate(
  expression: Expression,
  paths: MessagePaths,
  fallback: (expression: Expression) => SlicePredicate,
): SlicePredicate {
  if (expression.kind === "logical" && neverNull(expression)) {
    const left = slicePredicate(expression.left, paths, fallback);
    const right = slicePredicate(expression.right, paths, fallback);
    return expression.operator === "and"
      ? (reader) => left(reader) && right(reader)
      : (reader) => left(reader) || right(reader);
  }
  if (expression.kind === "comparison") {
    const { left, right, operator } = expression;
    const slot = right.kind === "literal" ? paths.slotOf(left) : undefined;
    if (slot !== undefined && right.kind === "literal") {
      if (operator === "=" && left.type.kind === "STRING" && typeof right.value === "string") {
        return textEquals(slot, right.value);
      }
      if (left.type.kind === "INTEGER" && typeof right.value === "number") {
        const compare = integerComparison(operator, right.value);
        if (compare !== undefined) return integerPredicate(slot, compare);
      }
    }
  }
  return fallback(expression);
}

/**
 * The parts of a conjunction that look at one slot alone, which can be judged as soon as that slot is found; all of
 * them must hold, or the whole does not.
 */
export function watchablePredicates(
  expression: Expression,
  paths: MessagePaths,
): readonly { readonly slot: number; readonly holds: SlicePredicate }[] {
  if (expression.kind === "logical" && expression.operator === "and" && neverNull(expression)) {
    return [...watchablePredicates(expression.left, paths), ...watchablePredicates(expression.right, paths)];
  }
  if (expression.kind !== "comparison" || expression.right.kind !== "literal") return [];
  const slot = paths.slotOf(expression.left);
  let direct = true;
  const holds = slicePredicate(expression, paths, () => {
    direct = false;
    return () => true;
  });
  return slot !== undefined && direct ? [{ slot, holds }] : [];
}

/**
 * Operations on NULL end an evaluation (see `expression/`), so only operands that are never NULL, and that nothing
 * inside them can end, are taken apart.
 */
function neverNull(expression: Expression): boolean {
  if (expression.kind === "logical") return neverNull(expression.left) && neverNull(expression.right);
  return (
    (expression.kind === "comparison" || expression.kind === "is-null") && !canEndEarly(expression, true)
  );
}

function textEquals(slot: number, text: string): SlicePredicate {
  const wanted = Buffer.from(JSON.stringify(text), "utf8");
  const escapable = /[^\u0020-\u007e]|["\\/]/.test(text);
  return (reader) => {
    const start = reader.slots[2 * slot]!;
    if (start < 0) return false;
    const end = reader.slots[2 * slot + 1]!;
    const bytes = reader.bytes;
    if (end - start === wanted.length) {
      let i = 0;
      while (i < wanted.length && bytes[start + i] === wanted[i]) i += 1;
      if (i === wanted.length) return true;
    }
    // The same text may be written with other escapes, or as a number.
    if (bytes[start] === QUOTE && !escapable && !hasEscape(bytes, start, end)) return false;
    return reader.value(slot) === text;
  };
}

function hasEscape(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === 0x5c) return true;
  return false;
}

function integerComparison(operator: string, literal: number): ((value: number) => boolean) | undefined {
  switch (operator) {
    case "=":
      return (value) => value === literal;
    case "<>":
      return (value) => value !== literal;
    case "<":
      return (value) => value < literal;
    case "<=":
      return (value) => value <= literal;
    case ">":
      return (value) => value > literal;
    case ">=":
      return (value) => value >= literal;
    default:
      return undefined;
  }
}

function integerPredicate(slot: number, compare: (value: number) => boolean): SlicePredicate {
  return (reader) => {
    const start = reader.slots[2 * slot]!;
    if (start < 0) return false;
    const digits = plainInteger(reader.bytes, start, reader.slots[2 * slot + 1]!);
    return compare(Number.isNaN(digits) ? (reader.value(slot) as number) : digits);
  };
}

/** The number in up to 15 plain digits (a sign may stand before them); NaN for anything else. */
export function plainInteger(bytes: Uint8Array, start: number, end: number): number {
  const negative = bytes[start] === 0x2d;
  let at = negative ? start + 1 : start;
  if (end - at > 15 || at >= end) return Number.NaN;
  let value = 0;
  for (; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}
