/** What analysis of one expression gives and needs; conversions that fold literals at once. */
import { SpoorError } from "../base/errors.ts";
import type { Span } from "../base/errors.ts";
import { BIGINT, BOOLEAN, DOUBLE, INTEGER, STRING } from "../data/types.ts";
import { sameType, typeText } from "../data/types.ts";
import { coerceLiteral } from "../data/common-type.ts";
import { Decimal } from "../data/decimal.ts";
import { decimalTypeOf } from "../data/type-coercion.ts";
import type { SqlType } from "../data/types.ts";
import type { ColumnExpression, Expression as Ast, Literal } from "../sql/ast-expression.ts";
import { planError } from "./errors.ts";
import type { Expression } from "./expression.ts";
import type { Clause } from "./name-scope.ts";
import { errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";

/** NULL written where nothing has given it a type yet. */
export interface UntypedNull {
  readonly kind: "untyped-null";
}

export type Analyzed = Expression | UntypedNull;

export const UNTYPED_NULL: UntypedNull = { kind: "untyped-null" };

/** What a clause's expressions can refer to. */
export interface ExpressionScope {
  readonly clause: Clause;
  column(node: ColumnExpression): Expression;
  /**
   * An expression that stands for the whole node: a grouped expression or an aggregate's result, a table
   * function's column. Undefined: analyse the node as written.
   */
  replacement(node: Ast): Expression | undefined;
}

export interface Environment {
  readonly context: PlanContext;
  readonly scope: ExpressionScope;
  /** Parameters of the enclosing lambdas. */
  readonly lambdas: ReadonlyMap<string, SqlType>;
  /** What parts of the expression were found to be: constructors look at theirs more than once. */
  readonly memo: Map<Ast, Analyzed>;
  /** Analyses a part of the expression in this or a nested environment. */
  readonly analyze: (node: Ast, environment: Environment) => Analyzed;
}

export function typeOf(analyzed: Analyzed): SqlType | undefined {
  return analyzed.kind === "untyped-null" ? undefined : analyzed.type;
}

export function nullOf(type: SqlType): Expression {
  return { kind: "literal", type, value: null };
}

/** A type as messages show it; NULL has none. */
export function typeName(type: SqlType | undefined): string {
  return type === undefined ? "NULL" : typeText(type);
}

/** Gives the expression a type it converts to without loss of meaning; literals are converted now. */
export function convert(analyzed: Analyzed, type: SqlType): Expression {
  if (analyzed.kind === "untyped-null") return nullOf(type);
  if (sameType(analyzed.type, type)) return analyzed;
  const folded = foldLiteral(analyzed, type);
  if (folded !== undefined) return folded;
  return { kind: "cast", type, operand: analyzed, implicit: true };
}

function foldLiteral(expression: Expression, type: SqlType): Expression | undefined {
  if (expression.kind !== "literal") return undefined;
  try {
    return { kind: "literal", type, value: coerceLiteral(expression.value, expression.type, type) };
  } catch (error) {
    if (error instanceof SpoorError) return undefined;
    throw error;
  }
}

export function literalExpression(node: Literal): Analyzed {
  switch (node.kind) {
    case "null-literal":
      return UNTYPED_NULL;
    case "boolean-literal":
      return { kind: "literal", type: BOOLEAN, value: node.value };
    case "string-literal":
      return { kind: "literal", type: STRING, value: node.value };
    case "integer-literal":
      return node.value >= -2147483648n && node.value <= 2147483647n
        ? { kind: "literal", type: INTEGER, value: Number(node.value) }
        : { kind: "literal", type: BIGINT, value: node.value };
    case "double-literal":
      return { kind: "literal", type: DOUBLE, value: node.value };
    case "decimal-literal": {
      const value = Decimal.parse(node.text);
      return { kind: "literal", type: decimalTypeOf(value), value };
    }
  }
}

export function isLiteral(node: Ast): node is Literal {
  return node.kind.endsWith("-literal") && !/^(array|map|struct)-/.test(node.kind);
}

export function invalidExpression(
  environment: Environment,
  span: Span,
  message: string,
  hint?: string,
): Error {
  return errorAt(environment.context, planError.INVALID_EXPRESSION, span, { message, hint });
}

export function typeMismatch(
  environment: Environment,
  span: Span,
  message: string,
  parts: { readonly detail?: string; readonly hint?: string } = {},
): Error {
  const hint = parts.hint ?? "an explicit CAST may be needed";
  return errorAt(environment.context, planError.TYPE_MISMATCH, span, { message, ...parts, hint });
}

/** The expression, which must have a type. */
export function requireType(environment: Environment, analyzed: Analyzed, span: Span): Expression {
  if (analyzed.kind !== "untyped-null") return analyzed;
  throw typeMismatch(environment, span, "the type of NULL is unknown here", {
    hint: "give it one, as in CAST(NULL AS VARCHAR)",
  });
}
