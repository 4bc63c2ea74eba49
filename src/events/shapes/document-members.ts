/**
 * The members of an event's JSON document, found in one pass over its bytes and left as they stand: a member is its name's
 * number and the range of its value. Only the objects are opened that hold an event's header and payload.
 *
 * The whole document is checked as JSON. What is odd (a name twice in one object, escapes or letters beyond ASCII in names,
 * two payloads, more members or bytes than there is room for) is refused, as is what is no JSON: callers then parse it.
 */
import { MemberNames, NAMES_MAX, NO_NUMBER } from "./member-names.ts";
import type { NameTraits } from "./member-names.ts";
import { scalarEnd, skipSpace, stringEnd, textOf, textTraits } from "./json-text.ts";
import type { SourceValue } from "./raw-event.ts";

/** The objects whose members are found. */
export const TOP = 0;
export const WINLOG = 1;
export const PAYLOAD = 2;
const OBJECTS = 3;

/** What a value is: one of these, or, below them, a string with its traits (`json-text.ts`). */
export const SCALAR = 16;
export const OBJECT = 32;
export const ARRAY = 64;

/** There is no such member. */
export const NO_MEMBER = -1;
/** No payload object has been found. */
export const NOWHERE = -1;

const REFUSED = -1;
const MEMBERS_MAX = 1024;
const DEPTH_MAX = 100;
/** Longer documents, which no collector writes, are refused: the memory for them would be kept. */
const LENGTH_MAX = 4 * 1024 * 1024;
const FIRST_BYTES = 64 * 1024;
/** Bytes after the text, so that a pass over a string that does not end stops. */
const SENTINELS = 16;
const NUMBERS_MAX = 0x3fff_0000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const SPACE = 0x20;

/** Names of objects that are opened; their numbers are their places. */
const OPENED = ["winlog", "event_data", "user_data"];

export class DocumentMembers {
  readonly names: MemberNames;
  /** The document as UTF-8 up to `length`; replaced when a longer one comes. */
  bytes: Buffer = ownBuffer(FIRST_BYTES);
  /** The same bytes, four and two at a time, and from any place. */
  words = new Int32Array(this.bytes.buffer);
  halves = new Uint16Array(this.bytes.buffer);
  #view = viewOf(this.bytes);
  length = 0;
  count = 0;
  /** By member: its name, and its value's kind and range; a string's without quotes. */
  readonly nameNumbers = new Int32Array(MEMBERS_MAX);
  readonly kinds = new Uint8Array(MEMBERS_MAX);
  readonly starts = new Int32Array(MEMBERS_MAX);
  readonly ends = new Int32Array(MEMBERS_MAX);
  readonly objects = new Uint8Array(MEMBERS_MAX);
  /** The object that the payload stands in (TOP or WINLOG), and the traits of its names, together. */
  payloadIn = NOWHERE;
  payloadTraits = 0;
  /** Traits of all texts, together. */
  textTraits = 0;
  /** By object and name: the number of the member, counted over all documents. */
  readonly #places = new Int32Array(OBJECTS * NAMES_MAX).fill(-1);
  /** What members of this document are counted from. */
  #base = 0;

  constructor(known: readonly string[], traitsOf: NameTraits) {
    this.names = new MemberNames([...OPENED, ...known], traitsOf);
  }

  /** False where the text is refused. */
  read(text: string): boolean {
    return this.#load(text) && this.#readLoaded();
  }

  /** The same for a text as UTF-8, which the caller has checked to be that. */
  readBytes(text: Uint8Array): boolean {
    if (text.length > LENGTH_MAX) return false;
    this.#reserve(text.length);
    this.bytes.set(text);
    this.#end(text.length);
    return this.#readLoaded();
  }

  #readLoaded(): boolean {
    this.#base += this.count;
    this.count = 0;
    if (this.names.isFull || this.#base > NUMBERS_MAX) this.#forget();
    this.payloadIn = NOWHERE;
    this.payloadTraits = 0;
    this.textTraits = 0;
    const start = skipSpace(this.bytes, 0);
    if (this.bytes[start] !== OPEN_BRACE) return false;
    const end = this.#object(start + 1, TOP);
    return end !== REFUSED && skipSpace(this.bytes, end) === this.length;
  }

  /** The member of an object that has the name, or NO_MEMBER. */
  find(object: number, name: number): number {
    const member = this.#places[object * NAMES_MAX + name]! - this.#base;
    return member < 0 ? NO_MEMBER : member;
  }

  /** The text of a member that is a string. */
  text(member: number): string {
    return textOf(this.bytes, this.starts[member]!, this.ends[member]!, this.kinds[member]!);
  }

  value(member: number): SourceValue {
    if (this.kinds[member]! < SCALAR) return this.text(member);
    return JSON.parse(this.bytes.utf8Slice(this.starts[member]!, this.ends[member]!)) as SourceValue;
  }

  #forget(): void {
    this.names.clear();
    this.#places.fill(-1);
    this.#base = 0;
  }

  #load(text: string): boolean {
    if (text.length > LENGTH_MAX) return false;
    if (text.length * 3 + SENTINELS > this.bytes.length) this.#reserve(Buffer.byteLength(text));
    this.#end(this.bytes.write(text));
    // UTF-8 has no place for half a letter: it would come back as another text.
    return this.length === text.length || text.isWellFormed();
  }

  #reserve(length: number): void {
    if (length + SENTINELS <= this.bytes.length) return;
    this.bytes = ownBuffer(length + SENTINELS);
    this.words = new Int32Array(this.bytes.buffer);
    this.halves = new Uint16Array(this.bytes.buffer);
    this.#view = viewOf(this.bytes);
  }

  #end(length: number): void {
    this.length = length;
    this.bytes.fill(QUOTE, length, length + SENTINELS);
  }

  /** The place after the object whose first member starts at `start`, or REFUSED. */
  #object(start: number, object: number): number {
    const { bytes } = this;
    let at = bytes[start]! <= SPACE ? skipSpace(bytes, start) : start;
    if (bytes[at] === CLOSE_BRACE) return at + 1;
    for (;;) {
      if (bytes[at] !== QUOTE) return REFUSED;
      const nameStart = at + 1;
      at = stringEnd(this.#view, nameStart);
      if (at < 0 || textTraits.found !== 0 || at >= this.length) return REFUSED;
      const name = this.names.numberOf(this.#view, nameStart, at);
      if (name === NO_NUMBER) return REFUSED;
      at++;
      if (bytes[at] !== COLON) at = skipSpace(bytes, at);
      if (bytes[at] !== COLON) return REFUSED;
      at++;
      if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
      at = this.#member(at, object, name);
      if (at === REFUSED) return REFUSED;
      if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
      if (bytes[at] === CLOSE_BRACE) return at >= this.length ? REFUSED : at + 1;
      if (bytes[at] !== COMMA) return REFUSED;
      at++;
      if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
    }
  }

  /** Takes the value at `at`; the place after it. */
  #member(at: number, object: number, name: number): number {
    const place = object * NAMES_MAX + name;
    const member = this.count;
    if (member === MEMBERS_MAX || this.#places[place]! >= this.#base) return REFUSED;
    this.count = member + 1;
    this.#places[place] = this.#base + member;
    this.nameNumbers[member] = name;
    this.objects[member] = object;
    if (object === PAYLOAD) this.payloadTraits |= this.names.traits[name]!;
    const first = this.bytes[at]!;
    if (first === QUOTE) {
      const end = stringEnd(this.#view, at + 1);
      if (end < 0 || end >= this.length) return REFUSED;
      this.kinds[member] = textTraits.found;
      this.textTraits |= textTraits.found;
      this.starts[member] = at + 1;
      this.ends[member] = end;
      return end + 1;
    }
    const end = this.#unquoted(at, first, object, name);
    this.kinds[member] = first === OPEN_BRACE ? OBJECT : first === OPEN_BRACKET ? ARRAY : SCALAR;
    this.starts[member] = at;
    this.ends[member] = end;
    return end;
  }

  #unquoted(at: number, first: number, object: number, name: number): number {
    if (first === OPEN_BRACKET) return this.#skip(at, 0);
    if (first !== OPEN_BRACE) return scalarEnd(this.bytes, at, this.length);
    if (name >= OPENED.length || object === PAYLOAD) return this.#skip(at, 0);
    if (name === 0) return object === TOP ? this.#object(at + 1, WINLOG) : this.#skip(at, 0);
    if (this.payloadIn !== NOWHERE) return REFUSED;
    this.payloadIn = object;
    return this.#object(at + 1, PAYLOAD);
  }

  /** The place after an object or array that nobody looks into. */
  #skip(start: number, depth: number): number {
    const { bytes } = this;
    if (depth > DEPTH_MAX) return REFUSED;
    const isObject = bytes[start] === OPEN_BRACE;
    const close = isObject ? CLOSE_BRACE : CLOSE_BRACKET;
    let at = skipSpace(bytes, start + 1);
    if (bytes[at] === close) return at + 1;
    for (;;) {
      if (isObject) {
        if (bytes[at] !== QUOTE) return REFUSED;
        at = stringEnd(this.#view, at + 1);
        if (at < 0 || at >= this.length) return REFUSED;
        this.textTraits |= textTraits.found;
        at = skipSpace(bytes, at + 1);
        if (bytes[at] !== COLON) return REFUSED;
        at = skipSpace(bytes, at + 1);
      }
      at = this.#skipValue(at, depth);
      if (at === REFUSED) return REFUSED;
      at = skipSpace(bytes, at);
      if (bytes[at] === close) return at + 1;
      if (bytes[at] !== COMMA) return REFUSED;
      at = skipSpace(bytes, at + 1);
    }
  }

  #skipValue(at: number, depth: number): number {
    const first = this.bytes[at]!;
    if (first === OPEN_BRACE || first === OPEN_BRACKET) return this.#skip(at, depth + 1);
    if (first !== QUOTE) return scalarEnd(this.bytes, at, this.length);
    const end = stringEnd(this.#view, at + 1);
    this.textTraits |= textTraits.found;
    return end < 0 || end >= this.length ? REFUSED : end + 1;
  }
}

/** With memory of its own, and room for twice as much. */
function ownBuffer(size: number): Buffer {
  return Buffer.from(new ArrayBuffer((2 * size + SENTINELS + 3) & ~3));
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
