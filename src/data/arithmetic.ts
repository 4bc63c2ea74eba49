/**
 * `+ - * / %` on values, by the operand types, as ksqlDB computes them: INTEGER and BIGINT wrap around,
 * DECIMAL is exact (a quotient that has no end is an error), DOUBLE is IEEE 754. Division of integers by zero
 * is a {@link ValueError}. Operands are not NULL.
 */
import { assert } from "../base/assert.ts";
import { castValue } from "./cast.ts";
import { Decimal, divideExactly } from "./decimal.ts";
import { arithmeticType, asDecimalType, type ArithmeticOperator } from "./type-coercion.ts";
import { BIGINT, DOUBLE, typeText, type DecimalType, type SqlType } from "./types.ts";
import { ValueError } from "./value-error.ts";
import type { Value } from "./values.ts";

type NonNull = Exclude<Value, null>;
export type BinaryOperation = (left: NonNull, right: NonNull) => NonNull;

/** The operation for one pair of operand types; the pair must have an {@link arithmeticType}. */
export function arithmeticOperation(
  operator: ArithmeticOperator,
  left: SqlType,
  right: SqlType,
): BinaryOperation {
  const type = arithmeticType(operator, left, right);
  assert(type !== undefined, `no ${operator} for ${typeText(left)} and ${typeText(right)}`);
  switch (type.kind) {
    case "STRING":
      return (a, b) => (a as string) + (b as string);
    case "INTEGER":
      return integerOperation(operator) as BinaryOperation;
    case "BIGINT":
      return converted(bigintOperation(operator), left, right, BIGINT);
    case "DECIMAL":
      return decimalOperation(operator, left, right, type);
    default:
      return converted(doubleOperation(operator), left, right, DOUBLE);
  }
}

function converted<T>(
  operation: (a: T, b: T) => T,
  left: SqlType,
  right: SqlType,
  type: SqlType,
): BinaryOperation {
  const [toLeft, toRight] = [castValue(left, type), castValue(right, type)];
  return (a, b) => operation(toLeft(a) as T, toRight(b) as T) as NonNull;
}

function integerOperation(operator: ArithmeticOperator): (a: number, b: number) => number {
  switch (operator) {
    case "+":
      return (a, b) => (a + b) | 0;
    case "-":
      return (a, b) => (a - b) | 0;
    case "*":
      return Math.imul;
    case "/":
      return (a, b) => (a / nonZero(b)) | 0;
    case "%":
      return (a, b) => (a % nonZero(b)) | 0;
  }
}

function bigintOperation(operator: ArithmeticOperator): (a: bigint, b: bigint) => bigint {
  switch (operator) {
    case "+":
      return (a, b) => BigInt.asIntN(64, a + b);
    case "-":
      return (a, b) => BigInt.asIntN(64, a - b);
    case "*":
      return (a, b) => BigInt.asIntN(64, a * b);
    case "/":
      return (a, b) => BigInt.asIntN(64, a / nonZero(b));
    case "%":
      return (a, b) => a % nonZero(b);
  }
}

function doubleOperation(operator: ArithmeticOperator): (a: number, b: number) => number {
  switch (operator) {
    case "+":
      return (a, b) => a + b;
    case "-":
      return (a, b) => a - b;
    case "*":
      return (a, b) => a * b;
    case "/":
      return (a, b) => a / b;
    case "%":
      return (a, b) => a % b;
  }
}

function decimalOperation(
  operator: ArithmeticOperator,
  left: SqlType,
  right: SqlType,
  type: DecimalType,
): BinaryOperation {
  const toLeft = castValue(left, asDecimalType(left)!);
  const toRight = castValue(right, asDecimalType(right)!);
  const exact = decimalFunction(operator, type);
  return (a, b) => exact(toLeft(a) as Decimal, toRight(b) as Decimal).setScale(type.scale, "UNNECESSARY");
}

function decimalFunction(
  operator: ArithmeticOperator,
  type: DecimalType,
): (a: Decimal, b: Decimal) => Decimal {
  switch (operator) {
    case "+":
      return (a, b) => a.add(b);
    case "-":
      return (a, b) => a.subtract(b);
    case "*":
      return (a, b) => a.multiply(b);
    case "/":
      return (a, b) => divideExactly(a, b, type.precision, type.scale);
    case "%":
      return (a, b) => {
        // The whole quotient, too, must have no more digits than the result type.
        if (b.sign !== 0 && a.divide(b, 0, "DOWN").precision > type.precision) {
          throw new ValueError("division impossible");
        }
        return a.remainder(b);
      };
  }
}

function nonZero<T extends number | bigint>(value: T): T {
  if (value == 0) throw new ValueError("division by zero");
  return value;
}
