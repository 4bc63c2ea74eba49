/**
 * A step's state, kept twice: in the local state database, and as a compacted topic of the cluster from which any process
 * gets it back. A changelog record's key is the name of the store, a zero byte, then the store's own key; its value the
 * store's value, none for a deletion. Changes go into the transaction of the outputs that they belong to.
 */
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import { recordKey, recordValue } from "../../log/record-block.ts";
import type { RecordBlock } from "../../log/record-block.ts";
import type { StateEntry, StateStore } from "../../engine/state/state-store.ts";
import type { OutgoingBatch, TopicPartition } from "../kafka/cluster-client.ts";

const BATCH_BYTES = 512 * 1024;

interface Change {
  readonly key: Buffer;
  /** undefined: deleted. */
  readonly value: Buffer | undefined;
}

/** The stores of one step in one task. */
export class Changelog {
  readonly partition: TopicPartition;
  readonly #stores = new Map<string, LoggedStore>();
  readonly #open: (name: string) => StateStore;

  /** @param open the local store of a name */
  constructor(partition: TopicPartition, open: (name: string) => StateStore) {
    this.partition = partition;
    this.#open = open;
  }

  store(name: string): StateStore {
    const known = this.#stores.get(name);
    if (known !== undefined) return known;
    const store = new LoggedStore(this.#open(name));
    this.#stores.set(name, store);
    return store;
  }

  /** Puts records of the changelog back into the stores. */
  restore(block: RecordBlock): void {
    for (let i = 0; i < block.count; i++) {
      const bytes = recordKey(block, i);
      const at = bytes?.indexOf(0) ?? -1;
      if (bytes === null || at < 0) continue;
      const store = this.#open(bytes.toString("utf8", 0, at));
      const key = Buffer.from(bytes.subarray(at + 1));
      const value = recordValue(block, i);
      if (value === null) store.delete(key);
      else store.put(key, Buffer.from(value));
    }
  }

  /** The changes since the last call, as batches of the changelog's partition. */
  take(nowMs: number): readonly OutgoingBatch[] {
    const batches: OutgoingBatch[] = [];
    const builder = new RecordBatchBuilder(16 * 1024);
    const finish = (): void => {
      if (builder.count === 0) return;
      batches.push({ ...this.partition, batch: Buffer.from(builder.finish(0).batch) });
      builder.reset();
    };
    for (const [name, store] of this.#stores) {
      const prefix = Buffer.from(`${name}\0`);
      for (const { key, value } of store.take()) {
        builder.appendRecord(Buffer.concat([prefix, key]), value ?? null, nowMs, 0);
        if (builder.byteLength >= BATCH_BYTES) finish();
      }
    }
    finish();
    return batches;
  }

  sizes(): readonly { readonly store: string; readonly entries: number; readonly bytes: number }[] {
    return [...this.#stores].map(([store, { entries, bytes }]) => ({ store, entries, bytes }));
  }
}

/** A store that notes what changes; of each key only the last change counts. */
class LoggedStore implements StateStore {
  readonly #store: StateStore;
  readonly #changes = new Map<string, Change>();

  constructor(store: StateStore) {
    this.#store = store;
  }

  get entries(): number {
    return this.#store.entries;
  }

  get bytes(): number {
    return this.#store.bytes;
  }

  get(key: Buffer): Buffer | undefined {
    return this.#store.get(key);
  }

  put(key: Buffer, value: Buffer): void {
    this.#store.put(key, value);
    this.#changes.set(key.latin1Slice(), { key, value });
  }

  delete(key: Buffer): void {
    this.#store.delete(key);
    this.#changes.set(key.latin1Slice(), { key, value: undefined });
  }

  range(low: Buffer | undefined, high: Buffer | undefined): Iterable<StateEntry> {
    return this.#store.range(low, high);
  }

  take(): readonly Change[] {
    const changes = [...this.#changes.values()];
    this.#changes.clear();
    return changes;
  }
}
