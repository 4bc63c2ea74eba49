/**
 * The YAML that nearly all published rules are written in, read several times faster than a whole parser can: one document of
 * block maps and block lists, with plain and quoted scalars of one line and literal texts. Gives the same nodes as the
 * parser, with the same ranges; or nothing where the text has anything else (flow collections, anchors, tags, several
 * documents, folded texts, anything wrong), which is the parser's business then.
 */
import { Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import type { Node } from "yaml";

/** The document's node; undefined where the text must be read by the parser. */
export function readBlockYaml(text: string): YAMLMap | undefined {
  if (/[\t\r]|^(?:---|\.\.\.|%)/m.test(text) || text.startsWith("\uFEFF")) return undefined;
  const reader = new BlockReader(text);
  const node = reader.read();
  return node instanceof YAMLMap ? node : undefined;
}

const PLAIN_START = /[^\s,[\]{}#&*!|>'"%@`?:-]/;
const NOT_TEXT = /^[-+.\d~nNtTfF]/;
const INTEGER = /^[-+]?\d+$/;
const DECIMAL = /^[-+]?(?:\.\d+|\d+\.\d*)$/;
const OTHER_NUMBER =
  /^(?:0o[0-7]+|0x[\da-fA-F]+|[-+]?(?:\.\d+|\d+(?:\.\d*)?)[eE][-+]?\d+|[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/;

/** A value, or `NOT_READ`: a value may be missing. */
type Read = Node | typeof NOT_READ;
const NOT_READ = Symbol("not read");

class BlockReader {
  readonly #text: string;
  /** The line at hand: where it begins, where what it says begins and how far it is indented, where it ends. */
  #start = 0;
  #content = 0;
  #indent = -1;
  #end = -1;

  constructor(text: string) {
    this.#text = text;
    this.#nextLine();
  }

  read(): Read {
    const node = this.#indent === 0 ? this.#node(0) : NOT_READ;
    return this.#indent === -1 ? node : NOT_READ;
  }

  /** Goes to the next line that says something; indent −1 at the end. */
  #nextLine(): void {
    const text = this.#text;
    while (this.#end < text.length) {
      this.#start = this.#end + 1;
      const found = text.indexOf("\n", this.#start);
      this.#end = found === -1 ? text.length : found;
      let at = this.#start;
      while (at < this.#end && text.charCodeAt(at) === 0x20) at++;
      if (at < this.#end && text.charCodeAt(at) !== 0x23) {
        this.#content = at;
        this.#indent = at - this.#start;
        return;
      }
    }
    this.#indent = -1;
  }

  #node(indent: number): Read {
    return this.#isItem() ? this.#sequence(indent) : this.#map(indent);
  }

  #isItem(): boolean {
    const next = this.#content + 1;
    return this.#text[this.#content] === "-" && (next >= this.#end || this.#text[next] === " ");
  }

  #map(indent: number): Read {
    const map = new YAMLMap();
    const start = this.#content;
    const names = new Set<string>();
    let end = start;
    while (this.#indent === indent && !this.#isItem()) {
      const key = this.#key();
      if (key === undefined || names.has(key.value)) return NOT_READ;
      names.add(key.value);
      const value = this.#value(key.range![2] + 1, indent, true);
      if (value === NOT_READ) return NOT_READ;
      map.items.push(new Pair(key, value));
      end = value.range![1];
    }
    map.range = [start, end, end];
    return this.#indent < indent || (this.#indent === indent && this.#isItem()) ? map : NOT_READ;
  }

  /** The key of the line at hand; its range ends before the colon. */
  #key(): Scalar<string> | undefined {
    const text = this.#text;
    const start = this.#content;
    if (text[start] === "'") {
      const close = this.#closingQuote(start);
      if (close === -1 || text[close + 1] !== ":" || !this.#isSpaceOrEnd(close + 2)) return undefined;
      return scalar(text.slice(start + 1, close).replaceAll("''", "'"), start, close + 1);
    }
    const colon = this.#colon(start, this.#end);
    const name = colon === -1 ? "" : text.slice(start, colon);
    const isPlain = PLAIN_START.test(name[0] ?? "") && !name.includes(" #") && !name.endsWith(" ");
    return isPlain && typeof plainValue(name) === "string" ? scalar(name, start, colon) : undefined;
  }

  /** The first colon that ends a key, or -1. */
  #colon(from: number, to: number): number {
    const line = this.#text.slice(from, to);
    let at = line.indexOf(":");
    while (at !== -1 && !this.#isSpaceOrEnd(from + at + 1)) at = line.indexOf(":", at + 1);
    return at === -1 ? -1 : from + at;
  }

  #isSpaceOrEnd(at: number): boolean {
    return at >= this.#end || this.#text[at] === " ";
  }

  /** What stands behind a key or a dash, in the line at hand from `from` on or in the lines below it. */
  #value(from: number, indent: number, isOfMap: boolean): Read {
    const text = this.#text;
    let start = from;
    while (start < this.#end && text[start] === " ") start++;
    if (start >= this.#end || text[start] === "#") {
      this.#nextLine();
      if (this.#indent > indent) return this.#node(this.#indent);
      if (isOfMap && this.#indent === indent && this.#isItem()) return this.#sequence(indent);
      return scalar(null, from, from, "");
    }
    const first = text[start]!;
    if (first === "|") return this.#literal(start, indent);
    const node = first === "'" || first === '"' ? this.#quoted(start, first) : this.#plain(start);
    if (node === NOT_READ) return NOT_READ;
    this.#nextLine();
    // A line that is indented more would go on with the scalar.
    return this.#indent > indent ? NOT_READ : node;
  }

  #quoted(start: number, quote: string): Read {
    const text = this.#text;
    const length = quote === "'" ? -1 : text.slice(start + 1, this.#end).indexOf('"');
    const close = quote === "'" ? this.#closingQuote(start) : length === -1 ? -1 : start + 1 + length;
    if (close === -1 || !this.#isRestEmpty(close + 1)) return NOT_READ;
    const value = text.slice(start + 1, close);
    if (quote === '"' && value.includes("\\")) return NOT_READ;
    return scalar(quote === "'" ? value.replaceAll("''", "'") : value, start, close + 1);
  }

  /** Of a single-quoted text that begins at `start` and ends in the same line; -1 where it does not. */
  #closingQuote(start: number): number {
    const line = this.#text.slice(start, this.#end);
    let close = line.indexOf("'", 1);
    while (close !== -1 && line[close + 1] === "'") close = line.indexOf("'", close + 2);
    return close === -1 ? -1 : start + close;
  }

  #isRestEmpty(from: number): boolean {
    return /^(?: +(?:#.*)?)?$/.test(this.#text.slice(from, this.#end));
  }

  #plain(start: number): Read {
    const line = this.#text.slice(start, this.#end);
    const isSign = /^[-?:][^\s,[\]{}]/.test(line);
    if (!isSign && !PLAIN_START.test(line[0]!)) return NOT_READ;
    const comment = line.indexOf(" #");
    const written = (comment === -1 ? line : line.slice(0, comment)).trimEnd();
    if (written.includes(": ") || written.endsWith(":")) return NOT_READ;
    const value = plainValue(written);
    return value === undefined ? NOT_READ : scalar(value, start, start + written.length, written);
  }

  /** A literal text: `|` or `|-`. */
  #literal(start: number, indent: number): Read {
    const header = /^\|(-?)(?: +#.*| *)$/.exec(this.#text.slice(start, this.#end));
    if (header === null) return NOT_READ;
    const lines: string[] = [];
    let contentIndent = -1;
    let end = this.#end;
    while (end < this.#text.length) {
      const next = this.#text.indexOf("\n", end + 1);
      const lineEnd = next === -1 ? this.#text.length : next;
      const line = this.#text.slice(end + 1, lineEnd);
      const lineIndent = line.length - line.trimStart().length;
      if (line.trim() === "") {
        // Spaces alone may be part of the text.
        if (line !== "") return NOT_READ;
      } else if (contentIndent === -1) {
        if (lineIndent <= indent) break;
        contentIndent = lineIndent;
      } else if (lineIndent < contentIndent) {
        break;
      }
      lines.push(line.slice(Math.max(0, contentIndent)));
      end = lineEnd;
    }
    if (contentIndent === -1) return NOT_READ;
    this.#end = end;
    this.#nextLine();
    const body = lines.join("\n").replace(/\n+$/, "");
    return scalar(header[1] === "-" ? body : `${body}\n`, start, Math.min(end + 1, this.#text.length));
  }

  #sequence(indent: number): Read {
    const sequence = new YAMLSeq();
    const start = this.#content;
    let end = start;
    while (this.#indent === indent && this.#isItem()) {
      const item = this.#item(indent);
      if (item === NOT_READ) return NOT_READ;
      sequence.items.push(item);
      end = item.range![1];
    }
    sequence.range = [start, end, end];
    return this.#indent <= indent ? sequence : NOT_READ;
  }

  #item(indent: number): Read {
    const text = this.#text;
    let start = this.#content + 1;
    while (start < this.#end && text[start] === " ") start++;
    if (start >= this.#end || text[start] === "#") return this.#value(start, indent, false);
    const first = text[start]!;
    if (first === "-" && this.#isSpaceOrEnd(start + 1)) return NOT_READ;
    const isQuoted = first === "'" || first === '"';
    const comment = text.slice(start, this.#end).indexOf(" #");
    const plainEnd = comment === -1 ? this.#end : start + comment;
    const isMap = isQuoted
      ? text[this.#closingQuote(start) + 1] === ":"
      : this.#colon(start, plainEnd) !== -1;
    if (!isMap) return this.#value(start, indent, false);
    this.#content = start;
    this.#indent = start - this.#start;
    return this.#map(this.#indent);
  }
}

function scalar<T>(value: T, start: number, end: number, source?: string): Scalar<T> {
  const node = new Scalar(value);
  node.range = [start, end, end];
  if (source !== undefined) node.source = source;
  return node;
}

/** A plain scalar's value in YAML's core schema; undefined for the numbers that are left to the parser. */
function plainValue(text: string): string | number | boolean | null | undefined {
  if (!NOT_TEXT.test(text)) return text;
  if (INTEGER.test(text) || DECIMAL.test(text)) return Number(text);
  if (OTHER_NUMBER.test(text)) return undefined;
  if (/^(?:~|[Nn]ull|NULL)$/.test(text)) return null;
  return /^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$/.test(text) ? text.toLowerCase() === "true" : text;
}
