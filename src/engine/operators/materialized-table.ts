/**
 * A table's present rows by key, kept from its changes: what a join looks rows up in when the table is no plain topic but
 * the result of other steps.
 *
 * State: the values of the key columns, and the window's bounds where rows are windowed → row (`row-codec.ts`). A
 * row with a NULL in its key can't be kept and is counted as `null-key`.
 */
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { Schema } from "../../plan/schema.ts";
import { dropRecord } from "../operator.ts";
import type { OperatorContext, RowReceiver } from "../operator.ts";
import type { Row, WindowBounds } from "../row.ts";
import { KeyCodec, keyThenTimes } from "../state/key-codec.ts";
import { RowCodec } from "../state/row-codec.ts";
import type { StateStore } from "../state/state-store.ts";

export class MaterializedTable implements RowReceiver {
  readonly keyIndexes: readonly number[];
  readonly width: number;
  readonly #keys: RowKeys;
  readonly #rows: RowCodec;
  readonly #store: StateStore;
  readonly #context: OperatorContext;

  constructor(schema: Schema, store: StateStore, context: OperatorContext) {
    this.keyIndexes = keyColumnIndexes(schema);
    this.width = schema.columns.length;
    this.#keys = new RowKeys(this.keyIndexes.map((index) => schema.columns[index]!.type));
    this.#rows = new RowCodec(schema.columns.map((column) => column.type));
    this.#store = store;
    this.#context = context;
  }

  /** The key of a row of this table; undefined, and counted, where it has a NULL. */
  keyOf(row: Row): Buffer | undefined {
    const key = this.#keys.encode(
      this.keyIndexes.map((index) => row.values[index]!),
      row.window,
    );
    if (key === undefined) dropRecord(this.#context, "null-key", "a key column of the table's row is NULL");
    return key;
  }

  /** The key of these values; undefined where one is NULL. */
  keyFor(values: readonly Value[], window: WindowBounds | undefined): Buffer | undefined {
    return this.#keys.encode(values, window);
  }

  receive(row: Row): void {
    const key = this.keyOf(row);
    if (key !== undefined) this.keep(key, row);
  }

  keep(key: Buffer, row: Row): void {
    if (row.deleted) this.#store.delete(key);
    else this.#store.put(key, this.#rows.encode(row));
  }

  lookup(key: Buffer): Row | undefined {
    const bytes = this.#store.get(key);
    return bytes === undefined ? undefined : this.#rows.decode(bytes);
  }
}

/** Key bytes of rows: the values' (`key-codec.ts`), then the bounds of the window they belong to. */
export class RowKeys {
  readonly #codec: KeyCodec;

  constructor(types: readonly SqlType[]) {
    this.#codec = new KeyCodec(types);
  }

  /** Undefined where a value is NULL. */
  encode(values: readonly Value[], window: WindowBounds | undefined): Buffer | undefined {
    if (values.includes(null)) return undefined;
    return window === undefined
      ? this.#codec.encode(values)
      : keyThenTimes(this.#codec.view(values), window.startMs, window.endMs);
  }
}

export function keyColumnIndexes(schema: Schema): number[] {
  return [...schema.columns.keys()].filter((index) => schema.columns[index]!.role === "key");
}
