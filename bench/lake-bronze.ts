/** A bronze table of Windows events, as the bench writes it: a few columns cut from the event, and the event itself. */
import type { LineColumn } from "../src/lake/parquet/row-source.ts";
import type { TableSpec } from "../src/lake/delta/new-table.ts";

const COLUMNS: readonly (readonly [name: string, type: string, path?: string])[] = [
  ["_ingest_time", "timestamp"],
  ["_event_time", "timestamp", "$.@timestamp"],
  ["_event_date", "date"],
  ["_sourcetype", "string", "$.log_name"],
  ["event_id", "integer", "$.event_id"],
  ["computer", "string", "$.computer_name"],
  ["process_guid", "string", "$.event_data.ProcessGuid"],
  ["process_path", "string", "$.event_data.Image"],
  ["command_line", "string", "$.event_data.CommandLine"],
  ["hashes", "string", "$.event_data.Hashes"],
  ["user_name", "string", "$.user.name"],
  ["record_id", "long", "$.record_number"],
  ["src_ip", "string", "$.event_data.SourceIp"],
  ["dst_ip", "string", "$.event_data.DestinationIp"],
  ["raw", "string"],
];

const PARTITION_COLUMNS = ["_event_date", "_sourcetype"];

export const BRONZE_TABLE: TableSpec = {
  columns: COLUMNS.map(([name, type]) => ({ name, type })),
  partitionColumns: PARTITION_COLUMNS,
  properties: { "spoor.bloomFilterColumns": "process_guid,hashes,src_ip,dst_ip" },
};

export const BRONZE_COLUMNS: readonly LineColumn[] = [
  ...COLUMNS.filter(([, , path]) => path !== undefined).map(([name, , path]): LineColumn => ({
    name,
    from: "paths",
    paths: [path!],
  })),
  { name: "raw", from: "line" },
  { name: "_event_date", from: "sql", sql: "CAST(_event_time AS DATE)" },
  { name: "_ingest_time", from: "sql", sql: "now()" },
];

/** The same rows by DuckDB alone, from a file of lines. */
export function bronzeSelect(file: string): string {
  const paths = COLUMNS.filter(([, , path]) => path !== undefined);
  const list = paths.map(([, , path]) => `'${path!}'`).join(", ");
  const types: Readonly<Record<string, string>> = {
    timestamp: "TIMESTAMPTZ",
    integer: "INTEGER",
    long: "BIGINT",
  };
  const cut = paths.map(([name, type], i) => {
    const value = `x[${i + 1}]`;
    return types[type] === undefined
      ? `${value} AS ${name}`
      : `TRY_CAST(${value} AS ${types[type]}) AS ${name}`;
  });
  const found = `SELECT json, json_extract_string(json, [${list}]) AS x FROM read_ndjson_objects('${file}')`;
  return `SELECT *, CAST(_event_time AS DATE) AS _event_date, now() AS _ingest_time FROM (SELECT ${cut.join(", ")}, CAST(json AS VARCHAR) AS raw FROM (${found}))`;
}
