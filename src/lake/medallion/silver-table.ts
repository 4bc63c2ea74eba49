/**
 * Silver tables: one for each kind of event of the model, its columns in OSSEM's words, with where each row came from, so that
 * the bronze row is found again.
 */
import { rowJson } from "../../events/model/tables/table-row.ts";
import type { EventTable } from "../../events/model/tables/event-tables.ts";
import type { ColumnType, ModelRow, ModelValue } from "../../events/model/columns/column-type.ts";
import type { TableSpec } from "../delta/new-table.ts";
import { BLOOM_PROPERTY } from "../parquet/parquet-writer.ts";
import { eventTimeText } from "./bronze-table.ts";
import type { RecordOrigin } from "./bronze-table.ts";
import { dateOf, microsText, millisText } from "./time-text.ts";

const DELTA_TYPES: Readonly<Record<ColumnType, string>> = {
  text: "string",
  int: "integer",
  long: "long",
  double: "double",
  bool: "boolean",
  time: "timestamp",
  guid: "string",
  ip: "string",
  hex: "string",
  json: "string",
};

/** What a table of the model becomes in the lake. */
export interface SilverTable {
  readonly spec: TableSpec;
  readonly timeColumns: readonly string[];
}

export function silverTable(table: EventTable): SilverTable {
  const named = new Map(table.columns.map((column) => [column.name, column.type]));
  const looked = table.cluster.filter((name) => DELTA_TYPES[named.get(name) ?? "int"] === "string");
  return {
    spec: {
      columns: [
        { name: "_event_date", type: "date" },
        { name: "_ingest_time", type: "timestamp" },
        { name: "_topic", type: "string" },
        { name: "_partition", type: "integer" },
        { name: "_offset", type: "long" },
        ...table.columns.map(({ name, type }) => ({ name, type: DELTA_TYPES[type] })),
      ],
      partitionColumns: ["_event_date"],
      properties: {
        "delta.dataSkippingStatsColumns": [
          ...new Set(["_ingest_time", "_offset", "event_time", "host_name", "event_id", ...table.cluster]),
        ].join(","),
        ...(looked.length === 0 ? {} : { [BLOOM_PROPERTY]: looked.join(",") }),
      },
      description: table.about,
    },
    timeColumns: table.columns.filter(({ type }) => type === "time").map(({ name }) => name),
  };
}

/**
 * A silver row as a JSON line.
 * @param row as its table has it; its times become texts here
 */
export function silverRow(row: ModelRow, { timeColumns }: SilverTable, origin: RecordOrigin): string {
  const ingestTime = millisText(origin.ingestTimeMs);
  const out: Record<string, ModelValue> = {
    _event_date: dateOf(eventTimeText(row) ?? ingestTime),
    _ingest_time: ingestTime,
    _topic: origin.topic,
    _partition: origin.partition,
    _offset: origin.offset,
  };
  for (const name in row) if (row[name] !== null) out[name] = row[name]!;
  for (const name of timeColumns) {
    const time = out[name];
    if (typeof time === "number") out[name] = microsText(time);
  }
  return rowJson(out);
}
