/**
 * Runs an expression by walking its tree: slow and obvious. It is the definition that the compiled code is tested
 * against. NULL and failures: see evaluation-context.ts.
 */
import { arithmeticOperation } from "../../data/arithmetic.ts";
import { unreachable } from "../../base/assert.ts";
import { castValue } from "../../data/cast.ts";
import { compareValues, valuesEqual } from "../../data/compare.ts";
import type { Decimal } from "../../data/decimal.ts";
import { arithmeticType } from "../../data/type-coercion.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { ArgumentValue, LambdaValue, ScalarImplementation } from "../../functions/definition.ts";
import type { CallExpression, Expression, LambdaExpression } from "../../plan/expression.ts";
import { bindCall } from "./call-binding.ts";
import { arrayElement, mapBuilder, mapLookup } from "./container-access.ts";
import {
  failureReporter,
  isArgumentBoundary,
  nestedBoundaries,
  NULL_OPERAND,
  type EvaluationContext,
} from "./evaluation-context.ts";
import { likeMatcher, parseLikePattern } from "./like-pattern.ts";
import { comparisonOperands } from "./operand-conversion.ts";

type Node<Kind extends Expression["kind"]> = Extract<Expression, { kind: Kind }>;

/** What a node sees: the row, and the parameters of the lambdas around it. */
interface Frame {
  readonly row: readonly Value[];
  readonly parameters: ReadonlyMap<string, Value>;
}

export function interpret(
  expression: Expression,
  context: EvaluationContext,
): (row: readonly Value[]) => Value {
  const interpreter = new Interpreter(context);
  return (row) => interpreter.guarded(expression, { row, parameters: new Map() });
}

class Interpreter {
  readonly #context: EvaluationContext;
  readonly #nested: boolean;
  /** A call site is bound once, at its first evaluation. */
  readonly #bound = new Map<CallExpression, ScalarImplementation>();

  constructor(context: EvaluationContext) {
    this.#context = context;
    this.#nested = nestedBoundaries(context);
  }

  /** Evaluates a boundary. */
  guarded(node: Expression, frame: Frame): Value {
    try {
      return this.#evaluate(node, frame);
    } catch (thrown) {
      failureReporter(node, this.#context)(thrown);
      return null;
    }
  }

  #part(node: Expression, frame: Frame): Value {
    return this.#nested ? this.guarded(node, frame) : this.#evaluate(node, frame);
  }

  #operand(node: Expression, frame: Frame): Exclude<Value, null> {
    const value = this.#evaluate(node, frame);
    if (value === null) throw NULL_OPERAND;
    return value;
  }

  #evaluate(node: Expression, frame: Frame): Value {
    switch (node.kind) {
      case "literal":
        return node.value;
      case "column":
        return frame.row[node.index]!;
      case "lambda-parameter":
        return frame.parameters.get(node.name)!;
      case "field": {
        const base = this.#evaluate(node.base, frame);
        return base === null ? null : (base as readonly Value[])[node.index]!;
      }
      case "subscript":
        return this.#subscript(node, frame);
      case "call":
        return this.#call(node, frame);
      case "arithmetic":
        return this.#arithmetic(node, frame);
      case "negate":
        return negated(node.type, this.#operand(node.operand, frame));
      case "cast":
        return this.#cast(node, frame);
      case "case":
        return this.#case(node, frame);
      case "array":
        return node.items.map((item) => this.#part(item, frame));
      case "map":
        return this.#map(node, frame);
      case "struct":
        return node.fields.map((field) => this.#part(field, frame));
      default:
        return this.#condition(node, frame);
    }
  }

  #condition(
    node: Node<"comparison" | "logical" | "not" | "is-null" | "between" | "in" | "like">,
    frame: Frame,
  ): boolean {
    switch (node.kind) {
      case "comparison":
        return this.#comparison(node, frame);
      case "logical": {
        const left = this.#operand(node.left, frame) as boolean;
        if (left === (node.operator === "or")) return left;
        return this.#operand(node.right, frame) as boolean;
      }
      case "not":
        return !(this.#operand(node.operand, frame) as boolean);
      case "is-null":
        return (this.#evaluate(node.operand, frame) === null) !== node.negated;
      case "between":
        return this.#between(node, frame) !== node.negated;
      case "in":
        return this.#in(node, frame) !== node.negated;
      case "like": {
        const text = this.#evaluate(node.operand, frame);
        const pattern = this.#evaluate(node.pattern, frame);
        if (text === null || pattern === null) throw NULL_OPERAND;
        const matches = likeMatcher(parseLikePattern(pattern as string, node.escape));
        return matches(text as string) !== node.negated;
      }
      default:
        return unreachable(node, "expression");
    }
  }

  #comparison(node: Node<"comparison">, frame: Frame): boolean {
    const left = this.#evaluate(node.left, frame);
    if (node.operator === "distinct" || node.operator === "not-distinct") {
      const right = this.#evaluate(node.right, frame);
      const distinct =
        left === null || right === null
          ? (left === null) !== (right === null)
          : compares(node.left.type, left, "<>", node.right.type, right);
      return distinct === (node.operator === "distinct");
    }
    if (left === null) return false;
    const right = this.#evaluate(node.right, frame);
    return right !== null && compares(node.left.type, left, node.operator, node.right.type, right);
  }

  #between(node: Node<"between">, frame: Frame): boolean {
    const value = this.#evaluate(node.operand, frame);
    if (value === null) return false;
    const low = this.#evaluate(node.low, frame);
    if (low === null || !compares(node.operand.type, value, ">=", node.low.type, low)) return false;
    const high = this.#evaluate(node.high, frame);
    return high !== null && compares(node.operand.type, value, "<=", node.high.type, high);
  }

  #in(node: Node<"in">, frame: Frame): boolean {
    const value = this.#evaluate(node.operand, frame);
    const items = node.items.map((item) => this.#evaluate(item, frame));
    if (value === null) return false;
    return items.some(
      (item, i) => item !== null && isMember(node.operand.type, value, node.items[i]!.type, item),
    );
  }

  #arithmetic(node: Node<"arithmetic">, frame: Frame): Value {
    const left = this.#evaluate(node.left, frame);
    const right = this.#evaluate(node.right, frame);
    if (left === null || right === null) throw NULL_OPERAND;
    const result = arithmeticOperation(node.operator, node.left.type, node.right.type)(left, right);
    const type = arithmeticType(node.operator, node.left.type, node.right.type)!;
    return castValue(type, node.type)(result);
  }

  #cast(node: Node<"cast">, frame: Frame): Value {
    const convert = castValue(node.operand.type, node.type);
    if (node.implicit || !this.#nested) return convert(this.#evaluate(node.operand, frame));
    try {
      return convert(this.#evaluate(node.operand, frame));
    } catch (thrown) {
      failureReporter(node, this.#context)(thrown);
      return null;
    }
  }

  #case(node: Node<"case">, frame: Frame): Value {
    for (const branch of node.branches) {
      if (this.#operand(branch.when, frame) === true) return this.#evaluate(branch.then, frame);
    }
    return node.otherwise === undefined ? null : this.#evaluate(node.otherwise, frame);
  }

  #map(node: Node<"map">, frame: Frame): Value {
    const parts = node.entries.flatMap((e) => [this.#part(e.key, frame), this.#part(e.value, frame)]);
    return node.type.kind === "MAP" ? mapBuilder(node.type.key)(...parts) : null;
  }

  #subscript(node: Node<"subscript">, frame: Frame): Value {
    const base = this.#evaluate(node.base, frame);
    if (base === null) return null;
    if (node.base.type.kind === "MAP") {
      const key = this.#evaluate(node.subscript, frame);
      return mapLookup(node.base.type.key)(base as ReadonlyMap<Value, Value>, key);
    }
    const subscript = this.#operand(node.subscript, frame);
    return arrayElement(base as readonly Value[], Number(subscript), node.firstIndex);
  }

  #call(node: CallExpression, frame: Frame): Value {
    let implementation = this.#bound.get(node);
    if (implementation === undefined) {
      implementation = bindCall(node, this.#context);
      this.#bound.set(node, implementation);
    }
    const args = node.args.map((arg): ArgumentValue => {
      if (arg.kind === "lambda") return this.#lambda(arg, frame);
      return isArgumentBoundary(arg) ? this.#part(arg, frame) : this.#evaluate(arg, frame);
    });
    if (node.overload.nullOnNull !== false && args.includes(null)) return null;
    return implementation(...args);
  }

  #lambda(node: LambdaExpression, frame: Frame): LambdaValue {
    return (...args) => {
      const parameters = new Map(frame.parameters);
      node.parameters.forEach((parameter, i) => parameters.set(parameter.name, args[i]!));
      return this.#evaluate(node.body, { row: frame.row, parameters });
    };
  }
}

function negated(type: SqlType, value: Exclude<Value, null>): Value {
  switch (type.kind) {
    case "INTEGER":
      return -(value as number) | 0;
    case "BIGINT":
      return BigInt.asIntN(64, -(value as bigint));
    case "DECIMAL":
      return (value as Decimal).negate();
    default:
      return -(value as number);
  }
}

function compares(
  leftType: SqlType,
  leftValue: Value,
  operator: "=" | "<>" | "<" | "<=" | ">" | ">=",
  rightType: SqlType,
  rightValue: Value,
): boolean {
  const { type, left: toLeft, right: toRight } = comparisonOperands(leftType, rightType);
  const left = toLeft === undefined ? leftValue : toLeft(leftValue);
  const right = toRight === undefined ? rightValue : toRight(rightValue);
  if (type.kind === "DOUBLE") return comparesDoubles(left as number, operator, right as number);
  const order =
    type.kind === "DECIMAL" ? (left as Decimal).compare(right as Decimal) : compareValues(type, left, right);
  switch (operator) {
    case "=":
      return order === 0;
    case "<>":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

/** IEEE order: −0 equals 0, and whatever is asked of NaN is false, also whether it differs. */
function comparesDoubles(
  left: number,
  operator: "=" | "<>" | "<" | "<=" | ">" | ">=",
  right: number,
): boolean {
  switch (operator) {
    case "=":
      return left === right;
    case "<>":
      return left !== right && !Number.isNaN(left) && !Number.isNaN(right);
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
  }
}

/** IN finds a value by equality of Java objects (NaN is NaN), decimals by value. */
function isMember(leftType: SqlType, left: Value, rightType: SqlType, right: Value): boolean {
  const { type } = comparisonOperands(leftType, rightType);
  if (type.kind !== "DOUBLE" || leftType.kind !== rightType.kind)
    return compares(leftType, left, "=", rightType, right);
  return valuesEqual(type, left, right);
}
