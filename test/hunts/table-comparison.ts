/**
 * A hunt's answer against the table that a notebook printed with `df.show`. Rows are compared without regard to their order
 * unless the statement sorts; of a table that shows the first rows only, each of these must be among the answer's. Times were
 * printed as they were, or in the author's zone: then the given hours lead to UTC.
 */
import type { ExpectedTable } from "./hunt-records.ts";

export interface Answer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** @returns what is wrong, in a line or two; undefined where the tables are the same */
export function differenceOf(expected: ExpectedTable, answer: Answer, sql: string): string | undefined {
  const columns = answer.columns.map((name) => name.toLowerCase());
  const wanted = expected.columns.map((name) => name.toLowerCase());
  if (columns.join("|") !== wanted.join("|"))
    return `columns: expected ${expected.columns.join(", ")}; found ${answer.columns.join(", ")}`;
  const offset = expected.timestamp_offset_hours ?? 0;
  const rows = answer.rows.map((row) => row.map(answerCell));
  const want = expected.rows.map((row) => row.map((cell) => expectedCell(cell, offset)));
  const truncated = expected.cells_truncated === true;
  if (expected.only_first_rows !== true && rows.length !== want.length)
    return `expected ${want.length} rows, found ${rows.length}${sample(want, rows)}`;
  if (/\border\s+by\b/i.test(sql)) {
    const at = want.findIndex((row, i) => !isSame(row, rows[i], truncated));
    return at === -1 ? undefined : `row ${at + 1}${sample([want[at]!], rows.slice(at, at + 1))}`;
  }
  const left = [...rows];
  for (const row of want) {
    const at = left.findIndex((other) => isSame(row, other, truncated));
    if (at === -1) return `a row is missing${sample([row], left.slice(0, 1))}`;
    left.splice(at, 1);
  }
  return undefined;
}

function isSame(want: readonly string[], found: readonly string[] | undefined, truncated: boolean): boolean {
  if (found === undefined) return want.length === 0;
  return want.every((cell, i) => {
    const other = found[i] ?? "";
    return cell === other || (truncated && cell.endsWith("...") && other.startsWith(cell.slice(0, -3)));
  });
}

const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?(Z?)$/;
const HOUR_MS = 3_600_000;

/** Times as instants: the answer's are UTC. */
function answerCell(cell: string): string {
  return normalized(cell, 0);
}

/** A printed time without a zone is in the author's. */
function expectedCell(cell: string | null, offsetHours: number): string {
  return normalized(cell ?? "null", offsetHours);
}

function normalized(cell: string, offsetHours: number): string {
  const time = TIME.exec(cell);
  if (time !== null) {
    const hours = time[4] === "Z" ? 0 : offsetHours;
    const ms = Date.parse(`${time[1]}T${time[2]}${(time[3] ?? "").slice(0, 4)}Z`) + hours * HOUR_MS;
    return new Date(ms).toISOString();
  }
  // The printed table lost line ends and blanks at a cell's edge.
  return /^null$/i.test(cell) ? "null" : cell.replaceAll("\r\n", "\n").trim();
}

const SHOWN = 160;

function sample(want: readonly (readonly string[])[], found: readonly (readonly string[])[]): string {
  return `\n    expected ${rowText(want[0])}\n    found    ${rowText(found[0])}`;
}

function rowText(row: readonly string[] | undefined): string {
  return row === undefined ? "–" : JSON.stringify(row).slice(0, SHOWN);
}
