/** SHOW STREAMS, TABLES, TOPICS, TYPES, FUNCTIONS, PROPERTIES, VARIABLES, QUERIES, CONNECTORS. */
import type { KsqlEntity, PropertyEntity } from "../../api/entities.ts";
import type { FunctionTypeName, SourceInfo } from "../../api/catalog-entities.ts";
import type { FunctionDefinition } from "../../functions/definition.ts";
import type { DataSource } from "../../plan/metastore.ts";
import { listProperties } from "../../plan/session-properties.ts";
import type { ListStatement } from "../../sql/ast-statement.ts";
import { isInternalTopic } from "../app-context.ts";
import { schemaInfo } from "../schema-info.ts";
import { showConnectorPlugins, showConnectors } from "./connector-answers.ts";
import { describeAll } from "./describe-source.ts";
import { queriesEntity } from "./show-queries.ts";
import { entityBase } from "./statement-call.ts";
import type { StatementCall } from "./statement-call.ts";

export function showCatalog(statement: ListStatement, call: StatementCall): KsqlEntity {
  const base = entityBase(call);
  const { catalog, functions } = call.context;
  switch (statement.target) {
    case "STREAMS":
      if (statement.extended) return describeAll("stream", true, call);
      return { ...base, "@type": "streams", streams: sourceInfos(call, "stream") };
    case "TABLES":
      if (statement.extended) return describeAll("table", true, call);
      return { ...base, "@type": "tables", tables: sourceInfos(call, "table") };
    case "TOPICS":
    case "REGISTERED TOPICS":
      return topicsEntity(statement, call);
    case "QUERIES":
      return queriesEntity(statement.extended, call);
    case "TYPES": {
      const types = catalog.metastore.types().map(({ name, type }) => [name, schemaInfo(type)] as const);
      return { ...base, "@type": "type_list", types: Object.fromEntries(types) };
    }
    case "FUNCTIONS":
      return { ...base, "@type": "function_names", functions: functions.definitions().map(functionName) };
    case "PROPERTIES":
      return propertiesEntity(call);
    case "VARIABLES": {
      const variables = [...call.session.variables].map(([name, value]) => ({ name, value }));
      return { ...base, "@type": "variables", variables };
    }
    case "CONNECTORS":
    case "SOURCE CONNECTORS":
    case "SINK CONNECTORS":
      return showConnectors(statement.target, call);
    case "CONNECTOR PLUGINS":
      return showConnectorPlugins(call);
  }
}

export function functionType(definition: FunctionDefinition): FunctionTypeName {
  return definition.kind === "scalar" ? "SCALAR" : definition.kind === "aggregate" ? "AGGREGATE" : "TABLE";
}

function functionName(definition: FunctionDefinition) {
  return { name: definition.name, type: functionType(definition), category: definition.category };
}

function sourceInfos(call: StatementCall, kind: DataSource["kind"]): SourceInfo[] {
  return call.context.catalog.metastore
    .sources()
    .filter((source) => source.kind === kind)
    .map((source) => ({
      type: kind === "stream" ? ("STREAM" as const) : ("TABLE" as const),
      name: source.name,
      topic: source.topic,
      keyFormat: source.keyFormat.format,
      valueFormat: source.valueFormat.format,
      isWindowed: source.window !== undefined,
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function topicsEntity(statement: ListStatement, call: StatementCall): KsqlEntity {
  const { log, catalog } = call.context;
  const topics = log
    .topics()
    .filter(({ name }) => statement.all || !isInternalTopic(name))
    .map(({ name, partitions }) => ({ name, replicaInfo: Array.from({ length: partitions }, () => 1) }));
  const base = entityBase(call);
  if (!statement.extended) return { ...base, "@type": "kafka_topics", topics };
  const readers = (topic: string) =>
    catalog.sourcesOver(topic).flatMap((source) => catalog.metastore.readers(source.name)).length;
  const extended = topics.map((topic) => ({
    ...topic,
    consumerCount: readers(topic.name),
    consumerGroupCount: readers(topic.name),
  }));
  return { ...base, "@type": "kafka_topics_extended", topics: extended };
}

function propertiesEntity(call: StatementCall): KsqlEntity {
  const { properties, overridden } = call.session;
  const configured = call.context.settings.properties;
  const listed = listProperties(properties);
  const entities: PropertyEntity[] = listed.map(({ name, level, value }) => ({
    name,
    scope: name.startsWith("ksql.streams.") ? "KAFKA_STREAMS" : "KSQL",
    value: value === "" ? null : value,
    editable: level === "SESSION",
    level: level === "SESSION" ? "QUERY" : "SERVER",
  }));
  const isSet = (name: string) => overridden.has(name) || configured.has(name);
  return {
    ...entityBase(call),
    "@type": "properties",
    properties: entities,
    overwrittenProperties: listed.map(({ name }) => name).filter(isSet),
    defaultProperties: listed.map(({ name }) => name).filter((name) => !isSet(name)),
  };
}
