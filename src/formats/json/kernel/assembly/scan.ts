/**
 * The scan of one JSON object, compiled from AssemblyScript to WebAssembly; `JsonScanner` states the contract, and
 * `scan-image.ts` the layout of the tables read here.
 *
 * The text's bytes stand in linear memory with PADDING readable bytes behind them. Quotes are found 64 bytes at a time:
 * for each block one mask of the quotes that no backslash escapes and one of the backslashes, made a CHUNK of blocks
 * ahead and kept until the next chunk, as the scan only goes forward. Addresses are never 0, so 0 means failure.
 */

/** Entry of the field whose name is written with escapes or letters outside ASCII, relative to the image; 0: none. */
declare function unusualName(nodeId: i32, start: i32, end: i32): usize;

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const COLON: u32 = 0x3a;
const COMMA: u32 = 0x2c;
const OPEN_BRACE: u32 = 0x7b;
const CLOSE_BRACE: u32 = 0x7d;
const OPEN_BRACKET: u32 = 0x5b;
const SPACE: u32 = 0x20;
const LETTER_N: u32 = 0x6e;
const TRUE_TEXT: u32 = 0x65757274;
const NULL_TEXT: u32 = 0x6c6c756e;
const ALSE_TEXT: u32 = 0x65736c61;

/** Blocks of 64 bytes whose masks are made at once; their rings stand in the first bytes of the memory. */
const CHUNK: usize = 4;
const QUOTE_MASKS: usize = 64;
const BACKSLASH_MASKS: usize = 128;
const ODD_BITS: u64 = (0xaaaaaaaa << 32) | 0xaaaaaaaa;

// Layout of an image: where its root node begins, how many fields that has, and the slots, a multiple of 16 bytes.
const IMAGE_ROOT: usize = 0;
const IMAGE_FIELDS: usize = 4;
const IMAGE_SLOTS: usize = 16;

// Layout of a node (bytes): hash factors, mask of the table, which bytes to fold, then the table of entries.
const NODE_LENGTH_FACTOR: usize = 0;
const NODE_FIRST_FACTOR: usize = 4;
const NODE_LAST_FACTOR: usize = 8;
const NODE_TABLE_MASK: usize = 12;
const NODE_FOLD: usize = 16;
const NODE_ID: usize = 20;
const NODE_TABLE: usize = 32;

// Layout of an entry, a field of a node.
const ENTRY_LENGTH: usize = 0;
const ENTRY_NEXT: usize = 4;
const ENTRY_SLOT: usize = 8;
const ENTRY_CHILD: usize = 12;
const ENTRY_SEEN: usize = 16;
const ENTRY_WATCHED: usize = 20;
const ENTRY_NAME: usize = 32;

/** What `scan` and `resume` answer; more means: slot (answer − SLOT_FOUND) was found and is watched. */
const FAILED: i32 = 0;
const DONE: i32 = 1;
const SLOT_FOUND: i32 = 2;
/** Answer of `scanMembers` in place of an address: `watchedSlot` was found. */
const WATCHED: usize = 1;

let image: usize = 0;
let root: usize = 0;
/** End of the text. */
let end: usize = 0;
/** Address less this is the caller's position. */
let shift: usize = 0;
/** Number of the scan; a field whose SEEN is another has not been found yet. */
let scans: u32 = 0;
let missing: u32 = 0;
let watchedSlot: i32 = 0;
let resumeAt: usize = 0;
/** The block of which `scanMembers` has the quotes. */
let line: usize = 0;

/** Start of the text, where block 0 begins; first block without masks; the next block's first byte is escaped. */
let base: usize = 0;
let blocksReady: usize = 0;
let escapeCarry: u64 = 0;

/**
 * Scans the text in [from, to) by the image at `imageAt`. `offset`: a byte's address less its position for the caller.
 */
export function scan(imageAt: usize, from: usize, to: usize, offset: usize): i32 {
  image = imageAt;
  root = imageAt + load<u32>(imageAt, IMAGE_ROOT);
  shift = offset;
  const none = i8x16.splat(-1);
  for (let at = imageAt + IMAGE_SLOTS; at < root; at += 16) v128.store(at, none);
  while (to > from && byteAt(to - 1) <= SPACE) to -= 1;
  end = to;
  const first = skipSpace(from);
  if (to < first + 2 || byteAt(first) != OPEN_BRACE || byteAt(to - 1) != CLOSE_BRACE) return FAILED;
  missing = load<u32>(imageAt, IMAGE_FIELDS);
  if (missing == 0) return DONE;
  scans += 1;
  base = first;
  blocksReady = 0;
  escapeCarry = 0;
  return answer(scanMembers(root, first + 1, false));
}

/** Goes on after a watched slot. */
export function resume(): i32 {
  return answer(scanMembers(root, resumeAt, true));
}

function answer(after: usize): i32 {
  if (after == WATCHED) return SLOT_FOUND + watchedSlot;
  return after == end ? DONE : FAILED;
}

/** `at` is after the brace, or `between` two members after a value. Answers the address after the closing brace. */
function scanMembers(node: usize, at: usize, between: bool): usize {
  const isRoot = node == root;
  // The quotes ahead in the block at `line`: what opens or closes the next string is the lowest.
  let quotes = quotesFrom(at);
  while (true) {
    if (between) {
      if (at >= end) return 0;
      if (isRoot && missing == 0) return end;
      if (byteAt(at) <= SPACE) at = skipSpace(at);
      if (byteAt(at) != COMMA) return byteAt(at) == CLOSE_BRACE ? at + 1 : 0;
      at += 1;
    }
    if (byteAt(at) <= SPACE) at = skipSpace(at);
    if (!between) {
      if (byteAt(at) == CLOSE_BRACE) return at + 1;
      between = true;
    }
    if (byteAt(at) != QUOTE) return 0;
    if (quotes == 0) quotes = laterQuotes();
    quotes &= quotes - 1;
    if (quotes == 0) quotes = laterQuotes();
    const name = at + 1;
    const nameEnd = line + <usize>ctz(quotes);
    quotes &= quotes - 1;
    at = nameEnd + 1;
    if (byteAt(at) != COLON) {
      at = skipSpace(at);
      if (byteAt(at) != COLON) return 0;
    }
    at += 1;
    if (byteAt(at) <= SPACE) at = skipSpace(at);
    if (at >= end) return 0;
    let entry = findEntry(node, name, nameEnd);
    // Of a name that is there twice the first counts.
    if (entry != 0 && load<u32>(entry, ENTRY_SEEN) == scans) entry = 0;
    const first = byteAt(at);
    let after: usize;
    if (first == QUOTE) {
      if (quotes == 0) quotes = laterQuotes();
      quotes &= quotes - 1;
      if (quotes == 0) quotes = laterQuotes();
      after = line + <usize>ctz(quotes) + 1;
      quotes &= quotes - 1;
      if (after > end) return 0;
    } else {
      const child: usize = entry == 0 || first != OPEN_BRACE ? 0 : load<u32>(entry, ENTRY_CHILD);
      after = child == 0 ? skipOther(first, at) : scanMembers(image + child, at + 1, false);
      if (after == 0) return 0;
      quotes = quotesFrom(after);
    }
    if (entry != 0) {
      noteFound(entry, first, at, after);
      if (isRoot) {
        missing -= 1;
        if (load<u32>(entry, ENTRY_WATCHED) != 0) {
          watchedSlot = load<i32>(entry, ENTRY_SLOT);
          resumeAt = after;
          return WATCHED;
        }
      }
    }
    at = after;
  }
}

function byteAt(at: usize): u32 {
  return <u32>load<u8>(at);
}

function noteFound(entry: usize, first: u32, start: usize, stop: usize): void {
  store<u32>(entry, scans, ENTRY_SEEN);
  const slot = load<i32>(entry, ENTRY_SLOT);
  if (slot < 0) return;
  const place = image + ((<usize>slot) << 3);
  store<u32>(place, first == LETTER_N ? <u32>-1 : <u32>(start - shift), IMAGE_SLOTS);
  store<u32>(place, <u32>(stop - shift), IMAGE_SLOTS + 4);
}

/** Address of the entry of the name in [start, stop); 0: nobody wants it. */
function findEntry(node: usize, start: usize, stop: usize): usize {
  const length = stop - start;
  const hash =
    length * load<u32>(node, NODE_LENGTH_FACTOR) +
    (byteAt(start) | 0x20) * load<u32>(node, NODE_FIRST_FACTOR) +
    (byteAt(stop - 1) | 0x20) * load<u32>(node, NODE_LAST_FACTOR) +
    (byteAt(start + (length >> 1)) | 0x20);
  let entry: usize = load<u32>(node + ((hash & load<u32>(node, NODE_TABLE_MASK)) << 2), NODE_TABLE);
  while (entry != 0) {
    entry += image;
    if (<usize>load<u32>(entry, ENTRY_LENGTH) == length && sameName(node, entry, start, length)) return entry;
    entry = load<u32>(entry, ENTRY_NEXT);
  }
  if (!isUnusual(start, length)) return 0;
  entry = unusualName(load<i32>(node, NODE_ID), <i32>(start - shift), <i32>(stop - shift));
  return entry == 0 ? 0 : image + entry;
}

/** Bits of the bytes at `at` that belong to a text of which `length` bytes are left. */
function bitsLeft(length: usize): u32 {
  return length >= 16 ? 0xffff : (1 << (<u32>length)) - 1;
}

function sameName(node: usize, entry: usize, start: usize, length: usize): bool {
  const fold = v128.load8_splat(node, NODE_FOLD);
  for (let i: usize = 0; i < length; i += 16) {
    const text = v128.load(start + i);
    const upper = i8x16.lt_u(i8x16.sub(text, i8x16.splat(0x41)), i8x16.splat(26));
    const folded = v128.or(text, v128.and(upper, fold));
    const differs = i8x16.ne(folded, v128.load(entry + i, ENTRY_NAME));
    if ((<u32>i8x16.bitmask(differs) & bitsLeft(length - i)) != 0) return false;
  }
  return true;
}

/** The name has an escape or a byte outside ASCII. */
function isUnusual(start: usize, length: usize): bool {
  for (let i: usize = 0; i < length; i += 16) {
    const text = v128.load(start + i);
    const unusual = v128.or(text, i8x16.eq(text, i8x16.splat(<i8>BACKSLASH)));
    if ((<u32>i8x16.bitmask(unusual) & bitsLeft(length - i)) != 0) return true;
  }
  return false;
}

function skipSpace(at: usize): usize {
  while (at < end) {
    const byte = byteAt(at);
    if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) break;
    at += 1;
  }
  return at;
}

/** The quotes from `at` to the end of its block, which becomes the one at `line`. */
function quotesFrom(at: usize): u64 {
  const offset = at - base;
  const block = offset >> 6;
  line = at - (offset & 63);
  if (block >= blocksReady) nextChunks(block);
  return maskOf(QUOTE_MASKS, block) & ((<u64>-1) << (<u64>(offset & 63)));
}

/** Those of the next block that has any; where none has, one behind the text, so that every caller sees its end. */
function laterQuotes(): u64 {
  let block = (line - base) >> 6;
  while (true) {
    block += 1;
    line += 64;
    if (line >= end) return 1;
    if (block >= blocksReady) nextChunks(block);
    const quotes = maskOf(QUOTE_MASKS, block);
    if (quotes != 0) return quotes;
  }
}

function maskOf(masks: usize, block: usize): u64 {
  return load<u64>(masks + ((block & (CHUNK - 1)) << 3));
}

/** Makes masks until those of `block` are there. */
function nextChunks(block: usize): void {
  while (block >= blocksReady) {
    let at = base + (blocksReady << 6);
    for (let i: usize = 0; i < CHUNK; i++) {
      makeMasks(at, i << 3);
      at += 64;
    }
    blocksReady += CHUNK;
  }
}

function makeMasks(at: usize, place: usize): void {
  const a = v128.load(at);
  const b = v128.load(at, 16);
  const c = v128.load(at, 32);
  const d = v128.load(at, 48);
  const quotes = equalTo(a, b, c, d, i8x16.splat(<i8>QUOTE));
  const backslashes = equalTo(a, b, c, d, i8x16.splat(<i8>BACKSLASH));
  store<u64>(BACKSLASH_MASKS + place, backslashes);
  // In a run of backslashes each other one, from the first on, escapes what follows it: a subtraction carries through.
  const begins = backslashes & ~escapeCarry;
  const ends = (((begins << 1) | ODD_BITS) - begins) ^ ODD_BITS;
  const escaped = ends ^ (backslashes | escapeCarry);
  escapeCarry = (ends & backslashes) >> 63;
  store<u64>(QUOTE_MASKS + place, quotes & ~escaped);
}

/** Bit i: byte i of the 64 is the wanted one. */
function equalTo(a: v128, b: v128, c: v128, d: v128, wanted: v128): u64 {
  return (
    <u64>(<u32>i8x16.bitmask(i8x16.eq(a, wanted)) | ((<u32>i8x16.bitmask(i8x16.eq(b, wanted))) << 16)) |
    ((<u64>(<u32>i8x16.bitmask(i8x16.eq(c, wanted)) | ((<u32>i8x16.bitmask(i8x16.eq(d, wanted))) << 16))) <<
      32)
  );
}

/** Address after the value at `at`, which is no string. Numbers and words end in the text, as its last byte is a brace. */
function skipOther(first: u32, at: usize): usize {
  if (first == OPEN_BRACE || first == OPEN_BRACKET) return skipContainer(at);
  if (first - 0x30 <= 9 || first == 0x2d) return numberEnd(at + 1);
  if (first == 0x66) return load<u32>(at, 1) == ALSE_TEXT ? at + 5 : 0;
  const text = load<u32>(at);
  return text == TRUE_TEXT || text == NULL_TEXT ? at + 4 : 0;
}

/** A number ends before a comma, a closing bracket or white space; its syntax is not looked at. */
function numberEnd(at: usize): usize {
  while (true) {
    const text = v128.load(at);
    const closes = i8x16.eq(v128.or(text, i8x16.splat(0x20)), i8x16.splat(<i8>CLOSE_BRACE));
    const commas = i8x16.eq(text, i8x16.splat(<i8>COMMA));
    const spaces = i8x16.le_u(text, i8x16.splat(<i8>SPACE));
    const stops = <u32>i8x16.bitmask(v128.or(v128.or(closes, commas), spaces));
    if (stops != 0) return at + <usize>ctz(stops);
    at += 16;
  }
}

/** Objects and arrays nobody looks into: balanced brackets and whole strings, no more. Depth needs no stack. */
function skipContainer(at: usize): usize {
  let block = (at - base) >> 6;
  let wanted: u64 = (<u64>-1) << (<u64>((at - base) & 63));
  let inString: u64 = 0;
  let depth: u32 = 0;
  while (true) {
    const start = base + (block << 6);
    if (start >= end) return 0;
    if (block >= blocksReady) nextChunks(block);
    const strings = prefixXor(maskOf(QUOTE_MASKS, block) & wanted) ^ inString;
    const outside = ~strings & wanted;
    // [ and ] differ from { and } by this bit alone.
    const bit = i8x16.splat(0x20);
    const a = v128.or(v128.load(start), bit);
    const b = v128.or(v128.load(start, 16), bit);
    const c = v128.or(v128.load(start, 32), bit);
    const d = v128.or(v128.load(start, 48), bit);
    const opens = equalTo(a, b, c, d, i8x16.splat(<i8>OPEN_BRACE)) & outside;
    let brackets = opens | (equalTo(a, b, c, d, i8x16.splat(<i8>CLOSE_BRACE)) & outside);
    // What follows a backslash outside a string has wrong masks.
    const stray = maskOf(BACKSLASH_MASKS, block) & outside;
    if (stray != 0) brackets &= (stray & (0 - stray)) - 1;
    while (brackets != 0) {
      const lowest = brackets & (0 - brackets);
      if ((opens & lowest) != 0) {
        depth += 1;
      } else {
        depth -= 1;
        if (depth == 0) {
          const after = start + <usize>ctz(lowest) + 1;
          return after <= end ? after : 0;
        }
      }
      brackets ^= lowest;
    }
    if (stray != 0) return 0;
    inString = <u64>(<i64>strings >> 63);
    wanted = <u64>-1;
    block += 1;
  }
}

/** Bit i: the number of bits set in 0..i is odd. */
function prefixXor(bits: u64): u64 {
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  return bits ^ (bits << 32);
}
