/**
 * Lets work in while what it needs together stays under a limit; the rest waits in order. Work that alone is over the limit
 * comes in alone.
 */
export class MemoryGate {
  /** Bytes. */
  readonly limit: number;
  readonly #waiting: { readonly bytes: number; readonly enter: () => void }[] = [];
  #taken = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  async run<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length > 0 || !this.#fits(bytes))
      await new Promise<void>((enter) => {
        this.#waiting.push({ bytes, enter });
      });
    else this.#taken += bytes;
    try {
      return await work();
    } finally {
      this.#taken -= bytes;
      this.#letIn();
    }
  }

  #fits(bytes: number): boolean {
    return this.#taken === 0 || this.#taken + bytes <= this.limit;
  }

  #letIn(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#taken += next.bytes;
      next.enter();
    }
  }
}
