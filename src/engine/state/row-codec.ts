/**
 * Rows as bytes in state. {@link ValuesCodec}: a bitmap (bit i of the little-endian bytes: value i is not NULL), then the
 * values that are not NULL, as `value-codec.ts` writes them. {@link RowCodec} puts before it what a row carries beside its
 * values: a byte of flags (1: it has a window), event time and arrival, and the window's bounds, each a double.
 */
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { ByteWriter } from "../../formats/byte-writer.ts";
import { makeRow } from "../row.ts";
import type { Row } from "../row.ts";
import { ByteReader } from "./byte-reader.ts";
import { readDouble, valueCodec, writeDouble } from "./value-codec.ts";
import type { ValueCodec } from "./value-codec.ts";

/** Lists of values of fixed types. One thread: its buffer is used again with every call. */
export class ValuesCodec {
  readonly #codecs: readonly ValueCodec[];
  readonly #bitmapBytes: number;

  constructor(types: readonly SqlType[]) {
    this.#codecs = types.map((type) => valueCodec(type));
    this.#bitmapBytes = (types.length + 7) >>> 3;
  }

  write(writer: ByteWriter, values: readonly Value[]): void {
    const bitmap = writer.position;
    writer.ensure(this.#bitmapBytes);
    for (let i = 0; i < this.#bitmapBytes; i++) writer.bytes[bitmap + i] = 0;
    writer.position += this.#bitmapBytes;
    for (let i = 0; i < this.#codecs.length; i++) {
      const value = values[i]!;
      if (value !== null) {
        this.#codecs[i]!.write(writer, value);
        writer.bytes[bitmap + (i >>> 3)]! |= 1 << (i & 7);
      }
    }
  }

  read(reader: ByteReader): Value[] {
    const bitmap = reader.position;
    reader.position += this.#bitmapBytes;
    const values: Value[] = [];
    for (let i = 0; i < this.#codecs.length; i++) {
      const present = (reader.bytes[bitmap + (i >>> 3)]! & (1 << (i & 7))) !== 0;
      values.push(present ? this.#codecs[i]!.read(reader) : null);
    }
    return values;
  }
}

const WINDOWED = 1;

export class RowCodec {
  readonly #values: ValuesCodec;
  readonly #writer = new ByteWriter(256);
  readonly #reader = new ByteReader();

  constructor(types: readonly SqlType[]) {
    this.#values = new ValuesCodec(types);
  }

  /** Of rows that are no tombstones. The bytes are the caller's. */
  encode(row: Row): Buffer {
    const writer = this.#writer;
    writer.reset();
    writer.byte(row.window === undefined ? 0 : WINDOWED);
    writeDouble(writer, row.timestampMs);
    writeDouble(writer, row.arrival);
    if (row.window !== undefined) {
      writeDouble(writer, row.window.startMs);
      writeDouble(writer, row.window.endMs);
    }
    this.#values.write(writer, row.values);
    return Buffer.from(writer.view());
  }

  decode(bytes: Buffer): Row {
    const reader = this.#reader.over(bytes);
    const windowed = reader.byte() === WINDOWED;
    const timestampMs = readDouble(reader);
    const arrival = readDouble(reader);
    const window = windowed ? { startMs: readDouble(reader), endMs: readDouble(reader) } : undefined;
    return makeRow(this.#values.read(reader), timestampMs, arrival, window);
  }
}
