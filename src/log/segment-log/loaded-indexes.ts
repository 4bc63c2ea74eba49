/** Bounds the memory of sealed segments' indexes: those used longest ago are let go, and read again when needed. */

interface Holder {
  readonly indexMemoryBytes: number;
  /** The segment that is appended to keeps its indexes. */
  readonly isActive: boolean;
  forgetIndexes(): void;
}

export class LoadedIndexes {
  readonly #limitBytes: number;
  readonly #holders = new Set<Holder>();

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Notes that the holder's indexes are in memory and in use. */
  touch(holder: Holder): void {
    this.#holders.delete(holder);
    this.#holders.add(holder);
  }

  /** Called after loading: lets go of the oldest until the rest fits. */
  trim(): void {
    let total = 0;
    for (const holder of this.#holders) total += holder.indexMemoryBytes;
    for (const holder of this.#holders) {
      if (total <= this.#limitBytes) return;
      if (holder.isActive) continue;
      total -= holder.indexMemoryBytes;
      this.forget(holder);
      holder.forgetIndexes();
    }
  }

  forget(holder: Holder): void {
    this.#holders.delete(holder);
  }
}
