/**
 * Finds all of many literals in one pass over a text, ignoring case: Aho and Corasick, "Efficient string matching", 1975.
 * Transitions are completed into one dense table, so a unit of text costs one look-up however many literals there are.
 *
 * The automaton holds of each literal only the beginning that tells it from the others; where that is found, the rest is
 * compared. That keeps the table small: thousands of hashes or paths cost a few units each.
 *
 * Literals are folded ({@link foldCase}), distinct and not empty. Units are mapped to columns of the table with the case of ASCII
 * folded on the way; a text with other units is folded first. A unit beyond ASCII is four steps, one for each of its
 * hexadecimal digits, so that literals in many scripts do not make the table wide.
 */
import { ESCAPES } from "../../events/shapes/json-text.ts";
import { foldCase } from "../expression/matcher.ts";

/** Told of each literal found: its number, where it ends, and how long the text is, both in the folded text. */
export type OnLiteral = (literal: number, end: number, length: number) => void;

const ROOT = 0;
const NONE = -1;
const BACKSLASH = 0x5c;
const OTHER_COLUMN = 1;
const FIRST_COLUMN = 2;
const DIGIT_SHIFTS: readonly number[] = [12, 8, 4, 0];

export class LiteralAutomaton {
  /**
   * Rows of cells: a chain of outputs (or NONE), then the next row's offset for each column. Rows with outputs stand
   * behind all others, so that a row's offset tells whether it has any.
   */
  readonly #table: Int32Array;
  readonly #firstOutput: number;
  readonly #columns: Columns;
  /** By output: its literal, and the output of the next shorter literal that ends at the same place. */
  readonly #outputLiterals: Int32Array;
  readonly #outputNext: Int32Array;
  /** By literal: what must follow the beginning that the table holds. */
  readonly #rests: string[] = [];

  constructor(literals: readonly string[]) {
    const beginnings = distinctBeginnings(literals);
    this.#columns = new Columns(beginnings);
    const trie = new Trie(this.#columns.width);
    for (const [number, beginning] of beginnings.entries()) {
      trie.add(this.#columns.of(beginning), number);
      this.#rests.push(literals[number]!.slice(beginning.length));
    }
    const { table, firstOutput } = trie.table();
    this.#table = table;
    this.#firstOutput = firstOutput;
    this.#outputLiterals = Int32Array.from(trie.outputLiterals);
    this.#outputNext = Int32Array.from(trie.outputNext);
  }

  /** Bytes of the transition table. */
  get sizeBytes(): number {
    return this.#table.byteLength;
  }

  scan(text: string, onLiteral: OnLiteral): void {
    const table = this.#table;
    const firstOutput = this.#firstOutput;
    const columns = this.#columns.ascii;
    let row = ROOT;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit > 127) return this.#scanFolded(foldCase(text), onLiteral);
      row = table[row + columns[unit]!]!;
      if (row >= firstOutput) this.#report(table[row]!, at + 1, text, onLiteral);
    }
  }

  /**
   * Scans the text that JSON spells by bytes[start, end), in ASCII with no escapes by number. As `length`, literals that
   * end where the text does are told their end, others more than that.
   */
  scanSpelled(bytes: Uint8Array, start: number, end: number, onLiteral: OnLiteral): void {
    const table = this.#table;
    const firstOutput = this.#firstOutput;
    const columns = this.#columns.ascii;
    let row = ROOT;
    let escapes = 0;
    for (let at = start; at < end; at++) {
      let unit = bytes[at]!;
      if (unit === BACKSLASH) {
        unit = ESCAPES[bytes[++at]!]!;
        escapes++;
      }
      row = table[row + columns[unit]!]!;
      if (row >= firstOutput)
        this.#reportSpelled(table[row]!, at + 1, at + 1 - start - escapes, bytes, end, onLiteral);
    }
  }

  #reportSpelled(
    first: number,
    at: number,
    decodedAt: number,
    bytes: Uint8Array,
    end: number,
    onLiteral: OnLiteral,
  ): void {
    for (let output = first; output !== NONE; output = this.#outputNext[output]!) {
      const literal = this.#outputLiterals[output]!;
      const rest = this.#rests[literal]!;
      const restEnd = rest === "" ? at : spelledEnd(bytes, at, end, rest);
      if (restEnd === NONE) continue;
      const decodedEnd = decodedAt + rest.length;
      onLiteral(literal, decodedEnd, restEnd === end ? decodedEnd : decodedEnd + 1);
    }
  }

  /** Reports anew from the text's beginning: reporting a literal twice is harmless to callers. */
  #scanFolded(folded: string, onLiteral: OnLiteral): void {
    const table = this.#table;
    const firstOutput = this.#firstOutput;
    const { ascii, digits } = this.#columns;
    let row = ROOT;
    for (let at = 0; at < folded.length; at++) {
      const unit = folded.charCodeAt(at);
      if (unit < 128) row = table[row + ascii[unit]!]!;
      else for (const shift of DIGIT_SHIFTS) row = table[row + digits[shift * 4 + ((unit >> shift) & 15)]!]!;
      if (row >= firstOutput) this.#report(table[row]!, at + 1, folded, onLiteral);
    }
  }

  #report(first: number, end: number, text: string, onLiteral: OnLiteral): void {
    for (let output = first; output !== NONE; output = this.#outputNext[output]!) {
      const literal = this.#outputLiterals[output]!;
      const rest = this.#rests[literal]!;
      if (rest === "" || continues(text, end, rest)) onLiteral(literal, end + rest.length, text.length);
    }
  }
}

/**
 * Whether folded text goes on with `rest` at `at`. In a text that is not folded yet, units beyond ASCII may differ though
 * they are equal when folded: such a text is scanned again folded.
 */
function continues(text: string, at: number, rest: string): boolean {
  if (at + rest.length > text.length) return false;
  for (let offset = 0; offset < rest.length; offset++) {
    const unit = text.charCodeAt(at + offset);
    const isUpper = unit >= 0x41 && unit <= 0x5a;
    if ((isUpper ? unit + 0x20 : unit) !== rest.charCodeAt(offset)) return false;
  }
  return true;
}

/** Where `rest` ends, if the text spelled by bytes[at, end) begins with it but for case, or NONE. */
function spelledEnd(bytes: Uint8Array, start: number, end: number, rest: string): number {
  let at = start;
  for (let offset = 0; offset < rest.length; offset++) {
    if (at >= end) return NONE;
    let unit = bytes[at++]!;
    if (unit === BACKSLASH) unit = ESCAPES[bytes[at++]!]!;
    const isUpper = unit >= 0x41 && unit <= 0x5a;
    if ((isUpper ? unit + 0x20 : unit) !== rest.charCodeAt(offset)) return NONE;
  }
  return at;
}

/** Shorter beginnings are found too often by chance. */
const BEGINNING_LENGTH = 5;

/** Of each literal, the beginning that no other literal has, or all of it. */
function distinctBeginnings(literals: readonly string[]): string[] {
  const order = literals
    .map((_, number) => number)
    .toSorted((a, b) => (literals[a]! < literals[b]! ? -1 : 1));
  const beginnings: string[] = [];
  let shared = 0;
  for (const [at, number] of order.entries()) {
    const literal = literals[number]!;
    const next = at + 1 < order.length ? sharedLength(literal, literals[order[at + 1]!]!) : 0;
    beginnings[number] = literal.slice(0, Math.max(BEGINNING_LENGTH, shared + 1, next + 1));
    shared = next;
  }
  return beginnings;
}

function sharedLength(left: string, right: string): number {
  let length = 0;
  while (length < left.length && left.charCodeAt(length) === right.charCodeAt(length)) length++;
  return length;
}

/** The columns of the units that literals have; every other unit has {@link OTHER_COLUMN}. */
class Columns {
  readonly ascii = new Uint16Array(128).fill(OTHER_COLUMN);
  /** Of the digits of units beyond ASCII, by how far the digit is shifted and its value. */
  readonly digits = new Uint16Array(64).fill(OTHER_COLUMN);
  width = FIRST_COLUMN;

  constructor(literals: readonly string[]) {
    for (const literal of literals)
      for (let at = 0; at < literal.length; at++) this.#assign(literal.charCodeAt(at));
  }

  of(literal: string): number[] {
    const columns: number[] = [];
    for (let at = 0; at < literal.length; at++) {
      const unit = literal.charCodeAt(at);
      if (unit < 128) columns.push(this.ascii[unit]!);
      else for (const shift of DIGIT_SHIFTS) columns.push(this.digits[shift * 4 + ((unit >> shift) & 15)]!);
    }
    return columns;
  }

  #assign(unit: number): void {
    if (unit >= 128) {
      for (const shift of DIGIT_SHIFTS) {
        const digit = shift * 4 + ((unit >> shift) & 15);
        if (this.digits[digit] === OTHER_COLUMN) this.digits[digit] = this.width++;
      }
    } else if (this.ascii[unit] === OTHER_COLUMN) {
      this.ascii[unit] = this.width;
      const upper = String.fromCharCode(unit).toUpperCase().charCodeAt(0);
      if (upper < 128) this.ascii[upper] = this.width;
      this.width++;
    }
  }
}

const ROWS_AT_FIRST = 64;

/** The automaton while it is built. Rows are numbered as they are added, the root is row 0. */
class Trie {
  readonly outputLiterals: number[] = [];
  readonly outputNext: number[] = [];
  readonly #width: number;
  /** By row and column: the child, or 0 where there is none. */
  #children: Int32Array;
  /** By row: its parent, the column that leads from there to it, how deep it stands, its chain of outputs. */
  readonly #parents: number[] = [0];
  readonly #columns: number[] = [0];
  readonly #depths: number[] = [0];
  readonly #outputs: number[] = [NONE];

  constructor(width: number) {
    this.#width = width;
    this.#children = new Int32Array(ROWS_AT_FIRST * width);
  }

  add(columns: readonly number[], number: number): void {
    let row = 0;
    for (const column of columns) {
      const cell = row * this.#width + column;
      const child = this.#children[cell]!;
      row = child === 0 ? this.#newRow(row, column, cell) : child;
    }
    this.outputLiterals.push(number);
    this.outputNext.push(NONE);
    this.#outputs[row] = this.outputLiterals.length - 1;
  }

  #newRow(parent: number, column: number, cell: number): number {
    const row = this.#parents.length;
    this.#parents.push(parent);
    this.#columns.push(column);
    this.#depths.push(this.#depths[parent]! + 1);
    this.#outputs.push(NONE);
    if ((row + 1) * this.#width > this.#children.length) {
      const grown = new Int32Array(this.#children.length * 2);
      grown.set(this.#children);
      this.#children = grown;
    }
    this.#children[cell] = row;
    return row;
  }

  /** The finished table, and the offset of the first row that has outputs. */
  table(): { readonly table: Int32Array; readonly firstOutput: number } {
    const levels = this.#levels();
    const suffixes = this.#chainSuffixes(levels);
    const { offsets, firstOutput } = this.#offsets();
    const width = this.#width;
    const table = new Int32Array(offsets.length * width);
    table[ROOT] = NONE;
    // Suffixes stand less deep: all their transitions are in the table when a row is made from its suffix's.
    for (const level of levels) {
      for (const row of level) table[offsets[this.#parents[row]!]! + this.#columns[row]!] = offsets[row]!;
      for (const row of level) {
        const [to, from] = [offsets[row]!, offsets[suffixes[row]!]!];
        table.copyWithin(to + 1, from + 1, from + width);
        table[to] = this.#outputs[row]!;
      }
    }
    return { table, firstOutput };
  }

  /** Rows by depth, without the root. */
  #levels(): readonly (readonly number[])[] {
    const levels: number[][] = [];
    for (let row = 1; row < this.#depths.length; row++) (levels[this.#depths[row]! - 1] ??= []).push(row);
    return levels;
  }

  /** By row: that of its longest proper suffix. Its outputs are chained behind the row's own. */
  #chainSuffixes(levels: readonly (readonly number[])[]): Int32Array {
    const suffixes = new Int32Array(this.#parents.length);
    for (const level of levels) {
      for (const row of level) {
        const suffix = this.#suffixOf(row, suffixes);
        suffixes[row] = suffix;
        const own = this.#outputs[row]!;
        if (own === NONE) this.#outputs[row] = this.#outputs[suffix]!;
        else this.outputNext[own] = this.#outputs[suffix]!;
      }
    }
    return suffixes;
  }

  #suffixOf(row: number, suffixes: Int32Array): number {
    const column = this.#columns[row]!;
    for (let from = this.#parents[row]!; from !== 0;) {
      from = suffixes[from]!;
      const child = this.#children[from * this.#width + column]!;
      if (child !== 0) return child;
    }
    return 0;
  }

  /** By row: where it comes to stand; those with outputs behind the others. */
  #offsets(): { readonly offsets: Int32Array; readonly firstOutput: number } {
    const outputs = this.#outputs;
    const offsets = new Int32Array(outputs.length);
    let next = 0;
    for (const [row, output] of outputs.entries()) if (output === NONE) offsets[row] = next++ * this.#width;
    const firstOutput = next * this.#width;
    for (const [row, output] of outputs.entries()) if (output !== NONE) offsets[row] = next++ * this.#width;
    return { offsets, firstOutput };
  }
}
