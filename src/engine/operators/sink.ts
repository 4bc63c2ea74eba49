/**
 * The end of a persistent query: encodes rows as records of the sink topic. The record's timestamp is the row's
 * event time, or the sink's TIMESTAMP column. A tombstone is a null value. Rows of a table without a key can't be
 * addressed and are counted as `null-key`.
 */
import type { Value } from "../../data/values.ts";
import { ByteWriter } from "../../formats/byte-writer.ts";
import { encoder, formatOptions } from "../../formats/formats.ts";
import type { Encoder } from "../../formats/format.ts";
import type { Sink } from "../../plan/physical.ts";
import type { OperatorContext, RowReceiver } from "../operator.ts";
import type { Row } from "../row.ts";
import type { SinkWriter } from "../sink-writer.ts";
import { timestampReader } from "../timestamp-column.ts";
import { appendWindow } from "../windowed-key.ts";

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
    const options = formatOptions(info.format, info.properties, info.wrapping, columns.length, side);
    return encoder(info.format, columns, options);
  }

  receive(row: Row): void {
    const timestampMs =
      this.#timestamp === undefined || row.deleted ? row.timestampMs : this.#timestamp(row.values);
    if (!(timestampMs >= 0)) {
      const detail = `column '${this.#sink.timestamp?.column ?? "ROWTIME"}' gives no time`;
      const sample = { reason: "invalid-timestamp" as const, ...this.#context.place, detail };
      this.#context.counters.dropWithSample(sample, this.#context.nowMs());
      return;
    }
    const key = this.#encodeKey(row);
    const value = row.deleted
      ? undefined
      : encoded(this.#valueEncoder, this.#valueIndexes, row, this.#valueBytes);
    this.#writer.append(key, value, Math.trunc(timestampMs), row.arrival);
  }

  #encodeKey(row: Row): Buffer | undefined {
    const allNull = this.#keyIndexes.every((index) => row.values[index] === null);
    if (allNull) return undefined;
    const key = encoded(this.#keyEncoder, this.#keyIndexes, row, this.#keyBytes);
    if (key === undefined || row.window === undefined) return key;
    return appendWindow(key, row.window, this.#sink.window?.type === "SESSION");
  }
}

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
