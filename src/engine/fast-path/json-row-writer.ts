/**
 * Writes a row as a JSON object whose values are byte ranges: of the message that was read (passed on as they are) or
 * of a scratch buffer (computed). The object with every value NULL is prepared once; what lies between two values
 * that are not NULL is one copy out of it.
 *
 * A slice is passed on only if it is what the format would write for the column's type; the caller of `set…`
 * decides. NULL is the state of a column that was not set since `reset`.
 */
import { ByteWriter } from "../../formats/byte-writer.ts";
import { fieldPrefixes } from "../../formats/json/json-writer.ts";
import { plainInteger } from "./slice-predicates.ts";
import type { RecordBatchBuilder } from "../../log/record-batch-builder.ts";

const NULL = Buffer.from("null");
/** Below this a loop is faster than the call of a native copy. */
const LOOP_COPY_MAX = 40;

export class JsonRowWriter {
  /** Where computed values are put before they are copied into the row. */
  readonly scratch = new ByteWriter(1024);
  readonly #template: Buffer;
  /** For each column: where its NULL starts in the template. */
  readonly #nullAt: Int32Array;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #computed: Uint8Array;
  #size = 0;

  constructor(names: readonly string[]) {
    const parts: Buffer[] = [];
    this.#nullAt = new Int32Array(names.length);
    let at = 0;
    for (const [i, prefix] of fieldPrefixes(names).entries()) {
      parts.push(prefix, NULL);
      this.#nullAt[i] = at + prefix.length;
      at += prefix.length + NULL.length;
    }
    parts.push(Buffer.from(names.length === 0 ? "{}" : "}"));
    this.#template = Buffer.concat(parts);
    this.#starts = new Int32Array(names.length).fill(-1);
    this.#ends = new Int32Array(names.length);
    this.#computed = new Uint8Array(names.length);
  }

  reset(): void {
    this.#starts.fill(-1);
    this.#size = 0;
    this.scratch.reset();
  }

  /** The column is message[start, end). */
  setSlice(column: number, start: number, end: number): void {
    this.#starts[column] = start;
    this.#ends[column] = end;
    this.#computed[column] = 0;
    this.#size += end - start;
  }

  /** The column is what was written to `scratch` since position `start`. */
  setComputed(column: number, start: number): void {
    this.#starts[column] = start;
    this.#ends[column] = this.scratch.position;
    this.#computed[column] = 1;
    this.#size += this.scratch.position - start;
  }

  /** The column's value as a whole number; NaN when it is NULL or none. */
  integerAt(column: number, message: Buffer): number {
    const start = this.#starts[column]!;
    if (start < 0) return Number.NaN;
    return plainInteger(
      this.#computed[column] === 0 ? message : this.scratch.bytes,
      start,
      this.#ends[column]!,
    );
  }

  /** The most bytes that the row now set can take. */
  get sizeMax(): number {
    return this.#template.length + this.#size;
  }

  /**
   * Writes the row into the builder's bytes from `at` on (room for `sizeMax` is there) and notes each value's range
   * relative to `at` in slots[base…]. Answers the end.
   */
  write(message: Buffer, builder: RecordBatchBuilder, at: number, slots: Int32Array, base: number): number {
    const out = builder.bytes;
    const template = this.#template;
    const starts = this.#starts;
    const scratch = this.scratch.bytes;
    let position = at;
    let copied = 0;
    for (let column = 0; column < starts.length; column++) {
      const start = starts[column]!;
      const nullAt = this.#nullAt[column]!;
      if (start < 0) {
        slots[base + 2 * column] = -1;
        continue;
      }
      position = copyBytes(template, copied, nullAt, out, position);
      copied = nullAt + NULL.length;
      slots[base + 2 * column] = position - at;
      const source = this.#computed[column] === 0 ? message : scratch;
      position = copyBytes(source, start, this.#ends[column]!, out, position);
      slots[base + 2 * column + 1] = position - at;
    }
    return copyBytes(template, copied, template.length, out, position);
  }
}

/** Copies source[start, end) to target[at…) and answers the position after it. */
function copyBytes(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  const length = end - start;
  if (length > LOOP_COPY_MAX) {
    source.copy(target, at, start, end);
  } else {
    for (let i = 0; i < length; i++) target[at + i] = source[start + i]!;
  }
  return at + length;
}
