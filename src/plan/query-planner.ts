/**
 * A SELECT from FROM to the select list, as ksqlDB orders it: sources and joins, WHERE, PARTITION BY, table
 * functions, then aggregation or projection. What comes out is a {@link ProjectedQuery}; sinks, push and pull
 * queries build on it.
 */
import type { Expression as Ast } from "../sql/ast-expression.ts";
import type { Query } from "../sql/ast-query.ts";
import { takesKsql5 } from "../sql/dialect.ts";
import type { ExpressionScope } from "./analyzed.ts";
import { isAggregation } from "./aggregate-calls.ts";
import { checkEmitFinal, planAggregate } from "./aggregate-planner.ts";
import { columnScope } from "./column-scope.ts";
import { planError } from "./errors.ts";
import { analyzePredicate } from "./expression-analysis.ts";
import { analyzeFrom } from "./from-clause.ts";
import type { FromClause } from "./from-clause.ts";
import { planJoins } from "./join-planner.ts";
import type { WindowInfo } from "./metastore.ts";
import { NameScope } from "./name-scope.ts";
import { planPartitionBy } from "./partition-by.ts";
import { errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import { hiddenKeyIndex, sourceStep, starOf } from "./relation-plan.ts";
import type { RelationPlan } from "./relation-plan.ts";
import { expandSelect } from "./select-items.ts";
import { descendants } from "./source-text.ts";
import type { SelectedItem } from "./select-items.ts";
import { planStreamFunction } from "./stream-function-planner.ts";
import { planTableFunctions } from "./table-functions.ts";
import { windowInfo } from "./window-clause.ts";

export interface ProjectedQuery {
  /** The rows the select list reads. */
  readonly relation: RelationPlan;
  readonly items: readonly SelectedItem[];
  readonly scope: ExpressionScope;
  /** The window of the result's keys. */
  readonly window: WindowInfo | undefined;
  /** KSQL 5: the output column to key the result by, in the end. */
  readonly trailingPartition: Ast | undefined;
}

export function planQuery(query: Query, context: PlanContext, persistent: boolean): ProjectedQuery {
  const from = analyzeFrom(query.from, context);
  if (persistent) checkPersistentSources(from, context);
  checkValueFormats(query, from, context);
  let relation = planFrom(from, context);
  const items = expandSelect(query.select, { context, relation, persistent });
  if (query.where !== undefined) relation = where(query.where, relation, context);
  const trailing = isTrailing(query, items, relation, context);
  const partitionBy = query.partitionBy;
  let partitions: ReadonlyMap<string, number> = new Map();
  let selected = items;
  if (partitionBy !== undefined && trailing === undefined) {
    ({ relation, partitions } = planPartitionBy(partitionBy, relation, context));
    selected = expandSelect(query.select, { context, relation, persistent });
  }
  if (isAggregation(query, selected, context)) {
    refuseTableFunctions(selected, context);
    const aggregate = planAggregate(query, selected, relation, context, persistent);
    const window = aggregate.window === undefined ? relation.window : windowInfo(aggregate.window);
    return { ...aggregate, items: selected, window, trailingPartition: trailing };
  }
  checkUngrouped(query, context);
  const plain = columnScope(context, relation.scope, "SELECT", partitions);
  const functions = planTableFunctions(selected, relation, plain, context);
  const { window } = relation;
  return {
    relation: functions.relation,
    items: selected,
    scope: functions.scope,
    window,
    trailingPartition: trailing,
  };
}

function planFrom(from: FromClause, context: PlanContext): RelationPlan {
  if (from.streamFunction !== undefined) return planStreamFunction(from.streamFunction, context);
  return from.joins.length === 0 ? planSource(from, context) : planJoins(from, context);
}

/** A single source. */
function planSource(from: FromClause, context: PlanContext): RelationPlan {
  const [query] = from.sources;
  const { source, alias } = query!;
  const step = sourceStep(query!, false, false);
  const { columns } = step.schema;
  const star = starOf(columns);
  const hiddenKey = hiddenKeyIndex(columns);
  const hint =
    source.keyHint === undefined ? -1 : columns.findIndex((column) => column.name === source.keyHint);
  return {
    step,
    scope: new NameScope(context, columns, [alias]),
    sources: from.sources,
    key: columns.flatMap((column, index) =>
      column.role === "key" && column.hidden !== true
        ? [{ index, shownBy: [index], texts: [column.name] }]
        : [],
    ),
    keyKind: "key column",
    hiddenKey,
    keyHint: hint < 0 ? undefined : hint,
    syntheticKey: undefined,
    keyFormat: source.keyFormat,
    window: source.window,
    star: () => star,
  };
}

function checkPersistentSources(from: FromClause, context: PlanContext): void {
  if (context.dialect === "ksql5") return;
  for (const { source, span } of from.sources) {
    if (source.kind === "stream" || source.window === undefined) continue;
    throw errorAt(context, planError.INVALID_SELECT, span, {
      message: `a persistent query can't read the windowed table '${source.name}'`,
      hint: "declare a stream over its topic with WINDOW_TYPE and read that",
    });
  }
}

/** The KAFKA format has no room for what re-keying and state need. */
function checkValueFormats(query: Query, from: FromClause, context: PlanContext): void {
  const what = from.joins.length > 0 ? "joined" : query.groupBy === undefined ? undefined : "grouped";
  if (what === undefined) return;
  for (const { source, span } of from.sources) {
    if (source.valueFormat.format !== "KAFKA") continue;
    throw errorAt(context, planError.INVALID_FORMAT, span, {
      message: `'${source.name}' has the KAFKA value format and can't be ${what}`,
      hint: "copy it into JSON or AVRO with CREATE STREAM … WITH (VALUE_FORMAT=…) AS SELECT *",
    });
  }
}

function where(node: Ast, relation: RelationPlan, context: PlanContext): RelationPlan {
  const { step } = relation;
  const predicate = analyzePredicate(context, columnScope(context, relation.scope, "WHERE"), node);
  return {
    ...relation,
    step: {
      kind: "filter",
      clause: "where",
      output: step.output,
      schema: step.schema,
      input: step,
      predicate,
    },
  };
}

/**
 * KSQL 5's PARTITION BY names an output column. Outside that dialect it does where the name is an alias and no
 * column of a source, or where it stands at the end.
 */
function isTrailing(
  query: Query,
  items: readonly SelectedItem[],
  relation: RelationPlan,
  context: PlanContext,
): Ast | undefined {
  const [node, second] = query.partitionBy?.expressions ?? [];
  if (node === undefined || second !== undefined || !takesKsql5(context.dialect)) return undefined;
  if (node.kind !== "column" || !items.some((item) => item.name === node.name)) return undefined;
  const onlyAlias = relation.scope.find(node) === undefined;
  const wanted = context.dialect === "ksql5" || onlyAlias || query.partitionByTrailing === true;
  return wanted ? node : undefined;
}

function refuseTableFunctions(items: readonly SelectedItem[], context: PlanContext): void {
  for (const item of items) {
    const found = firstTableFunction(item.node, context);
    if (found === undefined) continue;
    throw errorAt(context, planError.FUNCTION_USE, found.span, {
      message: "a table function can't be used together with aggregation",
      hint: "expand the rows in a stream of their own first",
    });
  }
}

function firstTableFunction(node: Ast, context: PlanContext): Ast | undefined {
  return [...descendants(node)].find(
    (part) => part.kind === "call" && context.functions.find(part.name)?.kind === "table",
  );
}

function checkUngrouped(query: Query, context: PlanContext): void {
  if (query.window !== undefined) {
    throw errorAt(context, planError.INVALID_WINDOW, query.window.span, {
      message: "a WINDOW clause needs GROUP BY",
      hint: "add GROUP BY, or remove the WINDOW clause",
    });
  }
  if (query.having !== undefined) {
    throw errorAt(context, planError.INVALID_GROUPING, query.having.span, {
      message: "HAVING needs GROUP BY",
      hint: "use WHERE for conditions on rows",
    });
  }
  checkEmitFinal(query, false, context);
}
