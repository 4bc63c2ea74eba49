import { decimalType } from "../data/types.ts";
import type { PrimitiveKind } from "../data/types.ts";
import { didYouMean } from "../base/nearest.ts";
import { sqlErrors } from "./errors.ts";
import type { StructFieldExpression, TypeExpression } from "./ast-expression.ts";
import { TYPE_WORDS } from "./keywords.ts";
import { parseWholeNumber } from "./parse-literal.ts";
import { parseName } from "./parse-name.ts";
import type { TokenCursor } from "./token-cursor.ts";

const PRIMITIVES = new Map<string, PrimitiveKind>([
  ["BOOLEAN", "BOOLEAN"],
  ["INT", "INTEGER"],
  ["INTEGER", "INTEGER"],
  ["BIGINT", "BIGINT"],
  ["DOUBLE", "DOUBLE"],
  ["VARCHAR", "STRING"],
  ["STRING", "STRING"],
  ["BYTES", "BYTES"],
  ["DATE", "DATE"],
  ["TIME", "TIME"],
  ["TIMESTAMP", "TIMESTAMP"],
]);

/** A type; `T ARRAY` is `ARRAY<T>`. */
export function parseType(cursor: TokenCursor): TypeExpression {
  return cursor.nested(() => {
    let type = parseElementType(cursor);
    while (cursor.atWord("ARRAY")) {
      cursor.advance();
      type = { kind: "ARRAY", element: type };
    }
    return type;
  });
}

function parseElementType(cursor: TokenCursor): TypeExpression {
  if (cursor.atSymbol("<", 1)) {
    if (cursor.atWord("ARRAY")) return parseArrayType(cursor);
    if (cursor.atWord("MAP")) return parseMapType(cursor);
  }
  if (cursor.atWord("STRUCT") && (cursor.atSymbol("<", 1) || cursor.atSymbol("<>", 1)))
    return parseStructType(cursor);
  if (cursor.atWord("DECIMAL")) return parseDecimalType(cursor);
  return parseNamedType(cursor);
}

function parseArrayType(cursor: TokenCursor): TypeExpression {
  cursor.advance();
  const open = cursor.advance();
  const element = parseType(cursor);
  cursor.expectClosing(">", open);
  return { kind: "ARRAY", element };
}

function parseMapType(cursor: TokenCursor): TypeExpression {
  cursor.advance();
  const open = cursor.advance();
  const key = parseType(cursor);
  cursor.expectSymbol(",");
  const value = parseType(cursor);
  cursor.expectClosing(">", open);
  return { kind: "MAP", key, value };
}

function parseStructType(cursor: TokenCursor): TypeExpression {
  cursor.advance();
  const open = cursor.advance();
  if (open.text === "<>") return { kind: "STRUCT", fields: [] };
  if (cursor.acceptSymbol(">")) return { kind: "STRUCT", fields: [] };
  const names = new Set<string>();
  const fields = cursor.list((): StructFieldExpression => {
    const name = parseName(cursor);
    if (names.has(name.text)) {
      throw sqlErrors.DUPLICATE({
        message: `field '${name.text}' is declared twice`,
        place: cursor.place(name.span),
      });
    }
    names.add(name.text);
    return { name: name.text, type: parseType(cursor) };
  });
  cursor.expectClosing(">", open);
  return { kind: "STRUCT", fields };
}

function parseDecimalType(cursor: TokenCursor): TypeExpression {
  const start = cursor.advance();
  const open = cursor.expectSymbol("(");
  const precision = parseWholeNumber(cursor, "precision");
  cursor.expectSymbol(",");
  const scale = parseWholeNumber(cursor, "scale");
  cursor.expectClosing(")", open);
  if (precision >= 1 && scale <= precision) return decimalType(precision, scale);
  throw sqlErrors.BAD_TYPE({
    message: `DECIMAL(${precision}, ${scale}) is no type`,
    hint: "precision is at least 1, scale at most the precision",
    place: cursor.place(cursor.spanFrom(start)),
  });
}

/** A built-in type or one made with CREATE TYPE; parameters as in `VARCHAR(10)` have no meaning. */
function parseNamedType(cursor: TokenCursor): TypeExpression {
  const name = parseName(cursor, "<type>");
  if (cursor.atSymbol("(")) parseTypeParameters(cursor);
  const primitive = PRIMITIVES.get(name.text.toUpperCase());
  if (primitive !== undefined) return { kind: primitive };
  if (cursor.typeRegistry === undefined) return { kind: "named-type", name: name.text, span: name.span };
  const type = cursor.typeRegistry(name.text);
  if (type !== undefined) return type;
  throw sqlErrors.BAD_TYPE({
    message: `type '${name.text}' does not exist`,
    hint: didYouMean(name.text, TYPE_WORDS),
    place: cursor.place(name.span),
  });
}

function parseTypeParameters(cursor: TokenCursor): void {
  const open = cursor.advance();
  cursor.list(() => {
    if (cursor.token.kind === "integer" || cursor.atWord("STRING")) return cursor.advance();
    cursor.note("<number>");
    cursor.note("STRING");
    throw cursor.fail();
  });
  cursor.expectClosing(")", open);
}
