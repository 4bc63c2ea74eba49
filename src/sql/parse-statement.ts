import { sqlErrors } from "./errors.ts";
import { didYouMean } from "../base/nearest.ts";
import type { QueryControl, Statement } from "./ast-statement.ts";
import { KSQL5_STATEMENT_WORDS, STATEMENT_WORDS } from "./keywords.ts";
import { parseAssert } from "./parse-assert.ts";
import { parseAlterSource, parseCreate, parseDrop } from "./parse-create.ts";
import { parseInsert } from "./parse-insert.ts";
import { parseExportCatalog, parseRegisterTopic, parseRunScript } from "./parse-ksql5.ts";
import { parseName } from "./parse-name.ts";
import { parseQuery } from "./parse-query.ts";
import { parseAlterSystem, parseDefine, parseSet, parseUndefine, parseUnset } from "./parse-session.ts";
import { parseDescribe, parsePrint, parseShow } from "./parse-show.ts";
import type { Token } from "./token.ts";
import type { TokenCursor } from "./token-cursor.ts";

type StatementRule = (cursor: TokenCursor, start: Token) => Statement;

/** The rule for what follows each first word. */
const RULES = new Map<string, StatementRule>([
  ["CREATE", parseCreate],
  ["INSERT", parseInsert],
  ["DROP", parseDrop],
  ["ALTER", parseAlter],
  ["SHOW", parseShow],
  ["LIST", parseShow],
  ["DESCRIBE", parseDescribe],
  ["PRINT", parsePrint],
  ["EXPLAIN", parseExplain],
  ["TERMINATE", (cursor, start) => parseQueryControl(cursor, start, "TERMINATE")],
  ["PAUSE", (cursor, start) => parseQueryControl(cursor, start, "PAUSE")],
  ["RESUME", (cursor, start) => parseQueryControl(cursor, start, "RESUME")],
  ["SET", parseSet],
  ["UNSET", parseUnset],
  ["DEFINE", parseDefine],
  ["UNDEFINE", parseUndefine],
  ["ASSERT", parseAssert],
]);

const KSQL5_RULES = new Map<string, StatementRule>([
  ["RUN", parseRunScript],
  ["REGISTER", parseRegisterTopic],
  ["EXPORT", parseExportCatalog],
]);

/** One statement, up to but without its semicolon; the names before `.` must be sources of its FROM clauses. */
export function parseStatementAt(cursor: TokenCursor): Statement {
  cursor.resetStatement();
  const statement = parseAny(cursor);
  for (const { name, span } of cursor.qualifiers) {
    if (cursor.sources.has(name)) continue;
    throw sqlErrors.UNKNOWN_QUALIFIER({
      message: `'${name}' is not a valid stream/table name or alias`,
      hint: didYouMean(name, cursor.sources) ?? "fields of a struct are read with '->'",
      place: cursor.place(span),
    });
  }
  return statement;
}

function parseAny(cursor: TokenCursor): Statement {
  if (cursor.atWord("SELECT")) return parseQuery(cursor);
  const { token } = cursor;
  const rule = token.kind === "word" ? ruleFor(cursor, token.text) : undefined;
  if (rule === undefined) {
    cursor.note("<statement>");
    throw cursor.fail();
  }
  cursor.advance();
  return rule(cursor, token);
}

function ruleFor(cursor: TokenCursor, word: string): StatementRule | undefined {
  const rule = RULES.get(word);
  if (rule !== undefined || cursor.lenient) return rule ?? KSQL5_RULES.get(word);
  return cursor.testStatements && word === "RUN" ? parseRunScript : undefined;
}

/** The words a statement may begin with in the cursor's dialect. */
export function statementWords(cursor: TokenCursor): readonly string[] {
  return cursor.lenient ? [...STATEMENT_WORDS, ...KSQL5_STATEMENT_WORDS] : STATEMENT_WORDS;
}

function parseAlter(cursor: TokenCursor, start: Token): Statement {
  if (cursor.acceptWord("SYSTEM")) return parseAlterSystem(cursor, start);
  if (cursor.acceptWord("STREAM")) return parseAlterSource(cursor, start, "STREAM");
  cursor.expectWord("TABLE");
  return parseAlterSource(cursor, start, "TABLE");
}

/** A name that ends the statement is a query's id; KSQL 5's word ANALYZE has no meaning. */
function parseExplain(cursor: TokenCursor, start: Token): Statement {
  if (cursor.lenient && cursor.atWord("ANALYZE") && !isLast(cursor, 1)) cursor.advance();
  if (cursor.isName() && isLast(cursor, 1)) {
    const queryId = parseName(cursor, "<query-id>").text;
    return { kind: "explain", queryId, span: cursor.spanFrom(start) };
  }
  cursor.note("<query-id>");
  const statement = cursor.nested(() => parseAny(cursor));
  return { kind: "explain", statement, span: cursor.spanFrom(start) };
}

function isLast(cursor: TokenCursor, ahead: number): boolean {
  return cursor.atSymbol(";", ahead) || cursor.peek(ahead).kind === "end";
}

function parseQueryControl(cursor: TokenCursor, start: Token, action: QueryControl["action"]): Statement {
  if (cursor.acceptWord("ALL")) return { kind: "query-control", action, span: cursor.spanFrom(start) };
  if (cursor.lenient && action === "TERMINATE" && cursor.atWord("QUERY")) cursor.advance();
  const queryId = parseName(cursor, "<query-id>").text;
  return { kind: "query-control", action, queryId, span: cursor.spanFrom(start) };
}
