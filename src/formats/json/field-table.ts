/**
 * Looks up a JSON field name (as bytes) among the few wanted ones. A hash of the name's length and three of its
 * bytes, chosen to have few collisions, picks the candidates whose bytes are then compared, so an unwanted name
 * costs a few loads and no allocation.
 *
 * Names match without regard to ASCII case, unless two wanted names differ by nothing else: then exactly.
 */
const ATTEMPTS = 4000;

/** ASCII upper case to lower case, all else to itself. */
const FOLD = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte));
const IDENTITY = Uint8Array.from({ length: 256 }, (_, byte) => byte);

export class FieldTable {
  readonly #names: readonly Buffer[];
  readonly #fold: Uint8Array;
  readonly #byName: ReadonlyMap<string, number>;
  /** First candidate by hash, and for each candidate the next with the same hash; −1 ends. */
  #table = new Int16Array(0);
  readonly #next: Int16Array;
  #mask = 0;
  #a = 1;
  #b = 1;
  #c = 1;

  constructor(names: readonly string[]) {
    const folded = new Set(names.map((name) => name.toLowerCase()));
    this.#fold = folded.size === names.length ? FOLD : IDENTITY;
    this.#names = names.map((name) => Buffer.from(this.#key(name), "utf8"));
    this.#byName = new Map(names.map((name, i) => [this.#key(name), i]));
    this.#next = new Int16Array(names.length).fill(-1);
    this.#chooseHash();
  }

  #key(name: string): string {
    return this.#fold === FOLD ? name.toLowerCase() : name;
  }

  /** Index of the name in bytes[start, end), or −1. */
  find(bytes: Buffer, start: number, end: number): number {
    const length = end - start;
    const fold = this.#fold;
    const hash =
      length * this.#a +
      fold[bytes[start]!]! * this.#b +
      fold[bytes[end - 1]!]! * this.#c +
      fold[bytes[start + (length >> 1)]!]!;
    let candidate = this.#table[hash & this.#mask]!;
    while (candidate >= 0) {
      const name = this.#names[candidate]!;
      if (name.length === length) {
        let i = 0;
        while (i < length && fold[bytes[start + i]!] === name[i]) i += 1;
        if (i === length) return candidate;
      }
      candidate = this.#next[candidate]!;
    }
    return this.#findUnusual(bytes, start, end);
  }

  /** Names with escapes or letters outside ASCII are decoded; others have been looked up already. */
  #findUnusual(bytes: Buffer, start: number, end: number): number {
    let unusual = false;
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      if (byte === 0x5c || byte >= 0x80) {
        unusual = true;
        break;
      }
    }
    if (!unusual) return -1;
    const text = bytes.toString("utf8", start - 1, end + 1);
    try {
      return this.#byName.get(this.#key(JSON.parse(text) as string)) ?? -1;
    } catch {
      return -1;
    }
  }

  /** Tries multipliers and keeps those with the fewest collisions. */
  #chooseHash(): void {
    let size = 16;
    while (size < this.#names.length * 4) size *= 2;
    let best = { collisions: Number.MAX_SAFE_INTEGER, attempt: 0 };
    for (let attempt = 0; attempt < ATTEMPTS && best.collisions > 0; attempt++) {
      const collisions = this.#fill(size, attempt);
      if (collisions < best.collisions) best = { collisions, attempt };
    }
    this.#fill(size, best.attempt);
  }

  #fill(size: number, attempt: number): number {
    this.#a = 1 + ((attempt * 7) % 61);
    this.#b = 1 + ((attempt * 13) % 127);
    this.#c = 1 + ((attempt * 31) % 251);
    this.#mask = size - 1;
    this.#table = new Int16Array(size).fill(-1);
    this.#next.fill(-1);
    let collisions = 0;
    for (const [index, name] of this.#names.entries()) {
      const length = name.length;
      const first = name[0] ?? 0;
      const hash =
        length * this.#a + first * this.#b + (name[length - 1] ?? 0) * this.#c + (name[length >> 1] ?? 0);
      const slot = hash & this.#mask;
      const taken = this.#table[slot]!;
      if (taken >= 0) collisions += 1;
      this.#next[index] = taken;
      this.#table[slot] = index;
    }
    return collisions;
  }
}
