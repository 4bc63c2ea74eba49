/** ARRAY[…], MAP(…) and STRUCT(…): their members are brought to one type, fields keep their own. */
import { mapType, structType } from "../data/types.ts";
import type { ArrayLiteral, Expression as Ast, MapLiteral, StructLiteral } from "../sql/ast-expression.ts";
import { requireType, typeMismatch } from "./analyzed.ts";
import type { Environment } from "./analyzed.ts";
import { planError } from "./errors.ts";
import type { Expression } from "./expression.ts";
import { unify } from "./operand-types.ts";
import { errorAt } from "./plan-context.ts";

export function analyzeArray(node: ArrayLiteral, environment: Environment): Expression {
  if (node.elements.length === 0) throw emptyConstructor("an ARRAY", node, environment);
  const common = unify(environment, node.elements);
  if (common === undefined) throw onlyNulls("an ARRAY's elements", node, environment);
  return { kind: "array", type: { kind: "ARRAY", element: common.type }, items: common.expressions };
}

export function analyzeMap(node: MapLiteral, environment: Environment): Expression {
  if (node.entries.length === 0) throw emptyConstructor("a MAP", node, environment);
  const keys = unify(
    environment,
    node.entries.map((entry) => entry.key),
  );
  if (keys === undefined) throw onlyNulls("a MAP's keys", node, environment);
  const values = unify(
    environment,
    node.entries.map((entry) => entry.value),
  );
  if (values === undefined) throw onlyNulls("a MAP's values", node, environment);
  const entries = keys.expressions.map((key, i) => ({ key, value: values.expressions[i]! }));
  return { kind: "map", type: mapType(keys.type, values.type), entries };
}

function emptyConstructor(what: string, node: Ast, environment: Environment): Error {
  return typeMismatch(environment, node.span, `the type of ${what} without elements is unknown`, {
    hint: "give at least one element",
  });
}

function onlyNulls(what: string, node: Ast, environment: Environment): Error {
  return typeMismatch(environment, node.span, `${what} are all NULL, so their type is unknown`, {
    hint: "give one a type, as in CAST(NULL AS VARCHAR)",
  });
}

export function analyzeStruct(node: StructLiteral, environment: Environment): Expression {
  const names = node.fields.map((field) => field.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw errorAt(environment.context, planError.DUPLICATE_COLUMN, node.span, {
      message: `field '${twice}' occurs twice in the STRUCT`,
    });
  }
  const fields = node.fields.map((field) =>
    requireType(environment, environment.analyze(field.value, environment), field.value.span),
  );
  const type = structType(fields.map((field, i) => ({ name: names[i]!, type: field.type })));
  return { kind: "struct", type, fields };
}
