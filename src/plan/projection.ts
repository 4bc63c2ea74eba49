/**
 * The select list as a step. A persistent query's row is its key columns, then its values; each key part must
 * be selected once. A transient query's row is the select list in its order.
 */
import type { Expression as Ast } from "../sql/ast-expression.ts";
import type { Span } from "../base/errors.ts";
import { identifierText, sameType, STRING } from "../data/types.ts";
import type { SqlType } from "../data/types.ts";
import { convert } from "./analyzed.ts";
import { planError } from "./errors.ts";
import { analyzeExpression } from "./expression-analysis.ts";
import type { Expression } from "./expression.ts";
import type { PhysicalStep, ProjectStep, RekeyStep } from "./physical.ts";
import { errorAt, flag } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import type { ProjectedQuery } from "./query-planner.ts";
import type { KeyPart } from "./relation-plan.ts";
import type { Column } from "./schema.ts";
import type { SelectedItem } from "./select-items.ts";
import { hiddenRowKey } from "./system-columns.ts";

interface Selected {
  readonly item: SelectedItem;
  readonly expression: Expression;
}

export interface Projection {
  readonly step: PhysicalStep;
  /** Key and value columns of the result. */
  readonly columns: readonly Column[];
  /** KSQL 5: the value column that repeats the key. */
  readonly keyHint: string | undefined;
  readonly legacyKey: boolean;
}

/** Where INSERT INTO's rows go, and what messages call the statement's target. */
export interface ProjectionTarget {
  readonly sinkName: string;
  readonly span: Span;
  /** Column types that literals and numbers of the select list take over, by position. */
  readonly types?: readonly (SqlType | undefined)[];
}

function selectedOf(query: ProjectedQuery, context: PlanContext): Selected[] {
  return query.items.map((item) => ({
    item,
    expression: analyzeExpression(context, query.scope, item.node),
  }));
}

/** A push query's rows: the select list. Columns that show the key have its role. */
export function projectTransient(query: ProjectedQuery, context: PlanContext): ProjectStep {
  const { relation } = query;
  const keys = new Set(relation.key.map((part) => part.index));
  const selected = selectedOf(query, context);
  const columns = selected.map(({ item, expression }): Column => {
    const isKey = expression.kind === "column" && keys.has(expression.index);
    return { name: item.name, type: expression.type, role: isKey ? "key" : "value" };
  });
  return project(
    relation.step,
    columns,
    selected.map(({ expression }) => expression),
  );
}

function project(
  input: PhysicalStep,
  columns: readonly Column[],
  expressions: readonly Expression[],
): ProjectStep {
  return { kind: "project", output: input.output, schema: { columns }, input, expressions };
}

export function projectPersistent(
  query: ProjectedQuery,
  context: PlanContext,
  target: ProjectionTarget,
): Projection {
  const selected = selectedOf(query, context);
  if (query.trailingPartition !== undefined) return partitionOutput(query, selected, query.trailingPartition);
  const { relation } = query;
  if (relation.hiddenKey !== undefined && relation.key.length === 0)
    return legacyProjection(query, selected, target, context);
  const keys = relation.key.flatMap((part) => {
    const item = keyItem(part, selected, query, target, context);
    return item === undefined ? [] : [{ part, item }];
  });
  if (flag(context, "ksql.new.query.planner.enabled"))
    keys.sort((a, b) => selected.indexOf(a.item) - selected.indexOf(b.item));
  const keyItems = new Set(keys.map(({ item }) => item));
  const values = selected.filter((candidate) => !keyItems.has(candidate));
  const columns = [
    ...keys.map(({ part, item }): Column => ({
      name: item.item.name,
      type: relation.scope.columns[part.index]!.type,
      role: "key",
    })),
    ...values.map(({ item, expression }): Column => ({
      name: item.name,
      type: expression.type,
      role: "value",
    })),
  ];
  const expressions = [
    ...keys.map(({ part }) => relation.scope.column(part.index)),
    ...values.map(({ expression }) => expression),
  ];
  checkColumns(columns, values.length, target, context);
  return { ...fitted(relation.step, columns, expressions, target), keyHint: undefined, legacyKey: false };
}

/** INSERT INTO: the select list's values take the stream's types where that loses nothing. */
function fitted(
  input: PhysicalStep,
  columns: readonly Column[],
  expressions: readonly Expression[],
  target: ProjectionTarget,
): { step: PhysicalStep; columns: readonly Column[] } {
  const types = target.types;
  if (types === undefined) return { step: project(input, columns, expressions), columns };
  const converted = expressions.map((expression, i) => {
    const type = types[i];
    return type === undefined || sameType(type, expression.type) ? expression : convert(expression, type);
  });
  const typed = columns.map((column, i) => ({ ...column, type: converted[i]!.type }));
  return { step: project(input, typed, converted), columns: typed };
}

/**
 * The item that shows the key part; a second one is an error, as is none. With ksqlDB's new planner a stream's key may
 * be left out: undefined, the stream then has no such key column.
 */
function keyItem(
  part: KeyPart,
  selected: readonly Selected[],
  query: ProjectedQuery,
  target: ProjectionTarget,
  context: PlanContext,
): Selected | undefined {
  for (const index of part.shownBy) {
    const shown = selected.filter(
      ({ expression }) => expression.kind === "column" && expression.index === index,
    );
    const [first, second] = shown;
    if (first === undefined) continue;
    if (second === undefined) return first;
    throw errorAt(context, planError.KEY_NOT_SELECTED, second.item.node.span, {
      message: `key column '${part.texts[0] ?? first.item.name}' is selected more than once`,
      detail: `as ${shown.map(({ item }) => item.name).join(" and ")}`,
      hint: "copy it into the value with AS_VALUE(column)",
    });
  }
  const mayLack = query.relation.step.output === "stream" && flag(context, "ksql.new.query.planner.enabled");
  if (mayLack) return undefined;
  throw keyMissing(part, query, target, context);
}

function keyMissing(
  part: KeyPart,
  query: ProjectedQuery,
  target: ProjectionTarget,
  context: PlanContext,
): Error {
  const kind = query.relation.keyKind;
  const names = part.texts.join(" or ");
  const synthetic = query.relation.syntheticKey === part.index;
  return errorAt(context, planError.KEY_NOT_SELECTED, target.span, {
    message: `the select list of '${target.sinkName}' lacks the ${kind} ${names}`,
    detail: synthetic
      ? `the join has no column that equals its key, so the key is the extra column ${names}`
      : "a stream's or table's key must be among the columns",
    hint: `add ${part.texts[0] ?? names} to the select list`,
  });
}

/** KSQL 5: the record's key stays what it is, whatever is selected. */
function legacyProjection(
  query: ProjectedQuery,
  selected: readonly Selected[],
  target: ProjectionTarget,
  context: PlanContext,
): Projection {
  const { relation } = query;
  const hint = relation.keyHint;
  const hinted = selected.find(({ expression }) => expression.kind === "column" && expression.index === hint);
  const columns = [hiddenRowKey(), ...valueColumnsOf(selected)];
  const expressions = [
    relation.scope.column(relation.hiddenKey!),
    ...selected.map(({ expression }) => expression),
  ];
  checkColumns(columns, selected.length, target, context);
  return {
    ...fitted(relation.step, columns, expressions, target),
    keyHint: hinted?.item.name,
    legacyKey: true,
  };
}

function valueColumnsOf(selected: readonly Selected[]): Column[] {
  return selected.map(({ item, expression }) => ({ name: item.name, type: expression.type, role: "value" }));
}

/** KSQL 5's PARTITION BY: the text of an output column becomes the key, the column stays. */
function partitionOutput(query: ProjectedQuery, selected: readonly Selected[], node: Ast): Projection {
  const name = node.kind === "column" ? node.name : "";
  const index = selected.findIndex(({ item }) => item.name === name);
  const values = valueColumnsOf(selected);
  const input = project(
    query.relation.step,
    values,
    selected.map(({ expression }) => expression),
  );
  const column: Expression = { kind: "column", type: values[index]!.type, index, name };
  const step: RekeyStep = {
    kind: "rekey",
    output: "stream",
    schema: { columns: [hiddenRowKey(), ...values] },
    input,
    keys: [convert(column, STRING)],
    carried: values.map((_, i) => i),
    dropNullKeys: true,
    reason: "partition-by",
  };
  return { step, columns: step.schema.columns, keyHint: name, legacyKey: true };
}

function checkColumns(
  columns: readonly Column[],
  values: number,
  target: ProjectionTarget,
  context: PlanContext,
): void {
  if (values === 0) {
    throw errorAt(context, planError.INVALID_SELECT, target.span, {
      message: `the select list of '${target.sinkName}' has no value columns`,
      hint: "select more than the key; AS_VALUE(column) copies a key column into the value",
    });
  }
  const names = columns.map((column) => column.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw errorAt(context, planError.DUPLICATE_COLUMN, target.span, {
    message: `the select list of '${target.sinkName}' has two columns ${identifierText(twice)}`,
    hint: "give one of them another name with AS",
  });
}
