import type { Statement } from "./ast-statement.ts";
import { parseWithClause } from "./parse-elements.ts";
import { parseResourceName } from "./parse-name.ts";
import type { Token } from "./token.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** KSQL 5: what follows REGISTER. */
export function parseRegisterTopic(cursor: TokenCursor, start: Token): Statement {
  cursor.expectWord("TOPIC");
  const ifNotExists = cursor.acceptWords("IF", "NOT") && cursor.expectWord("EXISTS");
  const name = parseResourceName(cursor, "<topic>");
  const properties = parseWithClause(cursor);
  return { kind: "register-topic", ifNotExists, name, properties, span: cursor.spanFrom(start) };
}

/** KSQL 5: what follows DROP TOPIC. */
export function parseDropTopic(cursor: TokenCursor, start: Token): Statement {
  const ifExists = cursor.acceptWords("IF", "EXISTS");
  const name = parseResourceName(cursor, "<topic>");
  return { kind: "drop-topic", ifExists, name, span: cursor.spanFrom(start) };
}

/** KSQL 5: what follows EXPORT. */
export function parseExportCatalog(cursor: TokenCursor, start: Token): Statement {
  cursor.expectWords("CATALOG", "TO");
  const file = cursor.expectString();
  return { kind: "export-catalog", file, span: cursor.spanFrom(start) };
}

/** What follows RUN: a statement of KSQL 5's server, of ksqlDB's testing tool and of its CLI. */
export function parseRunScript(cursor: TokenCursor, start: Token): Statement {
  cursor.expectWord("SCRIPT");
  const file = cursor.expectString();
  return { kind: "run-script", file, span: cursor.spanFrom(start) };
}
