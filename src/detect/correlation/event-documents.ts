/**
 * The documents of the events that correlations remember, so that a hit can show its last event though it came long before.
 * Bounded: beyond the limit the oldest go, and are counted; hits are the same without them.
 */
import type { CorrelationStore } from "./correlation-store.ts";

/** In UTF-16 units, of all documents together. */
export const DOCUMENT_UNITS_MAX = 32 << 20;

interface Entry {
  readonly document: string;
  /** Items that refer to it. */
  uses: number;
}

export class EventDocuments {
  readonly #store: CorrelationStore | undefined;
  readonly #unitsMax: number;
  /** In the order they came. */
  readonly #entries = new Map<string, Entry>();
  #units = 0;
  dropped = 0;

  constructor(store: CorrelationStore | undefined, unitsMax: number) {
    this.#store = store;
    this.#unitsMax = unitsMax;
  }

  get(reference: string): string | undefined {
    return this.#entries.get(reference)?.document;
  }

  /**
   * An item refers to the event.
   * @param number larger than that of all documents before
   */
  use(reference: string, number: number, document: string | undefined): void {
    const known = this.#entries.get(reference);
    if (known !== undefined) {
      known.uses++;
      return;
    }
    if (document === undefined) return;
    this.#entries.set(reference, { document, uses: 1 });
    this.#units += document.length;
    this.#store?.putDocument(reference, number, document);
    this.#limit();
  }

  /** An item that refers to the event is gone. */
  release(reference: string): void {
    const known = this.#entries.get(reference);
    if (known === undefined) return;
    known.uses--;
    if (known.uses === 0) this.#drop(reference, known);
  }

  /** Takes up what the store has; documents that no item refers to go. */
  restore(uses: ReadonlyMap<string, number>): void {
    for (const [reference, document] of this.#store?.documents() ?? []) {
      const entry = { document, uses: uses.get(reference) ?? 0 };
      this.#entries.set(reference, entry);
      this.#units += document.length;
      if (entry.uses === 0) this.#drop(reference, entry);
    }
  }

  #limit(): void {
    for (const [reference, entry] of this.#entries) {
      if (this.#units <= this.#unitsMax) return;
      this.#drop(reference, entry);
      this.dropped++;
    }
  }

  #drop(reference: string, { document }: Entry): void {
    this.#entries.delete(reference);
    this.#units -= document.length;
    this.#store?.deleteDocument(reference);
  }
}
