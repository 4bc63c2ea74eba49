/** The committed records of a topic, in the order of their arrival, and how a source decodes them. */
import { isUtf8 } from "node:buffer";
import type { Value } from "../data/values.ts";
import type { WindowBounds } from "../engine/row.ts";
import { windowedKey } from "../engine/windowed-key.ts";
import { decoder, formatOptions } from "../formats/formats.ts";
import type { SchemaPlace } from "../formats/formats.ts";
import type { SchemaRegistry } from "../formats/registry/schema-registry.ts";
import type { Decoder } from "../formats/format.ts";
import { recordKey, recordValue } from "../log/record-block.ts";
import type { TopicLog } from "../log/topic-log.ts";
import type { DataSource, FormatInfo } from "../plan/metastore.ts";
import { keyColumns, valueColumns } from "../plan/schema.ts";
import type { Column } from "../plan/schema.ts";

const READ_BYTES = 1 << 20;

export interface TopicRecord {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Of the server that the record is on. */
  readonly schemas: SchemaRegistry | undefined;
}

/** @param schemas where formats with schemas find them */
export function topicRecords(log: TopicLog, topic: string, schemas?: SchemaRegistry): TopicRecord[] {
  const found: (TopicRecord & { readonly arrival: number })[] = [];
  for (let p = 0; p < (log.topic(topic)?.partitions ?? 0); p++) {
    const partition = log.partition(topic, p);
    let position = partition.startOffset;
    let reached = -1;
    while (position < partition.highWatermark) {
      for (const block of partition.read(position, { maxBytes: READ_BYTES })) {
        for (let i = 0; i < block.count; i++) {
          // Within a partition the offsets decide: a query that was paused writes records of earlier causes behind others.
          reached = Math.max(reached, block.arrivals[i]!);
          found.push({
            partition: p,
            offset: block.offsets[i]!,
            timestampMs: block.timestamps[i]!,
            key: copied(recordKey(block, i)),
            value: copied(recordValue(block, i)),
            schemas,
            arrival: reached,
          });
        }
        position = block.nextOffset;
      }
    }
  }
  return found.toSorted((a, b) => a.arrival - b.arrival || a.partition - b.partition || a.offset - b.offset);
}

function copied(bytes: Buffer | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes);
}

export interface DecodedRecord {
  /** Values by column name; a tombstone has its key columns only. */
  readonly columns: ReadonlyMap<string, Value>;
  readonly window: WindowBounds | undefined;
  readonly tombstone: boolean;
}

/** @throws DeserializationError, FORMAT_UNSUPPORTED */
export function decodeRecord(source: DataSource, record: TopicRecord): DecodedRecord {
  const columns = new Map<string, Value>();
  const key = keyColumns(source.schema);
  const value = valueColumns(source.schema);
  const place = { registry: record.schemas, topic: source.topic };
  let window: WindowBounds | undefined;
  let keyBytes = record.key;
  if (keyBytes !== null && source.window !== undefined) {
    const read = windowedKey(keyBytes, 0, keyBytes.length, source.window);
    window = read.window;
    keyBytes = keyBytes.subarray(0, read.keyEnd);
  }
  decodeSide(columns, key, sideDecoder(source.keyFormat, key, "key", place), keyBytes);
  const tombstone = record.value === null;
  if (!tombstone)
    decodeSide(columns, value, sideDecoder(source.valueFormat, value, "value", place), record.value);
  return { columns, window, tombstone };
}

function sideDecoder(
  info: FormatInfo,
  columns: readonly Column[],
  side: "key" | "value",
  place: SchemaPlace,
): Decoder {
  const options = formatOptions(info.format, info.properties, info.wrapping, columns.length, side, place);
  return decoder(
    info.format,
    columns,
    options,
    columns.map((_, i) => ({ column: i, target: i })),
  );
}

function decodeSide(
  into: Map<string, Value>,
  columns: readonly Column[],
  side: Decoder,
  bytes: Buffer | null,
): void {
  const values: Value[] = columns.map(() => null);
  if (bytes !== null) side.decode(bytes, 0, bytes.length, values);
  columns.forEach(({ name }, i) => into.set(name, values[i]!));
}

/** A record whose source is not known or does not fit, for a reader. */
export function rawText(bytes: Buffer | null): string {
  if (bytes === null) return "NULL";
  const isText =
    isUtf8(bytes) && bytes.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
  return isText ? bytes.toString("utf8") : `0x${bytes.toString("hex")}`;
}
