/** Code of `+ - * / %` and negation. INTEGER, BIGINT and DOUBLE are written out, DECIMAL is called. */
import { arithmeticOperation } from "../../data/arithmetic.ts";
import { castValue } from "../../data/cast.ts";
import { arithmeticType } from "../../data/type-coercion.ts";
import { sameType, type SqlType } from "../../data/types.ts";
import { ValueError } from "../../data/value-error.ts";
import { defined } from "../../base/assert.ts";
import type { Expression } from "../../plan/expression.ts";
import type { CodeBuilder, Operand } from "./code-builder.ts";
import type { Generator } from "./generator.ts";

type Arithmetic = Extract<Expression, { kind: "arithmetic" }>;
type Negation = Extract<Expression, { kind: "negate" }>;

export function generateArithmetic(node: Arithmetic, generator: Generator): Operand {
  const { code } = generator;
  const left = generator.value(node.left);
  const right = generator.value(node.right);
  code.requireNonNull(left, right);
  const inline = inlined(node, left.code, right.code, code);
  if (inline !== undefined) return code.local(inline, false);
  const operation = code.constant(arithmeticOperation(node.operator, node.left.type, node.right.type));
  const result = `${operation}(${left.code}, ${right.code})`;
  const type = defined(arithmeticType(node.operator, node.left.type, node.right.type), "arithmetic type");
  if (sameType(type, node.type)) return code.local(result, false);
  return code.local(`${code.constant(castValue(type, node.type))}(${result})`, false);
}

/** The operation as an expression; undefined where operands or result need a conversion, and for DECIMAL. */
function inlined(node: Arithmetic, left: string, right: string, code: CodeBuilder): string | undefined {
  const { operator } = node;
  const kind = commonKind(node.type, node.left.type, node.right.type);
  switch (kind) {
    case "STRING":
      return operator === "+" ? `${left} + ${right}` : undefined;
    case "DOUBLE":
      return `${left} ${operator} ${right}`;
    case "INTEGER":
      if (operator === "*") return `Math.imul(${left}, ${right})`;
      if (operator === "/" || operator === "%") refuseZero(node.right, right, "0", code);
      return `(${left} ${operator} ${right}) | 0`;
    case "BIGINT":
      if (operator === "/" || operator === "%") refuseZero(node.right, right, "0n", code);
      return `BigInt.asIntN(64, ${left} ${operator} ${right})`;
    default:
      return undefined;
  }
}

function commonKind(...types: readonly SqlType[]): SqlType["kind"] | undefined {
  const kind = types[0]!.kind;
  return types.every((type) => type.kind === kind) ? kind : undefined;
}

function refuseZero(divisor: Expression, divisorCode: string, zero: string, code: CodeBuilder): void {
  if (divisor.kind === "literal" && divisor.value !== null && Number(divisor.value) !== 0) return;
  code.line(`if (${divisorCode} === ${zero}) ${code.constant(divisionByZero)}();`);
}

function divisionByZero(): never {
  throw new ValueError("division by zero");
}

export function generateNegation(node: Negation, generator: Generator): Operand {
  const { code } = generator;
  const operand = generator.value(node.operand);
  code.requireNonNull(operand);
  switch (node.type.kind) {
    case "INTEGER":
      return code.local(`-${operand.code} | 0`, false);
    case "BIGINT":
      return code.local(`BigInt.asIntN(64, -${operand.code})`, false);
    case "DECIMAL":
      return code.local(`${operand.code}.negate()`, false);
    default:
      return code.local(`-${operand.code}`, false);
  }
}
