/** Where triage keeps what it knows: texts by key, ordered. The engine's state store holds it, so it commits with the rows. */
export interface CaseStore {
  get(key: string): string | undefined;
  put(key: string, text: string): void;
  delete(key: string): void;
  /** Entries with from ≤ key < to, by the order of UTF-8 bytes. The store is not changed while they are walked. */
  scan(from: string, to: string): Iterable<readonly [key: string, text: string]>;
}

/** In memory, for tests and for looking back over alerts without an engine. Keys are ASCII. */
export class MemoryCaseStore implements CaseStore {
  readonly #texts: Map<string, string>;

  constructor(entries: Iterable<readonly [string, string]> = []) {
    this.#texts = new Map(entries);
  }

  get entries(): readonly (readonly [string, string])[] {
    return [...this.#texts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  get(key: string): string | undefined {
    return this.#texts.get(key);
  }

  put(key: string, text: string): void {
    this.#texts.set(key, text);
  }

  delete(key: string): void {
    this.#texts.delete(key);
  }

  *scan(from: string, to: string): Iterable<readonly [string, string]> {
    for (const entry of this.entries) if (entry[0] >= from && entry[0] < to) yield entry;
  }
}
