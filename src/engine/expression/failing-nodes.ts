/** Which expressions can end early (by a failure or a NULL operand) and which can be NULL, as seen without running them. */
import { unreachable } from "../../base/assert.ts";
import { sameType, type SqlType } from "../../data/types.ts";
import type { Expression } from "../../plan/expression.ts";
import { comparisonOperands } from "./operand-conversion.ts";

export function isNullable(node: Expression): boolean {
  switch (node.kind) {
    case "literal":
      return node.value === null;
    case "comparison":
    case "logical":
    case "not":
    case "is-null":
    case "between":
    case "in":
    case "like":
    case "arithmetic":
    case "negate":
    case "array":
    case "map":
    case "struct":
      return false;
    default:
      return true;
  }
}

/** `nested`: parts may fail on their own, see evaluation-context.ts. Errs towards true. */
export function canEndEarly(node: Expression, nested: boolean): boolean {
  const ends = (child: Expression) => canEndEarly(child, nested);
  switch (node.kind) {
    case "literal":
    case "column":
    case "lambda-parameter":
      return false;
    case "field":
      return ends(node.base);
    case "comparison":
      return ends(node.left) || ends(node.right) || converts(node.left, node.right);
    case "between":
      return (
        [node.operand, node.low, node.high].some(ends) ||
        converts(node.operand, node.low) ||
        converts(node.operand, node.high)
      );
    case "in":
      return ends(node.operand) || node.items.some((item) => ends(item) || converts(node.operand, item));
    case "is-null":
      return ends(node.operand);
    case "not":
      return isNullable(node.operand) || ends(node.operand);
    case "logical":
      return [node.left, node.right].some((operand) => isNullable(operand) || ends(operand));
    case "case":
      return (
        node.branches.some((branch) => isNullable(branch.when) || ends(branch.when) || ends(branch.then)) ||
        (node.otherwise !== undefined && ends(node.otherwise))
      );
    case "cast":
      if (!node.implicit && nested) return false;
      return !isSureCast(node.operand.type, node.type) || ends(node.operand);
    case "array":
      return !nested && node.items.some(ends);
    case "struct":
      return !nested && node.fields.some(ends);
    case "map":
      return !nested && node.entries.some((entry) => ends(entry.key) || ends(entry.value));
    case "subscript":
    case "call":
    case "like":
    case "arithmetic":
    case "negate":
      return true;
    default:
      return unreachable(node, "expression");
  }
}

/** Whether evaluating `node` can have any effect beside its value: it ends early, or a part of it fails and is reported. */
export function canFail(node: Expression): boolean {
  return canEndEarly(node, false);
}

/** Whether every value of `from` has a value of `to`. */
export function isSureCast(from: SqlType, to: SqlType): boolean {
  if (sameType(from, to) || to.kind === "STRING") return true;
  return from.kind === "INTEGER"
    ? to.kind === "BIGINT" || to.kind === "DOUBLE"
    : from.kind === "BIGINT" && to.kind === "DOUBLE";
}

/** A conversion of an operand may throw. */
function converts(left: Expression, right: Expression): boolean {
  const operands = comparisonOperands(left.type, right.type);
  return operands.left !== undefined || operands.right !== undefined;
}
