/**
 * Names of members of JSON documents, numbered as they are met, so that a name is compared as bytes and never made a
 * string. Names are plain ASCII without escapes. Bounded: when the table is full, it must be emptied between two documents,
 * which gives all names but the known ones other numbers.
 */

/** How many names a table holds. */
export const NAMES_MAX = 4096;
/** Longer names have no number. */
export const NAME_BYTES_MAX = 120;

const TABLE_SIZE = 4 * NAMES_MAX;
const TABLE_MASK = TABLE_SIZE - 1;
const FREE = -1;
/** What {@link MemberNames.numberOf} answers where the table is full or the name too long. */
export const NO_NUMBER = -1;

const WORD = 4;
const FIRST_FACTOR = 0x9e37_79b1 | 0;
const LAST_FACTOR = 0x85eb_ca6b | 0;

/** Of the length and the first and the last four bytes, which is where names differ. */
function hashOf(view: DataView, start: number, end: number): number {
  const length = end - start;
  if (length < WORD) {
    let short = length;
    for (let at = start; at < end; at++) short = (short << 8) | view.getUint8(at);
    return Math.imul(short, FIRST_FACTOR);
  }
  const first = Math.imul(view.getInt32(start, true), FIRST_FACTOR);
  return first ^ Math.imul(view.getInt32(end - WORD, true) + length, LAST_FACTOR);
}

/** What a name is to whoever looks for members: bits that callers choose. */
export type NameTraits = (name: string) => number;

export class MemberNames {
  readonly #known: readonly string[];
  readonly #traitsOf: NameTraits;
  readonly #numbers = new Map<string, number>();
  readonly #table = new Int32Array(TABLE_SIZE).fill(FREE);
  readonly #hashes = new Int32Array(NAMES_MAX);
  readonly #lengths = new Uint8Array(NAMES_MAX);
  readonly #view = new DataView(new ArrayBuffer(NAMES_MAX * NAME_BYTES_MAX));
  readonly #names: string[] = [];
  /** How often the names were given numbers anew. */
  generation = 0;
  /** By number. */
  readonly traits = new Uint8Array(NAMES_MAX);

  /** The known names have the numbers from 0 on, for ever. */
  constructor(known: readonly string[], traitsOf: NameTraits) {
    this.#known = known;
    this.#traitsOf = traitsOf;
    this.clear();
  }

  get isFull(): boolean {
    return this.#names.length === NAMES_MAX;
  }

  clear(): void {
    this.generation += 1;
    this.#numbers.clear();
    this.#table.fill(FREE);
    this.#names.length = 0;
    for (const name of this.#known) {
      const view = new DataView(Uint8Array.from(Buffer.from(name, "latin1")).buffer);
      this.numberOf(view, 0, view.byteLength);
    }
  }

  /** The number of a name that has been met. */
  find(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  name(number: number): string {
    return this.#names[number]!;
  }

  /** The number of the name in bytes [start, end); NO_NUMBER where it gets none. */
  numberOf(view: DataView, start: number, end: number): number {
    const length = end - start;
    const hash = hashOf(view, start, end);
    let slot = (hash ^ (hash >>> 15)) & TABLE_MASK;
    for (;;) {
      const number = this.#table[slot]!;
      if (number === FREE) return this.#add(view, start, end, hash, slot);
      if (
        this.#hashes[number] === hash &&
        this.#lengths[number] === length &&
        this.#is(number, view, start, length)
      )
        return number;
      slot = (slot + 1) & TABLE_MASK;
    }
  }

  #is(number: number, view: DataView, start: number, length: number): boolean {
    const from = number * NAME_BYTES_MAX;
    let at = 0;
    for (; at + WORD <= length; at += WORD)
      if (this.#view.getInt32(from + at, true) !== view.getInt32(start + at, true)) return false;
    for (; at < length; at++) if (this.#view.getUint8(from + at) !== view.getUint8(start + at)) return false;
    return true;
  }

  #add(view: DataView, start: number, end: number, hash: number, slot: number): number {
    const number = this.#names.length;
    if (number === NAMES_MAX || end - start > NAME_BYTES_MAX) return NO_NUMBER;
    const name = Buffer.from(view.buffer, view.byteOffset + start, end - start).toString("latin1");
    this.#table[slot] = number;
    this.#hashes[number] = hash;
    this.#lengths[number] = end - start;
    for (let at = start; at < end; at++)
      this.#view.setUint8(number * NAME_BYTES_MAX + at - start, view.getUint8(at));
    this.#names.push(name);
    this.#numbers.set(name, number);
    this.traits[number] = this.#traitsOf(name);
    return number;
  }
}
