/**
 * Counts of techniques from a file: JSON lines or a JSON array of objects, CSV with or without a head, or one technique id a
 * line. The technique's column may hold an id, a tagged rule name, or a list of ids; a row without a count counts one.
 *
 * Column names are compared without case, `_`, `-`, `.` and spaces, so that what a query names ATTACK_TECHNIQUE_ID is found.
 */
import { attackErrors } from "../errors.ts";
import { isObject } from "../json-document.ts";
import { hasRuleName, parseRuleTags } from "../tags/rule-tags.ts";

export interface CountRow {
  /** One or more ids, in upper case. */
  readonly ids: readonly string[];
  readonly count: number;
  readonly comment: string | undefined;
  /** From 1. */
  readonly line: number;
}

/** A row that could not be counted. */
export interface BadRow {
  readonly line: number;
  readonly reason: string;
}

export interface CountRows {
  readonly rows: readonly CountRow[];
  readonly bad: readonly BadRow[];
  /** Rows whose technique is empty, NULL or `-`: events of no technique, as a query gives them. */
  readonly empty: number;
}

export interface CountOptions {
  readonly file: string;
  /** The columns, where their names are not among those that are looked for. */
  readonly techniqueField?: string | undefined;
  readonly countField?: string | undefined;
}

const TECHNIQUE_FIELDS = [
  "attacktechniqueid",
  "techniqueid",
  "mitretechniqueid",
  "ruletechniqueid",
  "threattechniqueid",
  "attacktechniqueids",
  "techniqueids",
  "technique",
  "techniques",
  "attacktechnique",
  "attack",
  "rulename",
  "id",
];
const COUNT_FIELDS = ["count", "counts", "score", "events", "total", "hits", "rules", "n", "ksqlcol0"];
const COMMENT_FIELDS = ["comment", "note", "remark", "description"];

type Row = ReadonlyMap<string, unknown>;

/** @throws SpoorError ATTACK_COUNTS_DAMAGED where nothing names a technique */
export function readCountRows(text: string, options: CountOptions): CountRows {
  const rows: CountRow[] = [];
  const bad: BadRow[] = [];
  let empty = 0;
  for (const { line, row, reason } of rowsOf(text)) {
    if (row === undefined) {
      bad.push({ line, reason });
      continue;
    }
    const reading = countRow(row, line, options);
    if (reading === "empty") empty++;
    else if ("reason" in reading) bad.push(reading);
    else rows.push(reading);
  }
  if (rows.length > 0 || empty > 0) return { rows, bad, empty };
  throw attackErrors.COUNTS_DAMAGED({
    message: `'${options.file}' names no technique`,
    detail: bad[0] === undefined ? "it is empty" : `line ${bad[0].line}: ${bad[0].reason}`,
    hint: "give objects or CSV with a technique and a count, or one technique id a line; --technique-field names the column",
  });
}

type RawRow = { readonly line: number; readonly row: Row | undefined; readonly reason: string };

function rowsOf(text: string): Iterable<RawRow> {
  const first = /^\uFEFF?\s*(\S)/.exec(text)?.[1];
  return first === "{" || first === "[" ? jsonRows(text) : csvRows(text);
}

function* jsonRows(text: string): Generator<RawRow> {
  const whole = parsed(text);
  if (Array.isArray(whole)) {
    for (const [index, item] of whole.entries()) yield jsonRow(item, index + 1);
    return;
  }
  if (isObject(whole)) {
    yield jsonRow(whole, 1);
    return;
  }
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const value = parsed(line);
    if (value === undefined) yield { line: index + 1, row: undefined, reason: "is no JSON" };
    else yield jsonRow(value, index + 1);
  }
}

function jsonRow(value: unknown, line: number): RawRow {
  if (typeof value === "string") return { line, row: new Map([["techniqueid", value]]), reason: "" };
  if (!isObject(value)) return { line, row: undefined, reason: "is no JSON object" };
  const entries = Object.entries(value).map(([name, item]) => [plainName(name), item] as const);
  return { line, row: new Map(entries), reason: "" };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, "")) as unknown;
  } catch {
    return undefined;
  }
}

/** RFC 4180, and `;` or a tab in place of the comma. A first line with a technique id is no head. */
function* csvRows(text: string): Generator<RawRow> {
  const records = csvRecords(text.replace(/^\uFEFF/, ""));
  let names: readonly string[] | undefined;
  for (const { line, cells } of records) {
    if (cells.every((cell) => cell.trim() === "")) continue;
    if (names === undefined) {
      const hasId = cells.some((cell) => parseRuleTags(cell).techniques.some(({ id }) => id !== undefined));
      names = hasId ? ["techniqueid", "count", "comment"] : cells.map(plainName);
      if (!hasId) continue;
    }
    const columns = names;
    yield { line, row: new Map(cells.map((cell, i) => [columns[i] ?? `column${i + 1}`, cell])), reason: "" };
  }
}

interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

function* csvRecords(text: string): Generator<CsvRecord> {
  const separator = /^[^\n]*?([,;\t])/.exec(text)?.[1] ?? ",";
  const cell = new RegExp(
    `(?:"([^"]*(?:""[^"]*)*)"[^\\n${separator}]*|([^\\n${separator}]*))(${separator}|\\n|$)`,
    "y",
  );
  let line = 1;
  let cells: string[] = [];
  let start = 1;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text)!;
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2]!.replace(/\r$/, ""));
    for (const letter of match[0]) if (letter === "\n") line++;
    if (match[3] === separator && cell.lastIndex < text.length) continue;
    yield { line: start, cells };
    cells = [];
    start = line;
  }
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

function countRow(row: Row, line: number, options: CountOptions): CountRow | BadRow | "empty" {
  const techniqueField = fieldOf(row, options.techniqueField, TECHNIQUE_FIELDS);
  if (techniqueField === undefined) {
    const names = [...row.keys()].slice(0, 8).join("', '");
    return { line, reason: `no column names a technique among '${names}'` };
  }
  const value = row.get(techniqueField);
  const texts = (Array.isArray(value) ? value : [value]).filter(
    (item) => item !== null && item !== undefined,
  );
  const names = texts.map(String).filter(hasRuleName);
  if (names.length === 0) return "empty";
  const ids = names.flatMap((name) => parseRuleTags(name).techniques.flatMap(({ id }) => id ?? []));
  if (ids.length === 0) return { line, reason: `'${names[0]!.slice(0, 80)}' names no technique id` };
  const countField = fieldOf(row, options.countField, COUNT_FIELDS);
  if (countField === undefined && options.countField !== undefined)
    return { line, reason: `there is no column '${options.countField}'` };
  const written = countField === undefined ? "1" : row.get(countField);
  const count = written === null || written === "" ? NaN : Number(written);
  if (!Number.isFinite(count) || count < 0) return { line, reason: `'${String(written)}' is no count` };
  const comment = row.get(fieldOf(row, undefined, COMMENT_FIELDS) ?? "");
  return {
    ids: [...new Set(ids)],
    count,
    comment: typeof comment === "string" && comment.trim() !== "" ? comment.trim() : undefined,
    line,
  };
}

function fieldOf(row: Row, named: string | undefined, known: readonly string[]): string | undefined {
  if (named === undefined) return known.find((name) => row.has(name));
  return row.has(plainName(named)) ? plainName(named) : undefined;
}
