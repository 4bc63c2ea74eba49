/** Prints resolved expressions as SQL, for EXPLAIN. Implicit casts are left out. */
import { Decimal } from "../data/decimal.ts";
import { identifierText, typeText } from "../data/types.ts";
import type { SqlType } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import { valueText } from "../data/value-text.ts";
import type { AggregateCall, Expression, LambdaExpression, TableFunctionCall } from "./expression.ts";

export function expressionText(node: Expression | LambdaExpression): string {
  switch (node.kind) {
    case "literal":
      return literalText(node.type, node.value);
    case "column":
      return identifierText(node.name);
    case "field":
      return `${expressionText(node.base)}->${identifierText(node.name)}`;
    case "subscript":
      return `${expressionText(node.base)}[${expressionText(node.subscript)}]`;
    case "call":
      return `${node.name}(${list(node.args)})`;
    case "lambda":
      return `(${node.parameters.map((p) => p.name).join(", ")}) => ${expressionText(node.body)}`;
    case "lambda-parameter":
      return node.name;
    case "comparison":
      return binary(node.left, comparisonText(node.operator), node.right);
    case "logical":
      return binary(node.left, node.operator.toUpperCase(), node.right);
    case "arithmetic":
      return binary(node.left, node.operator, node.right);
    case "not":
      return `(NOT ${expressionText(node.operand)})`;
    case "is-null":
      return `(${expressionText(node.operand)} IS ${not(node)}NULL)`;
    case "between": {
      const bounds = `${expressionText(node.low)} AND ${expressionText(node.high)}`;
      return `(${expressionText(node.operand)} ${not(node)}BETWEEN ${bounds})`;
    }
    case "in":
      return `(${expressionText(node.operand)} ${not(node)}IN (${list(node.items)}))`;
    case "like": {
      const escape = node.escape === undefined ? "" : ` ESCAPE '${node.escape}'`;
      return `(${expressionText(node.operand)} ${not(node)}LIKE ${expressionText(node.pattern)}${escape})`;
    }
    case "negate":
      return `-${expressionText(node.operand)}`;
    case "case": {
      const branches = node.branches.map(
        (b) => `WHEN ${expressionText(b.when)} THEN ${expressionText(b.then)}`,
      );
      if (node.otherwise !== undefined) branches.push(`ELSE ${expressionText(node.otherwise)}`);
      return `(CASE ${branches.join(" ")} END)`;
    }
    case "cast":
      return node.implicit
        ? expressionText(node.operand)
        : `CAST(${expressionText(node.operand)} AS ${typeText(node.type)})`;
    case "array":
      return `ARRAY[${list(node.items)}]`;
    case "map": {
      const entries = node.entries.map((e) => `${expressionText(e.key)}:=${expressionText(e.value)}`);
      return `MAP(${entries.join(", ")})`;
    }
    case "struct":
      return structText(node.type, node.fields);
  }
}

export function aggregateText(call: AggregateCall): string {
  const initials = call.initials.map((value) => plainValueText(value));
  return `${call.name}(${[...call.args.map(expressionText), ...initials].join(", ")})`;
}

export function tableFunctionText(call: TableFunctionCall): string {
  return `${call.name}(${list(call.args)})`;
}

function list(nodes: readonly (Expression | LambdaExpression)[]): string {
  return nodes.map(expressionText).join(", ");
}

function binary(left: Expression, operator: string, right: Expression): string {
  return `(${expressionText(left)} ${operator} ${expressionText(right)})`;
}

function not(node: { readonly negated: boolean }): string {
  return node.negated ? "NOT " : "";
}

function comparisonText(operator: string): string {
  if (operator === "distinct") return "IS DISTINCT FROM";
  return operator === "not-distinct" ? "IS NOT DISTINCT FROM" : operator;
}

function structText(type: SqlType, fields: readonly Expression[]): string {
  const names = type.kind === "STRUCT" ? type.fields.map((field) => identifierText(field.name)) : [];
  return `STRUCT(${fields.map((field, i) => `${names[i] ?? "?"}:=${expressionText(field)}`).join(", ")})`;
}

function literalText(type: SqlType, value: Value): string {
  if (value === null) return "NULL";
  return type.kind === "STRING"
    ? `'${String(value).replaceAll("'", "''")}'`
    : (valueText(type, value) ?? "NULL");
}

function plainValueText(value: Value): string {
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  return value instanceof Decimal ? value.toString() : String(value);
}
