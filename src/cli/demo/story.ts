import type { Io } from "../io.ts";
import { padEnd, padStart, wrap } from "../render/display-width.ts";

const INDENT = "   ";
const ITEM = "  - ";
const WIDTH_MAX = 110;

/** Tells a story on the terminal: numbered headings, paragraphs, aligned lines; readable without colour. */
export class Story {
  readonly #io: Io;
  #step = 0;

  constructor(io: Io) {
    this.#io = io;
  }

  /** Columns for text, the indent taken off. */
  get width(): number {
    return Math.min(this.#io.columns(), WIDTH_MAX) - INDENT.length;
  }

  title(text: string): void {
    this.#line();
    this.#line(this.#io.paintOut("bold", text));
  }

  heading(text: string): void {
    this.#step++;
    this.#line();
    this.#line(`${this.#io.paintOut("accent", String(this.#step))}  ${this.#io.paintOut("bold", text)}`);
  }

  paragraph(text: string): void {
    for (const line of wrap(text, this.width)) this.text(line);
  }

  /** One of several things that are said below a line; what goes on stands under its first letter. */
  item(text: string): void {
    wrap(text, this.width - ITEM.length).forEach((line, at) =>
      this.text(`${at === 0 ? ITEM : " ".repeat(ITEM.length)}${line}`),
    );
  }

  text(line = ""): void {
    this.#line(line === "" ? "" : INDENT + line);
  }

  dim(line: string): void {
    this.text(this.#io.paintOut("dim", line));
  }

  /** A thing that was done. */
  done(name: string, what: string, nameWidth: number): void {
    const mark = this.#io.paintOut("good", this.#io.unicode ? "✓" : "*");
    this.text(`${mark} ${padEnd(name, nameWidth)}  ${this.#io.paintOut("dim", what)}`);
  }

  /** Rows under dim headings; columns that `right` names stand to the right. */
  columns(
    headings: readonly string[],
    rows: readonly (readonly string[])[],
    right: ReadonlySet<number>,
  ): void {
    const widths = headings.map((heading, i) =>
      Math.max(heading.length, ...rows.map((row) => (row[i] ?? "").length)),
    );
    const lineOf = (cells: readonly string[]) =>
      cells
        .map((cell, i) => (right.has(i) ? padStart : padEnd)(cell, widths[i] ?? 0))
        .join("   ")
        .trimEnd();
    this.dim(lineOf(headings));
    for (const row of rows) this.text(lineOf(row));
  }

  command(command: string, what: string, commandWidth: number): void {
    this.text(`${padEnd(command, commandWidth)}  ${this.#io.paintOut("dim", what)}`);
  }

  #line(text = ""): void {
    this.#io.out(`${text}\n`);
  }
}
