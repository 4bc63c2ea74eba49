/** Writes rows of INSERT VALUES and /inserts-stream to a source's topic, encoded as the source says. */
import type { Clock } from "../base/clock.ts";
import type { Value } from "../data/values.ts";
import { murmur2Partition } from "../engine/murmur2.ts";
import { ByteWriter } from "../formats/byte-writer.ts";
import type { Encoder } from "../formats/format.ts";
import { encoder, formatOptions } from "../formats/formats.ts";
import type { SchemaPlace } from "../formats/formats.ts";
import { RecordBatchBuilder } from "../log/record-batch-builder.ts";
import type { TopicLog } from "../log/topic-log.ts";
import type { DataSource, FormatInfo } from "../plan/metastore.ts";
import { keyColumns, valueColumns } from "../plan/schema.ts";
import type { Column } from "../plan/schema.ts";
import type { AppContext } from "./app-context.ts";
import type { AppEngine } from "./app-engine.ts";
import { appErrors } from "./errors.ts";

export interface SourceRow {
  /** In the order of the source's key columns. */
  readonly key: readonly Value[];
  /** In the order of its value columns; null for a tombstone. */
  readonly value: readonly Value[] | null;
  /** Undefined: now. */
  readonly timestampMs?: number | undefined;
}

export class SourceWriter {
  readonly #log: TopicLog;
  readonly #clock: Clock;
  readonly #engine: AppEngine;
  readonly #source: DataSource;
  readonly #partitions: number;
  readonly #key: Encoder;
  readonly #value: Encoder;
  readonly #buffer = new ByteWriter();
  readonly #builder = new RecordBatchBuilder(1024, 1);
  #turn = 0;

  /** @throws APP_MISSING_TOPIC, FORMAT_UNSUPPORTED */
  constructor(context: Pick<AppContext, "log" | "clock" | "engine" | "schemas">, source: DataSource) {
    const { log, clock, engine, schemas } = context;
    const topic = log.topic(source.topic);
    if (topic === undefined) {
      throw appErrors.MISSING_TOPIC({
        message: `topic '${source.topic}' of '${source.name}' does not exist`,
        hint: "create the topic again, or drop the source",
      });
    }
    if (source.window !== undefined) {
      throw appErrors.BAD_ROW({
        message: `'${source.name}' is windowed: rows cannot be inserted`,
        hint: "write to the source that its query reads",
      });
    }
    this.#log = log;
    this.#clock = clock;
    this.#engine = engine;
    this.#source = source;
    this.#partitions = topic.partitions;
    const place = { registry: schemas, topic: source.topic };
    this.#key = sourceEncoder(source.keyFormat, keyColumns(source.schema), "key", place);
    this.#value = sourceEncoder(source.valueFormat, valueColumns(source.schema), "value", place);
  }

  /** Written and visible when it returns; on the disk, where `spoor.flush` says so, after {@link flush}. */
  write(row: SourceRow): void {
    const key = this.#encode(this.#key, row.key);
    const value = row.value === null ? null : this.#encode(this.#value, row.value);
    const partition = this.#partitionOf(key);
    const timestampMs = row.timestampMs ?? this.#clock.nowMs();
    this.#builder.appendRecord(key, value, timestampMs, this.#log.allocateArrivals(1));
    const { topic } = this.#source;
    const log = this.#log.partition(topic, partition);
    try {
      this.#engine.appendOutside(topic, () => log.appendBuilder(this.#builder));
    } catch (error) {
      // The row is told as not written: the next one must not take it along.
      this.#builder.reset();
      throw error;
    }
  }

  /** To be called before a row is acknowledged. */
  flush(): void {
    this.#log.flush();
  }

  #encode(columns: Encoder, values: readonly Value[]): Buffer | null {
    if (values.length === 0) return null;
    this.#buffer.reset();
    return columns.encode(values, this.#buffer) ? Buffer.from(this.#buffer.view()) : null;
  }

  #partitionOf(key: Buffer | null): number {
    if (key !== null) return murmur2Partition(key, 0, key.length, this.#partitions);
    this.#turn = (this.#turn + 1) % this.#partitions;
    return this.#turn;
  }
}

function sourceEncoder(
  { format, properties, wrapping }: FormatInfo,
  columns: readonly Column[],
  side: "key" | "value",
  place: SchemaPlace,
): Encoder {
  return encoder(format, columns, formatOptions(format, properties, wrapping, columns.length, side, place));
}
