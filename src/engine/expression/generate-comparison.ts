/** Code of comparisons, BETWEEN and IN: tests on operands that are not NULL, chosen by their types. */
import { compareValues, valuesEqual } from "../../data/compare.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { ComparisonOperator, Expression } from "../../plan/expression.ts";
import type { CodeBuilder, Operand } from "./code-builder.ts";
import { canFail } from "./failing-nodes.ts";
import type { Generator } from "./generator.ts";
import { comparisonOperands } from "./operand-conversion.ts";

type OrderOperator = Exclude<ComparisonOperator, "distinct" | "not-distinct">;
type Node<Kind extends Expression["kind"]> = Extract<Expression, { kind: Kind }>;

export function generateComparison(node: Node<"comparison">, generator: Generator): Operand {
  const { code } = generator;
  const left = generator.value(node.left);
  if (node.operator === "distinct" || node.operator === "not-distinct") {
    return distinction(node, left, generator.value(node.right), code);
  }
  const operator = node.operator;
  const test = (right: Operand) =>
    orderTest(code, operator, node.left.type, left.code, node.right.type, right.code);
  if (!left.nullable || !canFail(node.right)) {
    const right = generator.value(node.right);
    return code.local(conjunction(nonNull(left), nonNull(right), test(right)), false);
  }
  // With a NULL on the left the right side is not evaluated, so it has no failure.
  const result = code.variable("false");
  code.block(`if (${left.code} !== null)`, () => {
    const right = generator.value(node.right);
    code.line(`${result} = ${conjunction(nonNull(right), test(right))};`);
  });
  return { code: result, nullable: false };
}

function distinction(node: Node<"comparison">, left: Operand, right: Operand, code: CodeBuilder): Operand {
  const differ = orderTest(code, "<>", node.left.type, left.code, node.right.type, right.code);
  const nulls = [left, right]
    .filter((operand) => operand.nullable)
    .map((operand) => `${operand.code} === null`);
  const oneIsNull = nulls.length === 2 ? nulls.map((test) => `(${test})`).join(" !== ") : "true";
  const distinct = nulls.length === 0 ? differ : `${nulls.join(" || ")} ? ${oneIsNull} : ${differ}`;
  return code.local(node.operator === "distinct" ? distinct : `!(${distinct})`, false);
}

export function generateBetween(node: Node<"between">, generator: Generator): Operand {
  const { code } = generator;
  const value = generator.value(node.operand);
  const result = code.variable(String(node.negated));
  const bound = (operator: OrderOperator, limit: Expression, then: () => void) => {
    const operand = generator.value(limit);
    const test = orderTest(code, operator, node.operand.type, value.code, limit.type, operand.code);
    code.block(`if (${conjunction(nonNull(operand), test)})`, then);
  };
  const both = () => {
    bound(">=", node.low, () => bound("<=", node.high, () => code.line(`${result} = ${!node.negated};`)));
  };
  if (value.nullable) code.block(`if (${value.code} !== null)`, both);
  else both();
  return { code: result, nullable: false };
}

/** From this many literals on, a Set finds faster than a chain of comparisons. */
const SET_MIN = 8;

export function generateIn(node: Node<"in">, generator: Generator): Operand {
  const { code } = generator;
  const value = generator.value(node.operand);
  const type = node.operand.type;
  const plain = (item: Expression) =>
    isIdentical(type) && item.kind === "literal" && item.type.kind === type.kind;
  const literals = node.items.filter((item) => plain(item) && literalOf(item) !== null).map(literalOf);
  const asSet = literals.length >= SET_MIN;
  const tests = asSet ? [`${code.constant(new Set(literals))}.has(${value.code})`] : [];
  for (const item of node.items) {
    if (asSet && plain(item)) continue;
    const operand = generator.value(item);
    if (operand.code === "null") continue;
    const test = memberTest(code, type, value.code, item.type, operand.code);
    tests.push(operand.nullable ? `(${operand.code} !== null && ${test})` : test);
  }
  const any = tests.length === 0 ? "false" : `(${tests.join(" || ")})`;
  const found = conjunction(nonNull(value), any);
  return code.local(node.negated ? `!(${found})` : found, false);
}

function literalOf(item: Expression): Value {
  return item.kind === "literal" ? item.value : null;
}

/** Types whose equal values are `===`. */
function isIdentical(type: SqlType): boolean {
  switch (type.kind) {
    case "BOOLEAN":
    case "INTEGER":
    case "BIGINT":
    case "STRING":
    case "DATE":
    case "TIME":
    case "TIMESTAMP":
      return true;
    default:
      return false;
  }
}

/** IN finds a DOUBLE as Java's objects are equal: NaN is NaN, −0 is not 0. */
function memberTest(
  code: CodeBuilder,
  leftType: SqlType,
  left: string,
  rightType: SqlType,
  right: string,
): string {
  if (leftType.kind === "DOUBLE" && rightType.kind === "DOUBLE") return `Object.is(${left}, ${right})`;
  return orderTest(code, "=", leftType, left, rightType, right);
}

/** A test of two values that are not NULL. */
function orderTest(
  code: CodeBuilder,
  operator: OrderOperator,
  leftType: SqlType,
  leftCode: string,
  rightType: SqlType,
  rightCode: string,
): string {
  const operands = comparisonOperands(leftType, rightType);
  const { type } = operands;
  const left = operands.left === undefined ? leftCode : `${code.constant(operands.left)}(${leftCode})`;
  const right = operands.right === undefined ? rightCode : `${code.constant(operands.right)}(${rightCode})`;
  if (isIdentical(type)) return `${left} ${scriptOperator(operator)} ${right}`;
  switch (type.kind) {
    case "DOUBLE":
      // Whatever is asked of NaN is false, also whether it differs.
      if (operator === "<>") return `(${left} < ${right} || ${left} > ${right})`;
      return `${left} ${scriptOperator(operator)} ${right}`;
    case "DECIMAL":
      return `${left}.compare(${right}) ${scriptOperator(operator)} 0`;
    case "BYTES": {
      const compare = code.constant((a: Value, b: Value) => compareValues(type, a, b));
      return `${compare}(${left}, ${right}) ${scriptOperator(operator)} 0`;
    }
    default: {
      const equal = code.constant((a: Value, b: Value) => valuesEqual(type, a, b));
      return `${operator === "=" ? "" : "!"}${equal}(${left}, ${right})`;
    }
  }
}

function scriptOperator(operator: OrderOperator): string {
  return operator === "=" ? "===" : operator === "<>" ? "!==" : operator;
}

function nonNull(operand: Operand): string | undefined {
  return operand.nullable ? `${operand.code} !== null` : undefined;
}

function conjunction(...tests: readonly (string | undefined)[]): string {
  return tests.filter((test) => test !== undefined).join(" && ");
}
