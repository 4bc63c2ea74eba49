/** Table functions of the select list: a step that makes a row's rows, and a scope with their columns. */
import type { CallExpression as AstCall, Expression as Ast } from "../sql/ast-expression.ts";
import type { ExpressionScope } from "./analyzed.ts";
import { analyzeTableFunction, functionOf } from "./call-analysis.ts";
import { planError } from "./errors.ts";
import { expressionEnvironment } from "./expression-analysis.ts";
import type { TableFunctionCall } from "./expression.ts";
import type { FlatMapStep } from "./physical.ts";
import { errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import type { RelationPlan } from "./relation-plan.ts";
import type { Column } from "./schema.ts";
import type { SelectedItem } from "./select-items.ts";
import { children } from "./source-text.ts";

export interface Expanded {
  readonly relation: RelationPlan;
  readonly scope: ExpressionScope;
}

export function planTableFunctions(
  items: readonly SelectedItem[],
  relation: RelationPlan,
  scope: ExpressionScope,
  context: PlanContext,
): Expanded {
  const nodes = items.flatMap((item) => tableCalls(item.node, context, undefined));
  if (nodes.length === 0) return { relation, scope };
  if (relation.step.output === "table") {
    throw errorAt(context, planError.FUNCTION_USE, nodes[0]!.span, {
      message: "a table function can't be used over a table",
    });
  }
  const environment = expressionEnvironment(context, scope);
  const calls = nodes.map((node): TableFunctionCall => {
    const definition = functionOf(environment, node);
    if (definition.kind === "table") return analyzeTableFunction(definition, node, environment);
    throw errorAt(context, planError.FUNCTION_USE, node.span, {
      message: `${node.name} is no table function`,
    });
  });
  const { columns } = relation.scope;
  const added = calls.map((call, i): Column => ({ name: `KSQL_SYNTH_${i}`, type: call.type, role: "value" }));
  const schema = { columns: [...columns, ...added] };
  const step: FlatMapStep = { kind: "flat-map", output: "stream", schema, input: relation.step, calls };
  const wider = relation.scope.over(schema.columns);
  const indexOf = new Map(nodes.map((node, i) => [node, columns.length + i]));
  return {
    relation: { ...relation, step, scope: wider },
    scope: {
      ...scope,
      replacement: (node) => {
        const index = node.kind === "call" ? indexOf.get(node) : undefined;
        return index === undefined ? scope.replacement(node) : wider.column(index);
      },
    },
  };
}

/** Calls of table functions, none inside another or inside CASE. */
function tableCalls(node: Ast, context: PlanContext, inside: string | undefined): AstCall[] {
  if (node.kind === "call" && context.functions.find(node.name)?.kind === "table") {
    if (inside !== undefined) {
      throw errorAt(context, planError.FUNCTION_USE, node.span, {
        message: `table function ${node.name} can't stand inside ${inside}`,
      });
    }
    for (const child of children(node)) tableCalls(child, context, `another table function, ${node.name}`);
    return [node];
  }
  const isCase = node.kind === "searched-case" || node.kind === "simple-case";
  return children(node).flatMap((child) =>
    tableCalls(child, context, inside ?? (isCase ? "CASE" : undefined)),
  );
}
