/**
 * The bronze table: every record of a topic as it came, with where it came from, and the few columns that a hunter looks
 * events up by. What cannot be read as an event is there too, with the reason in `_decode_error`.
 */
import type { ModelRow } from "../../events/model/columns/column-type.ts";
import type { TableSpec } from "../delta/new-table.ts";
import { BLOOM_PROPERTY } from "../parquet/parquet-writer.ts";
import { SEPARATOR, plainHead } from "./plain-rows.ts";
import { dateOf, microsText, millisText, recordTimeText } from "./time-text.ts";

/** Columns that are cut from the event, under the model's names for them. */
const MODEL_COLUMNS = [
  ["event_id", "integer", "event_id"],
  ["computer", "string", "host_name"],
  ["provider", "string", "source_name"],
  ["channel", "string", "log_name"],
  ["record_id", "long", "record_number"],
  ["user_name", "string", "user_name"],
  ["process_guid", "string", "process_guid"],
  ["process_parent_guid", "string", "process_parent_guid"],
  ["process_path", "string", "process_path"],
  ["process_command_line", "string", "process_command_line"],
  ["hash_sha256", "string", "hash_sha256"],
  ["hash_md5", "string", "hash_md5"],
  ["src_ip_addr", "string", "src_ip_addr"],
  ["dst_ip_addr", "string", "dst_ip_addr"],
  ["attack_technique_id", "string", "attack_technique_id"],
] as const;

/** What a bronze row takes of the model's row, beside its time and log. */
export const BRONZE_MODEL_COLUMNS: readonly string[] = MODEL_COLUMNS.map(([, , column]) => column);

export const BRONZE_TABLE: TableSpec = {
  columns: [
    { name: "_ingest_time", type: "timestamp" },
    { name: "_event_time", type: "timestamp" },
    { name: "_event_date", type: "date" },
    { name: "_sourcetype", type: "string" },
    { name: "_topic", type: "string" },
    { name: "_partition", type: "integer" },
    { name: "_offset", type: "long" },
    { name: "_record_time", type: "timestamp" },
    { name: "_decode_error", type: "string" },
    ...MODEL_COLUMNS.map(([name, type]) => ({ name, type })),
    { name: "raw", type: "string" },
    { name: "_raw_base64", type: "string" },
  ],
  partitionColumns: ["_event_date", "_sourcetype"],
  properties: {
    [BLOOM_PROPERTY]:
      "process_guid,process_parent_guid,hash_sha256,hash_md5,src_ip_addr,dst_ip_addr,computer,user_name",
  },
  description: "events as they came",
};

/** Where a record stands, and when it came. */
export interface RecordOrigin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970, the record's own; −1 where it has none. */
  readonly recordTimeMs: number;
  readonly ingestTimeMs: number;
}

/** A partition's name is a folder's: what a sender writes there has its limits. */
const SOURCETYPE_MAX = 128;
export const UNDECODABLE = "undecodable";

/** The log an event stands in, else its provider. */
export function sourcetypeOf(row: ModelRow): string {
  const name = row["log_name"] ?? row["source_name"];
  return typeof name === "string" && name.trim() !== "" ? name.slice(0, SOURCETYPE_MAX) : "unknown";
}

/** The time an event was written as text, where it says one. */
export function eventTimeText(row: ModelRow): string | undefined {
  const time = row["event_time"];
  return typeof time === "number" ? microsText(time) : undefined;
}

/** The columns of a plain row, in order; the last is the event itself. */
const PLAIN_ORIGIN = [
  "_event_date",
  "_sourcetype",
  "_ingest_time",
  "_event_time",
  "_topic",
  "_partition",
  "_offset",
  "_record_time",
] as const;

export const PLAIN_BRONZE = {
  spec: BRONZE_TABLE,
  plainColumns: [...PLAIN_ORIGIN, ...MODEL_COLUMNS.map(([name]) => name), "raw"],
};

const IS_PLAIN = plainHead(PLAIN_BRONZE.plainColumns.length - 1);

/**
 * What stands before the event in a plain bronze row, or undefined where the row cannot be one. The event itself must be
 * a JSON document on one line.
 * @param sourcetype from {@link sourcetypeOf}, or the name that stands for too many of them
 */
export function plainBronzeHead(row: ModelRow, origin: RecordOrigin, sourcetype: string): string | undefined {
  const ingestTime = millisText(origin.ingestTimeMs);
  const eventTime = eventTimeText(row);
  const recordTime = recordTimeText(origin.recordTimeMs) ?? "";
  const place = `${origin.topic}${SEPARATOR}${origin.partition}${SEPARATOR}${origin.offset}`;
  let head = `${dateOf(eventTime ?? ingestTime)}${SEPARATOR}${sourcetype}${SEPARATOR}${ingestTime}${SEPARATOR}${eventTime ?? ""}${SEPARATOR}${place}${SEPARATOR}${recordTime}${SEPARATOR}`;
  for (const [, , column] of MODEL_COLUMNS) {
    const value = row[column];
    if (value === "") return undefined;
    head += value === null || value === undefined ? SEPARATOR : `${value}${SEPARATOR}`;
  }
  return IS_PLAIN.test(head) ? head : undefined;
}

/**
 * A bronze row of a readable event as a JSON line.
 * @param sourcetype from {@link sourcetypeOf}, or the name that stands for too many of them
 */
export function bronzeRow(row: ModelRow, raw: string, origin: RecordOrigin, sourcetype: string): string {
  const eventTime = eventTimeText(row);
  const out = originColumns(origin, eventTime, sourcetype);
  for (const [name, , column] of MODEL_COLUMNS) {
    const value = row[column] ?? null;
    // A record number beyond 2^53 goes as a text, which the column's type reads.
    if (value !== null) out[name] = typeof value === "bigint" ? value.toString() : value;
  }
  out["raw"] = raw;
  return JSON.stringify(out);
}

/** A bronze row of what is no event: it stands under the day it came. */
export function undecodableRow(
  raw: { readonly text: string | null; readonly base64: string | null },
  reason: string,
  origin: RecordOrigin,
): string {
  const out = originColumns(origin, undefined, UNDECODABLE);
  out["_decode_error"] = reason;
  out["raw"] = raw.text;
  if (raw.base64 !== null) out["_raw_base64"] = raw.base64;
  return JSON.stringify(out);
}

function originColumns(
  origin: RecordOrigin,
  eventTime: string | undefined,
  sourcetype: string,
): Record<string, unknown> {
  const ingestTime = millisText(origin.ingestTimeMs);
  return {
    _ingest_time: ingestTime,
    _event_time: eventTime ?? null,
    _event_date: dateOf(eventTime ?? ingestTime),
    _sourcetype: sourcetype,
    _topic: origin.topic,
    _partition: origin.partition,
    _offset: origin.offset,
    _record_time: recordTimeText(origin.recordTimeMs) ?? null,
  };
}
