import { displayWidth, padEnd, safeText } from "./display-width.ts";

/**
 * ksqlDB's table for entities: a heading, a rule as wide as the table (or the terminal), the rows, the rule again.
 * Cells may have several lines, which stand under each other.
 *
 *      Stream Name | Kafka Topic
 *     ---------------------------
 *      A           | t1
 *     ---------------------------
 */
export interface PlainTable {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly footer?: string | undefined;
}

export function plainTableLines(table: PlainTable, terminalColumns: number): string[] {
  const { headings, rows } = table;
  const cells = rows.map((row) => row.map((cell) => cell.split(/\r?\n/).map(safeText)));
  const widths = headings.map((heading, column) => {
    const inColumn = cells.flatMap((row) => (row[column] ?? []).map(displayWidth));
    return inColumn.reduce((most, width) => Math.max(most, width), displayWidth(heading));
  });
  const full = widths.reduce((sum, width) => sum + width + 3, -1);
  const rule = "-".repeat(Math.min(terminalColumns, full));
  const lines = [lineOf(headings, widths), rule];
  for (const row of cells) {
    const height = Math.max(1, ...row.map((cell) => cell.length));
    for (let i = 0; i < height; i++) {
      lines.push(
        lineOf(
          row.map((cell) => cell[i] ?? ""),
          widths,
        ),
      );
    }
  }
  lines.push(rule);
  if (table.footer !== undefined) lines.push(table.footer);
  return lines;
}

function lineOf(cells: readonly string[], widths: readonly number[]): string {
  return ` ${widths.map((width, column) => padEnd(cells[column] ?? "", width)).join(" | ")} `;
}
