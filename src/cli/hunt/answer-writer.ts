/** Rows of a hunt as a table, as JSON lines or as CSV (RFC 4180), written as they come. */
import { csvHead, csvLine } from "../../lake/hunt/csv-line.ts";
import { distinctNames, huntRowJson, huntValueText } from "../../lake/hunt/hunt-result.ts";
import type { HuntColumn, HuntValue } from "../../lake/hunt/hunt-result.ts";
import { RowTable } from "../render/row-table.ts";
import type { LongCells } from "../render/row-table.ts";

export type AnswerFormat = "table" | "json" | "csv";

export interface AnswerLines {
  /** Lines for these rows; the first call has the head too. */
  rows(rows: readonly (readonly HuntValue[])[]): string[];
  /** What stands behind the last row. */
  end(): string[];
}

export interface TableLook {
  readonly longCells: LongCells;
  readonly terminalColumns: number;
  readonly unicode: boolean;
}

export function answerLines(
  format: AnswerFormat,
  columns: readonly HuntColumn[],
  look: TableLook,
): AnswerLines {
  switch (format) {
    case "json": {
      const names = distinctNames(columns);
      return { rows: (rows) => rows.map((row) => huntRowJson(columns, names, row)), end: () => [] };
    }
    case "csv":
      return csvLines(columns);
    case "table":
      return tableLines(columns, look);
  }
}

function csvLines(columns: readonly HuntColumn[]): AnswerLines {
  let head: string[] = [csvHead(columns)];
  const taken = (): string[] => {
    const lines = head;
    head = [];
    return lines;
  };
  return { rows: (rows) => [...taken(), ...rows.map(csvLine)], end: taken };
}

/** Widths are settled from the first rows. */
function tableLines(columns: readonly HuntColumn[], look: TableLook): AnswerLines {
  let table: RowTable | undefined;
  const settled = (sample: readonly (readonly string[])[]): string[] => {
    if (table !== undefined) return [];
    const heads = columns.map(({ name, isNumeric }) => ({ name, numeric: isNumeric }));
    table = new RowTable(heads, sample, { ...look, columnWidth: 0 });
    return table.headLines();
  };
  return {
    rows: (rows) => {
      const cells = rows.map((row) => row.map(huntValueText));
      const head = settled(cells.slice(0, SAMPLE_ROWS));
      return [...head, ...cells.flatMap((row) => table!.rowLines(row))];
    },
    end: () => [...settled([]), table!.endLine()],
  };
}

const SAMPLE_ROWS = 200;
