import { sqlErrors } from "./errors.ts";
import type { TimeSpan } from "./ast-query.ts";
import type { Statement } from "./ast-statement.ts";
import { parseTableElements, parseWithClause } from "./parse-elements.ts";
import { parseColumnsAndValues } from "./parse-insert.ts";
import { parseTimeSpan, parseWholeNumber } from "./parse-literal.ts";
import { parseResourceName, parseSourceName } from "./parse-name.ts";
import type { Token } from "./token.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** What follows ASSERT: the server's assertions, and the testing tool's outside the strict dialect. */
export function parseAssert(cursor: TokenCursor, start: Token): Statement {
  const exists = !(cursor.acceptWord("NOT") && cursor.expectWord("EXISTS"));
  if (cursor.acceptWord("TOPIC")) return parseAssertTopic(cursor, start, exists);
  if (cursor.acceptWord("SCHEMA")) return parseAssertSchema(cursor, start, exists);
  if (exists && (cursor.lenient || cursor.testStatements)) return parseTestAssert(cursor, start);
  throw cursor.fail();
}

function parseAssertTopic(cursor: TokenCursor, start: Token, exists: boolean): Statement {
  const topic = parseResourceName(cursor, "<topic>");
  const properties = parseWithClause(cursor);
  const timeout = parseTimeout(cursor);
  return { kind: "assert-topic", exists, topic, properties, timeout, span: cursor.spanFrom(start) };
}

function parseAssertSchema(cursor: TokenCursor, start: Token, exists: boolean): Statement {
  const subject = cursor.acceptWord("SUBJECT") ? parseResourceName(cursor, "<name>") : undefined;
  const id = cursor.acceptWord("ID") ? parseWholeNumber(cursor, "ID") : undefined;
  const timeout = parseTimeout(cursor);
  const span = cursor.spanFrom(start);
  if (subject !== undefined || id !== undefined) {
    return { kind: "assert-schema", exists, subject, id, timeout, span };
  }
  throw sqlErrors.BAD_CLAUSE({
    message: "ASSERT SCHEMA needs a subject or an id",
    hint: "ASSERT SCHEMA SUBJECT 'name' ID 1;",
    place: cursor.place(span),
  });
}

function parseTimeout(cursor: TokenCursor): TimeSpan | undefined {
  return cursor.acceptWord("TIMEOUT") ? parseTimeSpan(cursor) : undefined;
}

function parseTestAssert(cursor: TokenCursor, start: Token): Statement {
  const isNull = cursor.acceptWord("NULL");
  if (isNull || cursor.atWord("VALUES")) {
    cursor.expectWord("VALUES");
    const { text: name, span: nameSpan } = parseSourceName(cursor);
    const { columns, values } = parseColumnsAndValues(cursor, isNull ? "KEY" : "VALUES");
    const kind = isNull ? "assert-tombstone" : "assert-values";
    return { kind, name, nameSpan, columns, values, span: cursor.spanFrom(start) };
  }
  cursor.note("VALUES");
  for (const sourceKind of ["STREAM", "TABLE"] as const) {
    if (!cursor.acceptWord(sourceKind)) continue;
    const { text: name, span: nameSpan } = parseSourceName(cursor);
    const elements = parseTableElements(cursor, sourceKind);
    const properties = parseWithClause(cursor);
    const span = cursor.spanFrom(start);
    return { kind: "assert-source", sourceKind, name, nameSpan, elements, properties, span };
  }
  throw cursor.fail();
}
