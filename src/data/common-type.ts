/**
 * The one type of a list of expressions: `x IN (..)`, ARRAY[..], MAP(..). The first operand that is not NULL
 * sets the direction, the others must become its type or widen it: numbers to the widest number, structs to
 * all fields of all. Text literals are read as numbers or booleans where those are wanted.
 */
import { Decimal } from "./decimal.ts";
import { typeErrors } from "./errors.ts";
import { doubleText, parseDouble, trimControls } from "./java-double.ts";
import { parseBase64, parseBigint, parseBoolean, parseFiniteDouble, parseInteger } from "./cast.ts";
import { parseDateText, parseTimestampText, parseTimeText } from "./civil-time.ts";
import { coercedType, commonType, decimalTypeOf, isNumeric, widenDecimals } from "./type-coercion.ts";
import { ValueError } from "./value-error.ts";
import { valueText } from "./value-text.ts";
import type { Value } from "./values.ts";
import {
  arrayType,
  BIGINT,
  DOUBLE,
  INTEGER,
  mapType,
  sameType,
  structType,
  typeText,
  type DecimalType,
  type SqlType,
  type StructField,
} from "./types.ts";

/** One member of the list. */
export interface Operand {
  /** null: the NULL literal. */
  readonly type: SqlType | null;
  /** As written, for messages. */
  readonly text: string;
  /** The value, where the operand is a literal. */
  readonly literal?: Value;
  /** The members, where it is a constructor: ARRAY[..], MAP(..), STRUCT(..). */
  readonly elements?: readonly Operand[];
  readonly entries?: { readonly keys: readonly Operand[]; readonly values: readonly Operand[] };
  readonly fields?: readonly { readonly name: string; readonly operand: Operand }[];
}

/**
 * The common type, undefined when all operands are NULL.
 * @throws SpoorError TYPE_NO_COMMON_TYPE, TYPE_INVALID_LITERAL
 */
export function commonOperandType(operands: readonly Operand[]): SqlType | undefined {
  let common: SqlType | undefined;
  for (const operand of operands) common = widen(common, operand);
  return common;
}

function widen(target: SqlType | undefined, operand: Operand): SqlType | undefined {
  if (target === undefined) return operand.type ?? undefined;
  if (operand.type === null) return target;
  if (operand.elements !== undefined) {
    if (target.kind !== "ARRAY") throw noCommonType(target, operand);
    return arrayType(nested(target, operand, () => widenAll(target.element, operand.elements!)));
  }
  if (operand.entries !== undefined) {
    if (target.kind !== "MAP") throw noCommonType(target, operand);
    return nested(target, operand, () =>
      mapType(widenAll(target.key, operand.entries!.keys), widenAll(target.value, operand.entries!.values)),
    );
  }
  if (operand.fields !== undefined) {
    if (target.kind !== "STRUCT") throw noCommonType(target, operand);
    return nested(target, operand, () => widenStruct(target.fields, operand.fields!));
  }
  if (typeof operand.literal === "string" && operand.type.kind === "STRING") {
    if (isNumeric(target)) return widenByNumberText(target, operand.literal);
    if (target.kind === "BOOLEAN" && parseBoolean(trimControls(operand.literal)) === undefined) {
      throw invalidLiteral(operand.literal, target);
    }
  }
  const literal = operand.literal !== undefined;
  const common = coercedType(operand.type, target, literal) ?? coercedType(target, operand.type, literal);
  if (common === undefined) throw noCommonType(target, operand);
  return common;
}

function widenAll(target: SqlType, operands: readonly Operand[]): SqlType {
  let common = target;
  for (const operand of operands) common = widen(common, operand) ?? common;
  return common;
}

function widenStruct(
  target: readonly StructField[],
  operands: readonly { readonly name: string; readonly operand: Operand }[],
): SqlType {
  const fields: StructField[] = [];
  for (const { name, operand } of operands) {
    const other = target.find((field) => field.name === name);
    const type = widen(other?.type, operand);
    if (type !== undefined) fields.push({ name, type });
  }
  for (const field of target) {
    if (!fields.some((known) => known.name === field.name)) fields.push(field);
  }
  return structType(fields);
}

/** An error inside a constructor is reported for the constructor, with the inner one as its cause. */
function nested<T>(target: SqlType, operand: Operand, resolve: () => T): T {
  try {
    return resolve();
  } catch (error) {
    if (error instanceof Error && (error as { code?: unknown }).code === "TYPE_NO_COMMON_TYPE") {
      throw noCommonType(target, operand, error);
    }
    throw error;
  }
}

function widenByNumberText(target: SqlType, text: string): SqlType {
  const source = numberTextType(text);
  if (source === undefined) throw invalidLiteral(text, target);
  if (target.kind === "DOUBLE") return DOUBLE;
  if (source.kind === "DECIMAL" || target.kind === "DECIMAL") return widenDecimals(source, target)!;
  return target.kind === "BIGINT" ? BIGINT : source;
}

/** INTEGER or BIGINT for a text of digits that fits, else DECIMAL; undefined when it is no number. */
function numberTextType(text: string): SqlType | undefined {
  const value = Decimal.tryParse(trimControls(text));
  if (value === undefined) return undefined;
  if (!/[.eE]/.test(text)) {
    if (value.compare(MIN_INTEGER) > 0 && value.compare(MAX_INTEGER) < 0) return INTEGER;
    if (value.compare(MIN_BIGINT) > 0 && value.compare(MAX_BIGINT) < 0) return BIGINT;
  }
  return decimalTypeOf(value);
}

const MIN_INTEGER = Decimal.fromInteger(-2_147_483_648);
const MAX_INTEGER = Decimal.fromInteger(2_147_483_647);
const MIN_BIGINT = Decimal.fromInteger(-(2n ** 63n));
const MAX_BIGINT = Decimal.fromInteger(2n ** 63n - 1n);

/**
 * A literal's value as one of `to`, without loss: 1.50 becomes no DECIMAL(2, 1).
 * @throws SpoorError TYPE_INVALID_LITERAL when it has none.
 */
export function coerceLiteral(value: Value, from: SqlType, to: SqlType): Value {
  if (value === null || sameType(from, to)) return value;
  try {
    return literalValue(value, from, to);
  } catch (error) {
    if (error instanceof ValueError) throw invalidLiteral(valueText(from, value) ?? "NULL", to);
    throw error;
  }
}

function literalValue(value: Value, from: SqlType, to: SqlType): Value {
  if (to.kind === "STRING") return valueText(from, value);
  if (from.kind === "STRING") return literalFromText(trimControls(value as string), to);
  if (commonType(from, to, true) === undefined) throw new ValueError("no such conversion");
  switch (to.kind) {
    case "BIGINT":
      return BigInt(value as number);
    case "DOUBLE":
      return value instanceof Decimal ? value.toNumber() : Number(value as number | bigint);
    case "DECIMAL":
      return exactDecimal(from.kind === "DOUBLE" ? doubleText(value as number) : valueText(from, value)!, to);
    default:
      throw new ValueError("no such conversion");
  }
}

function literalFromText(text: string, to: SqlType): Value {
  switch (to.kind) {
    case "BOOLEAN": {
      const value = parseBoolean(text);
      if (value === undefined) throw new ValueError(`'${text}' is no BOOLEAN`);
      return value;
    }
    case "INTEGER":
      return parseInteger(text);
    case "BIGINT":
      return parseBigint(text);
    case "DOUBLE":
      return parseFiniteDouble(text);
    case "DECIMAL":
      return exactDecimal(text, to);
    case "BYTES":
      return parseBase64(text);
    case "DATE":
      return parseDateText(text);
    case "TIME":
      return parseTimeText(text);
    case "TIMESTAMP":
      return parseTimestampText(text);
    default:
      throw new ValueError("no such conversion");
  }
}

function exactDecimal(text: string, to: DecimalType): Decimal {
  const value = parseDouble(text) === undefined ? undefined : Decimal.tryParse(text);
  if (value === undefined || !value.fits(to.precision, to.scale)) {
    throw new ValueError(`'${text}' is no ${typeText(to)}`);
  }
  return value.setScale(to.scale, "UNNECESSARY");
}

function noCommonType(target: SqlType, operand: Operand, cause?: Error) {
  const source = operand.type === null ? "NULL" : typeText(operand.type);
  return typeErrors.NO_COMMON_TYPE({
    message: `operator does not exist: ${typeText(target)} = ${source} (${operand.text})`,
    hint: "you might need to add explicit type casts",
    cause,
  });
}

function invalidLiteral(text: string, target: SqlType) {
  return typeErrors.INVALID_LITERAL({
    message: `invalid input syntax for type ${target.kind}: "${text}"`,
  });
}
