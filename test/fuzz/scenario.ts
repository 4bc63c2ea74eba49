/**
 * Sources, queries over them and the records that come, as one SQL text: what `spoor test` reads, so that a case that failed
 * can be kept as it was printed.
 */
import type { ColumnOf } from "./expressions.ts";

export interface SourceColumn extends ColumnOf {
  /** As CREATE says it. */
  readonly sql: string;
}

export interface Source {
  readonly name: string;
  readonly kind: "STREAM" | "TABLE";
  /** The key comes first. */
  readonly columns: readonly SourceColumn[];
  /** Columns of types that only Spoor's ways are compared for. */
  readonly others: readonly { readonly name: string; readonly sql: string }[];
  readonly format: string;
}

export interface InsertedRecord {
  readonly source: Source;
  readonly timestampMs: number;
  /** SQL literals, columns and then others. */
  readonly values: readonly string[];
}

/** The same question to DuckDB, over tables of the sources' names with a column ARRIVAL in front. */
export interface DuckQuestion {
  readonly query: string;
  /** `rows`: each row that was written; `final`: the last one of each key, without deleted ones. */
  readonly compare: "rows" | "final";
  /** Whether rows of `query` are in the order in which Spoor writes them. */
  readonly ordered: boolean;
}

export interface Scenario {
  readonly sources: readonly Source[];
  readonly queries: readonly string[];
  readonly records: readonly InsertedRecord[];
  /** Lines `key:value` for the first source's topic, as a producer may write them. */
  readonly lines?: readonly string[];
  /** The last query's source. */
  readonly sink: string;
  readonly duck: DuckQuestion | undefined;
  /** False where the time of other keys decides: then only one partition gives the same. */
  readonly anyPartitions: boolean;
  /** Several queries write one topic: its order is that of their writing, which batches and restarts change. */
  readonly sharedTopic?: boolean;
}

export function createText(source: Source, partitions: number): string {
  const { name, kind, columns, others, format } = source;
  const key = kind === "STREAM" ? "KEY" : "PRIMARY KEY";
  const list = [...columns, ...others].map(
    (column, i) => `${column.name} ${column.sql}${i === 0 ? ` ${key}` : ""}`,
  );
  const properties = `KAFKA_TOPIC='${name.toLowerCase()}', PARTITIONS=${partitions}, KEY_FORMAT='KAFKA', VALUE_FORMAT='${format}'`;
  return `CREATE ${kind} ${name} (${list.join(", ")}) WITH (${properties});`;
}

export function insertText({ source, timestampMs, values }: InsertedRecord): string {
  const names = [...source.columns, ...source.others].map(({ name }) => name);
  return `INSERT INTO ${source.name} (ROWTIME, ${names.join(", ")}) VALUES (${timestampMs}, ${values.join(", ")});`;
}

/** As a test file has it: its runner makes topics of one partition, or of several where it tries that. */
export function scenarioText(scenario: Scenario): string {
  const lines = ["--@test: found by the fuzzer"];
  if (!scenario.anyPartitions) lines.push("--@partitions: 1");
  for (const source of scenario.sources) lines.push(createText(source, 1).replace(" PARTITIONS=1,", ""));
  lines.push(...scenario.queries, ...scenario.records.map(insertText));
  for (const line of scenario.lines ?? []) lines.push(`-- a record of topic 's': ${line}`);
  if (scenario.duck !== undefined) lines.push(`-- DuckDB: ${scenario.duck.query}`);
  return `${lines.join("\n")}\n`;
}
