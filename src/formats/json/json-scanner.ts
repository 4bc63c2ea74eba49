/**
 * Finds the wanted fields of a JSON object in one pass over its bytes, without making any object: each wanted
 * path gets a slot, the byte range of its value in the message (design law 7). The pass itself is WebAssembly
 * (`kernel/`), over a copy of the bytes.
 *
 * Contract. The text must begin with an object and end with its closing brace. It is walked until every wanted field of
 * the object itself has been found (to the end where one is missing); on the way unbalanced braces, unterminated strings,
 * missing colons or commas and backslashes between strings make the scan fail. What nobody asked for is passed over
 * unchecked: the inside of other values (number syntax, escapes, UTF-8) and what follows the last wanted field. Names
 * match without regard to ASCII case, as in ksqlDB; of a name that is there twice the first counts, whatever else is
 * wanted. A slot's range includes a string's quotes. `null` is reported like an absent field.
 */
import { idleKernel, SCAN_DONE, SLOT_FOUND } from "./kernel/scan-kernel.ts";
import type { ScanKernel } from "./kernel/scan-kernel.ts";
import { ScanImage } from "./kernel/scan-image.ts";
import type { ScanTree } from "./scan-tree.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const LETTER_N = 0x6e;

/** A string longer than this is finished by the native search, which costs more to start than it takes here. */
const NATIVE_SEARCH_AFTER = 24;

/** Whether the record is still of interest, judged by one slot. */
export type SlotWatcher = () => boolean;

/** Counts the blocks that scanners have entered, so that no two have the same number. */
let blocksEntered = 0;

export class JsonScanner {
  /** Range of slot i: [2i] start, [2i+1] end; start −1 where the field is absent or null. Valid until the next scan. */
  readonly slots: Int32Array;
  /** The last scan answered false because a watcher did, not because the text is broken. */
  rejected = false;
  readonly #image: ScanImage;
  readonly #watchers: (SlotWatcher | undefined)[] = [];
  /** The block entered last and its number; 0: none. */
  #blockBytes: Buffer | undefined;
  #block = 0;
  /** Where the image has been placed, and the slots in it, counted in words. */
  #kernel: ScanKernel | undefined;
  #generation = -1;
  #address = 0;
  #words = 0;

  constructor(tree: ScanTree, slotCount: number) {
    this.#image = new ScanImage(tree.fields, slotCount);
    this.slots = new Int32Array(slotCount * 2);
  }

  /**
   * From now on a scan ends, with `false` and `rejected`, as soon as the value of `slot` (a field of the object itself)
   * is found and `watcher` does not like it. The watcher may read no other slot.
   */
  watch(slot: number, watcher: SlotWatcher): void {
    const known = this.#watchers[slot];
    this.#watchers[slot] = known === undefined ? watcher : () => known() && watcher();
    this.#image.watch(slot);
    this.#kernel = undefined;
  }

  /**
   * Says that the next scans are of messages in `bytes`, which stay as they are until another call: many are then copied
   * at once. Without it each message is copied for itself.
   */
  enter(bytes: Buffer): void {
    if (this.#block === 0) this.#kernel = undefined;
    blocksEntered += 1;
    this.#block = blocksEntered;
    this.#blockBytes = bytes;
  }

  /**
   * Scans the object in bytes[start, end). False: the text is no JSON object or longer than 64 MiB, or a watcher rejected
   * it; the slots are then undefined.
   */
  scan(bytes: Buffer, start: number, end: number): boolean {
    this.rejected = false;
    let kernel = this.#kernel;
    if (kernel === undefined || kernel.lent || kernel.generation !== this.#generation)
      kernel = this.#attach();
    const block = this.#blockBytes === bytes ? this.#block : 0;
    const isLoaded =
      block !== 0 && kernel.block === block && start >= kernel.windowStart && end <= kernel.windowEnd;
    if (!isLoaded && !kernel.load(bytes, start, end, block)) return false;
    kernel.source = bytes;
    kernel.image = this.#image;
    const { shift } = kernel;
    // Kept here, as a watcher may scan with this scanner too, which then places its image in another kernel.
    const from = this.#words;
    let answer = kernel.scan(this.#address, start + shift, end + shift, shift);
    while (answer >= SLOT_FOUND) {
      this.rejected = !this.#judge(kernel, from, answer - SLOT_FOUND);
      if (this.rejected) return false;
      answer = kernel.resume();
    }
    if (answer !== SCAN_DONE) return false;
    const { slots } = this;
    const { words } = kernel;
    for (let i = 0; i < slots.length; i++) slots[i] = words[from + i]!;
    return true;
  }

  /** Places the image in a kernel. */
  #attach(): ScanKernel {
    const kernel = idleKernel(this.#block !== 0);
    this.#kernel = kernel;
    this.#address = kernel.place(this.#image.bytes);
    this.#generation = kernel.generation;
    this.#words = (this.#address + this.#image.slotsAt) >> 2;
    return kernel;
  }

  /** Asks the watcher about the slot, one of those from word `from` on. It may itself scan: with other kernels. */
  #judge(kernel: ScanKernel, from: number, slot: number): boolean {
    const at = from + 2 * slot;
    this.slots[2 * slot] = kernel.words[at]!;
    this.slots[2 * slot + 1] = kernel.words[at + 1]!;
    kernel.lent = true;
    try {
      return this.#watchers[slot]!();
    } finally {
      kernel.lent = false;
    }
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
    } else if (byte === BACKSLASH) {
      return -1;
    }
    at += 1;
  }
  return -1;
}
