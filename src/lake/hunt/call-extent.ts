import { significantTokens } from "./sql-tokens.ts";

/** A call's text from its name to its bracket, and whether an alias follows. */
export function callExtent(
  sql: string,
  start: number,
): { start: number; end: number; hasAlias: boolean } | undefined {
  const tokens = significantTokens(sql, "duckdb");
  let at = tokens.findIndex((token) => token.start === start);
  if (at === -1 || tokens[at + 1]?.text !== "(") return undefined;
  at++;
  for (let depth = 0; at < tokens.length; at++) {
    if (tokens[at]!.text === "(") depth++;
    else if (tokens[at]!.text === ")") depth--;
    if (depth === 0) break;
  }
  const close = tokens[at];
  const next = tokens[at + 1];
  if (close === undefined) return undefined;
  const isName =
    next?.kind === "name" || (next?.kind === "word" && !AFTER_TABLE.has(next.text.toUpperCase()));
  return { start, end: close.end, hasAlias: isName };
}

/** Words that may follow a table without an alias. */
const AFTER_TABLE = new Set(
  "WHERE GROUP ORDER LIMIT OFFSET HAVING UNION EXCEPT INTERSECT JOIN INNER LEFT RIGHT FULL CROSS NATURAL SEMI ANTI ASOF POSITIONAL LATERAL ON USING QUALIFY WINDOW SAMPLE TABLESAMPLE SELECT FETCH FOR".split(
    " ",
  ),
);
