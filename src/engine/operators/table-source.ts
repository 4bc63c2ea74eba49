/**
 * A topic read as a table: its latest record by key, kept in state as the record's own bytes, so that a change knows
 * the row it replaces and a join can look rows up.
 *
 * State: key bytes → timestamp (8 bytes, double), arrival (8 bytes, double), value bytes. A record without a key is
 * counted as `null-key`. A tombstone for a key that has no row is passed on without a previous row, as ksqlDB does.
 */
import type { RecordBlock } from "../../log/record-block.ts";
import { recordBlock } from "../../log/record-block.ts";
import { dropRecord } from "../operator.ts";
import type { OperatorContext, RowReceiver } from "../operator.ts";
import type { Row } from "../row.ts";
import type { SourceDecoder } from "../source-decoder.ts";
import type { StateStore } from "../state/state-store.ts";

const HEAD = 16;

export class TableSource {
  readonly #decoder: SourceDecoder;
  readonly #store: StateStore;
  readonly #context: OperatorContext;
  readonly #next: RowReceiver | undefined;

  /** Without `next` the table is only looked up: rows are decoded when a lookup asks for them. */
  constructor(
    decoder: SourceDecoder,
    store: StateStore,
    next: RowReceiver | undefined,
    context: OperatorContext,
  ) {
    this.#decoder = decoder;
    this.#store = store;
    this.#next = next;
    this.#context = context;
  }

  receive(block: RecordBlock, index: number): void {
    const keyStart = block.keyStarts[index]!;
    if (keyStart < 0) {
      dropRecord(this.#context, "null-key", "a table's record needs a key");
      return;
    }
    const key = Buffer.from(block.bytes.subarray(keyStart, block.keyEnds[index]!));
    const previousBytes = this.#next === undefined ? undefined : this.#store.get(key);
    const valueStart = block.valueStarts[index]!;
    if (valueStart < 0) this.#store.delete(key);
    if (this.#next === undefined) {
      if (valueStart >= 0) this.#store.put(key, entry(block, index));
      return;
    }
    const row = this.#decoder.decode(block, index);
    if (row === undefined) return;
    if (valueStart >= 0) this.#store.put(key, entry(block, index));
    const previous = previousBytes === undefined ? undefined : this.#decodeEntry(key, previousBytes);
    this.#next.receive(row, previous);
  }

  /** The table's present row for the key bytes. */
  lookup(key: Buffer): Row | undefined {
    const bytes = this.#store.get(key);
    return bytes === undefined ? undefined : this.#decodeEntry(key, bytes);
  }

  /** All rows, in the order of their key bytes. */
  *rows(): Iterable<Row> {
    for (const { key, value } of this.#store.range(undefined, undefined)) {
      const row = this.#decodeEntry(key, value);
      if (row !== undefined) yield row;
    }
  }

  #decodeEntry(key: Buffer, bytes: Buffer): Row | undefined {
    const joined = Buffer.concat([key, bytes]);
    const one = recordBlock({
      count: 1,
      bytes: joined,
      keyStarts: Int32Array.of(0),
      keyEnds: Int32Array.of(key.length),
      valueStarts: Int32Array.of(key.length + HEAD),
      valueEnds: Int32Array.of(joined.length),
      timestamps: Float64Array.of(bytes.readDoubleLE(0)),
      offsets: Float64Array.of(this.#context.place.offset),
      arrivals: Float64Array.of(bytes.readDoubleLE(8)),
      nextOffset: this.#context.place.offset + 1,
    });
    return this.#decoder.decode(one, 0);
  }
}

function entry(block: RecordBlock, index: number): Buffer {
  const start = block.valueStarts[index]!;
  const end = block.valueEnds[index]!;
  const bytes = Buffer.allocUnsafe(HEAD + end - start);
  bytes.writeDoubleLE(block.timestamps[index]!, 0);
  bytes.writeDoubleLE(block.arrivals[index]!, 8);
  block.bytes.copy(bytes, HEAD, start, end);
  return bytes;
}
