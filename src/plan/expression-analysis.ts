/**
 * From AST expressions to resolved, typed ones. Parts are analysed bottom up; NULL has no type until its
 * surroundings give it one ({@link UntypedNull}). Comparisons and calls are in files of their own.
 */
import { BOOLEAN, INTEGER, STRING, typeText } from "../data/types.ts";
import { castable } from "../data/cast.ts";
import { arithmeticType, asDecimalType, isNumeric } from "../data/type-coercion.ts";
import type { SqlType } from "../data/types.ts";
import { didYouMean } from "../base/nearest.ts";
import type {
  ArithmeticExpression,
  ArithmeticUnaryExpression,
  CastExpression,
  DereferenceExpression,
  Expression as Ast,
  SearchedCaseExpression,
  SimpleCaseExpression,
  SubscriptExpression,
} from "../sql/ast-expression.ts";
import {
  convert,
  invalidExpression,
  isLiteral,
  literalExpression,
  requireType,
  typeMismatch,
  typeName,
  typeOf,
} from "./analyzed.ts";
import type { Analyzed, Environment, ExpressionScope } from "./analyzed.ts";
import { analyzeCall } from "./call-analysis.ts";
import { analyzeArray, analyzeMap, analyzeStruct } from "./constructor-analysis.ts";
import { analyzeBetween, analyzeComparison, analyzeIn, analyzeLike } from "./comparison-analysis.ts";
import { planError } from "./errors.ts";
import type { Expression } from "./expression.ts";
import { errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import { sourceText } from "./source-text.ts";
import { resolveUserType } from "./user-types.ts";

/** The environment of one whole expression. */
export function expressionEnvironment(context: PlanContext, scope: ExpressionScope): Environment {
  return { context, scope, lambdas: new Map(), memo: new Map(), analyze };
}

/** The expression with its type. @throws where it is NULL and nothing gives it a type. */
export function analyzeExpression(context: PlanContext, scope: ExpressionScope, node: Ast): Expression {
  const environment = expressionEnvironment(context, scope);
  return requireType(environment, analyze(node, environment), node.span);
}

/** As {@link analyzeExpression}; it must be BOOLEAN. */
export function analyzePredicate(context: PlanContext, scope: ExpressionScope, node: Ast): Expression {
  const environment = expressionEnvironment(context, scope);
  const analyzed = analyze(node, environment);
  if (typeOf(analyzed)?.kind === "BOOLEAN" && analyzed.kind !== "untyped-null") return analyzed;
  throw typeMismatch(
    environment,
    node.span,
    `${scope.clause} must be BOOLEAN but ${sourceText(node)} is ${typeName(typeOf(analyzed))}`,
  );
}

function analyze(node: Ast, environment: Environment): Analyzed {
  const known = environment.memo.get(node);
  if (known !== undefined) return known;
  const analyzed = analyzeNode(node, environment);
  environment.memo.set(node, analyzed);
  return analyzed;
}

function analyzeNode(node: Ast, environment: Environment): Analyzed {
  const replacement = environment.scope.replacement(node);
  if (replacement !== undefined) return replacement;
  if (isLiteral(node)) return literalExpression(node);
  switch (node.kind) {
    case "column":
      return environment.scope.column(node);
    case "dereference":
      return analyzeField(node, environment);
    case "subscript":
      return analyzeSubscript(node, environment);
    case "comparison":
      return analyzeComparison(node, environment);
    case "between":
      return analyzeBetween(node, environment);
    case "in":
      return analyzeIn(node, environment);
    case "like":
      return analyzeLike(node, environment);
    case "arithmetic":
      return analyzeArithmetic(node, environment);
    case "arithmetic-unary":
      return analyzeSign(node, environment);
    case "logical": {
      const [left, right] = [truth(node.left, environment), truth(node.right, environment)];
      return { kind: "logical", type: BOOLEAN, operator: node.op, left, right };
    }
    case "not":
      return { kind: "not", type: BOOLEAN, operand: truth(node.operand, environment) };
    case "is-null": {
      const operand = convertNull(analyze(node.operand, environment));
      return { kind: "is-null", type: BOOLEAN, operand, negated: node.negated };
    }
    case "simple-case":
    case "searched-case":
      return analyzeCase(node, environment);
    case "cast":
      return analyzeCast(node, environment);
    case "call":
      return analyzeCall(node, environment);
    case "concat":
      return analyzeCall(
        { kind: "call", name: "CONCAT", args: [node.left, node.right], span: node.span },
        environment,
      );
    case "lambda-variable":
      return lambdaParameter(node.name, node, environment);
    case "lambda":
      throw invalidExpression(environment, node.span, "a lambda can only be an argument of a function");
    case "interval-unit":
      throw invalidExpression(
        environment,
        node.span,
        `unit ${node.unit} can only be an argument of a function`,
      );
    case "array-literal":
      return analyzeArray(node, environment);
    case "map-literal":
      return analyzeMap(node, environment);
    case "struct-literal":
      return analyzeStruct(node, environment);
  }
}

/** IS NULL takes a NULL of any type. */
function convertNull(analyzed: Analyzed): Expression {
  return analyzed.kind === "untyped-null" ? convert(analyzed, STRING) : analyzed;
}

function truth(node: Ast, environment: Environment): Expression {
  const analyzed = analyze(node, environment);
  const type = typeOf(analyzed) ?? BOOLEAN;
  if (type.kind === "BOOLEAN") return convert(analyzed, BOOLEAN);
  throw typeMismatch(environment, node.span, `${sourceText(node)} must be BOOLEAN but is ${typeName(type)}`);
}

function lambdaParameter(name: string, node: Ast, environment: Environment): Expression {
  const type = environment.lambdas.get(name);
  if (type !== undefined) return { kind: "lambda-parameter", type, name };
  throw invalidExpression(environment, node.span, `'${name}' is no parameter of this lambda`);
}

function analyzeField(node: DereferenceExpression, environment: Environment): Expression {
  const base = requireType(environment, analyze(node.base, environment), node.base.span);
  if (base.type.kind !== "STRUCT") {
    throw typeMismatch(
      environment,
      node.span,
      `${sourceText(node.base)} is ${typeText(base.type)} and has no fields`,
    );
  }
  const index = base.type.fields.findIndex((field) => field.name === node.field);
  const field = base.type.fields[index];
  if (field !== undefined) return { kind: "field", type: field.type, base, index, name: node.field };
  throw errorAt(environment.context, planError.UNKNOWN_COLUMN, node.span, {
    message: `field '${node.field}' does not exist in ${sourceText(node.base)}`,
    hint: didYouMean(
      node.field,
      base.type.fields.map((known) => known.name),
    ),
  });
}

function analyzeSubscript(node: SubscriptExpression, environment: Environment): Expression {
  const base = requireType(environment, analyze(node.base, environment), node.base.span);
  const index = analyze(node.index, environment);
  const firstIndex = environment.context.dialect === "ksql5" ? 0 : 1;
  if (base.type.kind === "MAP") {
    const subscript = convertTo(base.type.key, index, node.index, environment);
    return { kind: "subscript", type: base.type.value, base, subscript, firstIndex };
  }
  if (base.type.kind === "ARRAY") {
    const subscript = convertTo(INTEGER, index, node.index, environment);
    return { kind: "subscript", type: base.type.element, base, subscript, firstIndex };
  }
  throw typeMismatch(environment, node.span, `${typeText(base.type)} has no elements to subscript`, {
    hint: base.type.kind === "STRUCT" ? "a field is written as base->field" : "subscript an ARRAY or a MAP",
  });
}

function convertTo(type: SqlType, analyzed: Analyzed, node: Ast, environment: Environment): Expression {
  const from = typeOf(analyzed) ?? type;
  const numbers = isNumeric(from) && isNumeric(type);
  if (from.kind === type.kind || (numbers && castable(from, type))) return convert(analyzed, type);
  throw typeMismatch(environment, node.span, `a subscript must be ${typeText(type)}, not ${typeName(from)}`);
}

function analyzeArithmetic(node: ArithmeticExpression, environment: Environment): Expression {
  const [left, right] = [analyze(node.left, environment), analyze(node.right, environment)];
  const [a, b] = [typeOf(left), typeOf(right)];
  const type = a === undefined || b === undefined ? undefined : arithmeticType(node.op, a, b);
  if (type === undefined) {
    throw typeMismatch(
      environment,
      node.span,
      `${typeName(a)} ${node.op} ${typeName(b)} has no meaning in ${sourceText(node)}`,
    );
  }
  const operand = (analyzed: Analyzed): Expression => {
    if (type.kind !== "DECIMAL") return convert(analyzed, type);
    const own = requireType(environment, analyzed, node.span);
    return convert(own, asDecimalType(own.type) ?? own.type);
  };
  return { kind: "arithmetic", type, operator: node.op, left: operand(left), right: operand(right) };
}

function analyzeSign(node: ArithmeticUnaryExpression, environment: Environment): Expression {
  const operand = requireType(environment, analyze(node.operand, environment), node.operand.span);
  if (!isNumeric(operand.type)) {
    throw typeMismatch(environment, node.span, `${typeText(operand.type)} has no sign`);
  }
  return node.op === "+" ? operand : { kind: "negate", type: operand.type, operand };
}

function analyzeCase(
  node: SimpleCaseExpression | SearchedCaseExpression,
  environment: Environment,
): Expression {
  const whens = node.whens.map((when) => ({
    condition: when.condition,
    when:
      node.kind === "searched-case"
        ? truth(when.condition, environment)
        : equalTo(node.operand, when.condition),
    result: analyze(when.result, environment),
  }));
  const otherwise = node.otherwise === undefined ? undefined : analyze(node.otherwise, environment);
  const results = [...whens.map((when) => when.result), ...(otherwise === undefined ? [] : [otherwise])];
  const type = results.map(typeOf).find((candidate) => candidate !== undefined);
  if (type === undefined) {
    throw typeMismatch(environment, node.span, "every branch of the CASE is NULL", {
      hint: "give one a type, as in CAST(NULL AS VARCHAR)",
    });
  }
  for (const result of results) {
    const own = typeOf(result);
    if (own === undefined || typeText(own) === typeText(type)) continue;
    throw typeMismatch(environment, node.span, `a CASE gives both ${typeText(type)} and ${typeText(own)}`);
  }
  return {
    kind: "case",
    type,
    // oxlint-disable-next-line unicorn/no-thenable -- a plan's CASE branch has THEN's value; nothing awaits it
    branches: whens.map((when) => ({ when: when.when, then: convert(when.result, type) })),
    otherwise: otherwise === undefined ? undefined : convert(otherwise, type),
  };

  function equalTo(left: Ast, right: Ast): Expression {
    return analyzeComparison({ kind: "comparison", op: "=", left, right, span: right.span }, environment);
  }
}

function analyzeCast(node: CastExpression, environment: Environment): Expression {
  const type = resolveUserType(environment.context, node.type);
  const operand = analyze(node.operand, environment);
  if (operand.kind === "untyped-null") return convert(operand, type);
  if (!castable(operand.type, type)) {
    throw typeMismatch(
      environment,
      node.span,
      `${typeText(operand.type)} can't be cast to ${typeText(type)}`,
      {
        hint: "cast to a type it can become",
      },
    );
  }
  return { kind: "cast", type, operand, implicit: false };
}
