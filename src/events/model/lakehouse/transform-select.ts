import type { TransformList } from "./transform-list.ts";

/** What a transform list comes to on a relation. */
export interface TransformSelect {
  /** A SELECT statement of DuckDB's SQL. */
  readonly sql: string;
  /** The result's columns in order. */
  readonly columns: readonly string[];
  /** Sources of renames that the relation does not have: their columns are NULL (the notebook writes the text `null`). */
  readonly missing: readonly string[];
}

/**
 * The SELECT for a transform list over a relation, in three steps one inside the other: renames; new columns, each over
 * what is there by then; and the listed columns, sorted. Names are compared without regard to case, as DuckDB does.
 * @param relation a table, view or parenthesized query, already quoted as it needs to be
 * @param sourceColumns the relation's columns
 */
export function transformSelect(
  list: TransformList,
  relation: string,
  sourceColumns: readonly string[],
): TransformSelect {
  const byLower = new Map(sourceColumns.map((name) => [name.toLowerCase(), name]));
  const targets = new Set(list.renames.map(({ to }) => to.toLowerCase()));
  const sources = new Set(list.renames.map(({ from }) => from.toLowerCase()));
  const missing: string[] = [];
  const kept = sourceColumns.filter(
    (name) => !targets.has(name.toLowerCase()) && !sources.has(name.toLowerCase()),
  );
  const items = kept.map(quoteName);
  for (const { from, to } of list.renames) {
    const source = byLower.get(from.toLowerCase());
    if (source === undefined) missing.push(from);
    items.push(`${source === undefined ? "NULL" : quoteName(source)} AS ${quoteName(to)}`);
  }
  let sql = `SELECT ${items.length === 0 ? "NULL" : items.join(", ")} FROM ${relation}`;
  const present = new Map(
    [...kept, ...list.renames.map(({ to }) => to)].map((name) => [name.toLowerCase(), name]),
  );
  for (const { column, kind, text } of list.news) {
    const before = present.get(column.toLowerCase());
    const rest = before === undefined ? "*" : `* EXCLUDE (${quoteName(before)})`;
    const value = kind === "literal" ? quoteText(text) : `(${quotedNames(text)})`;
    sql = `SELECT ${rest}, ${value} AS ${quoteName(column)} FROM (${sql})`;
    present.set(column.toLowerCase(), column);
  }
  return {
    sql: `SELECT ${list.columns.map(quoteName).join(", ")} FROM (${sql})`,
    columns: list.columns,
    missing,
  };
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Spark quotes names with backticks, DuckDB with double quotes; texts stay as they are. */
function quotedNames(expression: string): string {
  return expression.replaceAll(/'(?:[^']|'')*'|`((?:[^`]|``)*)`/g, (whole, name: string | undefined) =>
    name === undefined ? whole : quoteName(name.replaceAll("``", "`")),
  );
}
