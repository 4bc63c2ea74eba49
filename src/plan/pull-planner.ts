/**
 * Pull queries: over a table that has state (made by a query, or CREATE SOURCE TABLE) or over a stream's
 * records up to now. The plan is source → filter → project; the {@link KeyConstraint} says which keys to look
 * up, and where it is empty the whole state is scanned.
 */
import { flag, errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import type { Query } from "../sql/ast-query.ts";
import { columnScope } from "./column-scope.ts";
import { planError } from "./errors.ts";
import { analyzeExpression, analyzePredicate } from "./expression-analysis.ts";
import type { Expression } from "./expression.ts";
import { analyzeFrom } from "./from-clause.ts";
import { checkScan, keyConstraint } from "./key-constraint.ts";
import type { DataSource } from "./metastore.ts";
import { NameScope } from "./name-scope.ts";
import type { KeyConstraint, PhysicalStep, PullQueryPlan } from "./physical.ts";
import { hiddenKeyIndex, sourceStep, pullStarOf, starOf } from "./relation-plan.ts";
import type { QuerySource, RelationPlan } from "./relation-plan.ts";
import type { Column } from "./schema.ts";
import { checkKeyLiterals } from "./pull-planner-keys.ts";
import { expandSelect } from "./select-items.ts";
import type { SelectedItem } from "./select-items.ts";
import { children } from "./source-text.ts";
import type { Expression as Ast } from "../sql/ast-expression.ts";
import { isWindowBound, ROWOFFSET, ROWPARTITION } from "./system-columns.ts";

export function planPull(query: Query, context: PlanContext): PullQueryPlan {
  refuseClauses(query, context);
  const from = analyzeFrom(query.from, context);
  const source = from.sources[0]!;
  checkQueryable(source, query, context);
  const relation = relationOf(source, context);
  const items = expandSelect(query.select, { context, relation, persistent: false });
  checkColumns(query, items, context);
  const filtered = filter(query, relation, context);
  const root = project(items, relation, filtered.step, context);
  return {
    kind: "pull",
    source: source.source.name,
    root,
    constraint: filtered.constraint,
    limit: query.limit,
  };
}

function refuse(
  context: PlanContext,
  span: Query["span"],
  message: string,
  hint = "add EMIT CHANGES for a push query",
): Error {
  return errorAt(context, planError.PULL_QUERY, span, { message, hint });
}

function refuseClauses(query: Query, context: PlanContext): void {
  const clauses: readonly [string, { readonly span: Query["span"] } | undefined][] = [
    ["JOIN", query.from.kind === "join" ? query.from : undefined],
    ["WINDOW", query.window],
    ["GROUP BY", query.groupBy],
    ["PARTITION BY", query.partitionBy],
    ["HAVING", query.having],
  ];
  for (const [name, clause] of clauses) {
    if (clause !== undefined) throw refuse(context, clause.span, `a pull query has no ${name} clause`);
  }
  if (query.limit !== undefined && !flag(context, "ksql.query.pull.limit.clause.enabled")) {
    throw refuse(
      context,
      query.span,
      "LIMIT in pull queries is switched off",
      "set ksql.query.pull.limit.clause.enabled",
    );
  }
}

function checkQueryable(query: QuerySource, statement: Query, context: PlanContext): void {
  const { source } = query;
  if (source.kind === "stream") {
    if (flag(context, "ksql.query.pull.stream.enabled")) return;
    throw refuse(context, query.span, "pull queries over streams are switched off");
  }
  if (isQueryable(source)) return;
  throw refuse(
    context,
    statement.from.span,
    `table '${source.name}' can't be pulled: it has no state`,
    `make one with CREATE TABLE QUERYABLE_${source.name} AS SELECT * FROM ${source.name}`,
  );
}

/** Tables whose rows are kept. */
export function isQueryable(source: DataSource): boolean {
  return source.kind === "table" && (source.createdBy !== undefined || source.isSource);
}

function relationOf(query: QuerySource, context: PlanContext): RelationPlan {
  const step = sourceStep(query, false, query.source.kind === "table");
  const { columns } = step.schema;
  const star = query.source.kind === "table" ? pullStarOf(columns) : starOf(columns);
  return {
    step,
    scope: new NameScope(context, columns, [query.alias]),
    sources: [query],
    key: columns.flatMap((column, index) =>
      column.role === "key" ? [{ index, shownBy: [index], texts: [column.name] }] : [],
    ),
    keyKind: "key column",
    hiddenKey: hiddenKeyIndex(columns),
    keyHint: undefined,
    syntheticKey: undefined,
    keyFormat: query.source.keyFormat,
    window: query.source.window,
    star: () => star,
  };
}

/** What a state does not have: where its rows stood in the topic. */
function checkColumns(query: Query, items: readonly SelectedItem[], context: PlanContext): void {
  const roots = [...items.map((item) => item.node), ...(query.where === undefined ? [] : [query.where])];
  const visit = (node: Ast): void => {
    if (node.kind === "column" && (node.name === ROWPARTITION || node.name === ROWOFFSET)) {
      throw refuse(context, node.span, `a pull query has no ${node.name}`);
    }
    for (const child of children(node)) visit(child);
  };
  for (const root of roots) visit(root);
  const starred = query.select.some((item) => item.kind === "all-columns");
  if (starred && query.select.length > 1) {
    throw refuse(context, query.span, "a pull query's * must stand alone in the select list");
  }
  const names = items.map((item) => item.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw errorAt(context, planError.DUPLICATE_COLUMN, query.span, {
    message: `column '${twice}' is selected twice`,
    hint: "give one of them another name with AS",
  });
}

function filter(
  query: Query,
  relation: RelationPlan,
  context: PlanContext,
): { readonly step: PhysicalStep; readonly constraint: KeyConstraint } {
  const { step } = relation;
  const isTable = step.output === "table";
  const keys = relation.key.map((part) => part.index);
  const scans = flag(context, "ksql.query.pull.table.scan.enabled");
  if (query.where === undefined) {
    if (isTable && !scans)
      throw refuse(context, query.span, "table scans are switched off, and there is no WHERE clause");
    return { step, constraint: { keys: [] } };
  }
  if (isTable) checkKeyLiterals(query.where, step.schema.columns, context);
  const predicate = analyzePredicate(context, columnScope(context, relation.scope, "WHERE"), query.where);
  const constraint = isTable ? keyConstraint(predicate, keys, step.schema.columns) : { keys: [] };
  if (isTable && !scans) {
    checkScan(predicate, constraint, keys, query.where, relation.window !== undefined, context);
  }
  const filtered: PhysicalStep = {
    kind: "filter",
    clause: "where",
    output: step.output,
    schema: step.schema,
    input: step,
    predicate,
  };
  return { step: filtered, constraint };
}

function project(
  items: readonly SelectedItem[],
  relation: RelationPlan,
  input: PhysicalStep,
  context: PlanContext,
): PhysicalStep {
  const scope = columnScope(context, relation.scope, "SELECT");
  const expressions = items.map((item): Expression => analyzeExpression(context, scope, item.node));
  const keys = new Set(relation.key.map((part) => relation.scope.columns[part.index]!.name));
  const columns = items.map((item, i): Column => ({
    name: item.name,
    type: expressions[i]!.type,
    role: keys.has(item.name) || isWindowBound(item.name) ? "key" : "value",
  }));
  return { kind: "project", output: input.output, schema: { columns }, input, expressions };
}
