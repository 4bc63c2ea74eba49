/** Comparisons, BETWEEN, IN and LIKE: which operands fit, and the casts that bring them to one type. */
import type { Span } from "../base/errors.ts";
import { parseTimestampText } from "../data/civil-time.ts";
import { comparable, isNumeric, isTime, widenDecimals } from "../data/type-coercion.ts";
import { BIGINT, BOOLEAN, DOUBLE, INTEGER, STRING, TIMESTAMP } from "../data/types.ts";
import type { SqlType } from "../data/types.ts";
import { ValueError } from "../data/value-error.ts";
import type {
  BetweenExpression,
  ComparisonExpression,
  Expression as Ast,
  InExpression,
  LikeExpression,
} from "../sql/ast-expression.ts";
import {
  convert,
  invalidExpression,
  nullOf,
  requireType,
  typeMismatch,
  typeName,
  typeOf,
} from "./analyzed.ts";
import type { Analyzed, Environment } from "./analyzed.ts";
import { unify } from "./operand-types.ts";
import type { ComparisonOperator, Expression } from "./expression.ts";
import { sourceText } from "./source-text.ts";
import { isWindowBound, ROWTIME } from "./system-columns.ts";

const OPERATORS: Readonly<Record<ComparisonExpression["op"], ComparisonOperator>> = {
  "=": "=",
  "<>": "<>",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  "is distinct from": "distinct",
  "is not distinct from": "not-distinct",
};
const EQUALITIES: readonly string[] = ["=", "<>", "is distinct from", "is not distinct from"];

export function analyzeComparison(node: ComparisonExpression, environment: Environment): Expression {
  const operator = OPERATORS[node.op];
  const [left, right] = [operandOf(node.left, node.right), operandOf(node.right, node.left)];
  const type = comparedType(environment, node, left, right);
  return {
    kind: "comparison",
    type: BOOLEAN,
    operator,
    left: convert(left, type.left),
    right: convert(right, type.right),
  };

  function operandOf(own: Ast, other: Ast): Analyzed {
    return isRecordTime(other) ? timeOrSelf(own, environment) : environment.analyze(own, environment);
  }
}

function comparedType(
  environment: Environment,
  node: ComparisonExpression,
  left: Analyzed,
  right: Analyzed,
): { left: SqlType; right: SqlType } {
  const [a, b] = [typeOf(left), typeOf(right)];
  if (a === undefined || b === undefined) {
    throw invalidExpression(
      environment,
      node.span,
      `comparison with NULL: ${sourceText(node)}`,
      "use IS NULL or IS NOT NULL",
    );
  }
  const common = comparedAs(a, b, !EQUALITIES.includes(node.op));
  if (common !== undefined) return common;
  throw typeMismatch(
    environment,
    node.span,
    `${sourceText(node.left)} (${typeName(a)}) can't be compared with ${sourceText(node.right)} (${typeName(b)})`,
    { detail: `the operator is ${node.op.toUpperCase()}` },
  );
}

/** The types both sides are brought to; undefined where the kinds can't be compared (that way). */
function comparedAs(
  left: SqlType,
  right: SqlType,
  ordered: boolean,
): { left: SqlType; right: SqlType } | undefined {
  if (!comparable(left, right, ordered)) return undefined;
  if (isNumeric(left)) {
    const number = comparedNumber(left, right);
    return { left: number, right: number };
  }
  if (left.kind === "STRING" && isTime(right)) return { left: right, right };
  if (right.kind === "STRING" && isTime(left)) return { left, right: left };
  return isTime(left) && left.kind !== right.kind ? { left: TIMESTAMP, right: TIMESTAMP } : { left, right };
}

/** DECIMAL meets DOUBLE as DOUBLE. */
function comparedNumber(left: SqlType, right: SqlType): SqlType {
  const kinds = [left.kind, right.kind];
  if (kinds.includes("DOUBLE")) return DOUBLE;
  if (kinds.includes("DECIMAL")) return widenDecimals(left, right)!;
  return kinds.includes("BIGINT") ? BIGINT : INTEGER;
}

/** ROWTIME, WINDOWSTART and WINDOWEND can be compared with a time written as text. */
function isRecordTime(node: Ast): boolean {
  return node.kind === "column" && (node.name === ROWTIME || isWindowBound(node.name));
}

function timeOrSelf(node: Ast, environment: Environment): Analyzed {
  if (node.kind !== "string-literal") return environment.analyze(node, environment);
  return { kind: "literal", type: BIGINT, value: BigInt(recordTime(environment, node.value, node.span)) };
}

function recordTime(environment: Environment, text: string, span: Span): number {
  try {
    return parseTimestampText(text);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw typeMismatch(environment, span, `'${text}' is no time`, {
      hint: "write it like '2020-05-26T23:59:58.000', with '+0200' or 'Z' for a zone, or a beginning of that",
    });
  }
}

export function analyzeBetween(node: BetweenExpression, environment: Environment): Expression {
  const bound = (child: Ast): Analyzed =>
    isRecordTime(node.operand) ? timeOrSelf(child, environment) : environment.analyze(child, environment);
  const operand = requireType(environment, environment.analyze(node.operand, environment), node.operand.span);
  const low = requireType(environment, bound(node.low), node.low.span);
  const high = requireType(environment, bound(node.high), node.high.span);
  const first = comparedAs(operand.type, low.type, true);
  const second = comparedAs(first?.left ?? operand.type, high.type, true);
  if (first === undefined || second === undefined) {
    throw typeMismatch(
      environment,
      node.span,
      `${typeName(operand.type)} can't be between ${typeName(low.type)} and ${typeName(high.type)}`,
    );
  }
  const type = second.left;
  return {
    kind: "between",
    type: BOOLEAN,
    operand: convert(operand, type),
    low: convert(low, type),
    high: convert(high, type),
    negated: node.negated,
  };
}

export function analyzeIn(node: InExpression, environment: Environment): Expression {
  const nodes = [node.operand, ...node.values];
  const [operand, ...values] = unify(environment, nodes)?.expressions ?? nodes.map(() => nullOf(STRING));
  return { kind: "in", type: BOOLEAN, operand: operand!, items: values, negated: node.negated };
}

export function analyzeLike(node: LikeExpression, environment: Environment): Expression {
  const text = (child: Ast): Expression => {
    const analyzed = environment.analyze(child, environment);
    const type = typeOf(analyzed) ?? STRING;
    if (type.kind === "STRING") return convert(analyzed, STRING);
    throw typeMismatch(environment, child.span, `LIKE takes STRING, not ${typeName(type)}`);
  };
  const [operand, pattern] = [text(node.operand), text(node.pattern)];
  return { kind: "like", type: BOOLEAN, operand, pattern, escape: node.escape, negated: node.negated };
}
