/**
 * PARTITION BY over source columns: they, or the expressions' values, become the key; the old key's columns
 * become values. PARTITION BY NULL takes the key away.
 */
import type { ExpressionList } from "../sql/ast-query.ts";
import { columnScope, resolvedText } from "./column-scope.ts";
import { planError } from "./errors.ts";
import { analyzeExpression } from "./expression-analysis.ts";
import type { Expression } from "./expression.ts";
import type { RekeyStep } from "./physical.ts";
import { errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import { starOf } from "./relation-plan.ts";
import type { RelationPlan } from "./relation-plan.ts";
import type { Column } from "./schema.ts";
import { NameGenerator } from "./select-names.ts";
import { sourceText } from "./source-text.ts";

export interface Partitioned {
  readonly relation: RelationPlan;
  /** The new key columns, by the text of the expressions they hold. */
  readonly partitions: ReadonlyMap<string, number>;
}

export function planPartitionBy(
  clause: ExpressionList,
  relation: RelationPlan,
  context: PlanContext,
): Partitioned {
  if (relation.step.output === "table") {
    throw errorAt(context, planError.INVALID_PARTITIONING, clause.span, {
      message: "a table can't be partitioned by something else",
      hint: "its key decides which rows replace which; use GROUP BY",
    });
  }
  const nodes = clause.expressions;
  if (nodes.some((node) => node.kind === "null-literal")) {
    if (nodes.length === 1) return withoutKey(relation, context);
    throw errorAt(context, planError.INVALID_PARTITIONING, clause.span, {
      message: "PARTITION BY can't have NULL beside other expressions",
    });
  }
  const scope = columnScope(context, relation.scope, "PARTITION BY");
  const keys = nodes.map((node) => analyzeExpression(context, scope, node));
  if (isPresentKey(keys, relation)) {
    return {
      relation: { ...relation, star: starAfter(relation, relation.scope.columns, context) },
      partitions: new Map(),
    };
  }
  if (relation.window !== undefined) {
    throw errorAt(context, planError.INVALID_PARTITIONING, clause.span, {
      message: "a windowed source can't be partitioned by something else",
    });
  }
  const { columns } = relation.scope;
  const names = new NameGenerator(columns.map((column) => column.name));
  const keyColumns = keys.map((key, i): Column => {
    if (key.kind === "column") return { ...columns[key.index]!, role: "key" };
    return { name: names.nameOf(nodes[i]!), type: key.type, role: "key" };
  });
  const texts = nodes.map((node) => resolvedText(node, relation.scope));
  const rekeyed = rekeyedRelation(
    relation,
    keys,
    keyColumns,
    nodes.map((node) => sourceText(node)),
    context,
  );
  return { relation: rekeyed, partitions: new Map(texts.map((text, i) => [text, i])) };
}

/** Partitioning by the one key column there is changes nothing. */
function isPresentKey(keys: readonly Expression[], relation: RelationPlan): boolean {
  const [key] = keys;
  const [part, second] = relation.key;
  return (
    keys.length === 1 &&
    part !== undefined &&
    second === undefined &&
    key?.kind === "column" &&
    (key.index === part.index || (relation.keyKind === "join expression" && part.shownBy[0] === key.index))
  );
}

/** Old key columns come last among the values, as ksqlDB has it. */
function carriedColumns(relation: RelationPlan, moved: readonly Expression[]): number[] {
  const { columns } = relation.scope;
  const taken = new Set(moved.flatMap((key) => (key.kind === "column" ? [key.index] : [])));
  const rest = columns.map((_, i) => i).filter((i) => !taken.has(i) && columns[i]!.hidden !== true);
  const isKey = (i: number): boolean => columns[i]!.role === "key";
  const isPseudo = (i: number): boolean => columns[i]!.role === "pseudo";
  return [...rest.filter((i) => !isKey(i) && !isPseudo(i)), ...rest.filter(isKey), ...rest.filter(isPseudo)];
}

function rekeyedRelation(
  relation: RelationPlan,
  keys: readonly Expression[],
  keyColumns: readonly Column[],
  texts: readonly string[],
  context: PlanContext,
): RelationPlan {
  const carried = carriedColumns(relation, keys);
  const old = relation.scope.columns;
  const rest = carried.map((i): Column => (old[i]!.role === "key" ? { ...old[i]!, role: "value" } : old[i]!));
  const columns = [...keyColumns, ...rest];
  const step: RekeyStep = {
    kind: "rekey",
    output: "stream",
    schema: { columns },
    input: relation.step,
    keys,
    carried,
    dropNullKeys: false,
    reason: "partition-by",
  };
  return {
    ...relation,
    step,
    scope: relation.scope.over(columns),
    key: keyColumns.map((_, i) => ({ index: i, shownBy: [i], texts: [texts[i]!] })),
    keyKind: "partitioning expression",
    hiddenKey: undefined,
    keyHint: undefined,
    syntheticKey: undefined,
    star: starAfter(relation, columns, context),
  };
}

/**
 * `SELECT *` behind PARTITION BY. Over a join ksqlDB then shows each source's pseudo columns too, between its
 * values and its old key; only the strict dialect repeats that.
 */
function starAfter(
  relation: RelationPlan,
  columns: readonly Column[],
  context: PlanContext,
): RelationPlan["star"] {
  const strict = context.dialect === "ksqldb" && relation.scope.isJoin;
  const star = strict ? joinStar(relation, columns) : starOf(columns);
  return (alias) => (alias === undefined ? star : star.filter((i) => ownedBy(columns[i]!, alias)));
}

function joinStar(relation: RelationPlan, columns: readonly Column[]): number[] {
  const indexes = columns.map((_, i) => i);
  const keys = indexes.filter((i) => columns[i]!.role === "key");
  const rest = relation.sources.flatMap(({ alias, source }) => {
    const own = indexes.filter((i) => columns[i]!.source === alias && !keys.includes(i));
    const declared = (isKey: boolean): number[] =>
      source.schema.columns
        .filter((column) => (column.role === "key") === isKey)
        .flatMap((column) => own.filter((i) => columns[i]!.name === column.name));
    return [...declared(false), ...own.filter((i) => columns[i]!.role === "pseudo"), ...declared(true)];
  });
  return [...keys, ...rest];
}

function ownedBy(column: Column, alias: string): boolean {
  return column.source === undefined || column.source === alias;
}

function withoutKey(relation: RelationPlan, context: PlanContext): Partitioned {
  const none = rekeyedRelation(relation, [], [], [], context);
  return { relation: { ...none, keyFormat: { format: "NONE", properties: {} } }, partitions: new Map() };
}
