import type { StateStore } from "../../engine/state/state-store.ts";
import type { CaseStore } from "../../detect/alerts/case-store.ts";

/** Triage's texts in the engine's state store: they commit with the rows that came of them. */
export class StateCaseStore implements CaseStore {
  readonly #store: StateStore;

  constructor(store: StateStore) {
    this.#store = store;
  }

  get(key: string): string | undefined {
    return this.#store.get(Buffer.from(key))?.toString();
  }

  put(key: string, text: string): void {
    this.#store.put(Buffer.from(key), Buffer.from(text));
  }

  delete(key: string): void {
    this.#store.delete(Buffer.from(key));
  }

  *scan(from: string, to: string): Iterable<readonly [string, string]> {
    for (const { key, value } of this.#store.range(Buffer.from(from), Buffer.from(to)))
      yield [key.toString(), value.toString()];
  }
}
