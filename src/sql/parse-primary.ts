import { sqlErrors } from "./errors.ts";
import type { Expression, MapEntry, StructLiteralField, WhenClause } from "./ast-expression.ts";
import { atLiteral, parseLiteral, timeUnit } from "./parse-literal.ts";
import { parseName } from "./parse-name.ts";
import { parseType } from "./parse-type.ts";
import { sameTree } from "./same-tree.ts";
import type { Token } from "./token.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** The rules that operands need in turn. */
export interface ExpressionRules {
  readonly expression: (cursor: TokenCursor) => Expression;
  readonly value: (cursor: TokenCursor) => Expression;
}

/** An operand: a literal, name, call, constructor, CASE, CAST or parentheses, with what follows directly. */
export function parsePrimary(cursor: TokenCursor, rules: ExpressionRules): Expression {
  const start = cursor.token;
  let base = parseBase(cursor, rules);
  for (;;) {
    if (cursor.atSymbol("[")) {
      const open = cursor.advance();
      const index = rules.value(cursor);
      cursor.expectClosing("]", open);
      base = { kind: "subscript", base, index, span: cursor.spanFrom(start) };
    } else if (cursor.atSymbol("->") && !cursor.atSymbol("*", 1)) {
      cursor.advance();
      const field = parseName(cursor);
      base = { kind: "dereference", base, field: field.text, span: cursor.spanFrom(start) };
    } else {
      return base;
    }
    cursor.height = cursor.checkHeight(cursor.height + 1);
  }
}

function parseBase(cursor: TokenCursor, rules: ExpressionRules): Expression {
  const { token } = cursor;
  if (atLiteral(cursor)) return parseLiteral(cursor);
  if (token.kind === "symbol" && token.text === "(") {
    const open = cursor.advance();
    const inner = rules.expression(cursor);
    cursor.expectClosing(")", open);
    return inner;
  }
  if (token.kind === "word") {
    const special = parseKeywordBase(cursor, rules);
    if (special !== undefined) {
      cursor.height = cursor.checkHeight(cursor.height + 1);
      return special;
    }
  }
  if (token.kind === "variable" && !cursor.lenient && !cursor.atSymbol(".", 1) && !cursor.atSymbol("(", 1)) {
    return parseLiteral(cursor);
  }
  cursor.note("<expression>");
  if (!cursor.isName()) throw cursor.fail();
  return parseNamed(cursor, rules);
}

function parseKeywordBase(cursor: TokenCursor, rules: ExpressionRules): Expression | undefined {
  switch (cursor.token.text) {
    case "CASE":
      return parseCase(cursor, rules);
    case "CAST":
      return parseCast(cursor, rules);
    case "ARRAY":
      return cursor.atSymbol("[", 1) ? parseArrayLiteral(cursor, rules) : undefined;
    case "MAP":
      return cursor.atSymbol("(", 1) && !cursor.atSymbol("*", 2) ? parseMapLiteral(cursor, rules) : undefined;
    case "STRUCT":
      return atStructLiteral(cursor) ? parseStructLiteral(cursor, rules) : undefined;
    default:
      return undefined;
  }
}

/** What begins with a name: a call, a column, `source.column`, or a lambda's parameter. */
function parseNamed(cursor: TokenCursor, rules: ExpressionRules): Expression {
  const start = cursor.token;
  const name = parseName(cursor, "<column>");
  if (cursor.atSymbol("(")) {
    const call = parseCall(cursor, rules, start, name.text);
    cursor.height = cursor.checkHeight(cursor.height + 1);
    return call;
  }
  if (cursor.token.kind === "string") return parseTypedLiteral(cursor, start, name.text);
  if (cursor.atSymbol(".") && !cursor.atSymbol("*", 1)) {
    cursor.advance();
    const column = parseName(cursor, "<column>");
    cursor.qualifiers.push({ name: name.text, span: name.span });
    return { kind: "column", source: name.text, name: column.text, span: cursor.spanFrom(start) };
  }
  if (cursor.lambdaParams.includes(name.text)) {
    return { kind: "lambda-variable", name: name.text, span: name.span };
  }
  return { kind: "column", name: name.text, span: name.span };
}

/** `name 'text'`: the grammar has it for DECIMAL only, whose word must then be quoted. */
function parseTypedLiteral(cursor: TokenCursor, start: Token, type: string): Expression {
  const { token } = cursor;
  const text = cursor.expectString();
  if (type === "DECIMAL" && /^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(text)) {
    const digits = text.replace(/^\+/, "");
    return {
      kind: "decimal-literal",
      text: digits.includes(".") ? digits : `${digits}.`,
      span: cursor.spanFrom(start),
    };
  }
  throw sqlErrors.SYNTAX({
    message: `unexpected ${cursor.found(token)}`,
    detail: `a string cannot follow the name '${type}'`,
    hint: "is an operator, a comma or an opening parenthesis missing?",
    place: cursor.place(token),
  });
}

function parseCall(cursor: TokenCursor, rules: ExpressionRules, start: Token, name: string): Expression {
  const open = cursor.advance();
  if (cursor.atSymbol("*")) {
    cursor.advance();
    cursor.expectClosing(")", open);
    return { kind: "call", name, args: [], star: true, span: cursor.spanFrom(start) };
  }
  const args = cursor.acceptSymbol(")") ? undefined : [parseArgument(cursor, rules)];
  if (args !== undefined) finishArguments(cursor, rules, args, open);
  return { kind: "call", name, args: args ?? [], span: cursor.spanFrom(start) };
}

/** The arguments after the first: plain ones, then lambdas. */
function finishArguments(cursor: TokenCursor, rules: ExpressionRules, args: Expression[], open: Token): void {
  let lambdas = false;
  while (cursor.acceptSymbol(",")) {
    lambdas ||= atLambda(cursor);
    args.push(lambdas ? parseLambda(cursor, rules) : parseArgument(cursor, rules));
  }
  cursor.expectClosing(")", open);
}

/** An expression, or a bare time unit: the units that are names too (DAY, HOUR …) count as columns. */
function parseArgument(cursor: TokenCursor, rules: ExpressionRules): Expression {
  const { token } = cursor;
  const unit = token.kind === "word" && !cursor.isName() ? timeUnit(token.text) : undefined;
  if (unit === undefined) return rules.expression(cursor);
  cursor.advance();
  return { kind: "interval-unit", unit, span: cursor.spanFrom(token) };
}

function atLambda(cursor: TokenCursor): boolean {
  if (cursor.isName()) return cursor.atSymbol("=>", 1);
  if (!cursor.atSymbol("(")) return false;
  let ahead = 1;
  while (cursor.isName(ahead) && cursor.atSymbol(",", ahead + 1)) ahead += 2;
  return cursor.isName(ahead) && cursor.atSymbol(")", ahead + 1) && cursor.atSymbol("=>", ahead + 2);
}

function parseLambda(cursor: TokenCursor, rules: ExpressionRules): Expression {
  const start = cursor.token;
  const params: string[] = [];
  if (cursor.atSymbol("(")) {
    const open = cursor.advance();
    params.push(...cursor.list(() => parseName(cursor).text));
    cursor.expectClosing(")", open);
  } else {
    params.push(parseName(cursor).text);
  }
  cursor.expectSymbol("=>");
  const outer = cursor.lambdaParams;
  cursor.lambdaParams = [...outer, ...params];
  const body = rules.expression(cursor);
  cursor.lambdaParams = outer;
  cursor.height = cursor.checkHeight(cursor.height + 1);
  return { kind: "lambda", params, body, span: cursor.spanFrom(start) };
}

function parseCase(cursor: TokenCursor, rules: ExpressionRules): Expression {
  const start = cursor.advance();
  const operand = cursor.acceptWord("WHEN") ? undefined : rules.value(cursor);
  if (operand !== undefined) cursor.expectWord("WHEN");
  const whens: WhenClause[] = [];
  do {
    const condition = rules.expression(cursor);
    cursor.expectWord("THEN");
    whens.push({ condition, result: rules.expression(cursor) });
  } while (cursor.acceptWord("WHEN"));
  const otherwise = cursor.acceptWord("ELSE") ? rules.expression(cursor) : undefined;
  cursor.expectWord("END");
  const span = cursor.spanFrom(start);
  return operand === undefined
    ? { kind: "searched-case", whens, otherwise, span }
    : { kind: "simple-case", operand, whens, otherwise, span };
}

function parseCast(cursor: TokenCursor, rules: ExpressionRules): Expression {
  const start = cursor.advance();
  const open = cursor.expectSymbol("(");
  const operand = rules.expression(cursor);
  cursor.expectWord("AS");
  const type = parseType(cursor);
  cursor.expectClosing(")", open);
  return { kind: "cast", operand, type, span: cursor.spanFrom(start) };
}

function parseArrayLiteral(cursor: TokenCursor, rules: ExpressionRules): Expression {
  const start = cursor.advance();
  const open = cursor.advance();
  const elements = cursor.atSymbol("]") ? [] : cursor.list(() => rules.expression(cursor));
  cursor.expectClosing("]", open);
  return { kind: "array-literal", elements, span: cursor.spanFrom(start) };
}

/** `MAP(k := v, …)`; without `:=` it is a call of a function named MAP. */
function parseMapLiteral(cursor: TokenCursor, rules: ExpressionRules): Expression {
  const start = cursor.advance();
  const open = cursor.advance();
  if (cursor.acceptSymbol(")")) return { kind: "map-literal", entries: [], span: cursor.spanFrom(start) };
  const first = parseArgument(cursor, rules);
  if (!cursor.acceptSymbol(":=")) {
    const args = [first];
    finishArguments(cursor, rules, args, open);
    return { kind: "call", name: "MAP", args, span: cursor.spanFrom(start) };
  }
  const entries: MapEntry[] = [{ key: first, value: rules.expression(cursor) }];
  while (cursor.acceptSymbol(",")) {
    const key = rules.expression(cursor);
    if (entries.some((entry) => sameTree(entry.key, key))) {
      throw sqlErrors.DUPLICATE({ message: "map key is given twice", place: cursor.place(key.span) });
    }
    cursor.expectSymbol(":=");
    entries.push({ key, value: rules.expression(cursor) });
  }
  cursor.expectClosing(")", open);
  return { kind: "map-literal", entries, span: cursor.spanFrom(start) };
}

function atStructLiteral(cursor: TokenCursor): boolean {
  if (!cursor.atSymbol("(", 1)) return false;
  return cursor.atSymbol(")", 2) || (cursor.isName(2) && cursor.atSymbol(":=", 3));
}

function parseStructLiteral(cursor: TokenCursor, rules: ExpressionRules): Expression {
  const start = cursor.advance();
  const open = cursor.advance();
  if (cursor.acceptSymbol(")")) return { kind: "struct-literal", fields: [], span: cursor.spanFrom(start) };
  const fields = cursor.list((): StructLiteralField => {
    const name = parseName(cursor);
    cursor.expectSymbol(":=");
    return { name: name.text, value: rules.expression(cursor) };
  });
  cursor.expectClosing(")", open);
  return { kind: "struct-literal", fields, span: cursor.spanFrom(start) };
}
