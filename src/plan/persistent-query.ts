/** CREATE STREAM AS, CREATE TABLE AS and INSERT INTO … SELECT. */
import { SpoorError } from "../base/errors.ts";
import type { Span } from "../base/errors.ts";
import { canImplicitlyCast } from "../data/type-coercion.ts";
import { identifierText, typeText } from "../data/types.ts";
import type { CreateAsSelect, InsertInto } from "../sql/ast-statement.ts";
import type { Query } from "../sql/ast-query.ts";
import { planError } from "./errors.ts";
import { lookUp } from "./from-clause.ts";
import type { DataSource } from "./metastore.ts";
import { asKsql5 } from "./ksql5-steps.ts";
import type { PersistentQueryPlan, Sink } from "./physical.ts";
import { errorAt, flag, placeOf } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import { projectPersistent } from "./projection.ts";
import type { Projection } from "./projection.ts";
import { planQuery } from "./query-planner.ts";
import type { ProjectedQuery } from "./query-planner.ts";
import { inputNames } from "./relation-plan.ts";
import { checkSourceReplacement } from "./replace-rules.ts";
import type { Column } from "./schema.ts";
import { planSink } from "./sink-planner.ts";
import { timestampColumn } from "./timestamp-column.ts";
import { checkProperties, WithProperties } from "./with-properties.ts";

export interface PersistentPlan {
  readonly plan: PersistentQueryPlan;
  /** The new sink's source; for INSERT INTO the one that is there. `createdBy` is for the caller to add. */
  readonly source: DataSource;
}

/**
 * Plans a query that writes to a topic. IF NOT EXISTS is for the caller to look at first.
 * @throws PLAN_* as the error catalogue says, placed in the statement.
 */
export function planPersistentQuery(
  statement: CreateAsSelect | InsertInto,
  context: PlanContext,
): PersistentPlan {
  try {
    return statement.kind === "insert-into"
      ? planInsert(statement, context)
      : planCreateAs(statement, context);
  } catch (error) {
    if (error instanceof SpoorError) throw error.at(placeOf(context, statement.nameSpan));
    throw error;
  }
}

function planCreateAs(statement: CreateAsSelect, context: PlanContext): PersistentPlan {
  const existing = context.metastore.source(statement.name);
  checkName(statement, existing, context);
  refuseLimit(statement.query, context);
  const query = planQuery(statement.query, context, true);
  checkResultKind(statement, query, context);
  const target = { sinkName: statement.name, span: statement.nameSpan };
  const projection = projectPersistent(query, context, target);
  const sink = planSink(statement, query, projection, context);
  const source = sinkSource(statement, sink, projection, context);
  if (existing !== undefined) checkSourceReplacement(existing, source);
  return { plan: persistentPlan(projection, sink, query, context), source };
}

function persistentPlan(
  { step }: Projection,
  sink: Sink,
  query: ProjectedQuery,
  context: PlanContext,
): PersistentQueryPlan {
  const sourceNames = inputNames(query.relation);
  const root = context.dialect === "ksql5" ? asKsql5(step) : step;
  return { kind: "persistent", root, sink, sourceNames };
}

function checkName(statement: CreateAsSelect, existing: DataSource | undefined, context: PlanContext): void {
  if (existing === undefined) return;
  const kind = statement.sourceKind.toLowerCase();
  if (existing.isSource) {
    throw errorAt(context, planError.READ_ONLY_SOURCE, statement.nameSpan, {
      message: `${kind} '${statement.name}' can't be replaced: it is a read-only source`,
    });
  }
  if (statement.orReplace && flag(context, "ksql.create.or.replace.enabled")) return;
  throw errorAt(context, planError.SOURCE_EXISTS, statement.nameSpan, {
    message: `${kind} '${statement.name}' can't be added: a ${existing.kind} of that name exists`,
    hint: "choose another name, drop it first, or use CREATE OR REPLACE",
  });
}

function refuseLimit(query: Query, context: PlanContext): void {
  if (query.limit === undefined) return;
  throw errorAt(context, planError.INVALID_SELECT, query.span, {
    message: "a persistent query can't have LIMIT",
    hint: "it runs until it is terminated; use LIMIT in a query of your own on its result",
  });
}

/** KSQL 5 writes a table's changes into a stream without asking. */
function checkResultKind(statement: CreateAsSelect, query: ProjectedQuery, context: PlanContext): void {
  const gives = query.relation.step.output;
  const wanted = statement.sourceKind === "TABLE" ? "table" : "stream";
  if (gives === wanted || (context.dialect === "ksql5" && wanted === "stream")) return;
  throw errorAt(context, planError.RESULT_KIND, statement.nameSpan, {
    message: `the query gives a ${gives}, not a ${wanted}`,
    hint: `use CREATE ${gives.toUpperCase()} … AS SELECT`,
  });
}

function sinkSource(
  statement: CreateAsSelect,
  sink: Sink,
  projection: Projection,
  context: PlanContext,
): DataSource {
  const properties = new WithProperties(context, "create-as", statement.properties, statement.span);
  const timestamp = timestampColumn(properties, sink.schema.columns);
  return {
    name: statement.name,
    kind: statement.sourceKind === "TABLE" ? "table" : "stream",
    topic: sink.topic,
    schema: sink.schema,
    keyFormat: sink.keyFormat,
    valueFormat: sink.valueFormat,
    ...(sink.window === undefined ? {} : { window: sink.window }),
    ...(timestamp === undefined ? {} : { timestamp }),
    isSource: false,
    ...(projection.keyHint === undefined ? {} : { keyHint: projection.keyHint }),
    ...(projection.legacyKey ? { legacyKey: true } : {}),
    statementText: context.text.slice(statement.span.start, statement.span.end),
  };
}

function planInsert(statement: InsertInto, context: PlanContext): PersistentPlan {
  checkProperties(context, "insert-into", statement.properties);
  const source = lookUp(context, statement.name, statement.nameSpan);
  checkInsertTarget(source, statement.nameSpan, context);
  refuseLimit(statement.query, context);
  const query = planQuery(statement.query, context, true);
  if (query.relation.step.output === "table") {
    throw errorAt(context, planError.RESULT_KIND, statement.nameSpan, {
      message: `the query gives a table, and '${source.name}' is a stream`,
    });
  }
  const shown = source.schema.columns.filter((column) => column.hidden !== true);
  const target = { sinkName: source.name, span: statement.nameSpan };
  const plain = projectPersistent(query, context, target);
  checkSameColumns(plain.columns, shown, statement.nameSpan, context);
  const offset = plain.columns.length - shown.length;
  const types = plain.columns.map((_, i) => shown[i - offset]?.type);
  const projection = projectPersistent(query, context, { ...target, types });
  const sink: Sink = {
    name: source.name,
    topic: source.topic,
    partitions: context.topics.partitions(source.topic) ?? 1,
    replicas: 1,
    topicConfig: {},
    keyFormat: source.keyFormat,
    valueFormat: source.valueFormat,
    ...(source.window === undefined ? {} : { window: source.window }),
    schema: { columns: projection.columns },
  };
  return { plan: persistentPlan(projection, sink, query, context), source };
}

function checkInsertTarget(source: DataSource, span: Span, context: PlanContext): void {
  const refuse = (message: string): Error => errorAt(context, planError.SINK_MISMATCH, span, { message });
  if (source.kind === "table") throw refuse(`INSERT INTO writes to streams, and '${source.name}' is a table`);
  if (source.schema.columns.some((column) => column.role === "header" || column.role === "headers")) {
    throw refuse(`INSERT INTO can't write to '${source.name}', which has header columns`);
  }
  if (!source.isSource) return;
  throw errorAt(context, planError.READ_ONLY_SOURCE, span, {
    message: `INSERT INTO can't write to '${source.name}', a read-only source`,
  });
}

/** Names and roles must be equal, types may widen. */
function checkSameColumns(
  result: readonly Column[],
  sink: readonly Column[],
  span: Span,
  context: PlanContext,
): void {
  const shown = result.filter((column) => column.hidden !== true);
  const fits =
    shown.length === sink.length &&
    shown.every((column, i) => {
      const other = sink[i]!;
      return (
        column.name === other.name && column.role === other.role && canImplicitlyCast(column.type, other.type)
      );
    });
  if (fits) return;
  throw errorAt(context, planError.SINK_MISMATCH, span, {
    message: "the query's columns are not those of the stream",
    detail: `the query gives ${schemaText(shown)}; the stream has ${schemaText(sink)}`,
    hint: "select the stream's columns in its order, with its names",
  });
}

/** `ID BIGINT KEY, NAME STRING` */
export function schemaText(columns: readonly Column[]): string {
  return columns
    .map((column) => {
      const role = column.role === "key" ? " KEY" : "";
      return `${identifierText(column.name)} ${typeText(column.type)}${role}`;
    })
    .join(", ");
}
