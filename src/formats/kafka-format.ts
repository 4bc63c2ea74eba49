/**
 * The KAFKA format: one bare column in the form of Kafka's own serializers (INT and BIGINT big-endian, DOUBLE IEEE
 * 754, STRING UTF-8, BYTES as they are). No columns at all: the bytes are ignored.
 */
import type { SqlType } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { DeserializationError } from "./deserialization-error.ts";
import type { Decoder, DecodeTarget, Encoder, FormatColumn } from "./format.ts";

export function kafkaDecoder(columns: readonly FormatColumn[], targets: readonly DecodeTarget[]): Decoder {
  const wanted = targets[0];
  if (wanted === undefined) return { decode: () => undefined };
  const read = kafkaReader(columns[wanted.column]!.type);
  return {
    decode(bytes: Buffer, start: number, end: number, out: Value[]): void {
      out[wanted.target] = read(bytes, start, end);
    },
  };
}

function kafkaReader(type: SqlType): (bytes: Buffer, start: number, end: number) => Value {
  switch (type.kind) {
    case "INTEGER":
      return (bytes, start, end) => bytes.readInt32BE(exactly(start, end, 4, "INTEGER"));
    case "BIGINT":
      return (bytes, start, end) => bytes.readBigInt64BE(exactly(start, end, 8, "BIGINT"));
    case "DOUBLE":
      return (bytes, start, end) => bytes.readDoubleBE(exactly(start, end, 8, "DOUBLE"));
    case "STRING":
      return (bytes, start, end) => bytes.utf8Slice(start, end);
    case "BYTES":
      return (bytes, start, end) => Buffer.from(bytes.subarray(start, end));
    default:
      throw new DeserializationError(`the KAFKA format has no ${type.kind}`);
  }
}

function exactly(start: number, end: number, size: number, type: string): number {
  if (end - start !== size) {
    throw new DeserializationError(
      `${end - start} bytes are no ${type}, which has ${size} in the KAFKA format`,
    );
  }
  return start;
}

export function kafkaEncoder(columns: readonly FormatColumn[]): Encoder {
  const column = columns[0];
  if (column === undefined) return { encode: () => false };
  const write = kafkaWriter(column.type);
  return {
    encode(values: readonly Value[], writer: ByteWriter): boolean {
      const value = values[0]!;
      if (value === null) return false;
      write(value, writer);
      return true;
    },
  };
}

function kafkaWriter(type: SqlType): (value: Value, writer: ByteWriter) => void {
  switch (type.kind) {
    case "INTEGER":
      return (value, writer) => {
        writer.ensure(4);
        writer.position = writer.bytes.writeInt32BE(value as number, writer.position);
      };
    case "BIGINT":
      return (value, writer) => {
        writer.ensure(8);
        writer.position = writer.bytes.writeBigInt64BE(value as bigint, writer.position);
      };
    case "DOUBLE":
      return (value, writer) => {
        writer.ensure(8);
        writer.position = writer.bytes.writeDoubleBE(value as number, writer.position);
      };
    case "STRING":
      return (value, writer) => writer.utf8(value as string);
    case "BYTES":
      return (value, writer) =>
        writer.copy(Buffer.from(value as Uint8Array), 0, (value as Uint8Array).length);
    default:
      throw new DeserializationError(`the KAFKA format has no ${type.kind}`);
  }
}
