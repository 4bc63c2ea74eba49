/**
 * What is compared when two operands of different types meet: numbers widen, a DOUBLE beside a DECIMAL counts as
 * the decimal it prints as (0.1 is 0.1), a DATE beside a TIMESTAMP is its midnight, a text beside a time is read.
 */
import { assert } from "../../base/assert.ts";
import { castValue } from "../../data/cast.ts";
import { Decimal } from "../../data/decimal.ts";
import { doubleText } from "../../data/java-double.ts";
import { asDecimalType, comparable } from "../../data/type-coercion.ts";
import { DOUBLE, BIGINT, TIMESTAMP, sameType, typeText, type SqlType } from "../../data/types.ts";
import { ValueError } from "../../data/value-error.ts";
import type { Value } from "../../data/values.ts";

export interface ComparisonOperands {
  /** Both operands have this type once converted (decimals: any scale). */
  readonly type: SqlType;
  /** Converters of values that are not NULL; undefined where nothing is to do. */
  readonly left: ((value: Value) => Value) | undefined;
  readonly right: ((value: Value) => Value) | undefined;
}

export function comparisonOperands(left: SqlType, right: SqlType): ComparisonOperands {
  assert(comparable(left, right, false), `${typeText(left)} and ${typeText(right)} can't be compared`);
  const type = operandType(left, right);
  return { type, left: conversion(left, type), right: conversion(right, type) };
}

function operandType(left: SqlType, right: SqlType): SqlType {
  const either = (kind: SqlType["kind"]) =>
    left.kind === kind ? left : right.kind === kind ? right : undefined;
  if (sameType(left, right)) return left;
  const decimal = either("DECIMAL");
  if (decimal !== undefined) return decimal;
  if (either("DOUBLE") !== undefined) return DOUBLE;
  if (either("BIGINT") !== undefined) return BIGINT;
  if (either("TIMESTAMP") !== undefined) return TIMESTAMP;
  return either("DATE") ?? either("TIME") ?? left;
}

function conversion(from: SqlType, to: SqlType): ((value: Value) => Value) | undefined {
  if (from.kind === to.kind) {
    return from.kind === "DECIMAL" || sameType(from, to) ? undefined : castValue(from, to);
  }
  if (to.kind !== "DECIMAL") return castValue(from, to);
  return from.kind === "DOUBLE"
    ? (value) => printedDecimal(value as number)
    : castValue(from, asDecimalType(from)!);
}

function printedDecimal(value: number): Decimal {
  if (!Number.isFinite(value)) throw new ValueError(`${doubleText(value)} has no decimal value`);
  return Decimal.parse(doubleText(value));
}
