/**
 * How far a partition's records are done. They are read in order and may be done in any: everything below the position is done,
 * which is where a restart goes on.
 */
export class PartitionProgress {
  #nextRead: number;
  /** Offsets read and not done, in order of reading. */
  readonly #open = new Set<number>();

  /** @param from where reading begins */
  constructor(from: number) {
    this.#nextRead = from;
  }

  get nextRead(): number {
    return this.#nextRead;
  }

  /** The first offset that is not done. */
  get position(): number {
    for (const offset of this.#open) return offset;
    return this.#nextRead;
  }

  /** A record was read and is to be sent. */
  begin(offset: number): void {
    this.#open.add(offset);
  }

  /** Everything below was read. */
  advance(nextRead: number): void {
    this.#nextRead = Math.max(this.#nextRead, nextRead);
  }

  done(offset: number): void {
    this.#open.delete(offset);
  }
}
