/**
 * Which types stand for one another without a CAST, as ksqlDB has it.
 *
 * Numbers widen INTEGER → BIGINT → DECIMAL → DOUBLE, and a STRING may stand for a time or BYTES; literals are
 * looser (a text literal may stand for a number). Lists that need one type (IN, ARRAY[..], MAP(..)) take the
 * widest of their members, see common-type.ts; explicit casts are in cast.ts.
 */
import { decimalType, structType, type DecimalType, type SqlType, type StructField } from "./types.ts";
import { arrayType, BIGINT, DOUBLE, INTEGER, mapType, sameType, STRING } from "./types.ts";
import type { Decimal } from "./decimal.ts";

const NUMBER_RANK: Partial<Record<SqlType["kind"], number>> = {
  INTEGER: 1,
  BIGINT: 2,
  DECIMAL: 3,
  DOUBLE: 4,
};

export function isNumeric(type: SqlType): boolean {
  return NUMBER_RANK[type.kind] !== undefined;
}

export function isTime(type: SqlType): boolean {
  return type.kind === "DATE" || type.kind === "TIME" || type.kind === "TIMESTAMP";
}

/**
 * Whether an argument of type `from` is taken where `to` is declared. Only the kinds are looked at, not the
 * types inside containers or a decimal's digits.
 */
export function canImplicitlyCast(from: SqlType, to: { readonly kind: SqlType["kind"] }): boolean {
  if (from.kind === to.kind) return true;
  const fromRank = NUMBER_RANK[from.kind];
  const toRank = NUMBER_RANK[to.kind];
  if (fromRank !== undefined && toRank !== undefined) return fromRank <= toRank;
  if (from.kind !== "STRING") return false;
  return to.kind === "BYTES" || to.kind === "DATE" || to.kind === "TIME" || to.kind === "TIMESTAMP";
}

/** The smallest DECIMAL that holds every value of `type`; undefined for DOUBLE and what is no number. */
export function asDecimalType(type: SqlType): DecimalType | undefined {
  if (type.kind === "DECIMAL") return type;
  if (type.kind === "INTEGER") return decimalType(10, 0);
  if (type.kind === "BIGINT") return decimalType(19, 0);
  return undefined;
}

/** The type of a decimal literal. A zero before the point counts as a digit: 0.05 is DECIMAL(3, 2). */
export function decimalTypeOf(value: Decimal): DecimalType {
  const scale = Math.max(value.scale, 0);
  const whole = value.toBigInt();
  if (whole === 0n) return decimalType(scale + 1, scale);
  return decimalType(value.precision + (scale - value.scale), scale);
}

/** The smallest DECIMAL that holds both; neither may be a DOUBLE. */
export function widenDecimals(a: SqlType, b: SqlType): DecimalType | undefined {
  const [left, right] = [asDecimalType(a), asDecimalType(b)];
  if (left === undefined || right === undefined) return undefined;
  const scale = Math.max(left.scale, right.scale);
  return decimalType(Math.max(left.precision - left.scale, right.precision - right.scale) + scale, scale);
}

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";

/** The type of `left operator right`, undefined where there is none. `+` joins two texts. */
export function arithmeticType(
  operator: ArithmeticOperator,
  left: SqlType,
  right: SqlType,
): SqlType | undefined {
  if (operator === "+" && left.kind === "STRING" && right.kind === "STRING") return STRING;
  const leftRank = NUMBER_RANK[left.kind];
  const rightRank = NUMBER_RANK[right.kind];
  if (leftRank === undefined || rightRank === undefined) return undefined;
  const wider = leftRank >= rightRank ? left : right;
  if (wider.kind === "DOUBLE") return DOUBLE;
  if (wider.kind === "DECIMAL") {
    return decimalArithmeticType(operator, asDecimalType(left)!, asDecimalType(right)!);
  }
  return wider.kind === "BIGINT" ? BIGINT : INTEGER;
}

function decimalArithmeticType(
  operator: ArithmeticOperator,
  left: DecimalType,
  right: DecimalType,
): DecimalType {
  const leftWhole = left.precision - left.scale;
  const rightWhole = right.precision - right.scale;
  const scale = Math.max(left.scale, right.scale);
  switch (operator) {
    case "+":
    case "-":
      return decimalType(scale + Math.max(leftWhole, rightWhole) + 1, scale);
    case "*":
      return decimalType(left.precision + right.precision + 1, left.scale + right.scale);
    case "/": {
      const quotientScale = Math.max(6, left.scale + right.precision + 1);
      return decimalType(leftWhole + right.scale + quotientScale, quotientScale);
    }
    case "%":
      return decimalType(Math.max(1, Math.min(leftWhole, rightWhole) + scale), scale);
  }
}

/**
 * Whether `left` and `right` can be compared: for equality, or (`ordered`) for `<` and `>` too, which booleans
 * and containers don't have.
 */
export function comparable(left: SqlType, right: SqlType, ordered: boolean): boolean {
  switch (left.kind) {
    case "INTEGER":
    case "BIGINT":
    case "DECIMAL":
    case "DOUBLE":
      return isNumeric(right);
    case "STRING":
      return right.kind === "STRING" || isTime(right);
    case "DATE":
    case "TIMESTAMP":
      return right.kind === "DATE" || right.kind === "TIMESTAMP" || right.kind === "STRING";
    case "TIME":
      return right.kind === "TIME" || right.kind === "STRING";
    case "BYTES":
      return right.kind === "BYTES";
    default:
      return !ordered && left.kind === right.kind;
  }
}

/**
 * The type that holds a value of `from` and one of `to` when `from` may become `to`; undefined when it may
 * not. `literal`: the value of `from` is a literal, so texts may stand for numbers and booleans and the
 * reverse.
 */
export function coercedType(from: SqlType, to: SqlType, literal: boolean): SqlType | undefined {
  if (from.kind === "ARRAY" && to.kind === "ARRAY") {
    const element = coercedType(from.element, to.element, literal);
    return element === undefined ? undefined : arrayType(element);
  }
  if (from.kind === "MAP" && to.kind === "MAP") {
    const key = coercedType(from.key, to.key, literal);
    const value = coercedType(from.value, to.value, literal);
    return key === undefined || value === undefined ? undefined : mapType(key, value);
  }
  if (from.kind === "STRUCT" && to.kind === "STRUCT") return coercedStruct(from.fields, to.fields, literal);
  if (to.kind === "DECIMAL") {
    return widenDecimals(from, to) ?? (literal && from.kind === "STRING" ? to : undefined);
  }
  if (canImplicitlyCast(from, to)) return to;
  if (!literal) return undefined;
  const looseKinds = isNumeric(from) || isTime(from) || from.kind === "BOOLEAN";
  if (to.kind === "STRING") return looseKinds ? to : undefined;
  return from.kind === "STRING" && (isNumeric(to) || to.kind === "BOOLEAN") ? to : undefined;
}

/** All fields of both, those of `from` first. */
function coercedStruct(
  from: readonly StructField[],
  to: readonly StructField[],
  literal: boolean,
): SqlType | undefined {
  const fields: StructField[] = [];
  for (const field of from) {
    const target = to.find((other) => other.name === field.name);
    const type = target === undefined ? field.type : coercedType(field.type, target.type, literal);
    if (type === undefined) return undefined;
    fields.push({ name: field.name, type });
  }
  for (const field of to) {
    if (!from.some((other) => other.name === field.name)) fields.push(field);
  }
  return structType(fields);
}

/** Whether `a` and `b` are equal or one may become the other. */
export function commonType(a: SqlType, b: SqlType, literal = false): SqlType | undefined {
  return sameType(a, b) ? a : (coercedType(b, a, literal) ?? coercedType(a, b, literal));
}
