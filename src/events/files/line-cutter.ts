import { BlockCutter } from "./block-cutter.ts";

const NEWLINE = 0x0a;

/** Cuts a member that has one document a line. LF and CRLF end a line. */
export class LineCutter extends BlockCutter {
  /** Where the line that is not complete yet starts, and up to where it is known to hold no line end. */
  #lineStart = 0;
  #searched = 0;
  #skipping = false;

  protected override scan(final: boolean): number {
    const { buffer, length } = this;
    const filled = length === buffer.length ? buffer : buffer.subarray(0, length);
    let start = this.#lineStart;
    let newline = filled.indexOf(NEWLINE, this.#searched);
    while (newline !== -1) {
      this.#endLine(start, newline);
      start = newline + 1;
      newline = filled.indexOf(NEWLINE, start);
    }
    if (final && start < length) {
      this.#endLine(start, length);
      start = length;
    }
    if (this.#skipping) start = length;
    this.#lineStart = start;
    this.#searched = length;
    return start;
  }

  #endLine(start: number, end: number): void {
    if (this.#skipping) this.#skipping = false;
    else this.accept(start, end, this.line);
    this.line++;
  }

  protected override rebase(offset: number): void {
    this.#lineStart -= offset;
    this.#searched -= offset;
  }

  protected override skipDocument(): void {
    if (!this.#skipping) this.reject(this.#lineStart, this.length, this.line, this.tooLong());
    this.#skipping = true;
    this.#lineStart = this.length;
  }
}
