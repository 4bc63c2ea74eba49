/** Brings a list of expressions to one type: IN lists, ARRAY[…], MAP(…). */
import { SpoorError } from "../base/errors.ts";
import { coerceLiteral, commonOperandType } from "../data/common-type.ts";
import type { Operand } from "../data/common-type.ts";
import { sameType } from "../data/types.ts";
import type { SqlType } from "../data/types.ts";
import type { Expression as Ast } from "../sql/ast-expression.ts";
import { convert, typeOf } from "./analyzed.ts";
import type { Analyzed, Environment } from "./analyzed.ts";
import type { Expression } from "./expression.ts";
import { placeOf } from "./plan-context.ts";
import { sourceText } from "./source-text.ts";

/**
 * The common type and the converted expressions; undefined where all are NULL.
 * @throws SpoorError TYPE_NO_COMMON_TYPE, TYPE_INVALID_LITERAL
 */
export function unify(
  environment: Environment,
  nodes: readonly Ast[],
): { readonly type: SqlType; readonly expressions: readonly Expression[] } | undefined {
  const items = nodes.map((node) => ({ node, analyzed: environment.analyze(node, environment) }));
  try {
    const type = commonOperandType(items.map(({ node, analyzed }) => operandOf(environment, node, analyzed)));
    if (type === undefined) return undefined;
    return { type, expressions: items.map(({ analyzed }) => toCommon(analyzed, type)) };
  } catch (error) {
    if (!(error instanceof SpoorError) || items.length === 0) throw error;
    throw error.at(placeOf(environment.context, items[0]!.node.span));
  }
}

function toCommon(analyzed: Analyzed, type: SqlType): Expression {
  if (analyzed.kind !== "literal" || sameType(analyzed.type, type)) return convert(analyzed, type);
  return { kind: "literal", type, value: coerceLiteral(analyzed.value, analyzed.type, type) };
}

function operandOf(environment: Environment, node: Ast, analyzed: Analyzed): Operand {
  const parts = (children: readonly Ast[]): Operand[] =>
    children.map((child) => operandOf(environment, child, environment.analyze(child, environment)));
  const operand: Operand = { type: typeOf(analyzed) ?? null, text: sourceText(node) };
  if (analyzed.kind === "literal") return { ...operand, literal: analyzed.value };
  switch (node.kind) {
    case "array-literal":
      return { ...operand, elements: parts(node.elements) };
    case "map-literal": {
      const keys = parts(node.entries.map((entry) => entry.key));
      return { ...operand, entries: { keys, values: parts(node.entries.map((entry) => entry.value)) } };
    }
    case "struct-literal": {
      const values = parts(node.fields.map((field) => field.value));
      return {
        ...operand,
        fields: node.fields.map((field, i) => ({ name: field.name, operand: values[i]! })),
      };
    }
    default:
      return operand;
  }
}
