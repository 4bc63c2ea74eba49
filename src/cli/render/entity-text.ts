import type { KsqlEntity } from "../../api/entities.ts";
import type { ConnectorEntity } from "../../api/connector-entities.ts";
import type { KafkaTopicInfo } from "../../api/catalog-entities.ts";
import { connectorLines } from "./connector-text.ts";
import { functionDescriptionLines } from "./function-description.ts";
import { plainTableLines } from "./plain-table.ts";
import type { PlainTable } from "./plain-table.ts";
import { queryDescriptionLines } from "./query-description.ts";
import { schemaText } from "./schema-text.ts";
import { sourceDescriptionLines } from "./source-description.ts";

/** Entities of ksqlDB's API in the words and tables of ksqlDB's CLI, without the blank line before each. */
export function entityLines(entity: KsqlEntity, columns: number): string[] {
  const lines = describedLines(entity, columns) ?? plainTableLines(tableOf(entity), columns);
  const warnings = (entity.warnings ?? []).map((warning) => `WARNING: ${warning.message}`);
  return [...warnings, ...lines];
}

function describedLines(entity: KsqlEntity, columns: number): string[] | undefined {
  switch (entity["@type"]) {
    case "sourceDescription":
      return sourceDescriptionLines(entity.sourceDescription, columns);
    case "source_descriptions":
      return entity.sourceDescriptions.flatMap((source) => [...sourceDescriptionLines(source, columns), ""]);
    case "queryDescription":
      return queryDescriptionLines(entity.queryDescription, columns);
    case "query_descriptions":
      return entity.queryDescriptions.flatMap((query) => [...queryDescriptionLines(query, columns), ""]);
    case "describe_function":
      return functionDescriptionLines(entity, columns);
    case "connector_list":
    case "connector_plugins_list":
    case "connector_info":
    case "drop_connector":
    case "connector_description":
      return connectorLines(entity, columns);
    case "assert_topic":
      return [`Topic ${entity.topicName} ${existence(entity.exists)}.`];
    case "assert_schema": {
      const subject = entity.subject === null ? "" : ` subject ${entity.subject}`;
      const id = entity.id === null ? "" : ` id ${entity.id}`;
      return [`Schema with${subject}${id} ${existence(entity.exists)}.`];
    }
    default:
      return undefined;
  }
}

function existence(exists: boolean): string {
  return exists ? "exists" : "does not exist";
}

type TableEntity = Exclude<
  KsqlEntity,
  {
    "@type":
      | "sourceDescription"
      | "source_descriptions"
      | "queryDescription"
      | "query_descriptions"
      | "describe_function"
      | ConnectorEntity["@type"]
      | "assert_topic"
      | "assert_schema";
  }
>;

function tableOf(entity: KsqlEntity): PlainTable {
  const table = entity as TableEntity;
  switch (table["@type"]) {
    case "currentStatus":
      return message(table.commandStatus.message.split("\n", 1)[0] ?? "");
    case "warning_entity":
      return message(table.message);
    case "terminate_query":
      return message(`Terminated query "${table.queryId}"`);
    case "streams":
      return sourcesTable("Stream Name", table.streams);
    case "tables":
      return sourcesTable("Table Name", table.tables);
    case "kafka_topics":
      return {
        headings: ["Kafka Topic", "Partitions", "Partition Replicas"],
        rows: table.topics.map(topicCells),
      };
    case "kafka_topics_extended":
      return {
        headings: ["Kafka Topic", "Partitions", "Partition Replicas", "Consumers", "ConsumerGroups"],
        rows: table.topics.map((topic) => [
          ...topicCells(topic),
          String(topic.consumerCount),
          String(topic.consumerGroupCount),
        ]),
      };
    case "queries":
      return queriesTable(table.queries);
    case "function_names":
      return functionsTable(table.functions);
    case "properties":
      return propertiesTable(table);
    default:
      return rareTable(table);
  }
}

function rareTable(
  entity: Extract<TableEntity, { "@type": "variables" | "type_list" | "topicDescription" }>,
): PlainTable {
  switch (entity["@type"]) {
    case "variables":
      return {
        headings: ["Variable Name", "Value"],
        rows: entity.variables
          .toSorted((a, b) => compare(a.name, b.name))
          .map(({ name, value }) => [name, value]),
      };
    case "type_list":
      return {
        headings: ["Type Name", "Schema"],
        rows: Object.entries(entity.types)
          .toSorted(([a], [b]) => compare(a, b))
          .map(([name, schema]) => [name, schemaText(schema)]),
      };
    case "topicDescription":
      return {
        headings: ["Table Name", "Kafka Topic", "Type"],
        rows: [[entity.name, entity.topic, entity.format]],
      };
    default:
      // A newer server's entity: better shown as it came than not at all.
      return { headings: ["Answer"], rows: [[JSON.stringify(entity, null, 2)]] };
  }
}

function message(text: string): PlainTable {
  return { headings: ["Message"], rows: [[text]] };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sourcesTable(
  heading: string,
  sources: readonly {
    readonly name: string;
    readonly topic: string;
    readonly keyFormat: string;
    readonly valueFormat: string;
    readonly isWindowed: boolean;
  }[],
): PlainTable {
  return {
    headings: [heading, "Kafka Topic", "Key Format", "Value Format", "Windowed"],
    rows: sources
      .toSorted((a, b) => compare(a.name, b.name))
      .map((s) => [s.name, s.topic, s.keyFormat, s.valueFormat, String(s.isWindowed)]),
  };
}

function topicCells(topic: KafkaTopicInfo): string[] {
  const replicas = new Set(topic.replicaInfo);
  const replicasText = replicas.size <= 1 ? String(topic.replicaInfo[0] ?? 0) : topic.replicaInfo.join(", ");
  return [topic.name, String(topic.replicaInfo.length), replicasText];
}

function queriesTable(queries: Extract<KsqlEntity, { "@type": "queries" }>["queries"]): PlainTable {
  return {
    headings: ["Query ID", "Query Type", "Status", "Sink Name", "Sink Kafka Topic", "Query String"],
    rows: queries.map((query) => [
      query.id,
      query.queryType,
      Object.entries(query.statusCount)
        .map(([status, count]) => `${status}:${count}`)
        .join(","),
      query.sinks.join(","),
      query.sinkKafkaTopics.join(","),
      query.queryString.replaceAll(/\s+/g, " ").trim(),
    ]),
    footer: "For detailed information on a Query run: EXPLAIN <Query ID>;",
  };
}

/** Sorted by category, an empty row between two. */
function functionsTable(
  functions: Extract<KsqlEntity, { "@type": "function_names" }>["functions"],
): PlainTable {
  const sorted = functions.toSorted((a, b) => compare(a.category, b.category) || compare(a.name, b.name));
  const rows: string[][] = [];
  let previous = sorted[0]?.category;
  for (const { name, category } of sorted) {
    if (category !== previous) rows.push(["", ""]);
    rows.push([name, category]);
    previous = category;
  }
  return {
    headings: ["Function Name", "Category"],
    rows,
    footer: "For detailed information about a function, run: DESCRIBE FUNCTION <Function Name>;",
  };
}

function propertiesTable(entity: Extract<KsqlEntity, { "@type": "properties" }>): PlainTable {
  const overwritten = new Set(entity.overwrittenProperties);
  const defaults = new Set(entity.defaultProperties);
  return {
    headings: ["Property", "Scope", "Default override", "Effective Value"],
    rows: entity.properties
      .toSorted((a, b) => compare(a.name, b.name))
      .map(({ name, scope, value }) => {
        const override = overwritten.has(name) ? "SESSION" : defaults.has(name) ? "" : "SERVER";
        return [name, scope, override, value ?? "NULL"];
      }),
  };
}
