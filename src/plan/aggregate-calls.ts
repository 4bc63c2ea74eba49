/** Finds the aggregates of a query and resolves them over the rows that are grouped. */
import type { AggregateOverload } from "../functions/definition.ts";
import type { CallExpression as AstCall, Expression as Ast } from "../sql/ast-expression.ts";
import type { Query } from "../sql/ast-query.ts";
import { analyzeAggregate, functionOf } from "./call-analysis.ts";
import { columnScope, resolvedText, windowBoundCall } from "./column-scope.ts";
import { planError } from "./errors.ts";
import { expressionEnvironment } from "./expression-analysis.ts";
import type { AggregateCall } from "./expression.ts";
import { errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import type { RelationPlan } from "./relation-plan.ts";
import type { SelectedItem } from "./select-items.ts";
import { children, descendants } from "./source-text.ts";

/** True where the query aggregates, with or without GROUP BY. */
export function isAggregation(query: Query, items: readonly SelectedItem[], context: PlanContext): boolean {
  if (query.groupBy !== undefined) return true;
  return items.some((item) =>
    [...descendants(item.node)].some((node) => aggregateName(node, context) !== undefined),
  );
}

export function aggregateName(node: Ast, context: PlanContext): string | undefined {
  if (node.kind !== "call" || windowBoundCall(context, node) !== undefined) return undefined;
  const definition = context.functions.find(node.name);
  return definition?.kind === "aggregate" ? definition.name : undefined;
}

/** KSQL 5's WindowStart() and WindowEnd() count as aggregates. */
export function namesWindowBounds(items: readonly SelectedItem[], context: PlanContext): boolean {
  return items.some((item) =>
    [...descendants(item.node)].some((node) => windowBoundCall(context, node) !== undefined),
  );
}

/** Each different aggregate of the select list and HAVING, by its text. */
export function collectCalls(
  query: Query,
  items: readonly SelectedItem[],
  relation: RelationPlan,
  context: PlanContext,
): Map<string, AggregateCall> {
  const calls = new Map<string, AggregateCall>();
  const roots = items.map((item) => item.node);
  if (query.having !== undefined) roots.push(query.having);
  const environment = expressionEnvironment(context, columnScope(context, relation.scope, "SELECT"));
  const visit = (node: Ast): void => {
    if (aggregateName(node, context) === undefined) {
      if (node.kind === "call" && windowBoundCall(context, node) === undefined) functionOf(environment, node);
      for (const child of children(node)) visit(child);
      return;
    }
    const text = resolvedText(node, relation.scope);
    if (calls.has(text)) return;
    const definition = functionOf(environment, node as AstCall);
    if (definition.kind !== "aggregate") return;
    const call = analyzeAggregate(definition, node as AstCall, environment);
    checkUndo(call.overload, call.name, node, relation, context);
    checkState(call, node, relation, context);
    calls.set(text, call);
  };
  for (const root of roots) visit(root);
  return calls;
}

function checkUndo(
  overload: AggregateOverload,
  name: string,
  node: Ast,
  relation: RelationPlan,
  context: PlanContext,
): void {
  if (relation.step.output === "stream" || overload.supportsUndo) return;
  throw errorAt(context, planError.FUNCTION_USE, node.span, {
    message: `aggregate ${name} can't be used over a table, only over a stream`,
    detail: "a table's rows change, and this aggregate can't take a row back",
  });
}

/** In ksqlDB an aggregate's state is stored in the source's value format. */
function checkState(call: AggregateCall, node: Ast, relation: RelationPlan, context: PlanContext): void {
  const format = relation.sources[0]!.source.valueFormat.format;
  if (context.dialect !== "ksqldb" || (format !== "DELIMITED" && format !== "KAFKA")) return;
  const aggregator = call.overload.create({
    argumentTypes: call.argumentTypes,
    returnType: call.type,
    literals: [...call.args.map(() => undefined), ...call.initials],
    properties: context.properties,
    nowMs: context.nowMs ?? (() => 0),
    random: context.random ?? (() => 0),
  });
  if (!["ARRAY", "MAP", "STRUCT"].includes(aggregator.stateType.kind)) return;
  throw errorAt(context, planError.INVALID_FORMAT, node.span, {
    message: `the state of ${call.name} can't be kept in value format ${format}`,
    hint: "copy the source into another VALUE_FORMAT first",
  });
}
