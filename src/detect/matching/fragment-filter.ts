/**
 * Tells, at a fraction of what a search costs, that none of many literals stands in a text as JSON spells it. Looked for is
 * a fragment of each literal, by four of its bytes at every fourth byte of the document (Karp and Rabin's fingerprints over
 * sampled q-grams): wherever a fragment of seven bytes or more stands, one such sample lies within it. Where a sample is
 * found, the fragment is compared. For fragments of three bytes or more, samples are of two bytes.
 *
 * Fragments are printable ASCII that JSON spells in one way, so the filter holds for texts that are spelled plainly
 * (`SpelledFields`). It may say "perhaps" for what stands in no value.
 */

export type SampleBytes = 2 | 4;

/** From this length on, a fragment holds a sample wherever it stands. */
export function fragmentBytesMin(sampleBytes: SampleBytes): number {
  return 2 * sampleBytes - 1;
}

/** A document's bytes, which begin their memory, and the same two and four at a time. */
export interface DocumentBytes {
  readonly bytes: Buffer;
  readonly words: Int32Array;
  readonly halves: Uint16Array;
}

const HASH_FACTOR = 0x9e37_79b1 | 0;
const CASE_BITS = 0x2020_2020;
const NONE = -1;
/** The table of samples has so many places for each, within these bounds. */
const PLACES_EACH = 32;
const HASH_BITS_MIN = 10;
const HASH_BITS_MAX = 16;

/** Letters with several spellings in JSON, and what is not printable ASCII, end a fragment. */
const BREAKS = /[^ -~]|[<>&]/;

/** The longest part of a folded literal that JSON spells in one way, as it spells it. */
export function fragmentOf(literal: string): string {
  let longest = "";
  for (const part of literal.split(BREAKS)) {
    const spelled = JSON.stringify(part).slice(1, -1);
    if (spelled.length > longest.length) longest = spelled;
  }
  return longest;
}

export class FragmentFilter {
  readonly #sampleBytes: SampleBytes;
  /** Bytes of fragments, one after the other; by fragment its start, and its end in the next one's. */
  readonly #bytes: Buffer;
  readonly #starts: Int32Array;
  /** A sample's hash is what is left of its product when shifted by this. */
  readonly #shift: number;
  /** By hash: whether there is such a sample, and the first of its entries. */
  readonly #present: Uint8Array;
  readonly #entries: Int16Array;
  readonly #entryFragments: number[] = [];
  readonly #entryOffsets: number[] = [];
  readonly #entryNext: number[] = [];

  /** Fragments have {@link fragmentBytesMin} bytes or more; there are no more than {@link FRAGMENTS_MAX}. */
  constructor(fragments: readonly string[], sampleBytes: SampleBytes) {
    this.#sampleBytes = sampleBytes;
    const wanted = Math.ceil(Math.log2(fragments.length * sampleBytes * PLACES_EACH));
    const hashBits = Math.min(HASH_BITS_MAX, Math.max(HASH_BITS_MIN, wanted));
    this.#shift = 32 - hashBits;
    this.#present = new Uint8Array(1 << hashBits);
    this.#entries = new Int16Array(1 << hashBits).fill(NONE);
    this.#bytes = Buffer.from(fragments.join(""), "latin1");
    this.#starts = new Int32Array(fragments.length + 1);
    for (const [number, { length }] of fragments.entries()) {
      this.#starts[number + 1] = this.#starts[number]! + length;
    }
    for (const [number, fragment] of fragments.entries()) {
      const first = rarestPlace(fragment, sampleBytes);
      for (let offset = first; offset < first + sampleBytes; offset++) this.#add(number, offset);
    }
  }

  /** For one literal, as JSON spells it. */
  static ofLiteral(spelled: string): FragmentFilter | "none" {
    return spelled.length < fragmentBytesMin(4) ? "none" : new FragmentFilter([spelled], 4);
  }

  /** Whether a literal may stand in the document's bytes from `start` to `end`. */
  mayHold({ bytes, words, halves }: DocumentBytes, start: number, end: number): boolean {
    const size = this.#sampleBytes;
    const [present, shift] = [this.#present, this.#shift];
    const last = size === 4 ? end >> 2 : end >> 1;
    let at = size === 4 ? (start + 3) >> 2 : (start + 1) >> 1;
    for (;;) {
      at =
        size === 4 ? nextWord(words, present, shift, at, last) : nextHalf(halves, present, shift, at, last);
      if (at >= last) return false;
      const sample = size === 4 ? words[at]! : halves[at]!;
      if (this.#verify(this.#entries[hashOf(sample, shift)]!, bytes, at * size, start, end)) return true;
      at++;
    }
  }

  #add(fragment: number, offset: number): void {
    const from = this.#starts[fragment]! + offset;
    const sample = this.#sampleBytes === 4 ? this.#bytes.readInt32LE(from) : this.#bytes.readUInt16LE(from);
    const hash = hashOf(sample, this.#shift);
    this.#present[hash] = 1;
    this.#entryNext.push(this.#entries[hash]!);
    this.#entryFragments.push(fragment);
    this.#entryOffsets.push(offset);
    this.#entries[hash] = this.#entryNext.length - 1;
  }

  /** Whether one of the fragments that have the sample at `at` stands around it. */
  #verify(first: number, bytes: Buffer, at: number, start: number, end: number): boolean {
    for (let entry = first; entry !== NONE; entry = this.#entryNext[entry]!) {
      const fragment = this.#entryFragments[entry]!;
      const from = this.#starts[fragment]!;
      const size = this.#starts[fragment + 1]! - from;
      const place = at - this.#entryOffsets[entry]!;
      if (place < start || place + size > end) continue;
      let same = 0;
      while (same < size && folded(bytes[place + same]!) === this.#bytes[from + same]) same++;
      if (same === size) return true;
    }
    return false;
  }
}

/** Entries are numbered within 15 bits. */
export const FRAGMENTS_MAX = 8000;

function hashOf(sample: number, shift: number): number {
  return Math.imul(sample | CASE_BITS, HASH_FACTOR) >>> shift;
}

/** The place of the next word from `from` on that may be a sample, or `last`. */
function nextWord(words: Int32Array, present: Uint8Array, shift: number, from: number, last: number): number {
  let at = from;
  while (at < last && present[Math.imul(words[at]! | CASE_BITS, HASH_FACTOR) >>> shift] === 0) at++;
  return at;
}

function nextHalf(
  halves: Uint16Array,
  present: Uint8Array,
  shift: number,
  from: number,
  last: number,
): number {
  let at = from;
  while (at < last && present[Math.imul(halves[at]! | CASE_BITS, HASH_FACTOR) >>> shift] === 0) at++;
  return at;
}

/** Where so many samples in a row begin that have the fewest of the letters that are everywhere. */
function rarestPlace(fragment: string, sampleBytes: SampleBytes): number {
  const span = fragmentBytesMin(sampleBytes);
  let best = 0;
  let least = Infinity;
  for (let place = 0; place + span <= fragment.length; place++) {
    const common = fragment.slice(place, place + span).match(COMMON)?.length ?? 0;
    if (common < least) [best, least] = [place, common];
  }
  return best;
}

const COMMON = /[acdehilmnoprstuw\\. ]/g;

function folded(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
