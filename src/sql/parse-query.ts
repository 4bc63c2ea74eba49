import { sqlErrors } from "./errors.ts";
import type { Expression } from "./ast-expression.ts";
import type {
  ExpressionList,
  JoinType,
  PrimaryRelation,
  Query,
  Relation,
  SelectItem,
  TableRelation,
  WindowExpression,
} from "./ast-query.ts";
import { continueExpression, parseExpression, parseOperand, parseValue } from "./parse-expression.ts";
import { parseWholeNumber } from "./parse-literal.ts";
import { parseName, parseSourceName } from "./parse-name.ts";
import { parseWindow, parseWithin } from "./parse-window.ts";
import { sameTree } from "./same-tree.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** SELECT … up to LIMIT; in KSQL 5's dialect PARTITION BY may stand last. */
export function parseQuery(cursor: TokenCursor): Query {
  const start = cursor.token;
  cursor.expectWord("SELECT");
  const select = cursor.list(() => parseSelectItem(cursor));
  cursor.expectWord("FROM");
  const from = parseRelation(cursor);
  const window: WindowExpression | undefined = cursor.acceptWord("WINDOW") ? parseWindow(cursor) : undefined;
  const where = cursor.acceptWord("WHERE") ? parseExpression(cursor) : undefined;
  const groupBy = parseListClause(cursor, "GROUP");
  let partitionBy = parseListClause(cursor, "PARTITION");
  const having = cursor.acceptWord("HAVING") ? parseExpression(cursor) : undefined;
  const leading = partitionBy !== undefined;
  if (cursor.lenient) partitionBy ??= parseListClause(cursor, "PARTITION");
  const refinement = parseRefinement(cursor);
  if (cursor.lenient) partitionBy ??= parseListClause(cursor, "PARTITION");
  const limit = cursor.acceptWord("LIMIT") ? parseWholeNumber(cursor, "LIMIT") : undefined;
  if (cursor.lenient) partitionBy ??= parseListClause(cursor, "PARTITION");
  const trailing = !leading && partitionBy !== undefined ? true : undefined;
  return {
    kind: "query",
    select,
    from,
    window,
    where,
    groupBy,
    partitionBy,
    partitionByTrailing: trailing,
    having,
    refinement,
    limit,
    span: cursor.spanFrom(start),
  };
}

function parseSelectItem(cursor: TokenCursor): SelectItem {
  const start = cursor.token;
  if (cursor.atSymbol("*")) {
    cursor.advance();
    return { kind: "all-columns", span: cursor.spanFrom(start) };
  }
  cursor.note("'*'");
  if (cursor.isName() && cursor.atSymbol(".", 1) && cursor.atSymbol("*", 2)) {
    const source = parseName(cursor);
    cursor.advance();
    cursor.advance();
    cursor.qualifiers.push({ name: source.text, span: source.span });
    return { kind: "all-columns", source: source.text, span: cursor.spanFrom(start) };
  }
  const expression = parseSelectExpression(cursor);
  if (cursor.atSymbol("->") && cursor.atSymbol("*", 1)) {
    cursor.advance();
    cursor.advance();
    return { kind: "all-fields", base: expression, span: cursor.spanFrom(start) };
  }
  const alias = parseAlias(cursor);
  return { kind: "select-expression", expression, alias, span: cursor.spanFrom(start) };
}

/** An expression; a primary alone where `->*` follows it. */
function parseSelectExpression(cursor: TokenCursor): Expression {
  if (cursor.atWord("NOT") || cursor.atSymbol("-") || cursor.atSymbol("+")) return parseExpression(cursor);
  cursor.height = 0;
  const primary = cursor.nested(() => parseOperand(cursor));
  if (cursor.atSymbol("->") && cursor.atSymbol("*", 1)) return primary;
  return cursor.nested(() => continueExpression(cursor, primary));
}

function parseAlias(cursor: TokenCursor): string | undefined {
  if (cursor.acceptWord("AS")) return parseName(cursor).text;
  return cursor.isName() ? parseName(cursor).text : undefined;
}

function parseRelation(cursor: TokenCursor): Relation {
  let left: Relation = parsePrimary(cursor);
  for (;;) {
    const type = parseJoinType(cursor);
    if (type === undefined) return left;
    const right = parsePrimary(cursor);
    const within = cursor.acceptWord("WITHIN") ? parseWithin(cursor) : undefined;
    cursor.expectWord("ON");
    const on = parseExpression(cursor);
    left = { kind: "join", type, left, right, within, on, span: cursor.spanFrom(left.span) };
  }
}

/** The join's words up to JOIN, or undefined where none begins. */
function parseJoinType(cursor: TokenCursor): JoinType | undefined {
  if (cursor.acceptWord("JOIN")) return "INNER";
  if (cursor.acceptWord("INNER")) {
    cursor.expectWord("JOIN");
    return "INNER";
  }
  for (const type of ["LEFT", "RIGHT", "FULL"] as const) {
    if (!cursor.acceptWord(type)) continue;
    cursor.acceptWord("OUTER");
    cursor.expectWord("JOIN");
    return type;
  }
  return undefined;
}

/** A source, or a stream function of sources, with its alias. Functions are Spoor's own: ksqlDB's dialect has none. */
function parsePrimary(cursor: TokenCursor): PrimaryRelation {
  const name = parseSourceName(cursor, "<relation>");
  if (cursor.dialect === "ksqldb" && cursor.atSymbol("(")) throw cursor.fail(STRICT_HINT);
  const inputs = cursor.atSymbol("(") ? parseInputs(cursor) : undefined;
  cursor.sources.add(name.text);
  const alias = parseTableAlias(cursor);
  if (alias !== undefined) cursor.sources.add(alias);
  if (inputs === undefined) {
    return { kind: "table", name: name.text, alias, span: cursor.spanFrom(name.span) };
  }
  const span = cursor.spanFrom(name.span);
  return { kind: "stream-function", name: name.text, nameSpan: name.span, inputs, alias, span };
}

const STRICT_HINT = "ksqlDB has no functions in FROM; the dialect 'auto' has Spoor's stream functions";

function parseInputs(cursor: TokenCursor): TableRelation[] {
  const open = cursor.advance();
  const inputs = cursor.list((): TableRelation => {
    const { text, span } = parseSourceName(cursor);
    return { kind: "table", name: text, span };
  });
  cursor.expectClosing(")", open);
  return inputs;
}

/** EMIT and PARTITION are no reserved words, but may begin a clause here. */
function parseTableAlias(cursor: TokenCursor): string | undefined {
  if (cursor.acceptWord("AS")) return parseSourceName(cursor, "<name>").text;
  if (!cursor.isName()) return undefined;
  return atClause(cursor) ? undefined : parseSourceName(cursor, "<name>").text;
}

/** After an alias, only reserved words, EMIT and PARTITION can stand: any other word makes EMIT the clause. */
function atClause(cursor: TokenCursor): boolean {
  const next = cursor.peek(1);
  if (cursor.atWord("PARTITION")) return next.text === "BY" || next.kind === "end";
  if (!cursor.atWord("EMIT")) return false;
  return next.kind === "end" || (cursor.isName(1) && next.text !== "EMIT" && next.text !== "PARTITION");
}

/** The expressions of GROUP BY or PARTITION BY; parentheses around the whole list mean nothing. */
function parseListClause(cursor: TokenCursor, word: "GROUP" | "PARTITION"): ExpressionList | undefined {
  if (!cursor.acceptWord(word)) return undefined;
  cursor.expectWord("BY");
  const start = cursor.token;
  const expressions = cursor.lenient ? parseLooseList(cursor) : parseStrictList(cursor);
  const span = cursor.spanFrom(start);
  if (expressions.length === 0) {
    throw sqlErrors.BAD_CLAUSE({
      message: `${word} BY requires at least one expression`,
      place: cursor.place(span),
    });
  }
  for (const [i, expression] of expressions.entries()) {
    if (!expressions.slice(0, i).some((earlier) => sameTree(earlier, expression))) continue;
    throw sqlErrors.DUPLICATE({
      message: `duplicate ${word} BY expression`,
      place: cursor.place(expression.span),
    });
  }
  return { expressions, span };
}

function parseStrictList(cursor: TokenCursor): Expression[] {
  if (cursor.atSymbol("(") && cursor.atSymbol(")", 1)) {
    cursor.advance();
    cursor.advance();
    return [];
  }
  const list = atParenthesizedList(cursor);
  if (!list) return cursor.list(() => parseValue(cursor));
  const open = cursor.advance();
  const expressions = cursor.list(() => parseValue(cursor));
  cursor.expectClosing(")", open);
  return expressions;
}

/** KSQL 5 takes any expressions, and lists in parentheses among them. */
function parseLooseList(cursor: TokenCursor): Expression[] {
  return cursor
    .list(() => {
      if (!atParenthesizedList(cursor)) return [parseExpression(cursor)];
      const open = cursor.advance();
      const expressions = cursor.atSymbol(")") ? [] : cursor.list(() => parseExpression(cursor));
      cursor.expectClosing(")", open);
      return expressions;
    })
    .flat();
}

/** True at `(a, b)` and `()`, where the comma stands at the parentheses' own level. */
function atParenthesizedList(cursor: TokenCursor): boolean {
  if (!cursor.atSymbol("(")) return false;
  if (cursor.atSymbol(")", 1)) return true;
  let depth = 0;
  for (let ahead = 0; ; ahead++) {
    const token = cursor.peek(ahead);
    if (token.kind === "end" || (token.kind === "symbol" && token.text === ";")) return false;
    if (token.kind !== "symbol") continue;
    if (token.text === "(" || token.text === "[") depth++;
    else if (token.text === ")" || token.text === "]") depth--;
    else if (token.text === "," && depth === 1) return true;
    if (depth === 0) return false;
  }
}

function parseRefinement(cursor: TokenCursor): "CHANGES" | "FINAL" | undefined {
  if (!cursor.acceptWord("EMIT")) return undefined;
  if (cursor.acceptWord("CHANGES")) return "CHANGES";
  cursor.expectWord("FINAL");
  return "FINAL";
}
