/**
 * Silver tables: one for each kind of event of the model, its columns in OSSEM's words, with where each row came from, so that
 * the bronze row is found again.
 */
import { OTHER_COLUMN } from "../../events/model/tables/event-tables.ts";
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
  /** By the model's column, without {@link OTHER_COLUMN}. */
  readonly members: ReadonlyMap<string, SilverMember>;
  /** Columns that any row had up to now: of a table's hundred most events have few, and files have what their rows have. */
  readonly columns: Set<string>;
}

interface SilverMember {
  /** What stands before the value in a JSON line: comma, name, colon. */
  readonly start: string;
  readonly isTime: boolean;
  /** It is among {@link SilverTable.columns}. */
  isKnown: boolean;
}

const ORIGIN_COLUMNS = [
  { name: "_event_date", type: "date" },
  { name: "_ingest_time", type: "timestamp" },
  { name: "_topic", type: "string" },
  { name: "_partition", type: "integer" },
  { name: "_offset", type: "long" },
];

export function silverTable(table: EventTable): SilverTable {
  const named = new Map(table.columns.map((column) => [column.name, column.type]));
  const looked = table.cluster.filter((name) => DELTA_TYPES[named.get(name) ?? "int"] === "string");
  return {
    spec: {
      columns: [
        ...ORIGIN_COLUMNS,
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
    columns: new Set(ORIGIN_COLUMNS.map(({ name }) => name)),
    members: new Map(
      table.columns
        .filter(({ name }) => name !== OTHER_COLUMN)
        .map(({ name, type }) => [
          name,
          { start: `,${JSON.stringify(name)}:`, isTime: type === "time", isKnown: false },
        ]),
    ),
  };
}

/** The day an event belongs to; where it says none, the day it came. */
export function eventDate(row: ModelRow, origin: RecordOrigin): string {
  return dateOf(eventTimeText(row) ?? millisText(origin.ingestTimeMs));
}

/**
 * A silver row of an event as a JSON line: the table's columns that have a value, and in `event_other` what else the event
 * has. The same values as the model's own row of the table, written without making it.
 * @param date from {@link eventDate}
 */
export function silverRow(
  row: ModelRow,
  { members, columns }: SilverTable,
  origin: RecordOrigin,
  date: string,
): string {
  const ingestTime = millisText(origin.ingestTimeMs);
  let line = `{"_event_date":"${date}","_ingest_time":"${ingestTime}","_topic":${JSON.stringify(origin.topic)},"_partition":${origin.partition},"_offset":${origin.offset}`;
  let other = "";
  for (const name in row) {
    const value = row[name];
    if (value === null || value === undefined) continue;
    const member = members.get(name);
    if (member === undefined) {
      other += `,${JSON.stringify(name)}:${valueJson(value)}`;
      continue;
    }
    if (!member.isKnown) {
      member.isKnown = true;
      columns.add(name);
    }
    if (member.isTime && typeof value === "number") line += `${member.start}"${microsText(value)}"`;
    else line += member.start + valueJson(value);
  }
  if (other === "") return `${line}}`;
  columns.add(OTHER_COLUMN);
  return `${line},"${OTHER_COLUMN}":${JSON.stringify(`{${other.slice(1)}}`)}}`;
}

function valueJson(value: ModelValue): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
