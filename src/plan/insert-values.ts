/** INSERT INTO … VALUES: one record, its values converted to the columns' types as far as nothing is lost. */
import { SpoorError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import { coerceLiteral } from "../data/common-type.ts";
import { coercedType } from "../data/type-coercion.ts";
import { BIGINT, sameType, typeText } from "../data/types.ts";
import type { SqlType } from "../data/types.ts";
import { ValueError } from "../data/value-error.ts";
import { valueText } from "../data/value-text.ts";
import type { Value } from "../data/values.ts";
import { FunctionError } from "../functions/definition.ts";
import type { Expression as Ast } from "../sql/ast-expression.ts";
import type { InsertValues } from "../sql/ast-statement.ts";
import type { ExpressionScope } from "./analyzed.ts";
import { constantValue } from "./constant-evaluation.ts";
import { planError } from "./errors.ts";
import { analyzeExpression } from "./expression-analysis.ts";
import { lookUp } from "./from-clause.ts";
import type { DataSource } from "./metastore.ts";
import { errorAt, flag } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import type { Column } from "./schema.ts";
import { isSystemColumn, ROWTIME } from "./system-columns.ts";

export interface InsertedRecord {
  readonly source: DataSource;
  /** In the order of the source's key columns (KSQL 5's hidden key among them). */
  readonly key: readonly Value[];
  readonly value: readonly Value[];
  /** ROWTIME, where it was given. */
  readonly timestampMs: number | undefined;
  /** True where no value column was named: the key alone was given. */
  readonly nullValue: boolean;
}

export function planInsertValues(statement: InsertValues, context: PlanContext): InsertedRecord {
  const source = target(statement, context);
  const columns = namedColumns(statement, source, context);
  if (columns.length !== statement.values.length) {
    throw refuse(
      statement,
      context,
      `there are ${columns.length} columns and ${statement.values.length} values`,
    );
  }
  const values = new Map<string, Value>();
  columns.forEach((column, i) =>
    values.set(column.name, insertedValue(statement.values[i]!, column, context)),
  );
  const given = hintedKey(source, values);
  const valueOf = (column: Column): Value =>
    values.get(column.name) ?? (column.hidden === true ? given : null);
  const keys = source.schema.columns.filter((column) => column.role === "key");
  const missing = keys.filter((column) => valueOf(column) === null);
  if (source.kind === "table" && missing.length > 0) {
    throw refuse(
      statement,
      context,
      `a table's row needs its primary key: ${missing.map((column) => column.name).join(", ")} is missing`,
    );
  }
  const timestamp = values.get(ROWTIME) ?? undefined;
  return {
    source,
    key: keys.map(valueOf),
    value: source.schema.columns.filter((column) => column.role === "value").map(valueOf),
    timestampMs: timestamp === undefined ? undefined : Number(timestamp),
    nullValue: !columns.some((column) => column.role === "value"),
  };
}

/** KSQL 5: where ROWKEY is not given, the column that repeats the key gives its text. */
function hintedKey(source: DataSource, values: ReadonlyMap<string, Value>): Value {
  const column = source.schema.columns.find((candidate) => candidate.name === source.keyHint);
  return column === undefined ? null : valueText(column.type, values.get(column.name) ?? null);
}

function target(statement: InsertValues, context: PlanContext): DataSource {
  if (!flag(context, "ksql.insert.into.values.enabled")) {
    throw refuse(statement, context, "INSERT INTO … VALUES is switched off");
  }
  const source = lookUp(context, statement.name, statement.nameSpan);
  if (source.isSource) {
    throw errorAt(context, planError.READ_ONLY_SOURCE, statement.nameSpan, {
      message: `'${source.name}' is a read-only ${source.kind}`,
      hint: "insert into a source declared without the word SOURCE",
    });
  }
  if (source.window !== undefined) throw refuse(statement, context, `'${source.name}' is windowed`);
  return source;
}

/** The columns named, or all key and value columns. ROWTIME may be named. */
function namedColumns(statement: InsertValues, source: DataSource, context: PlanContext): Column[] {
  const { columns } = source.schema;
  const writable = columns.filter((column) => column.role === "key" || column.role === "value");
  if (statement.columns.length === 0) return writable.filter((column) => column.hidden !== true);
  return statement.columns.map((name): Column => {
    if (name === ROWTIME) return { name, type: BIGINT, role: "pseudo" };
    if (isSystemColumn(name)) throw refuse(statement, context, `column '${name}' can't be written`);
    const column = columns.find((candidate) => candidate.name === name);
    if (column === undefined) {
      const hint = didYouMean(
        name,
        writable.map((candidate) => candidate.name),
      );
      throw refuse(statement, context, `column '${name}' does not exist in '${source.name}'`, hint);
    }
    if (writable.includes(column)) return column;
    throw refuse(statement, context, `header column '${name}' can't be written`);
  });
}

const NO_COLUMNS: ExpressionScope["replacement"] = () => undefined;

function insertedValue(node: Ast, column: Column, context: PlanContext): Value {
  if (node.kind === "null-literal") return null;
  const scope: ExpressionScope = {
    clause: "VALUES",
    column: (reference) => {
      throw errorAt(context, planError.INVALID_INSERT, reference.span, {
        message: `VALUES can't name column '${reference.name}'`,
        hint: "texts are written in single quotes",
      });
    },
    replacement: NO_COLUMNS,
  };
  const expression = analyzeExpression(context, scope, node);
  const value = evaluated(() => constantValue(expression, context), node, context);
  if (value === undefined) {
    throw errorAt(context, planError.INVALID_INSERT, node.span, {
      message: "VALUES takes literals, constructors, casts, arithmetic and function calls only",
    });
  }
  const converted = evaluated(() => withoutLoss(value, expression.type, column.type), node, context);
  if (converted !== undefined) return converted;
  throw errorAt(context, planError.INVALID_INSERT, node.span, {
    message: `a ${typeText(expression.type)} can't become column '${column.name}' of type ${typeText(column.type)}`,
    hint: "write a value of the column's type",
  });
}

function evaluated(evaluate: () => Value | undefined, node: Ast, context: PlanContext): Value | undefined {
  try {
    return evaluate();
  } catch (error) {
    if (!(error instanceof ValueError || error instanceof FunctionError)) throw error;
    throw errorAt(context, planError.INVALID_INSERT, node.span, {
      message: "the value can't be computed",
      detail: error.message,
    });
  }
}

/** Numbers widen, texts become times and bytes; containers part by part. Undefined: it can't be done. */
function withoutLoss(value: Value, from: SqlType, to: SqlType): Value | undefined {
  if (value === null || sameType(from, to)) return value;
  if (from.kind === "ARRAY" && to.kind === "ARRAY") {
    return allOf((value as readonly Value[]).map((item) => withoutLoss(item, from.element, to.element)));
  }
  if (from.kind === "MAP" && to.kind === "MAP") {
    const entries = [...(value as ReadonlyMap<Value, Value>)];
    const keys = allOf(entries.map(([key]) => withoutLoss(key, from.key, to.key)));
    const values = allOf(entries.map(([, item]) => withoutLoss(item, from.value, to.value)));
    return keys === undefined || values === undefined
      ? undefined
      : new Map(keys.map((key, i) => [key, values[i]!]));
  }
  if (from.kind === "STRUCT" && to.kind === "STRUCT") {
    const known = new Set(to.fields.map((field) => field.name));
    if (from.fields.some((field) => !known.has(field.name))) return undefined;
    return allOf(
      to.fields.map((field) => {
        const i = from.fields.findIndex((other) => other.name === field.name);
        return i < 0
          ? null
          : withoutLoss((value as readonly Value[])[i] ?? null, from.fields[i]!.type, field.type);
      }),
    );
  }
  if (coercedType(from, to, false) === undefined) return undefined;
  return literalOf(value, from, to);
}

function literalOf(value: Value, from: SqlType, to: SqlType): Value | undefined {
  try {
    return coerceLiteral(value, from, to);
  } catch (error) {
    if (error instanceof SpoorError) return undefined;
    throw error;
  }
}

function allOf(values: readonly (Value | undefined)[]): Value[] | undefined {
  const found: Value[] = [];
  for (const value of values) {
    if (value === undefined) return undefined;
    found.push(value);
  }
  return found;
}

function refuse(statement: InsertValues, context: PlanContext, message: string, hint?: string): Error {
  return errorAt(context, planError.INVALID_INSERT, statement.nameSpan, { message, hint });
}
