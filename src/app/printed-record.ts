/**
 * How PRINT shows a record. Nobody says what a topic holds, so keys and values are looked at: the id of a registered
 * schema first, then JSON, the Kafka numbers, text; the formats that fit the first record are told before it.
 */
import { isUtf8 } from "node:buffer";
import type { SchemaRegistry } from "../formats/registry/schema-registry.ts";
import { registeredText } from "../formats/registered-text.ts";
import type { RecordBlock } from "../log/record-block.ts";

export function printedRecord(
  block: RecordBlock,
  i: number,
  partition: number,
  schemas: SchemaRegistry,
): string {
  const key = partText(block.bytes, block.keyStarts[i]!, block.keyEnds[i]!, schemas);
  const value = partText(block.bytes, block.valueStarts[i]!, block.valueEnds[i]!, schemas);
  const rowtime = rowtimeText(block.timestamps[i]!);
  return `rowtime: ${rowtime}, key: ${key}, value: ${value}, partition: ${partition}`;
}

/** Lines that name the formats of a first record. */
export function formatLines(block: RecordBlock, i: number, schemas: SchemaRegistry): string[] {
  const key = formatOf(block.bytes, block.keyStarts[i]!, block.keyEnds[i]!, schemas);
  const value = formatOf(block.bytes, block.valueStarts[i]!, block.valueEnds[i]!, schemas);
  return [`Key format: ${key}`, `Value format: ${value}`];
}

/** `2020/06/03 20:06:22.123 Z`; the bare number where no date can hold it: producers may send any. */
function rowtimeText(ms: number): string {
  if (Number.isNaN(new Date(ms).getTime())) return String(ms);
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 10).replaceAll("-", "/")} ${iso.slice(11, 23)} Z`;
}

function partText(bytes: Buffer, start: number, end: number, schemas: SchemaRegistry): string {
  if (start < 0 || end < start) return "<null>";
  const registered = registeredText(bytes, start, end, schemas);
  if (registered !== undefined) return registered.text;
  const part = bytes.subarray(start, end);
  if (isText(part)) return part.toString("utf8").replaceAll("\r", "\\r").replaceAll("\n", "\\n");
  if (part.length === 4) return String(part.readInt32BE());
  if (part.length === 8) return String(part.readBigInt64BE());
  return `0x${part.toString("hex")}`;
}

function formatOf(bytes: Buffer, start: number, end: number, schemas: SchemaRegistry): string {
  if (start < 0 || end < start) return "¯\\_(ツ)_/¯ - no data processed";
  const registered = registeredText(bytes, start, end, schemas);
  if (registered !== undefined) return registered.format;
  const part = bytes.subarray(start, end);
  if (isText(part)) return isJson(part.toString("utf8")) ? "JSON or KAFKA_STRING" : "KAFKA_STRING";
  if (part.length === 4) return "KAFKA_INT";
  return part.length === 8 ? "KAFKA_BIGINT or KAFKA_DOUBLE" : "KAFKA_BYTES";
}

function isText(part: Buffer): boolean {
  return (
    isUtf8(part) && part.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d)
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
