/** CREATE … AS's WITH clause: topic, formats (taken over from the source where not given), partitions, timestamp. */
import { sameType, typeText } from "../data/types.ts";
import type { CreateAsSelect } from "../sql/ast-statement.ts";
import { planError } from "./errors.ts";
import { positive, topicConfig, wrapByDefault } from "./create-source.ts";
import {
  checkFormat,
  formatName,
  formatRule,
  keyWrapping,
  withWrapping,
  wrappingOf,
} from "./format-rules.ts";
import type { FormatInfo, FormatName } from "./metastore.ts";
import type { Sink } from "./physical.ts";
import { setting } from "./plan-context.ts";
import type { InferredColumn, PlanContext } from "./plan-context.ts";
import type { Projection } from "./projection.ts";
import type { ProjectedQuery } from "./query-planner.ts";
import type { Column } from "./schema.ts";
import { declaredKeys } from "./system-columns.ts";
import { timestampColumn } from "./timestamp-column.ts";
import { WithProperties } from "./with-properties.ts";

const KAFKA: FormatInfo = { format: "KAFKA", properties: {} };

export function planSink(
  statement: CreateAsSelect,
  query: ProjectedQuery,
  projection: Projection,
  context: PlanContext,
): Sink {
  const properties = new WithProperties(context, "create-as", statement.properties, statement.span);
  const [first] = query.relation.sources;
  const { columns } = projection;
  const keys = declaredKeys(columns);
  const values = columns.filter((column) => column.role === "value");
  const keyFormat = projection.legacyKey
    ? textKeyFormat(properties, statement.name)
    : sinkKeyFormat(properties, query, keys, context, statement.name);
  const valueFormat = inheritedFormat(properties, "value", first!.source.valueFormat, statement.name);
  checkFormat(keyFormat, "key", keys);
  checkFormat(valueFormat, "value", values);
  const wrapping = wrappingOf(
    valueFormat.format,
    values.length,
    properties.flag("WRAP_SINGLE_VALUE"),
    wrapByDefault(context),
  );
  const written = {
    key: withWrapping(keyFormat, keyWrapping(keyFormat.format, projection.legacyKey ? 1 : keys.length)),
    value: withWrapping(valueFormat, wrapping),
  };
  checkRegistered(properties, "value", written.value, values, context);
  checkRegistered(properties, "key", written.key, keys, context);
  // KSQL 5 leaves the written record's time alone: only readers of the sink see the column as time.
  const timestamp = timestampColumn(properties, columns);
  const prefix = setting(context, "ksql.output.topic.name.prefix") ?? "";
  return {
    name: statement.name,
    topic: properties.text("KAFKA_TOPIC") ?? `${prefix}${statement.name}`,
    partitions: positive(
      properties,
      "PARTITIONS",
      properties.whole("PARTITIONS") ?? defaultPartitions(query, context),
    ),
    replicas: positive(properties, "REPLICAS", properties.whole("REPLICAS") ?? 1),
    topicConfig: topicConfig(properties, cleanupPolicy(statement, query)),
    keyFormat: written.key,
    valueFormat: written.value,
    ...(timestamp === undefined || context.dialect === "ksql5" ? {} : { timestamp }),
    ...(query.window === undefined ? {} : { window: query.window }),
    schema: { columns },
  };
}

/** KSQL 5's text key: as it is, or in the format asked for. */
function textKeyFormat(properties: WithProperties, name: string): FormatInfo {
  const asked = properties.format("key");
  if (asked === "NONE")
    throw properties.refuse("KEY_FORMAT", "can't be NONE: the result keeps its records' keys");
  return asked === undefined ? KAFKA : properties.formatInfo("key", asked, name);
}

/** A table's topic is compacted; a windowed one's old windows may go as well. */
function cleanupPolicy(statement: CreateAsSelect, query: ProjectedQuery): string | undefined {
  if (statement.sourceKind === "STREAM") return undefined;
  return query.window === undefined ? "compact" : "compact,delete";
}

/** KSQL 5 has a setting; ksqlDB takes the first source's count. */
function defaultPartitions(query: ProjectedQuery, context: PlanContext): number {
  if (context.dialect === "ksql5") return Number(setting(context, "ksql.sink.partitions") ?? 4);
  return context.topics.partitions(query.relation.sources[0]!.source.topic) ?? 1;
}

function sinkKeyFormat(
  properties: WithProperties,
  query: ProjectedQuery,
  keys: readonly Column[],
  context: PlanContext,
  name: string,
): FormatInfo {
  const asked = properties.format("key");
  const source = query.relation.keyFormat;
  if (keys.length === 0 && source.format === "NONE") {
    if (asked !== undefined && asked !== "NONE" && !properties.has("FORMAT")) {
      throw properties.refuse("KEY_FORMAT", "can't be given: the result has no key columns");
    }
    return { format: "NONE", properties: {} };
  }
  if (asked === undefined && source.format === "NONE") {
    return {
      format: formatName(setting(context, "ksql.persistence.default.format.key") ?? "KAFKA"),
      properties: {},
    };
  }
  return inheritedFormat(properties, "key", source, name);
}

/** The format asked for, else the source's; its properties are taken over where the format is the same. */
function inheritedFormat(
  properties: WithProperties,
  side: "key" | "value",
  source: FormatInfo,
  sinkName: string,
): FormatInfo {
  const format: FormatName = properties.format(side) ?? source.format;
  const own = properties.formatInfo(side, format, sinkName);
  const inherited = format === source.format ? formatRule(format).inherited : [];
  const kept = Object.entries(source.properties).filter(([name]) => inherited.includes(name));
  return { format, properties: { ...Object.fromEntries(kept), ...own.properties } };
}

/** With a schema id, the registered schema must have the result's columns at their places. */
function checkRegistered(
  properties: WithProperties,
  side: "key" | "value",
  info: FormatInfo,
  columns: readonly Column[],
  context: PlanContext,
): void {
  const property = side === "key" ? "KEY_SCHEMA_ID" : "VALUE_SCHEMA_ID";
  const schemaId = properties.whole(property);
  if (schemaId === undefined) return;
  if (!formatRule(info.format).inference) {
    throw properties.refuse(property, `needs a format with schemas, not ${info.format}`);
  }
  const bare = info.wrapping === "unwrap";
  const fullName = info.properties["fullSchemaName"];
  const registered = context.schemaInference?.("", side, info.format, schemaId, { bare, fullName });
  if (registered === undefined) {
    throw properties.refuse(property, `names schema ${schemaId}, which the schema registry does not have`);
  }
  const odd = columns.filter((column, i) => {
    const other = registered[i];
    const sameName = side === "key" && columns.length === 1 ? true : other?.name === column.name;
    return other === undefined || !sameName || !sameType(other.type, column.type);
  });
  if (odd.length === 0) {
    context.schemaCheck?.(side, info, columns);
    return;
  }
  throw planError.INVALID_SCHEMA({
    message: `the result's ${side} columns are not those of schema ${schemaId}`,
    detail: `changed, missing or in another place: ${columnsText(odd)}; the schema has ${columnsText(registered)}`,
  });
}

function columnsText(columns: readonly InferredColumn[]): string {
  return columns.map((column) => `${column.name} ${typeText(column.type)}`).join(", ");
}
