import { parseHeaderSchema } from "../client/streamed-rows.ts";
import type { HeaderColumn, ReceivedRow } from "../client/streamed-rows.ts";
import type { ExactValue } from "../client/exact-json.ts";
import { RowTable } from "../render/row-table.ts";
import { isNumericType, valueText } from "../render/value-text.ts";
import type { SqlOutput } from "./sql-output.ts";

/** Rows that a table's widths are settled from, and how long to wait for so many. */
const SAMPLE_ROWS = 100;
const SAMPLE_MS = 150;

/**
 * Prints a query's rows as they come. The table's head waits for the first rows, so that columns fit them, but not
 * for longer than a blink.
 */
export class RowPrinter {
  readonly #output: SqlOutput;
  #columns: readonly HeaderColumn[] = [];
  #sample: string[][] = [];
  #table: RowTable | undefined;
  #timer: NodeJS.Timeout | undefined;
  #rows = 0;
  #finished = false;

  constructor(output: SqlOutput) {
    this.#output = output;
  }

  get rows(): number {
    return this.#rows;
  }

  header(schema: string): void {
    this.#columns = parseHeaderSchema(schema);
  }

  row(row: NonNullable<ReceivedRow["row"]>): void {
    this.#rows++;
    if (this.#output.format !== "tabular") {
      this.#output.line(jsonRow(this.#columns, row));
      return;
    }
    const cells = this.#columns.map((_column, i) =>
      row.tombstone === true && row.columns[i] === null ? "<TOMBSTONE>" : valueText(row.columns[i]),
    );
    if (this.#table !== undefined) {
      for (const line of this.#table.rowLines(cells)) this.#output.line(line);
      return;
    }
    this.#sample.push(cells);
    if (this.#sample.length >= SAMPLE_ROWS) this.#settle();
    else this.#timer ??= setTimeout(() => this.#settle(), SAMPLE_MS);
  }

  /** Prints what still waits, and the table's last line; calling it again does nothing. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    if (this.#output.format !== "tabular" || this.#columns.length === 0) return;
    if (this.#table === undefined) this.#settle();
    if (this.#table !== undefined) this.#output.line(this.#table.endLine());
  }

  #settle(): void {
    clearTimeout(this.#timer);
    const { wrap, columnWidth, io } = this.#output;
    const columns = this.#columns.map(({ name, type }) => ({ name, numeric: isNumericType(type) }));
    // A pipe gets each row on one line, whole: grep and friends read it.
    const seen = io.stdoutIsTerminal;
    const table = new RowTable(columns, this.#sample, {
      longCells: seen ? (wrap ? "wrap" : "clip") : "keep",
      columnWidth,
      terminalColumns: seen ? io.columns() : Number.POSITIVE_INFINITY,
      unicode: false,
    });
    this.#table = table;
    const lines = [...table.headLines(), ...this.#sample.flatMap((cells) => table.rowLines(cells))];
    for (const line of lines) this.#output.line(line);
    this.#sample = [];
  }
}

function jsonRow(columns: readonly HeaderColumn[], row: NonNullable<ReceivedRow["row"]>): string {
  const fields: Record<string, ExactValue> = {};
  columns.forEach(({ name }, i) => {
    fields[name] = row.columns[i] ?? null;
  });
  return row.tombstone === true ? JSON.stringify({ tombstone: true, row: fields }) : JSON.stringify(fields);
}
