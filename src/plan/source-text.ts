/**
 * Prints AST expressions in one normal form: every operation in parentheses, columns with their source where
 * `nameColumn` gives one. Two expressions with the same text mean the same, so the text serves as identity
 * (GROUP BY expressions in a select list) as well as in messages.
 */
import { identifierText, typeText } from "../data/types.ts";
import type { SqlType } from "../data/types.ts";
import type { ColumnExpression, Expression, TypeExpression, WhenClause } from "../sql/ast-expression.ts";

export type ColumnNamer = (column: ColumnExpression) => string;

export function plainColumn(column: ColumnExpression): string {
  const name = identifierText(column.name);
  return column.source === undefined ? name : `${identifierText(column.source)}.${name}`;
}

export function stringText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

export function sourceText(node: Expression, nameColumn: ColumnNamer = plainColumn): string {
  const text = (child: Expression): string => sourceText(child, nameColumn);
  const list = (nodes: readonly Expression[]): string => nodes.map(text).join(", ");
  switch (node.kind) {
    case "null-literal":
      return "null";
    case "boolean-literal":
    case "integer-literal":
      return String(node.value);
    case "decimal-literal":
    case "double-literal":
      return node.text;
    case "string-literal":
      return stringText(node.value);
    case "column":
      return nameColumn(node);
    case "dereference":
      return `${text(node.base)}->${identifierText(node.field)}`;
    case "subscript":
      return `${text(node.base)}[${text(node.index)}]`;
    case "comparison":
      return `(${text(node.left)} ${node.op.toUpperCase()} ${text(node.right)})`;
    case "arithmetic":
      return `(${text(node.left)} ${node.op} ${text(node.right)})`;
    case "arithmetic-unary":
      return `${node.op}${text(node.operand)}`;
    case "concat":
      return `CONCAT(${text(node.left)}, ${text(node.right)})`;
    case "logical":
      return `(${text(node.left)} ${node.op.toUpperCase()} ${text(node.right)})`;
    case "not":
      return `(NOT ${text(node.operand)})`;
    case "is-null":
      return `(${text(node.operand)} IS ${node.negated ? "NOT " : ""}NULL)`;
    case "between":
      return `(${text(node.operand)} ${negation(node)}BETWEEN ${text(node.low)} AND ${text(node.high)})`;
    case "in":
      return `(${text(node.operand)} ${negation(node)}IN (${list(node.values)}))`;
    case "like": {
      const escape = node.escape === undefined ? "" : ` ESCAPE ${stringText(node.escape)}`;
      return `(${text(node.operand)} ${negation(node)}LIKE ${text(node.pattern)}${escape})`;
    }
    case "simple-case":
      return `(CASE ${text(node.operand)} ${caseBody(node.whens, node.otherwise, text)} END)`;
    case "searched-case":
      return `(CASE ${caseBody(node.whens, node.otherwise, text)} END)`;
    case "cast":
      return `CAST(${text(node.operand)} AS ${typeExpressionText(node.type)})`;
    case "call":
      return `${node.name}(${node.star === true ? "*" : list(node.args)})`;
    case "lambda":
      return `(${node.params.join(", ")}) => ${text(node.body)}`;
    case "lambda-variable":
      return node.name;
    case "array-literal":
      return `ARRAY[${list(node.elements)}]`;
    case "map-literal":
      return `MAP(${node.entries.map((e) => `${text(e.key)}:=${text(e.value)}`).join(", ")})`;
    case "struct-literal":
      return `STRUCT(${node.fields.map((f) => `${identifierText(f.name)}:=${text(f.value)}`).join(", ")})`;
    case "interval-unit":
      return node.unit;
  }
}

function negation(node: { readonly negated: boolean }): string {
  return node.negated ? "NOT " : "";
}

function caseBody(
  whens: readonly WhenClause[],
  otherwise: Expression | undefined,
  text: (child: Expression) => string,
): string {
  const branches = whens.map((when) => `WHEN ${text(when.condition)} THEN ${text(when.result)}`);
  if (otherwise !== undefined) branches.push(`ELSE ${text(otherwise)}`);
  return branches.join(" ");
}

function typeExpressionText(type: TypeExpression): string {
  switch (type.kind) {
    case "named-type":
      return identifierText(type.name);
    case "ARRAY":
      return `ARRAY<${typeExpressionText(type.element)}>`;
    case "MAP":
      return `MAP<${typeExpressionText(type.key)}, ${typeExpressionText(type.value)}>`;
    case "STRUCT": {
      const fields = type.fields.map((f) => `${identifierText(f.name)} ${typeExpressionText(f.type)}`);
      return `STRUCT<${fields.join(", ")}>`;
    }
    default:
      return typeText(type satisfies SqlType);
  }
}

/** The direct children of a node, in the order they are written. */
export function children(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case "dereference":
      return [node.base];
    case "subscript":
      return [node.base, node.index];
    case "comparison":
    case "arithmetic":
    case "concat":
    case "logical":
      return [node.left, node.right];
    case "arithmetic-unary":
    case "not":
    case "is-null":
    case "cast":
      return [node.operand];
    case "between":
      return [node.operand, node.low, node.high];
    case "in":
      return [node.operand, ...node.values];
    case "like":
      return [node.operand, node.pattern];
    case "simple-case":
      return [node.operand, ...caseChildren(node.whens, node.otherwise)];
    case "searched-case":
      return caseChildren(node.whens, node.otherwise);
    case "call":
      return node.args;
    case "lambda":
      return [node.body];
    case "array-literal":
      return node.elements;
    case "map-literal":
      return node.entries.flatMap((entry) => [entry.key, entry.value]);
    case "struct-literal":
      return node.fields.map((field) => field.value);
    default:
      return [];
  }
}

function caseChildren(whens: readonly WhenClause[], otherwise: Expression | undefined): Expression[] {
  const nodes = whens.flatMap((when) => [when.condition, when.result]);
  return otherwise === undefined ? nodes : [...nodes, otherwise];
}

/** The node and everything below it, outermost first. */
export function* descendants(node: Expression): Generator<Expression> {
  yield node;
  for (const child of children(node)) yield* descendants(child);
}
