import { unreachable } from "../base/assert.ts";
import type {
  CallExpression,
  Expression,
  LambdaExpression,
  Literal,
  SearchedCaseExpression,
  SimpleCaseExpression,
} from "./ast-expression.ts";
import { nameText, stringText } from "./print-name.ts";
import { printType } from "./print-type.ts";

/** How tightly each construct binds; an operand that binds less tightly than its place needs gets parentheses. */
const OR = 1;
const AND = 2;
const NOT = 3;
const PREDICATE = 4;
const CONCAT = 5;
const SUM = 6;
const PRODUCT = 7;
const UNARY = 8;
const PRIMARY = 9;

/** The canonical text of an expression, on one line, with no more parentheses than it needs. */
export function printExpression(expression: Expression): string {
  return print(expression, OR);
}

/** As an operand of `->*`. */
export function printPrimary(expression: Expression): string {
  return print(expression, PRIMARY);
}

/** As an item of GROUP BY, PARTITION BY or VALUES, where AND, OR, NOT and predicates need parentheses. */
export function printValue(expression: Expression): string {
  return print(expression, CONCAT);
}

function print(expression: Expression, least: number): string {
  const text = bare(expression);
  return binding(expression) < least ? `(${text})` : text;
}

function binding(expression: Expression): number {
  switch (expression.kind) {
    case "logical":
      return expression.op === "or" ? OR : AND;
    case "not":
      return NOT;
    case "comparison":
    case "is-null":
    case "between":
    case "in":
    case "like":
      return PREDICATE;
    case "concat":
      return CONCAT;
    case "arithmetic":
      return expression.op === "+" || expression.op === "-" ? SUM : PRODUCT;
    case "arithmetic-unary":
      return UNARY;
    default:
      return PRIMARY;
  }
}

function bare(e: Expression): string {
  switch (e.kind) {
    case "null-literal":
    case "boolean-literal":
    case "integer-literal":
    case "decimal-literal":
    case "double-literal":
    case "string-literal":
      return printLiteral(e);
    case "column":
      return e.source === undefined ? nameText(e.name) : `${nameText(e.source)}.${nameText(e.name)}`;
    case "lambda-variable":
      return nameText(e.name);
    case "dereference":
      return `${print(e.base, PRIMARY)}->${nameText(e.field)}`;
    case "subscript":
      return `${print(e.base, PRIMARY)}[${print(e.index, CONCAT)}]`;
    case "concat":
      return `${print(e.left, CONCAT)} || ${print(e.right, SUM)}`;
    case "arithmetic": {
      const level = binding(e);
      return `${print(e.left, level)} ${e.op} ${print(e.right, level + 1)}`;
    }
    case "arithmetic-unary":
      return printUnary(e.op, print(e.operand, UNARY));
    case "logical":
      return e.op === "or"
        ? `${print(e.left, OR)} OR ${print(e.right, AND)}`
        : `${print(e.left, AND)} AND ${print(e.right, NOT)}`;
    case "not":
      return `NOT ${print(e.operand, NOT)}`;
    case "comparison":
      return `${print(e.left, CONCAT)} ${e.op.toUpperCase()} ${print(e.right, CONCAT)}`;
    case "is-null":
      return `${print(e.operand, CONCAT)} IS ${e.negated ? "NOT " : ""}NULL`;
    case "between": {
      const not = e.negated ? "NOT " : "";
      return `${print(e.operand, CONCAT)} ${not}BETWEEN ${print(e.low, CONCAT)} AND ${print(e.high, CONCAT)}`;
    }
    case "in":
      return `${print(e.operand, CONCAT)} ${e.negated ? "NOT " : ""}IN (${printList(e.values)})`;
    case "like": {
      const escape = e.escape === undefined ? "" : ` ESCAPE ${stringText(e.escape)}`;
      return `${print(e.operand, CONCAT)} ${e.negated ? "NOT " : ""}LIKE ${print(e.pattern, CONCAT)}${escape}`;
    }
    case "simple-case":
    case "searched-case":
      return printCase(e);
    case "cast":
      return `CAST(${printExpression(e.operand)} AS ${printType(e.type)})`;
    case "call":
      return printCall(e);
    case "lambda":
      return printLambda(e);
    case "array-literal":
      return `ARRAY[${printList(e.elements)}]`;
    case "map-literal":
      return `MAP(${e.entries.map((m) => `${printExpression(m.key)} := ${printExpression(m.value)}`).join(", ")})`;
    case "struct-literal":
      return `STRUCT(${e.fields.map((f) => `${nameText(f.name)} := ${printExpression(f.value)}`).join(", ")})`;
    case "interval-unit":
      return e.unit;
    default:
      return unreachable(e, "expression");
  }
}

export function printLiteral(literal: Literal): string {
  switch (literal.kind) {
    case "null-literal":
      return "NULL";
    case "boolean-literal":
      return literal.value ? "TRUE" : "FALSE";
    case "integer-literal":
      return String(literal.value);
    case "decimal-literal":
    case "double-literal":
      return literal.text;
    case "string-literal":
      return stringText(literal.value);
    default:
      return unreachable(literal, "literal");
  }
}

/** A minus sign before digits would become part of a literal, and before another one, a comment. */
function printUnary(op: "+" | "-", operand: string): string {
  return op === "-" && /^[-\d.]/.test(operand) ? `-(${operand})` : `${op}${operand}`;
}

function printCase(e: SimpleCaseExpression | SearchedCaseExpression): string {
  const operand = e.kind === "simple-case" ? ` ${print(e.operand, CONCAT)}` : "";
  const whens = e.whens.map((w) => ` WHEN ${printExpression(w.condition)} THEN ${printExpression(w.result)}`);
  const otherwise = e.otherwise === undefined ? "" : ` ELSE ${printExpression(e.otherwise)}`;
  return `CASE${operand}${whens.join("")}${otherwise} END`;
}

function printCall(e: CallExpression): string {
  return `${nameText(e.name)}(${e.star === true ? "*" : printList(e.args)})`;
}

function printLambda(e: LambdaExpression): string {
  const params = e.params.map(nameText).join(", ");
  return `${e.params.length === 1 ? params : `(${params})`} => ${printExpression(e.body)}`;
}

function printList(expressions: readonly Expression[]): string {
  return expressions.map(printExpression).join(", ");
}
