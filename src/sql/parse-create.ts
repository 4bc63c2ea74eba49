import { sqlErrors } from "./errors.ts";
import type { Query } from "./ast-query.ts";
import type { SourceKind } from "./ast-declaration.ts";
import type { AddedColumn, Statement } from "./ast-statement.ts";
import { parseCreateConnector, parseDropConnector } from "./parse-connector.ts";
import { parseTableElements, parseWithClause } from "./parse-elements.ts";
import { parseDropTopic } from "./parse-ksql5.ts";
import { parseName, parseSourceName } from "./parse-name.ts";
import { parseQuery } from "./parse-query.ts";
import { parseType } from "./parse-type.ts";
import type { Token } from "./token.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** What follows CREATE. */
export function parseCreate(cursor: TokenCursor, start: Token): Statement {
  const orReplace = cursor.acceptWord("OR");
  if (orReplace) cursor.expectWord("REPLACE");
  const source = cursor.acceptWord("SOURCE");
  for (const kind of ["STREAM", "TABLE"] as const) {
    if (cursor.acceptWord(kind)) return parseCreateSource(cursor, start, kind, { orReplace, source });
  }
  if (orReplace) throw cursor.fail();
  if (source) return parseCreateConnector(cursor, start, "SOURCE");
  if (cursor.acceptWord("SINK")) return parseCreateConnector(cursor, start, "SINK");
  if (cursor.acceptWord("TYPE")) return parseCreateType(cursor, start);
  throw cursor.fail();
}

function parseCreateSource(
  cursor: TokenCursor,
  start: Token,
  sourceKind: SourceKind,
  words: { readonly orReplace: boolean; readonly source: boolean },
): Statement {
  const ifNotExists = parseIfNotExists(cursor);
  const { text: name, span: nameSpan } = parseSourceName(cursor, "<name>");
  const common = { sourceKind, orReplace: words.orReplace, ifNotExists, name, nameSpan };
  const elements = parseTableElements(cursor, sourceKind);
  const properties = parseWithClause(cursor);
  if (elements.length > 0 && cursor.atWord("AS")) {
    throw cursor.fail("the columns come from the SELECT: remove their list");
  }
  if (!words.source && elements.length === 0 && cursor.acceptWord("AS")) {
    const query = parseQuery(cursor);
    checkNoLimit(cursor, query, sourceKind);
    return { kind: "create-as-select", ...common, properties, query, span: cursor.spanFrom(start) };
  }
  const readOnly = words.source;
  return { kind: "create-source", ...common, readOnly, elements, properties, span: cursor.spanFrom(start) };
}

function checkNoLimit(cursor: TokenCursor, query: Query, kind: SourceKind): void {
  if (query.limit === undefined || cursor.dialect === "ksql5") return;
  throw sqlErrors.BAD_CLAUSE({
    message: `CREATE ${kind} AS SELECT has no LIMIT clause`,
    hint: "remove LIMIT, or use a SELECT of its own",
    place: cursor.place(query.span),
  });
}

function parseCreateType(cursor: TokenCursor, start: Token): Statement {
  const ifNotExists = parseIfNotExists(cursor);
  const name = parseName(cursor).text;
  cursor.expectWord("AS");
  const type = parseType(cursor);
  return { kind: "create-type", ifNotExists, name, type, span: cursor.spanFrom(start) };
}

/** What follows DROP. */
export function parseDrop(cursor: TokenCursor, start: Token): Statement {
  for (const sourceKind of ["STREAM", "TABLE"] as const) {
    if (!cursor.acceptWord(sourceKind)) continue;
    const ifExists = parseIfExists(cursor);
    const { text: name, span: nameSpan } = parseSourceName(cursor);
    const deleteTopic = cursor.acceptWord("DELETE") && cursor.expectWord("TOPIC");
    const span = cursor.spanFrom(start);
    return { kind: "drop-source", sourceKind, ifExists, name, nameSpan, deleteTopic, span };
  }
  if (cursor.acceptWord("CONNECTOR")) return parseDropConnector(cursor, start);
  if (cursor.acceptWord("TYPE")) {
    const ifExists = parseIfExists(cursor);
    const name = parseName(cursor, "<type>").text;
    return { kind: "drop-type", ifExists, name, span: cursor.spanFrom(start) };
  }
  if (cursor.lenient && cursor.acceptWord("TOPIC")) return parseDropTopic(cursor, start);
  throw cursor.fail();
}

/** What follows ALTER STREAM or ALTER TABLE. */
export function parseAlterSource(cursor: TokenCursor, start: Token, sourceKind: SourceKind): Statement {
  const { text: name, span: nameSpan } = parseSourceName(cursor);
  const additions = cursor.list(() => parseAddition(cursor));
  return { kind: "alter-source", sourceKind, name, nameSpan, additions, span: cursor.spanFrom(start) };
}

/** `ADD [COLUMN] name type`; COLUMN may itself be the name. */
function parseAddition(cursor: TokenCursor): AddedColumn {
  const start = cursor.token;
  cursor.expectWord("ADD");
  const isKeyword =
    cursor.isName(1) && (cursor.isName(2) || cursor.atWord("DECIMAL", 2) || cursor.peek(2).kind === "end");
  if (cursor.atWord("COLUMN") && isKeyword) cursor.advance();
  else cursor.note("COLUMN");
  const name = parseName(cursor).text;
  return { name, type: parseType(cursor), span: cursor.spanFrom(start) };
}

export function parseIfNotExists(cursor: TokenCursor): boolean {
  if (!cursor.acceptWords("IF", "NOT")) return false;
  return cursor.expectWord("EXISTS");
}

export function parseIfExists(cursor: TokenCursor): boolean {
  return cursor.acceptWords("IF", "EXISTS");
}
