import { sqlErrors } from "./errors.ts";
import type { ListTarget, Statement } from "./ast-statement.ts";
import { parseWholeNumber } from "./parse-literal.ts";
import { parseName, parseResourceName, parseSourceName } from "./parse-name.ts";
import type { Token } from "./token.ts";
import type { TokenCursor } from "./token-cursor.ts";

const EXTENDABLE = ["STREAMS", "TABLES", "QUERIES"] as const;
const PLAIN = ["FUNCTIONS", "TYPES", "PROPERTIES", "VARIABLES"] as const;

/** What follows SHOW or LIST. */
export function parseShow(cursor: TokenCursor, start: Token): Statement {
  const all = cursor.acceptWord("ALL");
  if (cursor.acceptWord("TOPICS")) return list(cursor, start, "TOPICS", { all, extendable: true });
  if (all) throw cursor.fail();
  for (const target of EXTENDABLE) {
    if (cursor.acceptWord(target)) return list(cursor, start, target, { all, extendable: true });
  }
  for (const target of PLAIN) {
    if (cursor.acceptWord(target)) return list(cursor, start, target, { all, extendable: false });
  }
  return list(cursor, start, parseOtherTarget(cursor), { all, extendable: false });
}

function parseOtherTarget(cursor: TokenCursor): ListTarget {
  if (cursor.acceptWord("CONNECTORS")) return "CONNECTORS";
  if (cursor.acceptWord("CONNECTOR")) {
    cursor.expectWord("PLUGINS");
    return "CONNECTOR PLUGINS";
  }
  for (const direction of ["SOURCE", "SINK"] as const) {
    if (!cursor.acceptWord(direction)) continue;
    cursor.expectWord("CONNECTORS");
    return `${direction} CONNECTORS`;
  }
  if (cursor.lenient && cursor.acceptWord("REGISTERED")) {
    cursor.expectWord("TOPICS");
    return "REGISTERED TOPICS";
  }
  throw cursor.fail();
}

function list(
  cursor: TokenCursor,
  start: Token,
  target: ListTarget,
  words: { readonly all: boolean; readonly extendable: boolean },
): Statement {
  const extended = words.extendable && cursor.acceptWord("EXTENDED");
  return { kind: "list", target, all: words.all, extended, span: cursor.spanFrom(start) };
}

/** What follows DESCRIBE. FUNCTION and TABLES may also be a source's name. */
export function parseDescribe(cursor: TokenCursor, start: Token): Statement {
  const leading = cursor.lenient && cursor.acceptWord("EXTENDED");
  const extended = (): boolean => (leading ? true : cursor.acceptWord("EXTENDED"));
  if (cursor.acceptWord("STREAMS")) {
    return {
      kind: "describe-sources",
      sourceKind: "STREAM",
      extended: extended(),
      span: cursor.spanFrom(start),
    };
  }
  if (cursor.acceptWord("CONNECTOR")) return describeNamed(cursor, start, "CONNECTOR", leading);
  if (cursor.lenient && cursor.acceptWord("TOPIC")) return describeNamed(cursor, start, "TOPIC", leading);
  if (cursor.atWord("FUNCTION") && (cursor.isName(1) || cursor.peek(1).kind === "end")) {
    cursor.advance();
    return describeNamed(cursor, start, "FUNCTION", leading);
  }
  if (cursor.atWord("TABLES")) {
    cursor.advance();
    return {
      kind: "describe-sources",
      sourceKind: "TABLE",
      extended: extended(),
      span: cursor.spanFrom(start),
    };
  }
  cursor.note("FUNCTION");
  cursor.note("TABLES");
  const { text: name, span: nameSpan } = parseSourceName(cursor);
  return { kind: "describe-source", name, nameSpan, extended: extended(), span: cursor.spanFrom(start) };
}

function describeNamed(
  cursor: TokenCursor,
  start: Token,
  what: "FUNCTION" | "CONNECTOR" | "TOPIC",
  extended: boolean,
): Statement {
  const name =
    what === "TOPIC"
      ? parseResourceName(cursor, "<topic>")
      : parseName(cursor, what === "FUNCTION" ? "<function>" : "<name>").text;
  return { kind: "describe-named", what, name, extended, span: cursor.spanFrom(start) };
}

/** What follows PRINT. */
export function parsePrint(cursor: TokenCursor, start: Token): Statement {
  const topic = parseResourceName(cursor, "<topic>");
  const fromBeginning = cursor.acceptWord("FROM") && cursor.expectWord("BEGINNING");
  const sampled = cursor.acceptWord("INTERVAL") || cursor.acceptWord("SAMPLE");
  const { token } = cursor;
  const interval = sampled ? parseWholeNumber(cursor, "INTERVAL") : undefined;
  if (interval === 0) {
    throw sqlErrors.BAD_NUMBER({ message: "INTERVAL must be at least 1", place: cursor.place(token) });
  }
  const limit = cursor.acceptWord("LIMIT") ? parseWholeNumber(cursor, "LIMIT") : undefined;
  return { kind: "print-topic", topic, fromBeginning, interval, limit, span: cursor.spanFrom(start) };
}
