/** Forms of a topic's blocks as lines of JSON, for the tables that hunts ask. */
import type { Clock } from "../../base/clock.ts";
import type { SchemaRegistry } from "../../formats/registry/schema-registry.ts";
import { sqlType } from "../../lake/delta/schema.ts";
import { quotedName, quotedText } from "../../lake/duckdb/sql-text.ts";
import { readLines } from "../../lake/hunt/event-tables.ts";
import type { TableColumn } from "../../lake/hunt/live-tables.ts";
import type { RecordForm } from "../../lake/hunt/record-form.ts";
import { RowBatch } from "../../lake/medallion/row-batch.ts";
import type { RecordBlock } from "../../log/record-block.ts";
import type { DataSource } from "../../plan/metastore.ts";
import { keyColumns } from "../../plan/schema.ts";
import { GoldShaper, goldTable } from "../connect/gold-rows.ts";
import { topicRecord } from "./committed-records.ts";

export interface BlockForm {
  lines(block: RecordBlock, partition: number): Iterable<string>;
  /** As a {@link RecordForm}'s. */
  select(path: string, longest: number): string;
  shape(): ReadonlyMap<string, string>;
}

export function blockForm(form: RecordForm, schemas: SchemaRegistry): BlockForm {
  return {
    *lines(block, partition) {
      for (let i = 0; i < block.count; i++) yield form.line(topicRecord(block, i, partition, schemas));
    },
    select: (path, longest) => form.select(path, longest),
    shape: () => form.shape(),
  };
}

/** Columns of gold rows that say where a row is from; a question has them behind the source's own. */
const ORIGIN = ["_partition", "_offset", "_deleted", "_decode_error"];
const LEFT_OUT = new Set(["_event_date", "_event_time", "_ingest_time", "_topic", ...ORIGIN]);

/** Columns of {@link declaredRows}. */
export function declaredColumns(source: DataSource): TableColumn[] {
  const own = goldTable(source).columns.filter(({ name }) => !LEFT_OUT.has(name));
  return [
    ...own.map(({ name, type }) => ({ name, type: sqlType(type) })),
    { name: "_timestamp", type: "TIMESTAMP" },
    { name: "_partition", type: "INTEGER" },
    { name: "_offset", type: "BIGINT" },
    { name: "_decode_error", type: "VARCHAR" },
  ];
}

/** Rows on no way to a table. */
class TakenLines extends RowBatch {
  readonly lines: string[] = [];

  override add(_place: string, _spec: unknown, _source: string, _number: number, line: string): void {
    this.lines.push(line);
  }
}

/** Records with the columns that a stream or table declares. */
export function declaredForm(source: DataSource, schemas: SchemaRegistry, clock: Clock): BlockForm {
  const shaper = new GoldShaper(() => source, schemas);
  const { columns } = goldTable(source);
  return {
    lines(block, partition) {
      const taken = new TakenLines();
      const ingestTimeMs = clock.nowMs();
      for (let i = 0; i < block.count; i++) {
        const [offset, recordTimeMs] = [block.offsets[i]!, block.timestamps[i]!];
        const origin = { topic: source.topic, partition, offset, recordTimeMs, ingestTimeMs };
        shaper.shape(block, i, origin, "", taken);
      }
      return taken.lines;
    },
    shape: () => new Map(),
    select(path, longest) {
      const types = columns.map(({ name, type }) => `${quotedText(name)}: ${quotedText(sqlType(type))}`);
      const own = columns.filter(({ name }) => !LEFT_OUT.has(name)).map(({ name }) => quotedName(name));
      const list = [...own, "CAST(_event_time AS TIMESTAMP) AS _timestamp", ...ORIGIN];
      return `SELECT ${list.join(", ")} FROM ${readLines(path, types.join(", "), longest)}`;
    },
  };
}

/**
 * A stream's rows, or a table's newest row of each key; records without a value are no rows of either.
 * @param rows a SELECT over what {@link declaredForm} made
 */
export function declaredRows(source: DataSource, rows: string): string {
  const keys = keyColumns(source.schema).map(({ name }) => quotedName(name));
  if (source.window !== undefined) keys.push("WINDOWSTART");
  const newest = `row_number() OVER (PARTITION BY ${["_partition", ...keys].join(", ")} ORDER BY _offset DESC)`;
  const current = source.kind === "table" ? `SELECT * FROM (${rows}) QUALIFY ${newest} = 1` : rows;
  return `SELECT * EXCLUDE (_deleted) FROM (${current}) WHERE NOT _deleted`;
}
