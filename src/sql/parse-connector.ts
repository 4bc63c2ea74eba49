import type { Statement } from "./ast-statement.ts";
import { parseProperties } from "./parse-elements.ts";
import { parseName } from "./parse-name.ts";
import type { Token } from "./token.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** What follows CREATE SOURCE or CREATE SINK, where it is CONNECTOR. */
export function parseCreateConnector(
  cursor: TokenCursor,
  start: Token,
  direction: "SOURCE" | "SINK",
): Statement {
  cursor.expectWord("CONNECTOR");
  const ifNotExists = cursor.acceptWords("IF", "NOT") && cursor.expectWord("EXISTS");
  const name = parseName(cursor).text;
  cursor.expectWord("WITH");
  const properties = parseProperties(cursor);
  return { kind: "create-connector", direction, ifNotExists, name, properties, span: cursor.spanFrom(start) };
}

/** What follows DROP CONNECTOR. */
export function parseDropConnector(cursor: TokenCursor, start: Token): Statement {
  const ifExists = cursor.acceptWords("IF", "EXISTS");
  const name = parseName(cursor).text;
  return { kind: "drop-connector", ifExists, name, span: cursor.spanFrom(start) };
}
