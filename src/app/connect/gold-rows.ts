/**
 * The gold table of a stream's or table's topic: its columns as the schema says, a row for each record. A table's topic is a
 * log of changes, and so is its gold table: `_deleted` marks the rows that take a key away.
 */
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { windowedKey } from "../../engine/windowed-key.ts";
import { DeserializationError } from "../../formats/deserialization-error.ts";
import type { Decoder } from "../../formats/format.ts";
import { decoder, formatOptions } from "../../formats/formats.ts";
import type { SchemaRegistry } from "../../formats/registry/schema-registry.ts";
import type { TableSpec } from "../../lake/delta/new-table.ts";
import type { ColumnSpec, DeltaType } from "../../lake/delta/schema.ts";
import type { RecordOrigin } from "../../lake/medallion/bronze-table.ts";
import type { RowBatch } from "../../lake/medallion/row-batch.ts";
import { dateOf, millisText, recordTimeText } from "../../lake/medallion/time-text.ts";
import type { RecordBlock } from "../../log/record-block.ts";
import type { RecordShaper } from "../../connect/delta/topic-sink.ts";
import type { DataSource, FormatInfo } from "../../plan/metastore.ts";
import { keyColumns, valueColumns } from "../../plan/schema.ts";
import type { Column } from "../../plan/schema.ts";
import { valueJson } from "../row-json.ts";

/** The place of a source's gold table in its lake. */
export function goldPlace({ name }: DataSource): string {
  return `gold/${name.replaceAll(/[^\w.-]/g, "_")}`;
}

const OWN_COLUMNS: readonly ColumnSpec[] = [
  { name: "_event_date", type: "date" },
  { name: "_event_time", type: "timestamp" },
  { name: "_ingest_time", type: "timestamp" },
  { name: "_topic", type: "string" },
  { name: "_partition", type: "integer" },
  { name: "_offset", type: "long" },
  { name: "_deleted", type: "boolean" },
  { name: "_decode_error", type: "string" },
];
const WINDOW_COLUMNS: readonly ColumnSpec[] = [
  { name: "WINDOWSTART", type: "timestamp" },
  { name: "WINDOWEND", type: "timestamp" },
];

export function goldTable(source: DataSource): TableSpec {
  const columns = [...keyColumns(source.schema), ...valueColumns(source.schema)];
  return {
    columns: [
      ...OWN_COLUMNS,
      ...(source.window === undefined ? [] : WINDOW_COLUMNS),
      ...columns.map(({ name, type }) => ({ name, type: deltaType(type) })),
    ],
    partitionColumns: ["_event_date"],
    description: `records of ${source.kind} ${source.name}`,
  };
}

/** Types of SQL as Delta has them; a TIME is a text, BYTES are base64. */
function deltaType(type: SqlType): DeltaType {
  switch (type.kind) {
    case "BOOLEAN":
      return "boolean";
    case "INTEGER":
      return "integer";
    case "BIGINT":
      return "long";
    case "DOUBLE":
      return "double";
    case "STRING":
    case "BYTES":
    case "TIME":
      return "string";
    case "DATE":
      return "date";
    case "TIMESTAMP":
      return "timestamp";
    case "DECIMAL":
      // Delta has 38 digits; what SQL has beyond stays a text.
      return type.precision <= 38 ? `decimal(${type.precision},${type.scale})` : "string";
    case "ARRAY":
      return { type: "array", elementType: deltaType(type.element), containsNull: true };
    case "MAP":
      return {
        type: "map",
        keyType: "string",
        valueType: deltaType(type.value),
        valueContainsNull: true,
      };
    case "STRUCT":
      return {
        type: "struct",
        fields: type.fields.map(({ name, type: field }) => ({
          name,
          type: deltaType(field),
          nullable: true,
          metadata: {},
        })),
      };
  }
}

/** @param current the source as the catalog has it now: a stream may be altered while its topic is read */
export class GoldShaper implements RecordShaper {
  readonly leftovers = new Map<string, number>();
  readonly #place: string;
  readonly #current: () => DataSource;
  readonly #schemas: SchemaRegistry;
  #reader: SourceReader;

  constructor(current: () => DataSource, schemas: SchemaRegistry) {
    this.#current = current;
    this.#schemas = schemas;
    const source = current();
    this.#place = goldPlace(source);
    this.#reader = new SourceReader(source, schemas);
  }

  shape(block: RecordBlock, index: number, origin: RecordOrigin, topicSource: string, batch: RowBatch): void {
    if (index === 0 && this.#current() !== this.#reader.source)
      this.#reader = new SourceReader(this.#current(), this.#schemas);
    const eventTime = recordTimeText(origin.recordTimeMs) ?? millisText(origin.ingestTimeMs);
    const own = {
      _event_date: dateOf(eventTime),
      _event_time: eventTime,
      _ingest_time: millisText(origin.ingestTimeMs),
      _topic: origin.topic,
      _partition: origin.partition,
      _offset: origin.offset,
      _deleted: block.valueStarts[index]! < 0,
    };
    const head = JSON.stringify(own).slice(0, -1);
    let line: string;
    try {
      line = `${head}${this.#reader.members(block, index)}}`;
    } catch (error) {
      if (!(error instanceof DeserializationError)) throw error;
      this.leftovers.set("undecodable", (this.leftovers.get("undecodable") ?? 0) + 1);
      line = `${head},"_decode_error":${JSON.stringify(error.message.slice(0, 500))}}`;
    }
    batch.add(this.#place, this.#reader.spec, topicSource, origin.offset, line);
  }
}

/** Reads the records of one source. */
class SourceReader {
  readonly source: DataSource;
  readonly spec: TableSpec;
  readonly #columns: readonly Column[];
  readonly #values: Value[];
  readonly #encoders: readonly ((value: Value) => string)[];
  readonly #key: Decoder;
  readonly #value: Decoder;

  constructor(source: DataSource, schemas: SchemaRegistry) {
    this.source = source;
    this.spec = goldTable(source);
    const keys = keyColumns(source.schema);
    const values = valueColumns(source.schema);
    this.#columns = [...keys, ...values];
    this.#values = this.#columns.map(() => null);
    this.#encoders = this.#columns.map(({ type }) => valueJson(type));
    const side = (role: "key" | "value", format: FormatInfo, columns: readonly Column[], from: number) => {
      const place = { registry: schemas, topic: source.topic };
      const options = formatOptions(
        format.format,
        format.properties,
        format.wrapping,
        columns.length,
        role,
        place,
      );
      const targets = columns.map((_, column) => ({ column, target: from + column }));
      return decoder(format.format, columns, options, targets);
    };
    this.#key = side("key", source.keyFormat, keys, 0);
    this.#value = side("value", source.valueFormat, values, keys.length);
  }

  /** The record's columns as members of a JSON object, each with a comma before it. @throws DeserializationError */
  members(block: RecordBlock, index: number): string {
    this.#values.fill(null);
    let text = "";
    const keyStart = block.keyStarts[index]!;
    if (keyStart >= 0) {
      let keyEnd = block.keyEnds[index]!;
      const { window: windowInfo } = this.source;
      if (windowInfo !== undefined) {
        const read = windowedKey(block.bytes, keyStart, keyEnd, windowInfo);
        keyEnd = read.keyEnd;
        const { startMs, endMs } = read.window;
        text = `,"WINDOWSTART":${timeJson(startMs)},"WINDOWEND":${timeJson(endMs)}`;
      }
      this.#key.decode(block.bytes, keyStart, keyEnd, this.#values);
    }
    const valueStart = block.valueStarts[index]!;
    if (valueStart >= 0) this.#value.decode(block.bytes, valueStart, block.valueEnds[index]!, this.#values);
    for (let i = 0; i < this.#columns.length; i++) {
      const value = this.#values[i] ?? null;
      if (value !== null) text += `,${JSON.stringify(this.#columns[i]!.name)}:${this.#encoders[i]!(value)}`;
    }
    return text;
  }
}

/** Null for a time that no column of times holds. */
function timeJson(ms: number): string {
  return JSON.stringify(recordTimeText(ms) ?? null);
}
