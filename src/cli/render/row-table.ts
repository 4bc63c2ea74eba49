import { clip, displayWidth, padEnd, padStart, safeText, wrap } from "./display-width.ts";

/** What becomes of a cell that is too long: it goes on below, is cut with an ellipsis, or stands out whole. */
export type LongCells = "wrap" | "clip" | "keep";

export interface RowTableOptions {
  /**
   * Columns of the terminal; the table is never wider unless each column has but {@link LEAST_WIDTH}. Infinite where
   * nobody looks.
   */
  readonly terminalColumns: number;
  readonly longCells: LongCells;
  /** A fixed width for every column; 0 fits the columns to what they hold. */
  readonly columnWidth: number;
  readonly unicode: boolean;
}

export interface RowTableColumn {
  readonly name: string;
  /** Numbers are set to the right. */
  readonly numeric: boolean;
}

const LEAST_WIDTH = 5;

interface Frame {
  readonly bar: string;
  readonly rule: string;
  readonly top: readonly [string, string, string];
  readonly middle: readonly [string, string, string];
  readonly bottom: readonly [string, string, string];
}

const asciiFrame: Frame = {
  bar: "|",
  rule: "-",
  top: ["+", "+", "+"],
  middle: ["+", "+", "+"],
  bottom: ["+", "+", "+"],
};

const boxFrame: Frame = {
  bar: "│",
  rule: "─",
  top: ["┌", "┬", "┐"],
  middle: ["├", "┼", "┤"],
  bottom: ["└", "┴", "┘"],
};

/**
 * Rows of a query as a table that is printed while rows arrive: widths are settled once, from the first rows, and
 * hold from then on.
 *
 *     +----------------+-------+
 *     |PROCESS_PATH    |   PORT|
 *     +----------------+-------+
 *     |C:\Windows\…    |    443|
 */
export class RowTable {
  readonly #columns: readonly RowTableColumn[];
  readonly #widths: readonly number[];
  readonly #longCells: LongCells;
  readonly #frame: Frame;

  /** @param sample the first rows, from which widths are settled */
  constructor(
    columns: readonly RowTableColumn[],
    sample: readonly (readonly string[])[],
    options: RowTableOptions,
  ) {
    this.#columns = columns;
    this.#longCells = options.longCells;
    this.#frame = options.unicode ? boxFrame : asciiFrame;
    this.#widths =
      options.columnWidth > 0
        ? columns.map(() => options.columnWidth)
        : fitWidths(columns, sample, options.terminalColumns);
  }

  headLines(): string[] {
    const names = this.#columns.map((column) => wrap(column.name, this.#widthOf(column)));
    return [this.#rule(this.#frame.top), ...this.#cellLines(names), this.#rule(this.#frame.middle)];
  }

  rowLines(cells: readonly string[]): string[] {
    const blocks = this.#columns.map((column, i) => {
      const text = safeText(cells[i] ?? "");
      const width = this.#widthOf(column);
      if (this.#longCells === "keep") return [text];
      return this.#longCells === "wrap" ? wrap(text, width) : [clip(text, width)];
    });
    return this.#cellLines(blocks);
  }

  endLine(): string {
    return this.#rule(this.#frame.bottom);
  }

  #widthOf(column: RowTableColumn): number {
    return this.#widths[this.#columns.indexOf(column)] ?? LEAST_WIDTH;
  }

  #cellLines(blocks: readonly (readonly string[])[]): string[] {
    const height = Math.max(1, ...blocks.map((block) => block.length));
    const lines: string[] = [];
    for (let i = 0; i < height; i++) {
      const cells = this.#columns.map((column, c) => {
        const pad = column.numeric ? padStart : padEnd;
        return pad(blocks[c]?.[i] ?? "", this.#widths[c] ?? LEAST_WIDTH);
      });
      lines.push(this.#frame.bar + cells.join(this.#frame.bar) + this.#frame.bar);
    }
    return lines;
  }

  #rule([left, between, right]: readonly [string, string, string]): string {
    return left + this.#widths.map((width) => this.#frame.rule.repeat(width)).join(between) + right;
  }
}

/**
 * Each column gets what it needs as long as that fits; else the room that short columns leave is shared out equally
 * among the long ones.
 */
function fitWidths(
  columns: readonly RowTableColumn[],
  sample: readonly (readonly string[])[],
  terminalColumns: number,
): number[] {
  const wanted = columns.map((column, i) =>
    sample.reduce(
      (most, row) => Math.max(most, displayWidth(safeText(row[i] ?? ""))),
      Math.max(LEAST_WIDTH, displayWidth(column.name)),
    ),
  );
  let room = terminalColumns - columns.length - 1;
  const order = wanted.map((_width, i) => i).toSorted((a, b) => wanted[a]! - wanted[b]!);
  const widths = Array.from(wanted);
  order.forEach((column, done) => {
    const share = Math.max(LEAST_WIDTH, Math.floor(room / (order.length - done)));
    widths[column] = Math.min(wanted[column]!, share);
    room -= widths[column];
  });
  return widths;
}
