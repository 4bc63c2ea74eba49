/**
 * What to look for, as the bytes that the kernel reads (`assembly/scan.ts` has the layout): a header, the slots, then for
 * each object a node with a hash table of its wanted fields. Positions in an image are relative to its start, so that it
 * can be placed anywhere in the kernel's memory; the kernel writes slots and marks into its copy alone.
 *
 * Names match without regard to ASCII case, unless two wanted names of a node differ by nothing else: then exactly. The
 * hash takes the length and three bytes of a name; its factors are chosen so that few names, mostly none, collide.
 */
import type { ScanField } from "../scan-tree.ts";

const IMAGE_ROOT = 0;
const IMAGE_FIELDS = 4;
const IMAGE_SLOTS = 16;

const NODE_LENGTH_FACTOR = 0;
const NODE_FIRST_FACTOR = 4;
const NODE_LAST_FACTOR = 8;
const NODE_TABLE_MASK = 12;
const NODE_FOLD = 16;
const NODE_ID = 20;
const NODE_TABLE = 32;

const ENTRY_LENGTH = 0;
const ENTRY_NEXT = 4;
const ENTRY_SLOT = 8;
const ENTRY_CHILD = 12;
const ENTRY_WATCHED = 20;
const ENTRY_NAME = 32;

const QUOTE = 0x22;
const CASE_BIT = 0x20;
/** Names hashed in the search for good factors, over all attempts. */
const SEARCH_LIMIT = 50_000;

interface HashFactors {
  readonly length: number;
  readonly first: number;
  readonly last: number;
}

/** The wanted names of a node as the text of a message spells them, for names that are not plain ASCII. */
interface NodeNames {
  readonly exact: boolean;
  readonly entries: ReadonlyMap<string, number>;
}

export class ScanImage {
  readonly slotCount: number;
  readonly #names: NodeNames[] = [];
  /** Entries of the root's fields, by slot. */
  readonly #rootEntries = new Map<number, number[]>();
  #bytes = Buffer.alloc(256);
  #length = 0;

  constructor(fields: readonly ScanField[], slotCount: number) {
    this.slotCount = slotCount;
    this.#take(IMAGE_SLOTS + slotCount * 8);
    const root = this.#addNode(fields, true);
    this.#bytes.writeInt32LE(root, IMAGE_ROOT);
    this.#bytes.writeInt32LE(fields.length, IMAGE_FIELDS);
    this.#bytes = Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  /** A multiple of 16 bytes. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Position of the slots in the image. */
  get slotsAt(): number {
    return IMAGE_SLOTS;
  }

  /** The kernel stops where it has found this slot, if that is one of the root's fields. */
  watch(slot: number): void {
    for (const entry of this.#rootEntries.get(slot) ?? []) this.#bytes.writeInt32LE(1, entry + ENTRY_WATCHED);
  }

  /** Entry of the name whose JSON string (with its quotes) is `text`; 0: nobody wants it. */
  entryOf(nodeId: number, text: string): number {
    const { exact, entries } = this.#names[nodeId]!;
    try {
      const name = JSON.parse(text) as string;
      return entries.get(exact ? name : name.toLowerCase()) ?? 0;
    } catch {
      return 0;
    }
  }

  /** Position of so many fresh zero bytes, rounded up to 16. */
  #take(length: number): number {
    const at = this.#length;
    this.#length += (length + 15) & -16;
    if (this.#length > this.#bytes.length) {
      const wider = Buffer.alloc(this.#length * 2);
      this.#bytes.copy(wider, 0, 0, at);
      this.#bytes = wider;
    }
    return at;
  }

  #addNode(fields: readonly ScanField[], isRoot: boolean): number {
    const exact = new Set(fields.map(({ name }) => name.toLowerCase())).size !== fields.length;
    const keys = fields.map(({ name }) => (exact ? name : name.toLowerCase()));
    const names = keys.map((key) => Buffer.from(key, "utf8"));
    let size = 16;
    while (size < names.length * 4) size *= 2;
    const factors = chooseFactors(names, size);
    const node = this.#take(NODE_TABLE + size * 4);
    const entries = new Map<string, number>();
    const id = this.#names.push({ exact, entries }) - 1;
    const bytes = this.#bytes;
    bytes.writeInt32LE(factors.length, node + NODE_LENGTH_FACTOR);
    bytes.writeInt32LE(factors.first, node + NODE_FIRST_FACTOR);
    bytes.writeInt32LE(factors.last, node + NODE_LAST_FACTOR);
    bytes.writeInt32LE(size - 1, node + NODE_TABLE_MASK);
    bytes.writeInt32LE(exact ? 0 : CASE_BIT, node + NODE_FOLD);
    bytes.writeInt32LE(id, node + NODE_ID);
    for (const [index, field] of fields.entries()) {
      const name = names[index]!;
      const entry = this.#addEntry(field, name);
      entries.set(keys[index]!, entry);
      // A backslash in a name is spelled with an escape, and what is spelled with a bare one is another name.
      if (!name.includes(0x5c)) this.#link(node, hashOf(traitsOf(name), factors) & (size - 1), entry);
      if (isRoot) this.#rootEntries.set(field.slot, [...(this.#rootEntries.get(field.slot) ?? []), entry]);
    }
    return node;
  }

  #addEntry(field: ScanField, name: Buffer): number {
    const entry = this.#take(ENTRY_NAME + name.length);
    name.copy(this.#bytes, entry + ENTRY_NAME);
    this.#bytes.writeInt32LE(name.length, entry + ENTRY_LENGTH);
    this.#bytes.writeInt32LE(field.slot, entry + ENTRY_SLOT);
    if (field.fields !== undefined) {
      const child = this.#addNode(field.fields, false);
      this.#bytes.writeInt32LE(child, entry + ENTRY_CHILD);
    }
    return entry;
  }

  /** Puts the entry before those of the same hash. */
  #link(node: number, hash: number, entry: number): void {
    const place = node + NODE_TABLE + hash * 4;
    this.#bytes.writeInt32LE(this.#bytes.readInt32LE(place), entry + ENTRY_NEXT);
    this.#bytes.writeInt32LE(entry, place);
  }
}

/** Length, first, last and middle byte, as the hash takes them. */
type NameTraits = readonly [number, number, number, number];

/** An empty name stands between its quotes. */
function traitsOf(name: Uint8Array): NameTraits {
  const { length } = name;
  const byteAt = (index: number) => (name[index] ?? QUOTE) | CASE_BIT;
  return [length, byteAt(0), byteAt(length - 1), byteAt(length >> 1)];
}

function hashOf([length, first, last, middle]: NameTraits, factors: HashFactors): number {
  return length * factors.length + first * factors.first + last * factors.last + middle;
}

/** Those of the factors tried that tell the most names apart. */
function chooseFactors(names: readonly Uint8Array[], size: number): HashFactors {
  const traits = names.map(traitsOf);
  const distinct = new Set(traits.map((each) => each.join())).size;
  const attempts = Math.ceil(SEARCH_LIMIT / (names.length + 1));
  let best = factorsOf(0);
  let most = 0;
  for (let attempt = 0; attempt < attempts && most < distinct; attempt++) {
    const factors = factorsOf(attempt);
    const apart = new Set(traits.map((each) => hashOf(each, factors) & (size - 1))).size;
    if (apart > most) {
      most = apart;
      best = factors;
    }
  }
  return best;
}

function factorsOf(attempt: number): HashFactors {
  return {
    length: 1 + ((attempt * 7) % 61),
    first: 1 + ((attempt * 13) % 127),
    last: 1 + ((attempt * 31) % 251),
  };
}
