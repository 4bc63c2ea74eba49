/** JSON texts as they stand in a document's bytes: where they end, what they hold, and what they say. */

/** Traits of a text: whether it has escapes, letters beyond ASCII, escapes by number (`\u0041`). */
export const ESCAPED = 1;
export const BEYOND_ASCII = 2;
export const NUMBERED_ESCAPE = 4;
/**
 * Some printable letter is not spelled as JSON.stringify would spell it. Not so for `<`, `>` and `&`, which many writers
 * escape by number.
 */
export const RESPELLED = 8;
const SPELLING = ESCAPED | BEYOND_ASCII | NUMBERED_ESCAPE;

/** Traits of the text that {@link stringEnd} passed over last. */
export const textTraits = { found: 0 };

const INVALID = -1;
const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const LETTER_U = 0x75;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const DOT = 0x2e;
const SLASH = 0x2f;

/** By byte: what the letter after a backslash stands for; 0 for those that stand for nothing. */
export const ESCAPES = new Uint8Array(256);
for (const [letter, meaning] of ['""', "\\\\", "//", "b\b", "f\f", "n\n", "r\r", "t\t"])
  ESCAPES[letter!.charCodeAt(0)] = meaning!.charCodeAt(0);

const ONES = 0x0101_0101;
const HIGH_BITS = 0x8080_8080 | 0;
const QUOTES = 0x2222_2222;
const BACKSLASHES = 0x5c5c_5c5c;
const SPACES = 0x2020_2020;

/**
 * A bit for the first of four bytes that ends a run of plain ones (a quote, a backslash, what JSON does not allow in a
 * text), and perhaps for bytes behind it; 0 where there is none. Each byte is tested for zero at once, as C libraries do.
 */
function stopsOf(word: number): number {
  const quote = word ^ QUOTES;
  const backslash = word ^ BACKSLASHES;
  const found = ((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash) | ((word - SPACES) & ~word);
  return found & HIGH_BITS;
}

/**
 * The place of the quote that ends the text which starts at `start`, or a negative number where the text is no JSON. Two
 * words of quotes must stand behind the document; the place may be behind its end.
 */
export function stringEnd(view: DataView, start: number): number {
  let at = start;
  let all = 0;
  let traits = 0;
  for (;;) {
    let word = view.getInt32(at, true);
    let stops = stopsOf(word);
    while (stops === 0) {
      all |= word;
      at += 4;
      word = view.getInt32(at, true);
      stops = stopsOf(word);
    }
    const plainBits = 24 - (Math.clz32(stops & -stops) & 0x18);
    all |= word & ((1 << plainBits) - 1);
    at += plainBits >> 3;
    const byte = (word >>> plainBits) & 0xff;
    if (byte === QUOTE) {
      textTraits.found = (all & HIGH_BITS) === 0 ? traits : traits | BEYOND_ASCII;
      return at;
    }
    if (byte !== BACKSLASH) return INVALID;
    traits |= ESCAPED;
    const letter = view.getUint8(at + 1);
    if (letter === LETTER_U) {
      const unit = hexUnit(view, at + 2);
      if (unit < 0) return INVALID;
      traits |= isPrintable(unit) ? NUMBERED_ESCAPE | RESPELLED : NUMBERED_ESCAPE;
      at += 6;
    } else {
      if (ESCAPES[letter] === 0) return INVALID;
      if (letter === SLASH) traits |= RESPELLED;
      at += 2;
    }
  }
}

/** The number that four hexadecimal digits make, or a negative number where they are none. */
function hexUnit(view: DataView, start: number): number {
  let unit = 0;
  for (let at = start; at < start + 4; at++) {
    const byte = view.getUint8(at);
    const lower = byte | 0x20;
    if (byte >= ZERO && byte <= NINE) unit = unit * 16 + byte - ZERO;
    else if (lower >= 0x61 && lower <= 0x66) unit = unit * 16 + lower - 0x57;
    else return INVALID;
  }
  return unit;
}

/** Letters beyond ASCII that become ASCII when case is folded (\u0130, the Kelvin sign) count as such. */
function isPrintable(unit: number): boolean {
  if (unit >= 0x7f) return FOLDED_TO_ASCII.includes(unit);
  return unit >= 0x20 && !HTML.includes(unit);
}

const HTML: readonly number[] = [0x26, 0x3c, 0x3e];
/** The letters whose lower case begins with an ASCII letter. */
export const FOLDED_TO_ASCII: readonly number[] = [0x130, 0x212a];

export function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const byte = bytes[at]!;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}

const WORDS: readonly Uint8Array[] = ["true", "false", "null"].map((word) => Buffer.from(word));

/** The place after the number, `true`, `false` or `null` at `start`, or a negative number where there is none. */
export function scalarEnd(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start]!;
  if (first !== MINUS && (first < ZERO || first > NINE)) {
    const word = WORDS.find((each) => each[0] === first);
    if (word === undefined) return INVALID;
    for (let at = 0; at < word.length; at++) if (bytes[start + at] !== word[at]) return INVALID;
    return start + word.length <= end ? start + word.length : INVALID;
  }
  let at = first === MINUS ? start + 1 : start;
  const whole = digitsEnd(bytes, at);
  if (whole === at || (bytes[at] === ZERO && whole > at + 1)) return INVALID;
  at = whole;
  if (bytes[at] === DOT) {
    const decimals = digitsEnd(bytes, at + 1);
    if (decimals === at + 1) return INVALID;
    at = decimals;
  }
  if ((bytes[at]! | 0x20) === 0x65) {
    const sign = bytes[at + 1] === MINUS || bytes[at + 1] === 0x2b ? 1 : 0;
    const exponent = digitsEnd(bytes, at + 1 + sign);
    if (exponent === at + 1 + sign) return INVALID;
    at = exponent;
  }
  return at;
}

function digitsEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at]! >= ZERO && bytes[at]! <= NINE) at++;
  return at;
}

let scratch: Buffer = Buffer.alloc(16 * 1024);

/** What the text in bytes[start, end) says; its quotes stand around it. It has been passed over with these traits. */
export function textOf(bytes: Buffer, start: number, end: number, traits: number): string {
  const spelling = traits & SPELLING;
  if (spelling === 0) return bytes.latin1Slice(start, end);
  if (spelling === BEYOND_ASCII) return bytes.utf8Slice(start, end);
  if (spelling !== ESCAPED) return JSON.parse(bytes.utf8Slice(start - 1, end + 1)) as string;
  if (end - start > scratch.length) scratch = Buffer.alloc((end - start) * 2);
  let size = 0;
  for (let at = start; at < end; at++) {
    let byte = bytes[at]!;
    if (byte === BACKSLASH) byte = ESCAPES[bytes[++at]!]!;
    scratch[size++] = byte;
  }
  return scratch.latin1Slice(0, size);
}
