/**
 * The end of a persistent query: encodes rows as records of the sink topic, with the headers of the record that caused
 * them. The record's timestamp is the row's
 * event time, or the sink's TIMESTAMP column. A row without a value is a record with a null value. A single NULL
 * key column is a record without a key where the format has the column bare; several NULL columns are a key with
 * NULLs, unless the record that was read had none.
 */
import type { Value } from "../../data/values.ts";
import { ByteWriter } from "../../formats/byte-writer.ts";
import { encoder, formatOptions } from "../../formats/formats.ts";
import type { Encoder } from "../../formats/format.ts";
import { SerializationError } from "../../formats/serialization-error.ts";
import type { Sink } from "../../plan/physical.ts";
import { dropRecord } from "../operator.ts";
import type { OperatorContext, RowReceiver } from "../operator.ts";
import type { Row } from "../row.ts";
import type { SinkWriter } from "../sink-writer.ts";
import { timestampReader } from "../timestamp-column.ts";
import { appendWindow, windowLength } from "../windowed-key.ts";

export class SinkOperator implements RowReceiver {
  readonly #sink: Sink;
  readonly #writer: SinkWriter;
  readonly #context: OperatorContext;
  readonly #keyIndexes: readonly number[];
  readonly #valueIndexes: readonly number[];
  readonly #keyEncoder: Encoder;
  readonly #valueEncoder: Encoder;
  readonly #timestamp: ((values: readonly Value[]) => number) | undefined;
  readonly #keyBytes = new ByteWriter(64);
  readonly #valueBytes = new ByteWriter(1024);

  constructor(sink: Sink, writer: SinkWriter, context: OperatorContext) {
    this.#sink = sink;
    this.#writer = writer;
    this.#context = context;
    const columns = sink.schema.columns;
    const indexes = (role: string): number[] => [...columns.keys()].filter((i) => columns[i]!.role === role);
    this.#keyIndexes = indexes("key");
    this.#valueIndexes = indexes("value");
    this.#keyEncoder = this.#encoder("key", this.#keyIndexes);
    this.#valueEncoder = this.#encoder("value", this.#valueIndexes);
    const at = columns.findIndex((column) => column.name === sink.timestamp?.column);
    this.#timestamp = at < 0 ? undefined : timestampReader(columns[at]!.type, sink.timestamp?.format, at);
  }

  #encoder(side: "key" | "value", indexes: readonly number[]): Encoder {
    const info = side === "key" ? this.#sink.keyFormat : this.#sink.valueFormat;
    const columns = indexes.map((index) => this.#sink.schema.columns[index]!);
    const place = { registry: this.#context.schemas, topic: this.#sink.topic };
    const options = formatOptions(info.format, info.properties, info.wrapping, columns.length, side, place);
    return encoder(info.format, columns, options);
  }

  receive(row: Row): void {
    const timestampMs =
      this.#timestamp === undefined || row.deleted ? row.timestampMs : this.#timestamp(row.values);
    if (!(timestampMs >= 0)) {
      const detail = `column '${this.#sink.timestamp?.column ?? "ROWTIME"}' gives no time`;
      dropRecord(this.#context, "invalid-timestamp", detail);
      return;
    }
    try {
      this.#write(row, Math.trunc(timestampMs));
    } catch (error) {
      if (!(error instanceof SerializationError)) throw error;
      dropRecord(this.#context, "not-written", error.message);
    }
  }

  #write(row: Row, timestampMs: number): void {
    const key = this.#encodeKey(row);
    const value = row.deleted
      ? undefined
      : encoded(this.#valueEncoder, this.#valueIndexes, row, this.#valueBytes);
    const windowBytes = key === undefined || row.window === undefined ? 0 : windowLength(this.#session);
    this.#writer.append(key, value, timestampMs, row.arrival, windowBytes, this.#context.headers);
  }

  #encodeKey(row: Row): Buffer | undefined {
    if (this.#keyIndexes.length === 0 || (row.keyless && this.#isNullKey(row))) return undefined;
    const key = encoded(this.#keyEncoder, this.#keyIndexes, row, this.#keyBytes);
    if (key === undefined || row.window === undefined) return key;
    return appendWindow(key, row.window, this.#session);
  }

  get #session(): boolean {
    return this.#sink.window?.type === "SESSION";
  }

  #isNullKey(row: Row): boolean {
    return this.#keyIndexes.every((index) => row.values[index] === null);
  }
}

/** Bytes of one side of the row; undefined where the format stands for none. */
function encoded(
  side: Encoder,
  indexes: readonly number[],
  row: Row,
  writer: ByteWriter,
): Buffer | undefined {
  const values = indexes.map((index) => row.values[index]!);
  writer.reset();
  return side.encode(values, writer) ? writer.view() : undefined;
}
