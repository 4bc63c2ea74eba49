import type { QueryOffsetSummary, SourceDescription } from "../../api/catalog-entities.ts";
import type { RunningQuery } from "../../api/query-entities.ts";
import { heading, labelled } from "./labels.ts";
import { plainTableLines } from "./plain-table.ts";
import { runtimeLines } from "./runtime-lines.ts";
import { fieldTableLines } from "./schema-text.ts";

/** DESCRIBE and DESCRIBE … EXTENDED, in ksqlDB's layout. */
export function sourceDescriptionLines(source: SourceDescription, columns: number): string[] {
  const fields = fieldTableLines(source.fields, source.windowType, source.type === "TABLE", columns);
  if (!source.extended) {
    return [
      labelled("Name", source.name),
      ...fields,
      "For runtime statistics and query details run: DESCRIBE <Stream,Table> EXTENDED;",
    ];
  }
  return [
    labelled("Name", source.name),
    labelled("Type", source.type),
    labelled("Timestamp field", source.timestamp === "" ? "Not set - using <ROWTIME>" : source.timestamp),
    labelled("Key format", source.keyFormat),
    labelled("Value format", source.valueFormat),
    ...topicLines(source),
    labelled("Statement", source.statement),
    "",
    ...fields,
    ...constraintLines(source.sourceConstraints),
    ...queryLines(source.readQueries, source.type, "read"),
    ...queryLines(source.writeQueries, source.type, "write"),
    "",
    "Local runtime statistics",
    "------------------------",
    source.statistics,
    source.errorStats,
    `(Statistics of the local KSQL server interaction with the Kafka topic ${source.topic})`,
    ...(source.runtime === undefined ? [] : runtimeLines(source.runtime.writtenBy)),
    ...consumerGroupLines(source.queryOffsetSummaries, columns),
  ];
}

function topicLines(source: SourceDescription): string[] {
  if (source.topic === "") return [];
  const size =
    source.partitions === 0 ? "" : ` (partitions: ${source.partitions}, replication: ${source.replication})`;
  return [labelled("Kafka topic", source.topic + size)];
}

function constraintLines(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const title = "Sources that have a DROP constraint on this source";
  return [...heading(title, "-".repeat(title.length)), ...names];
}

function queryLines(queries: readonly RunningQuery[], type: string, verb: string): string[] {
  if (queries.length === 0) return [];
  return [
    ...heading(`Queries that ${verb} from this ${type}`, "-----------------------------------"),
    ...queries.map(
      (query) =>
        `${query.id} (${aggregateStatus(query)}) : ${query.queryString.replaceAll(/\s+/g, " ").trim()}`,
    ),
    "",
    "For query topology and execution plan please run: EXPLAIN <QueryId>",
  ];
}

/** The worst of the hosts' statuses, as ksqlDB shows it. */
function aggregateStatus(query: RunningQuery): string {
  const statuses = ["ERROR", "UNRESPONSIVE", "PAUSED", "RUNNING"] as const;
  return statuses.find((status) => (query.statusCount[status] ?? 0) > 0) ?? "N/A";
}

function consumerGroupLines(groups: readonly QueryOffsetSummary[], columns: number): string[] {
  if (groups.length === 0) return [];
  const lines = ["", "Consumer Groups summary:"];
  for (const group of groups) {
    lines.push("", labelled("Consumer Group", group.groupId));
    if (group.topicSummaries.length === 0) lines.push("<no offsets committed by this group yet>");
    for (const { kafkaTopic, offsets } of group.topicSummaries) {
      const lags = offsets.map((o) => o.logEndOffset - o.consumerOffset);
      lines.push("", labelled("Kafka topic", kafkaTopic));
      lines.push(labelled("Max lag", String(Math.max(0, ...lags))), "");
      const rows = offsets.map((o, i) =>
        [o.partition, o.logStartOffset, o.logEndOffset, o.consumerOffset, lags[i] ?? 0].map(String),
      );
      const headings = ["Partition", "Start Offset", "End Offset", "Offset", "Lag"];
      lines.push(...plainTableLines({ headings, rows }, columns));
    }
  }
  return lines;
}
