/**
 * Turns records of a topic into rows of a source step's schema: key, value, headers and pseudo columns, of which only
 * the required ones are decoded; ROWTIME is the record's timestamp, or the source's TIMESTAMP column.
 *
 * A record that can't become a row answers undefined and is counted: `undecodable`, `invalid-timestamp`. A record
 * without a value becomes a row with `deleted`, at the record's own time.
 */
import { TIMESTAMP } from "../data/types.ts";
import type { SqlType } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import { decoder, formatOptions } from "../formats/formats.ts";
import type { Decoder, DecodeTarget } from "../formats/format.ts";
import { isNullText } from "../formats/json/json-format.ts";
import { recordHeaders } from "../log/record-headers.ts";
import type { RecordBlock } from "../log/record-block.ts";
import type { FormatInfo } from "../plan/metastore.ts";
import type { SourceStep } from "../plan/physical.ts";
import type { ColumnRole } from "../plan/schema.ts";
import { engineErrors } from "./errors.ts";
import { dropRecord } from "./operator.ts";
import { isJsonObject } from "./json-object.ts";
import type { OperatorContext } from "./operator.ts";
import { isPassingFailure } from "./passing-failure.ts";
import type { Reads } from "./required-columns.ts";
import { makeRow } from "./row.ts";
import type { Row, WindowBounds } from "./row.ts";
import { throwsOnInvalidTime, timestampReader } from "./timestamp-column.ts";
import { windowedKey } from "./windowed-key.ts";

export class SourceDecoder {
  readonly #step: SourceStep;
  readonly #context: OperatorContext;
  readonly #key: Decoder;
  readonly #value: Decoder;
  readonly #isJsonObject: boolean;
  readonly #keyIndexes: readonly number[];
  /** A row without values, to be copied. */
  readonly #empty: readonly Value[];
  readonly #pseudo: readonly { readonly index: number; readonly name: string }[];
  readonly #headers: readonly { readonly index: number; readonly headerKey: string | undefined }[];
  readonly #timestamp: ((values: readonly Value[]) => number) | undefined;

  constructor(step: SourceStep, required: Reads, context: OperatorContext) {
    this.#step = step;
    this.#context = context;
    this.#empty = step.schema.columns.map(() => null);
    const timestampIndex = step.schema.columns.findIndex((c) => c.name === step.timestamp?.column);
    const needed = new Map(required);
    if (timestampIndex >= 0) needed.set(timestampIndex, "all");
    this.#keyIndexes = columnIndexes(step, "key");
    this.#key = this.#side("key", step.keyFormat, new Map(this.#keyIndexes.map((index) => [index, "all"])));
    this.#value = this.#side("value", step.valueFormat, needed);
    this.#isJsonObject = isJsonObject(step.valueFormat, step.schema);
    this.#pseudo = columnIndexes(step, "pseudo")
      .filter((index) => needed.has(index))
      .map((index) => ({ index, name: step.schema.columns[index]!.name }));
    this.#headers = [...columnIndexes(step, "header"), ...columnIndexes(step, "headers")]
      .filter((index) => needed.has(index))
      .map((index) => ({ index, headerKey: step.schema.columns[index]!.headerKey }));
    const type: SqlType = step.schema.columns[timestampIndex]?.type ?? TIMESTAMP;
    this.#timestamp =
      timestampIndex < 0 ? undefined : timestampReader(type, step.timestamp?.format, timestampIndex);
  }

  #side(role: "key" | "value", format: FormatInfo, needed: Reads): Decoder {
    const indexes = columnIndexes(this.#step, role);
    const columns = indexes.map((index) => this.#step.schema.columns[index]!);
    const targets: DecodeTarget[] = [];
    for (const [column, target] of indexes.entries()) {
      const fields = needed.get(target);
      if (fields !== undefined) targets.push({ column, target, fields });
    }
    const place = { registry: this.#context.schemas, topic: this.#step.topic };
    const { properties, wrapping } = format;
    const options = formatOptions(format.format, properties, wrapping, columns.length, role, place);
    return decoder(format.format, columns, options, targets);
  }

  decode(block: RecordBlock, index: number): Row | undefined {
    const place = this.#context.place;
    place.offset = block.offsets[index]!;
    const valueStart = block.valueStarts[index]!;
    const deleted =
      valueStart < 0 || (this.#isJsonObject && isNullText(block.bytes, valueStart, block.valueEnds[index]!));
    const values: Value[] = this.#empty.slice();
    let window: WindowBounds | undefined;
    try {
      window = this.#decodeKey(block, index, values);
      if (!deleted) this.#value.decode(block.bytes, valueStart, block.valueEnds[index]!, values);
    } catch (error) {
      // The record may be as good as any: only its schema can't be had now.
      if (isPassingFailure(error)) throw error;
      this.#drop("undecodable", error);
      return undefined;
    }
    let timestampMs = block.timestamps[index]!;
    if (this.#timestamp !== undefined && !deleted) {
      timestampMs = this.#timestamp(values);
      if (!(timestampMs >= 0)) {
        const cause = `column '${this.#step.timestamp!.column}' gives no time`;
        if (throwsOnInvalidTime(this.#context)) throw this.#withoutTime(cause);
        this.#drop("invalid-timestamp", cause);
        return undefined;
      }
    }
    this.#fillHeaders(block, index, values);
    this.#fillPseudo(values, timestampMs, place.partition, place.offset, window);
    const keyless = block.keyStarts[index]! < 0;
    return makeRow(values, timestampMs, block.arrivals[index]!, window, deleted, keyless);
  }

  #decodeKey(block: RecordBlock, index: number, values: Value[]): WindowBounds | undefined {
    const start = block.keyStarts[index]!;
    if (start < 0) return undefined;
    let end = block.keyEnds[index]!;
    let window: WindowBounds | undefined;
    if (this.#step.window !== undefined) {
      const read = windowedKey(block.bytes, start, end, this.#step.window);
      window = read.window;
      end = read.keyEnd;
    }
    this.#key.decode(block.bytes, start, end, values);
    return window;
  }

  #fillHeaders(block: RecordBlock, index: number, values: Value[]): void {
    if (this.#headers.length === 0) return;
    const headers = recordHeaders(block, index);
    for (const { index: column, headerKey } of this.#headers) {
      values[column] =
        headerKey === undefined
          ? headers.map((header) => [header.key, header.value])
          : (headers.findLast((header) => header.key === headerKey)?.value ?? null);
    }
  }

  #fillPseudo(
    values: Value[],
    timestampMs: number,
    partition: number,
    offset: number,
    window: WindowBounds | undefined,
  ): void {
    for (const { index, name } of this.#pseudo) {
      if (name === "ROWTIME") values[index] = BigInt(Math.trunc(timestampMs));
      else if (name === "ROWPARTITION") values[index] = partition;
      else if (name === "ROWOFFSET") values[index] = BigInt(offset);
      else if (window !== undefined) {
        values[index] = BigInt(name === "WINDOWSTART" ? window.startMs : window.endMs);
      }
    }
  }

  #withoutTime(cause: string): Error {
    const { topic, partition, offset } = this.#context.place;
    return engineErrors.INVALID_TIMESTAMP({
      message: `the record at offset ${offset} of topic '${topic}' has no event time`,
      detail: `partition ${partition}: ${cause}`,
      hint: "mend the record, or set ksql.timestamp.throw.on.invalid to false: such records are then counted and left out",
    });
  }

  #drop(reason: "undecodable" | "invalid-timestamp", cause: unknown): void {
    dropRecord(this.#context, reason, cause instanceof Error ? cause.message : String(cause));
  }
}

function columnIndexes(step: SourceStep, role: ColumnRole): number[] {
  const indexes: number[] = [];
  for (const [index, column] of step.schema.columns.entries()) if (column.role === role) indexes.push(index);
  return indexes;
}
