import { BlockCutter } from "./block-cutter.ts";

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Cuts a member whose documents span lines: a JSON array of objects, or pretty-printed objects one after
 * the other. A document is handed on as it stands, line ends included.
 *
 * Follows strings and braces only; {@link BlockCutter.accept} checks the rest. A line end inside a string,
 * which JSON forbids, ends a broken document, so that one lost quote does not swallow the file.
 */
export class DocumentCutter extends BlockCutter {
  #position = 0;
  /** Braces open; 0 is between documents. */
  #depth = 0;
  #inString = false;
  #escaped = false;
  #start = 0;
  #startLine = 1;
  #skipping = false;
  /** A run of bytes between documents that do not belong there is reported once. */
  #strayStart = -1;
  #strayLine = 1;

  protected override scan(final: boolean): number {
    while (this.#position < this.length) {
      if (this.#inString) this.#string();
      else if (this.#depth === 0) this.#between();
      else this.#inside();
    }
    if (!final) return this.#keepFrom();
    this.#endStray(this.length);
    if (this.#depth > 0) this.#end(this.length, "is cut off: the file ends inside a document");
    return this.length;
  }

  #keepFrom(): number {
    if (this.#depth > 0 && !this.#skipping) return this.#start;
    this.#endStray(this.#position);
    return this.#position;
  }

  #between(): void {
    const byte = this.buffer[this.#position]!;
    if (byte === OPEN) {
      this.#endStray(this.#position);
      this.#start = this.#position;
      this.#startLine = this.line;
      this.#depth = 1;
    } else if (byte === NEWLINE) {
      this.#endStray(this.#position);
      this.line++;
    } else if (byte > 0x20 && byte !== COMMA && byte !== OPEN_ARRAY && byte !== CLOSE_ARRAY) {
      if (this.#strayStart === -1) {
        this.#strayStart = this.#position;
        this.#strayLine = this.line;
      }
    }
    this.#position++;
  }

  #inside(): void {
    const { buffer, length } = this;
    let position = this.#position;
    let depth = this.#depth;
    while (position < length) {
      const byte = buffer[position++]!;
      if (byte === QUOTE) {
        this.#inString = true;
        break;
      }
      if (byte === OPEN) depth++;
      else if (byte === CLOSE) {
        if (--depth === 0) break;
      } else if (byte === NEWLINE) this.line++;
    }
    this.#position = position;
    this.#depth = depth;
    if (depth === 0) this.#end(position, undefined);
  }

  #string(): void {
    const { buffer, length } = this;
    let position = this.#position;
    let escaped = this.#escaped;
    while (position < length) {
      const byte = buffer[position]!;
      if (byte === NEWLINE) {
        this.#position = position;
        this.#end(position, "has a line end inside a string");
        return;
      }
      position++;
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) {
        this.#inString = false;
        break;
      }
    }
    this.#position = position;
    this.#escaped = escaped;
  }

  #end(to: number, fault: string | undefined): void {
    if (!this.#skipping) {
      if (fault === undefined) this.accept(this.#start, to, this.#startLine);
      else this.reject(this.#start, to, this.#startLine, fault);
    }
    this.#skipping = false;
    this.#inString = false;
    this.#escaped = false;
    this.#depth = 0;
  }

  #endStray(to: number): void {
    if (this.#strayStart === -1) return;
    this.reject(this.#strayStart, to, this.#strayLine, "stands between documents");
    this.#strayStart = -1;
  }

  protected override rebase(offset: number): void {
    this.#position -= offset;
    this.#start = Math.max(0, this.#start - offset);
  }

  protected override skipDocument(): void {
    if (!this.#skipping) this.reject(this.#start, this.length, this.#startLine, this.tooLong());
    this.#skipping = true;
  }
}
