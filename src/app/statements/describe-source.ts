/** DESCRIBE s [EXTENDED], DESCRIBE STREAMS, DESCRIBE TABLES. */
import type { SourceDescription } from "../../api/catalog-entities.ts";
import type { KsqlEntity } from "../../api/entities.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { DataSource } from "../../plan/metastore.ts";
import type { DescribeSource } from "../../sql/ast-statement.ts";
import { appErrors } from "../errors.ts";
import { sourceStatistics } from "../query-statistics.ts";
import { fieldInfos } from "../schema-info.ts";
import { errorStatisticsText, statisticsText } from "../statistics-text.ts";
import { runningQuery } from "./running-query.ts";
import { entityBase, placeIn } from "./statement-call.ts";
import type { StatementCall } from "./statement-call.ts";

export function describeSource(statement: DescribeSource, call: StatementCall): KsqlEntity {
  const { metastore } = call.context.catalog;
  const source = metastore.source(statement.name);
  if (source === undefined) {
    const names = metastore.sources().map((other) => other.name);
    throw appErrors.UNKNOWN_SOURCE({
      message: `no stream or table is called '${statement.name}'`,
      hint: didYouMean(statement.name, names) ?? "SHOW STREAMS and SHOW TABLES list what there is",
      place: placeIn(call, statement.nameSpan),
    });
  }
  const sourceDescription = description(source, statement.extended, call);
  return { ...entityBase(call), "@type": "sourceDescription", sourceDescription };
}

export function describeAll(kind: DataSource["kind"], extended: boolean, call: StatementCall): KsqlEntity {
  const sourceDescriptions = call.context.catalog.metastore
    .sources()
    .filter((source) => source.kind === kind)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((source) => description(source, extended, call));
  return { ...entityBase(call), "@type": "source_descriptions", sourceDescriptions };
}

function description(source: DataSource, extended: boolean, call: StatementCall): SourceDescription {
  const { context } = call;
  const { metastore } = context.catalog;
  const queries = (ids: readonly string[]) =>
    ids
      .map((id) => context.catalog.query(id))
      .filter((query) => query !== undefined)
      .map((query) => runningQuery(query, context));
  const statistics = extended ? sourceStatistics(context, source.name, source.topic) : undefined;
  const base = {
    name: source.name,
    windowType: source.window?.type ?? null,
    readQueries: queries(metastore.readers(source.name)),
    writeQueries: queries(metastore.writers(source.name)),
    fields: fieldInfos(source.schema),
    type: source.kind === "stream" ? ("STREAM" as const) : ("TABLE" as const),
    timestamp: source.timestamp?.column ?? "",
    statistics: statistics === undefined ? "" : statisticsText(statistics),
    errorStats: statistics === undefined ? "" : errorStatisticsText(statistics),
    extended,
    keyFormat: source.keyFormat.format,
    valueFormat: source.valueFormat.format,
    topic: source.topic,
    partitions: statistics?.topic.partitions ?? 0,
    replication: extended ? 1 : 0,
    statement: source.statementText,
    queryOffsetSummaries: [],
    sourceConstraints: context.catalog.derivedFrom(source.name),
    clusterStatistics: [],
    clusterErrorStats: [],
  };
  return statistics === undefined ? base : { ...base, runtime: statistics };
}
