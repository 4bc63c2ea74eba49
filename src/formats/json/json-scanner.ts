/**
 * Finds the wanted fields of a JSON object in one pass over its bytes, without making any object: each wanted
 * path gets a slot, the byte range of its value in the message (design law 7).
 *
 * Contract. The text must begin with an object and end with its closing brace. It is walked until every wanted field of
 * the object itself has been found (to the end where one is missing); on the way unbalanced braces, unterminated strings
 * and missing colons or commas make the scan fail. What nobody asked for is passed over unchecked: the inside of other
 * values (number syntax, escapes, UTF-8) and what follows the last wanted field. Names match without regard to ASCII
 * case, as in ksqlDB. A slot's range includes a string's quotes. `null` is reported like an absent field.
 */
import { FieldTable } from "./field-table.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const LETTER_N = 0x6e;

/** A string longer than this is finished by the native search, which costs more to start than it takes here. */
const NATIVE_SEARCH_AFTER = 24;

/** What to look for in an object: fields, each captured as a whole (`slot`), searched further (`fields`), or both. */
export interface ScanTree {
  readonly fields: readonly ScanField[];
}

export interface ScanField {
  readonly name: string;
  /** Index of the slot that takes the value's range; −1: only the fields inside are wanted. */
  readonly slot: number;
  readonly fields?: readonly ScanField[];
}

/** Whether the record is still of interest, judged by one slot. */
export type SlotWatcher = () => boolean;

interface ScanNode {
  readonly table: FieldTable;
  readonly slots: Int32Array;
  readonly children: readonly (ScanNode | undefined)[];
}

function buildNode(fields: readonly ScanField[]): ScanNode {
  return {
    table: new FieldTable(fields.map((field) => field.name)),
    slots: Int32Array.from(fields, (field) => field.slot),
    children: fields.map((field) => (field.fields === undefined ? undefined : buildNode(field.fields))),
  };
}

export class JsonScanner {
  /** Range of slot i: [2i] start, [2i+1] end; start −1 where the field is absent or null. Valid until the next scan. */
  readonly slots: Int32Array;
  /** The last scan answered false because a watcher did, not because the text is broken. */
  rejected = false;
  readonly #root: ScanNode;
  /** By field of the root: the number of the scan that saw it last. */
  readonly #seen: Int32Array;
  readonly #watchers: (SlotWatcher | undefined)[] = [];
  #scans = 0;
  #missing = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #end = 0;

  constructor(tree: ScanTree, slotCount: number) {
    this.#root = buildNode(tree.fields);
    this.#seen = new Int32Array(tree.fields.length);
    this.slots = new Int32Array(slotCount * 2);
  }

  /**
   * From now on a scan ends, with `false` and `rejected`, as soon as the value of `slot` (a field of the object itself)
   * is found and `watcher` does not like it.
   */
  watch(slot: number, watcher: SlotWatcher): void {
    const known = this.#watchers[slot];
    this.#watchers[slot] = known === undefined ? watcher : () => known() && watcher();
  }

  /**
   * Scans the object in bytes[start, end). False: the text is no JSON object, or a watcher rejected it; the slots are
   * then undefined.
   */
  scan(bytes: Buffer, start: number, end: number): boolean {
    this.slots.fill(-1);
    this.rejected = false;
    this.#bytes = bytes;
    this.#scans = (this.#scans + 1) | 0;
    this.#missing = this.#seen.length;
    let last = end;
    while (last > start && bytes[last - 1]! <= 0x20) last -= 1;
    const first = skipSpace(bytes, start, last);
    if (last - first < 2 || bytes[first] !== OPEN_BRACE || bytes[last - 1] !== CLOSE_BRACE) return false;
    this.#end = last;
    return this.#scanRoot(first + 1) === last;
  }

  /** Answers the end of the text where all is well. */
  #scanRoot(start: number): number {
    if (this.#missing === 0) return this.#end;
    return this.#scanObject(this.#root, start);
  }

  /** `position` is after the brace; answers the position after the closing one, or −1. */
  #scanObject(node: ScanNode, position: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    const table = node.table;
    position = skipSpace(bytes, position, end);
    if (bytes[position] === CLOSE_BRACE) return position + 1;
    for (;;) {
      if (position >= end || bytes[position] !== QUOTE) return -1;
      const nameStart = position + 1;
      const nameEnd = stringEnd(bytes, nameStart, end);
      if (nameEnd < 0) return -1;
      position = nameEnd + 1;
      if (bytes[position] !== COLON) {
        position = skipSpace(bytes, position, end);
        if (bytes[position] !== COLON) return -1;
      }
      position += 1;
      if (bytes[position]! <= 0x20) position = skipSpace(bytes, position, end);
      const field = table.find(bytes, nameStart, nameEnd);
      position = field < 0 ? skipValue(bytes, position, end) : this.#captureValue(node, field, position);
      if (position < 0 || position >= end) return -1;
      if (this.#missing === 0 && node === this.#root) return end;
      let next = bytes[position]!;
      if (next <= 0x20) {
        position = skipSpace(bytes, position, end);
        next = bytes[position]!;
      }
      if (next === CLOSE_BRACE) return position + 1;
      if (next !== COMMA) return -1;
      position += 1;
      if (bytes[position]! <= 0x20) position = skipSpace(bytes, position, end);
    }
  }

  #captureValue(node: ScanNode, field: number, position: number): number {
    const child = node.children[field];
    const slot = node.slots[field]! * 2;
    const bytes = this.#bytes;
    const first = bytes[position];
    const after =
      child !== undefined && first === OPEN_BRACE
        ? this.#scanObject(child, position + 1)
        : skipValue(bytes, position, this.#end);
    if (slot >= 0 && after > 0) {
      const isNull = first === LETTER_N;
      this.slots[slot] = isNull ? -1 : position;
      this.slots[slot + 1] = after;
    }
    return node === this.#root && after > 0 ? this.#noteRootField(field, node.slots[field]!, after) : after;
  }

  #noteRootField(field: number, slot: number, after: number): number {
    if (this.#seen[field] !== this.#scans) {
      this.#seen[field] = this.#scans;
      this.#missing -= 1;
    }
    const watcher = this.#watchers[slot];
    if (watcher === undefined || watcher()) return after;
    this.rejected = true;
    return -1;
  }
}

/** Position of the first byte at or after `position` that is no JSON white space. */
export function skipSpace(bytes: Uint8Array, position: number, end: number): number {
  while (position < end) {
    const byte = bytes[position]!;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    position += 1;
  }
  return position;
}

/** Position of the quote that closes the string whose content starts at `position`, or −1. */
export function stringEnd(bytes: Buffer, position: number, end: number): number {
  const near = Math.min(end, position + NATIVE_SEARCH_AFTER);
  let at = position;
  while (at < near) {
    const byte = bytes[at]!;
    if (byte === QUOTE) return at;
    at += byte === BACKSLASH ? 2 : 1;
  }
  return at >= end ? -1 : farStringEnd(bytes, at, end);
}

/** As {@link stringEnd} for the rest of a long string; `position` is not inside an escape. */
function farStringEnd(bytes: Buffer, position: number, end: number): number {
  let from = position;
  for (;;) {
    const quote = bytes.indexOf(QUOTE, from);
    if (quote < 0 || quote >= end) return -1;
    let backslashes = 0;
    while (quote - 1 - backslashes >= position && bytes[quote - 1 - backslashes] === BACKSLASH)
      backslashes += 1;
    if ((backslashes & 1) === 0) return quote;
    from = quote + 1;
  }
}

/** Position after the value at `position`, or −1 where there is none. */
export function skipValue(bytes: Buffer, position: number, end: number): number {
  const first = bytes[position]!;
  if (position >= end) return -1;
  if (first === QUOTE) {
    const close = stringEnd(bytes, position + 1, end);
    return close < 0 ? -1 : close + 1;
  }
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipContainer(bytes, position, end);
  return skipScalar(bytes, position, end, first);
}

function skipScalar(bytes: Uint8Array, position: number, end: number, first: number): number {
  const startsNumber = (first >= 0x30 && first <= 0x39) || first === 0x2d;
  if (!startsNumber) {
    if (first === 0x74) return matches(bytes, position, end, TRUE_TEXT);
    if (first === LETTER_N) return matches(bytes, position, end, NULL_TEXT);
    return first === 0x66 ? matches(bytes, position, end, FALSE_TEXT) : -1;
  }
  let at = position + 1;
  while (at < end) {
    const byte = bytes[at]!;
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= 0x20) break;
    at += 1;
  }
  return at;
}

const TRUE_TEXT = Uint8Array.from(Buffer.from("true"));
const FALSE_TEXT = Uint8Array.from(Buffer.from("false"));
const NULL_TEXT = Uint8Array.from(Buffer.from("null"));

function matches(bytes: Uint8Array, position: number, end: number, text: Uint8Array): number {
  if (position + text.length > end) return -1;
  for (let i = 1; i < text.length; i++) if (bytes[position + i] !== text[i]) return -1;
  return position + text.length;
}

/** Objects and arrays nobody looks into: balanced brackets and whole strings, no more. Depth needs no stack. */
function skipContainer(bytes: Buffer, position: number, end: number): number {
  let depth = 0;
  let at = position;
  while (at < end) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      at = stringEnd(bytes, at + 1, end);
      if (at < 0) return -1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
    at += 1;
  }
  return -1;
}
