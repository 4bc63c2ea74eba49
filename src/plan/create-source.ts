/**
 * CREATE STREAM and CREATE TABLE over a topic: columns (declared or found in the schema registry), formats,
 * window, timestamp. A source without key columns gets KSQL 5's hidden ROWKEY outside the strict dialect.
 */
import { SpoorError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import { BYTES, sameType, typeText } from "../data/types.ts";
import type { TableElement } from "../sql/ast-declaration.ts";
import type { CreateSource } from "../sql/ast-statement.ts";
import { takesKsql5 } from "../sql/dialect.ts";
import { planError } from "./errors.ts";
import { checkFormat, formatName, keyWrapping, withWrapping, wrappingOf } from "./format-rules.ts";
import type { DataSource, FormatInfo } from "./metastore.ts";
import { errorAt, flag, placeOf, setting } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import { checkSourceReplacement } from "./replace-rules.ts";
import { inferColumns } from "./schema-inference.ts";
import type { Column } from "./schema.ts";
import { HEADERS_TYPE, declaredKeys, hiddenRowKey, isSystemColumn } from "./system-columns.ts";
import { timestampColumn } from "./timestamp-column.ts";
import { resolveUserType } from "./user-types.ts";
import { WithProperties } from "./with-properties.ts";

/** A topic that a statement needs and that is not there yet. */
export interface NewTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly config: Readonly<Record<string, string>>;
}

/**
 * The source a CREATE makes. With IF NOT EXISTS it is the one that is there.
 * @throws PLAN_* as the error catalogue says, placed in the statement.
 */
export function planCreateSource(statement: CreateSource, context: PlanContext): DataSource {
  const existing = context.metastore.source(statement.name);
  if (existing !== undefined && statement.ifNotExists) return existing;
  checkName(statement, context, existing);
  try {
    const source = buildSource(statement, context);
    if (existing !== undefined) checkSourceReplacement(existing, source);
    return source;
  } catch (error) {
    if (error instanceof SpoorError) throw error.at(placeOf(context, statement.nameSpan));
    throw error;
  }
}

function buildSource(statement: CreateSource, context: PlanContext): DataSource {
  const properties = new WithProperties(context, "create", statement.properties, statement.span);
  const topic = properties.text("KAFKA_TOPIC");
  if (topic === undefined || topic === "") throw properties.refuse("KAFKA_TOPIC", "is missing");
  const window = properties.window();
  const formats = sourceFormats(statement.name, properties, context);
  const declared = statement.elements.map((element) => declaredColumn(element, statement, context));
  const columns = inferColumns({ context, topic, properties, declared, ...formats });
  if (columns.length === 0) throw noColumns(statement, context);
  checkHeaders(columns, statement, context);
  const keys = keyingOf(statement, context, properties, columns, formats.keyFormat);
  const schema = { columns: [...keys.hidden, ...inOrder(columns)] };
  const key = columns.filter((column) => column.role === "key");
  const value = columns.filter((column) => column.role === "value");
  checkFormat(formats.keyFormat, "key", key);
  checkFormat(formats.valueFormat, "value", value);
  if (window !== undefined && key.length === 0 && keys.hidden.length === 0) {
    throw errorAt(context, planError.INVALID_SCHEMA, statement.nameSpan, {
      message: "a windowed source needs a key column",
    });
  }
  const asked = properties.flag("WRAP_SINGLE_VALUE");
  const wrapping = wrappingOf(formats.valueFormat.format, value.length, asked, wrapByDefault(context));
  const keyFormat = withWrapping(formats.keyFormat, keyWrapping(formats.keyFormat.format, key.length));
  const timestamp = timestampColumn(properties, schema.columns);
  return {
    name: statement.name,
    kind: statement.sourceKind === "TABLE" ? "table" : "stream",
    topic,
    schema,
    keyFormat,
    valueFormat: withWrapping(formats.valueFormat, wrapping),
    ...(window === undefined ? {} : { window }),
    ...(timestamp === undefined ? {} : { timestamp }),
    isSource: statement.readOnly,
    ...(keys.hint === undefined ? {} : { keyHint: keys.hint }),
    ...(keys.hidden.length === 0 ? {} : { legacyKey: true }),
    statementText: context.text.slice(statement.span.start, statement.span.end),
  };
}

/** Key columns first, then the others, each in the order declared. */
function inOrder(columns: readonly Column[]): Column[] {
  const keys = columns.filter((column) => column.role === "key");
  return [...keys, ...columns.filter((column) => column.role !== "key")];
}

export function wrapByDefault(context: PlanContext): boolean | undefined {
  const text = setting(context, "ksql.persistence.wrap.single.values")?.toLowerCase();
  return text === "true" || text === "false" ? text === "true" : undefined;
}

function checkName(statement: CreateSource, context: PlanContext, existing: DataSource | undefined): void {
  const kind = statement.sourceKind.toLowerCase();
  if (statement.orReplace && (statement.readOnly || existing?.isSource === true)) {
    throw errorAt(context, planError.READ_ONLY_SOURCE, statement.nameSpan, {
      message: `${kind} '${statement.name}' can't be replaced: it is a read-only source`,
      hint: "drop it and create it anew",
    });
  }
  const replaces = statement.orReplace && flag(context, "ksql.create.or.replace.enabled");
  if (existing === undefined || replaces) return;
  throw errorAt(context, planError.SOURCE_EXISTS, statement.nameSpan, {
    message: `${kind} '${statement.name}' can't be added: a ${existing.kind} of that name exists`,
    hint: "choose another name, drop it first, or use CREATE OR REPLACE",
  });
}

function sourceFormats(
  name: string,
  properties: WithProperties,
  context: PlanContext,
): { keyFormat: FormatInfo; valueFormat: FormatInfo } {
  const key =
    properties.format("key") ??
    formatName(setting(context, "ksql.persistence.default.format.key") ?? "KAFKA");
  const byDefault = setting(context, "ksql.persistence.default.format.value");
  const value = properties.format("value") ?? (byDefault === undefined ? undefined : formatName(byDefault));
  if (value === undefined) {
    throw properties.refuse(
      "VALUE_FORMAT",
      "is missing",
      "add it, or set 'ksql.persistence.default.format.value'",
    );
  }
  return {
    keyFormat: properties.formatInfo("key", key, name),
    valueFormat: properties.formatInfo("value", value, name),
  };
}

function declaredColumn(element: TableElement, statement: CreateSource, context: PlanContext): Column {
  const { name, span } = element;
  if (isSystemColumn(name)) {
    throw errorAt(context, planError.RESERVED_COLUMN, span, {
      message: `'${name}' is a reserved column name`,
      hint: "give the column another name",
    });
  }
  const type = resolveUserType(context, element.type);
  const isTable = statement.sourceKind === "TABLE";
  switch (element.constraint) {
    case undefined:
      return { name, type, role: "value" };
    case "KEY":
    case "PRIMARY KEY":
      if ((element.constraint === "PRIMARY KEY") !== isTable) {
        throw errorAt(context, planError.INVALID_SCHEMA, span, {
          message: `column '${name}' can't be a ${element.constraint} column of a ${isTable ? "table" : "stream"}`,
          hint: isTable ? "use PRIMARY KEY for tables" : "use KEY for streams",
        });
      }
      return { name, type, role: "key" };
    case "HEADERS":
      if (!sameType(type, HEADERS_TYPE)) throw headerType(element, typeText(HEADERS_TYPE), context);
      return { name, type, role: "headers" };
    case "HEADER":
      if (!sameType(type, BYTES)) throw headerType(element, "BYTES", context);
      return { name, type, role: "header", headerKey: element.headerKey ?? "" };
  }
}

function headerType(element: TableElement, wanted: string, context: PlanContext): Error {
  return errorAt(context, planError.INVALID_SCHEMA, element.span, {
    message: `column '${element.name}' must be ${wanted} to hold headers`,
  });
}

/** All headers in one column, or single ones, each once. */
function checkHeaders(columns: readonly Column[], statement: CreateSource, context: PlanContext): void {
  const all = columns.filter((column) => column.role === "headers");
  const keys = columns.filter((column) => column.role === "header").map((column) => column.headerKey);
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice === undefined && all.length <= 1 && (all.length === 0 || keys.length === 0)) return;
  throw errorAt(context, planError.INVALID_SCHEMA, statement.nameSpan, {
    message:
      twice === undefined
        ? `'${statement.name}' has a HEADERS column beside other header columns`
        : `'${statement.name}' has two columns for the header '${twice}'`,
    hint: "declare one HEADERS column, or HEADER('key') columns with different keys",
  });
}

function noColumns(statement: CreateSource, context: PlanContext): Error {
  return errorAt(context, planError.INVALID_SCHEMA, statement.nameSpan, {
    message: `'${statement.name}' has no columns`,
    hint: "list columns, or use a format whose schemas are in a schema registry",
  });
}

/** Key columns as declared, or KSQL 5's hidden key with the column that repeats it. */
function keyingOf(
  statement: CreateSource,
  context: PlanContext,
  properties: WithProperties,
  columns: readonly Column[],
  keyFormat: FormatInfo,
): { readonly hidden: readonly Column[]; readonly hint?: string } {
  const hint = takesKsql5(context.dialect) ? properties.columnName("KEY") : undefined;
  checkHint(hint, properties, columns);
  const isTable = statement.sourceKind === "TABLE";
  if (declaredKeys(columns).length > 0) return { hidden: [] };
  if (isTable && hint === undefined) {
    throw errorAt(context, planError.INVALID_SCHEMA, statement.nameSpan, {
      message: `table '${statement.name}' has no PRIMARY KEY`,
      hint: "mark a column as PRIMARY KEY",
    });
  }
  if (!takesKsql5(context.dialect) || keyFormat.format !== "KAFKA") return { hidden: [] };
  if (columns.some((column) => column.name === "ROWKEY")) return { hidden: [] };
  return hint === undefined ? { hidden: [hiddenRowKey()] } : { hidden: [hiddenRowKey()], hint };
}

function checkHint(hint: string | undefined, properties: WithProperties, columns: readonly Column[]): void {
  if (hint === undefined || columns.some((column) => column.name === hint)) return;
  const names = columns.map((column) => column.name);
  throw properties.refuse("KEY", `names '${hint}', which is no column`, didYouMean(hint, names));
}

/**
 * The topic a CREATE has to make first; undefined where it is there.
 * @throws PLAN_INVALID_PROPERTY in the strict dialect, where a new topic needs PARTITIONS.
 */
export function planSourceTopic(statement: CreateSource, context: PlanContext): NewTopic | undefined {
  const properties = new WithProperties(context, "create", statement.properties, statement.span);
  const topic = properties.text("KAFKA_TOPIC") ?? "";
  const partitions = properties.whole("PARTITIONS");
  if (context.topics.partitions(topic) !== undefined) return undefined;
  if (partitions === undefined && context.dialect === "ksqldb") {
    throw properties.refuse(
      "KAFKA_TOPIC",
      `names topic '${topic}', which does not exist`,
      "add PARTITIONS to have it made",
    );
  }
  return {
    topic,
    partitions: positive(properties, "PARTITIONS", partitions ?? 1),
    replicas: positive(properties, "REPLICAS", properties.whole("REPLICAS") ?? 1),
    config: topicConfig(properties, statement.sourceKind === "TABLE" ? "compact" : undefined),
  };
}

/** A count of 1 or more. @throws PLAN_INVALID_PROPERTY */
export function positive(properties: WithProperties, name: string, value: number): number {
  if (value >= 1) return value;
  throw properties.refuse(name, `must be 1 or more, not ${value}`);
}

/** Kafka's topic settings that WITH gives. */
export function topicConfig(properties: WithProperties, cleanup: string | undefined): Record<string, string> {
  const config: Record<string, string> = {};
  const retention = properties.whole("RETENTION_MS");
  const policy = properties.text("CLEANUP_POLICY")?.toLowerCase() ?? cleanup;
  if (policy !== undefined) config["cleanup.policy"] = policy;
  if (retention === undefined) return config;
  if (policy === "compact") {
    throw properties.refuse("RETENTION_MS", "can't be set for a compacted topic");
  }
  config["retention.ms"] = String(retention);
  return config;
}
