/** A state database that lives as long as the process: tests and throw-away servers. */
import { MemoryStore } from "./memory-store.ts";
import type { Commit, QueryProgress, StateDatabase } from "./state-database.ts";
import type { StateStore } from "./state-store.ts";

export class MemoryStateDatabase implements StateDatabase {
  readonly #stores = new Map<string, Map<string, MemoryStore>>();
  readonly #progress = new Map<string, QueryProgress>();
  readonly #ends = new Map<string, number>();

  store(queryId: string, name: string): StateStore {
    const stores = this.#stores.get(queryId) ?? new Map<string, MemoryStore>();
    this.#stores.set(queryId, stores);
    const store = stores.get(name) ?? new MemoryStore({ undoable: true });
    stores.set(name, store);
    return store;
  }

  progress(queryId: string): QueryProgress | undefined {
    return this.#progress.get(queryId);
  }

  ends(): ReadonlyMap<string, number> {
    return this.#ends;
  }

  commit(commit: Commit): void {
    for (const [id, progress] of commit.progress) this.#progress.set(id, progress);
    for (const [partition, end] of commit.ends) this.#ends.set(partition, end);
    this.#eachStore((store) => store.keepChanges());
  }

  discard(): void {
    this.#eachStore((store) => store.undoChanges());
  }

  #eachStore(act: (store: MemoryStore) => void): void {
    for (const stores of this.#stores.values()) for (const store of stores.values()) act(store);
  }

  dropQuery(queryId: string): void {
    this.#stores.delete(queryId);
    this.#progress.delete(queryId);
  }

  dropTopic(topic: string): void {
    for (const key of this.#ends.keys())
      if (key.slice(0, key.lastIndexOf("/")) === topic) this.#ends.delete(key);
  }

  async close(): Promise<void> {
    this.#stores.clear();
  }
}
