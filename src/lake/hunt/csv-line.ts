/** CSV as RFC 4180 has it; an empty cell is null, a quoted empty one an empty text. */
import { huntValueText } from "./hunt-result.ts";
import type { HuntColumn, HuntValue } from "./hunt-result.ts";

export function csvHead(columns: readonly HuntColumn[]): string {
  return columns.map(({ name }) => csvCell(name)).join(",");
}

export function csvLine(row: readonly HuntValue[]): string {
  return row.map((value) => (value === null ? "" : csvCell(huntValueText(value)))).join(",");
}

function csvCell(text: string): string {
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
