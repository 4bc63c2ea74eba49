/**
 * The row that ASSERT VALUES or ASSERT NULL VALUES expects: each value is computed and converted to its column's type just
 * as INSERT INTO … VALUES would. Besides the source's columns a test may name ROWTIME, ROWPARTITION, ROWOFFSET and, of
 * a windowed source, WINDOWSTART and WINDOWEND.
 */
import { didYouMean } from "../base/nearest.ts";
import type { Span } from "../base/errors.ts";
import type { SqlType } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import { planError } from "../plan/errors.ts";
import { planInsertValues } from "../plan/insert-values.ts";
import type { DataSource } from "../plan/metastore.ts";
import { errorAt } from "../plan/plan-context.ts";
import type { PlanContext } from "../plan/plan-context.ts";
import { isShown, isSystemColumn, isWindowBound, pseudoColumn } from "../plan/system-columns.ts";
import type { AssertTombstone, AssertValues } from "../sql/ast-assertion.ts";
import type { Expression } from "../sql/ast-expression.ts";

export interface ExpectedValue {
  readonly name: string;
  readonly type: SqlType;
  readonly value: Value;
  /** Of the value's text. */
  readonly span: Span;
}

/** @throws PLAN_INVALID_INSERT for columns that are not there and values that do not fit */
export function expectedRow(
  statement: AssertValues | AssertTombstone,
  source: DataSource,
  context: PlanContext,
): ExpectedValue[] {
  const columns = statement.columns.length > 0 ? statement.columns : defaultColumns(statement, source);
  if (columns.length !== statement.values.length) {
    throw errorAt(context, planError.INVALID_INSERT, statement.nameSpan, {
      message: `there are ${columns.length} columns and ${statement.values.length} values`,
    });
  }
  return columns.map((name, i) => {
    const type = columnType(name, statement, source, context);
    const node = statement.values[i]!;
    return { name, type, value: convertedValue(node, name, type, source, context), span: node.span };
  });
}

function defaultColumns(statement: AssertValues | AssertTombstone, source: DataSource): string[] {
  const roles = statement.kind === "assert-values" ? ["key", "value"] : ["key"];
  return source.schema.columns
    .filter((column) => isShown(column) && roles.includes(column.role))
    .map(({ name }) => name);
}

function columnType(
  name: string,
  statement: AssertValues | AssertTombstone,
  source: DataSource,
  context: PlanContext,
): SqlType {
  const known = source.schema.columns.filter((column) => column.role === "key" || column.role === "value");
  const column = known.find((candidate) => candidate.name === name);
  if (column !== undefined) return column.type;
  if (isSystemColumn(name) && (source.window !== undefined || !isWindowBound(name)))
    return pseudoColumn(name).type;
  throw errorAt(context, planError.INVALID_INSERT, statement.nameSpan, {
    message: `column '${name}' does not exist in '${source.name}'`,
    hint: didYouMean(
      name,
      known.map((candidate) => candidate.name),
    ),
  });
}

/** Asks INSERT VALUES what it would write into a stream of this column alone. */
function convertedValue(
  node: Expression,
  name: string,
  type: SqlType,
  source: DataSource,
  context: PlanContext,
): Value {
  // The names of pseudo columns are reserved; in small letters they are not.
  const column = isSystemColumn(name) ? name.toLowerCase() : name;
  const stream: DataSource = {
    name: source.name,
    kind: "stream",
    topic: source.topic,
    schema: { columns: [{ name: column, type, role: "value" }] },
    keyFormat: source.keyFormat,
    valueFormat: source.valueFormat,
    isSource: false,
    statementText: source.statementText,
  };
  const { metastore } = context;
  const record = planInsertValues(
    {
      kind: "insert-values",
      name: source.name,
      nameSpan: node.span,
      columns: [column],
      values: [node],
      span: node.span,
    },
    {
      ...context,
      properties: new Map([...context.properties, ["ksql.insert.into.values.enabled", "true"]]),
      metastore: {
        source: () => stream,
        sources: () => metastore.sources(),
        type: (wanted) => metastore.type(wanted),
        types: () => metastore.types(),
        readers: (wanted) => metastore.readers(wanted),
        writers: (wanted) => metastore.writers(wanted),
      },
    },
  );
  return record.value[0] ?? null;
}
