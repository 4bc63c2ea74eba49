import type { Expression } from "./ast-expression.ts";
import { sqlErrors } from "./errors.ts";
import type { Statement } from "./ast-statement.ts";
import { parseWithClause } from "./parse-elements.ts";
import { parseValue } from "./parse-expression.ts";
import { parseName, parseSourceName } from "./parse-name.ts";
import { parseQuery } from "./parse-query.ts";
import type { Token } from "./token.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** What follows INSERT. */
export function parseInsert(cursor: TokenCursor, start: Token): Statement {
  cursor.expectWord("INTO");
  const { text: name, span: nameSpan } = parseSourceName(cursor);
  if (cursor.atSymbol("(") || cursor.atWord("VALUES")) {
    const { columns, values } = parseColumnsAndValues(cursor, "VALUES");
    return { kind: "insert-values", name, nameSpan, columns, values, span: cursor.spanFrom(start) };
  }
  cursor.note("'('");
  cursor.note("VALUES");
  const properties = parseWithClause(cursor);
  const query = parseQuery(cursor);
  return { kind: "insert-into", name, nameSpan, properties, query, span: cursor.spanFrom(start) };
}

/** `[(column, …)] VALUES (expression, …)`, with as many values as columns. */
export function parseColumnsAndValues(
  cursor: TokenCursor,
  word: "VALUES" | "KEY",
): { readonly columns: readonly string[]; readonly values: readonly Expression[] } {
  const start = cursor.token;
  const columns = parseColumnNames(cursor);
  cursor.expectWord(word);
  const values = parseValueList(cursor);
  if (columns.length === 0 || columns.length === values.length) return { columns, values };
  throw sqlErrors.BAD_CLAUSE({
    message: "number of columns and values differs",
    detail: `${columns.length} columns, ${values.length} values`,
    place: cursor.place(cursor.spanFrom(start)),
  });
}

function parseColumnNames(cursor: TokenCursor): string[] {
  const open = cursor.token;
  if (!cursor.acceptSymbol("(")) return [];
  const columns = cursor.list(() => parseName(cursor, "<column>").text);
  cursor.expectClosing(")", open);
  return columns;
}

function parseValueList(cursor: TokenCursor): Expression[] {
  const open = cursor.expectSymbol("(");
  if (cursor.atSymbol(")")) {
    throw sqlErrors.BAD_CLAUSE({ message: "values are missing", place: cursor.place(open) });
  }
  const values = cursor.list(() => parseValue(cursor));
  cursor.expectClosing(")", open);
  return values;
}
