/**
 * GROUP BY: which calls are aggregates, the step that computes them, and the scope that the select list and
 * HAVING have after it. There a grouped expression and an aggregate stand for a column each; other columns of
 * the source can't be named any more.
 */
import type { Expression as Ast } from "../sql/ast-expression.ts";
import type { Query } from "../sql/ast-query.ts";
import { BIGINT } from "../data/types.ts";
import { nullOf } from "./analyzed.ts";
import type { ExpressionScope } from "./analyzed.ts";
import { aggregateName, collectCalls, namesWindowBounds } from "./aggregate-calls.ts";
import { columnScope, resolvedText, windowBoundCall } from "./column-scope.ts";
import { planError } from "./errors.ts";
import { analyzeExpression, analyzePredicate } from "./expression-analysis.ts";
import type { AggregateCall, Expression } from "./expression.ts";
import type { Clause } from "./name-scope.ts";
import type { AggregateStep, AggregateWindow, PhysicalStep } from "./physical.ts";
import { errorAt, flag } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import type { KeyPart, RelationPlan } from "./relation-plan.ts";
import type { Column } from "./schema.ts";
import type { SelectedItem } from "./select-items.ts";
import { NameGenerator } from "./select-names.ts";
import { descendants, sourceText } from "./source-text.ts";
import {
  ROWTIME,
  WINDOWEND,
  WINDOWSTART,
  hiddenRowKey,
  isWindowBound,
  pseudoColumn,
} from "./system-columns.ts";
import { windowOf } from "./window-clause.ts";

export interface AggregatePlan {
  readonly relation: RelationPlan;
  /** What the select list can name. */
  readonly scope: ExpressionScope;
  readonly window: AggregateWindow | undefined;
}

interface Grouping {
  readonly node: Ast;
  readonly text: string;
  readonly expression: Expression;
}

export function planAggregate(
  query: Query,
  items: readonly SelectedItem[],
  relation: RelationPlan,
  context: PlanContext,
  persistent: boolean,
): AggregatePlan {
  const window = query.window === undefined ? undefined : windowOf(query.window, query.refinement, context);
  if (window !== undefined) checkWindowBounds(query, items, context);
  const groupings = groupingsOf(query, relation, context);
  if (groupings.length === 0 && persistent) throw withoutGroupBy(query, context);
  const calls = collectCalls(query, items, relation, context);
  if (calls.size === 0 && !namesWindowBounds(items, context)) {
    throw errorAt(context, planError.INVALID_GROUPING, query.groupBy?.span ?? query.span, {
      message: "GROUP BY needs an aggregate function in the select list or HAVING",
      hint: "add one, such as COUNT(*)",
    });
  }
  const step = aggregateStep(relation, groupings, [...calls.values()], window, context);
  const scope = groupedScope({ relation, groupings, calls, step, context }, "SELECT");
  const suppressed = emitFinal(query, step, window, context);
  const filtered = havingFilter(query, suppressed, { relation, groupings, calls, step, context });
  return { relation: groupedRelation(relation, groupings, step, filtered), scope, window };
}

/** GROUP BY's expressions; each once. */
function groupingsOf(query: Query, relation: RelationPlan, context: PlanContext): Grouping[] {
  const scope = columnScope(context, relation.scope, "GROUP BY");
  const seen = new Set<string>();
  return (query.groupBy?.expressions ?? []).map((node) => {
    for (const part of descendants(node)) {
      const name = aggregateName(part, context);
      if (name === undefined) continue;
      throw errorAt(context, planError.INVALID_GROUPING, part.span, {
        message: `GROUP BY can't contain an aggregate: ${name}`,
      });
    }
    const text = resolvedText(node, relation.scope);
    if (seen.has(text)) {
      throw errorAt(context, planError.INVALID_GROUPING, node.span, {
        message: `GROUP BY has ${sourceText(node)} twice`,
        hint: "remove one",
      });
    }
    seen.add(text);
    return { node, text, expression: analyzeExpression(context, scope, node) };
  });
}

function withoutGroupBy(query: Query, context: PlanContext): Error {
  return errorAt(context, planError.INVALID_GROUPING, query.span, {
    message: "a persistent query with an aggregate needs GROUP BY",
    hint: "add GROUP BY with the columns of the table's key",
  });
}

/** Bounds of the window that the query itself makes exist after aggregation only. */
function checkWindowBounds(query: Query, items: readonly SelectedItem[], context: PlanContext): void {
  const inside = items.flatMap((item) =>
    [...descendants(item.node)].flatMap((node) => (aggregateName(node, context) === undefined ? [] : [node])),
  );
  const having = context.dialect === "ksqldb" && query.having !== undefined ? [query.having] : [];
  const where = query.where === undefined ? [] : [query.where];
  for (const root of [...inside, ...having, ...where, ...(query.groupBy?.expressions ?? [])]) {
    for (const node of descendants(root)) {
      if (node.kind !== "column" || !isWindowBound(node.name)) continue;
      throw errorAt(context, planError.INVALID_WINDOW, node.span, {
        message: `${node.name} can only stand in the select list, outside aggregates, of a windowed aggregation`,
      });
    }
  }
}

function aggregateStep(
  relation: RelationPlan,
  groupings: readonly Grouping[],
  calls: readonly AggregateCall[],
  window: AggregateWindow | undefined,
  context: PlanContext,
): AggregateStep {
  const legacyKey = context.dialect === "ksql5";
  const role = legacyKey ? "value" : "key";
  const names = new NameGenerator(relation.scope.columns.map((column) => column.name));
  const keys = groupings.map(({ node, expression }): Column => {
    const name = node.kind === "column" ? node.name : names.nameOf(node);
    return { name, type: expression.type, role };
  });
  const values = calls.map((call, i): Column => ({
    name: `KSQL_AGG_VARIABLE_${i}`,
    type: call.type,
    role: "value",
  }));
  const pseudo = [...(window === undefined ? [] : [WINDOWSTART, WINDOWEND]), ROWTIME].map((name) =>
    pseudoColumn(name),
  );
  return {
    kind: "aggregate",
    output: "table",
    schema: { columns: [...(legacyKey ? [hiddenRowKey()] : []), ...keys, ...values, ...pseudo] },
    input: relation.step,
    groupBy: groupings.map((grouping) => grouping.expression),
    calls,
    window,
    legacyKey,
  };
}

interface Grouped {
  readonly relation: RelationPlan;
  readonly groupings: readonly Grouping[];
  readonly calls: ReadonlyMap<string, AggregateCall>;
  readonly step: AggregateStep;
  readonly context: PlanContext;
}

function groupedScope(grouped: Grouped, clause: Clause): ExpressionScope {
  const { relation, groupings, calls, step, context } = grouped;
  const first = step.legacyKey ? 1 : 0;
  const callTexts = [...calls.keys()];
  const output = relation.scope.over(step.schema.columns);
  const boundOf = (name: string): Expression | undefined => {
    if (step.window === undefined || !isWindowBound(name)) return undefined;
    if (relation.scope.isJoin && context.dialect === "ksqldb") return undefined;
    return output.column(
      step.schema.columns.findIndex((column) => column.name === name && column.role === "pseudo"),
    );
  };
  return {
    clause,
    column: (node) => {
      const bound = node.source === undefined ? boundOf(node.name) : undefined;
      if (bound !== undefined) return bound;
      relation.scope.resolve(node, clause);
      throw errorAt(context, planError.INVALID_GROUPING, node.span, {
        message: `${clause} names '${sourceText(node)}', which is not part of GROUP BY`,
        hint: "add it to GROUP BY, or put it into an aggregate such as LATEST_BY_OFFSET",
      });
    },
    replacement: (node) => {
      const bound = windowBoundCall(context, node);
      if (bound !== undefined) return boundOf(bound) ?? nullOf(BIGINT);
      const text = resolvedText(node, relation.scope);
      const group = groupings.findIndex((grouping) => grouping.text === text);
      if (group >= 0) return output.column(first + group);
      const call = callTexts.indexOf(text);
      return call < 0 ? undefined : output.column(first + groupings.length + call);
    },
  };
}

function emitFinal(
  query: Query,
  step: AggregateStep,
  window: AggregateWindow | undefined,
  context: PlanContext,
): PhysicalStep {
  if (query.refinement !== "FINAL") return step;
  checkEmitFinal(query, window !== undefined, context);
  return { kind: "suppress", output: "table", schema: step.schema, input: step };
}

/** @throws PLAN_INVALID_WINDOW where EMIT FINAL has no windows to wait for. */
export function checkEmitFinal(query: Query, windowed: boolean, context: PlanContext): void {
  if (query.refinement !== "FINAL") return;
  if (!flag(context, "ksql.suppress.enabled")) {
    throw errorAt(context, planError.INVALID_WINDOW, query.span, {
      message: "EMIT FINAL is switched off",
      hint: "set ksql.suppress.enabled to true",
    });
  }
  if (windowed) return;
  throw errorAt(context, planError.INVALID_WINDOW, query.span, {
    message: "EMIT FINAL is for windowed aggregations only",
    hint: "use EMIT CHANGES, or add a WINDOW clause",
  });
}

function havingFilter(query: Query, input: PhysicalStep, grouped: Grouped): PhysicalStep {
  if (query.having === undefined) return input;
  const predicate = analyzePredicate(grouped.context, groupedScope(grouped, "HAVING"), query.having);
  return { kind: "filter", clause: "having", output: "table", schema: input.schema, input, predicate };
}

function groupedRelation(
  relation: RelationPlan,
  groupings: readonly Grouping[],
  step: AggregateStep,
  root: PhysicalStep,
): RelationPlan {
  const key = groupings.map((grouping, i): KeyPart => ({
    index: i,
    shownBy: [i],
    texts: [sourceText(grouping.node)],
  }));
  const legacy = step.legacyKey;
  return {
    ...relation,
    step: root,
    scope: relation.scope.over(step.schema.columns),
    key: legacy ? [] : key,
    keyKind: "grouping expression",
    hiddenKey: legacy ? 0 : undefined,
    keyHint: legacy && groupings.length === 1 ? 1 : undefined,
    syntheticKey: undefined,
  };
}
