import { sameType } from "../data/types.ts";
import type { SqlType } from "../data/types.ts";
import { sqlErrors } from "./errors.ts";
import type { Property, SourceKind, TableElement } from "./ast-declaration.ts";
import { parseLiteral } from "./parse-literal.ts";
import { parseName } from "./parse-name.ts";
import { parseType } from "./parse-type.ts";
import type { TokenCursor } from "./token-cursor.ts";
import { plainType } from "./type-resolution.ts";

/** `(name type [constraint], …)`, or nothing. Each name once; key constraints must fit the kind of source. */
export function parseTableElements(cursor: TokenCursor, kind: SourceKind): TableElement[] {
  const open = cursor.token;
  if (!cursor.acceptSymbol("(")) return [];
  const names = new Set<string>();
  const elements = cursor.list(() => {
    const element = parseElement(cursor);
    checkKeyKind(cursor, element, kind);
    if (names.has(element.name)) {
      throw sqlErrors.DUPLICATE({
        message: `column '${element.name}' is declared twice`,
        place: cursor.place(element.span),
      });
    }
    names.add(element.name);
    return element;
  });
  cursor.expectClosing(")", open);
  return elements;
}

function parseElement(cursor: TokenCursor): TableElement {
  const { text: name, span: start } = parseName(cursor);
  const type = parseType(cursor);
  if (cursor.acceptWord("PRIMARY")) {
    cursor.expectWord("KEY");
    return { name, type, constraint: "PRIMARY KEY", span: cursor.spanFrom(start) };
  }
  if (cursor.acceptWord("KEY")) return { name, type, constraint: "KEY", span: cursor.spanFrom(start) };
  if (cursor.acceptWord("HEADERS")) {
    const element: TableElement = { name, type, constraint: "HEADERS", span: cursor.spanFrom(start) };
    checkHeaderType(cursor, element, HEADERS_TYPE, "ARRAY<STRUCT<KEY STRING, VALUE BYTES>>");
    return element;
  }
  if (!cursor.acceptWord("HEADER")) return { name, type, span: cursor.spanFrom(start) };
  const open = cursor.expectSymbol("(");
  const headerKey = cursor.expectString().trim();
  cursor.expectClosing(")", open);
  const element: TableElement = { name, type, constraint: "HEADER", headerKey, span: cursor.spanFrom(start) };
  checkHeaderType(cursor, element, { kind: "BYTES" }, "BYTES");
  return element;
}

const HEADERS_TYPE: SqlType = {
  kind: "ARRAY",
  element: {
    kind: "STRUCT",
    fields: [
      { name: "KEY", type: { kind: "STRING" } },
      { name: "VALUE", type: { kind: "BYTES" } },
    ],
  },
};

/** A type with names in it cannot be checked before they are resolved. */
function checkHeaderType(cursor: TokenCursor, element: TableElement, wanted: SqlType, text: string): void {
  const type = plainType(element.type);
  if (type === undefined || sameType(type, wanted)) return;
  throw sqlErrors.BAD_TYPE({
    message: `invalid type of ${element.constraint ?? ""} column '${element.name}'`,
    detail: `expected ${text}`,
    place: cursor.place(element.span),
  });
}

function checkKeyKind(cursor: TokenCursor, element: TableElement, kind: SourceKind): void {
  const wrong = kind === "TABLE" ? "KEY" : "PRIMARY KEY";
  if (element.constraint !== wrong) return;
  throw sqlErrors.BAD_CLAUSE({
    message: `column '${element.name}' is a '${wrong}' column`,
    hint:
      kind === "TABLE"
        ? "use PRIMARY KEY for tables: their keys are unique and never null"
        : "use KEY for streams: PRIMARY KEY is for tables",
    place: cursor.place(element.span),
  });
}

/** `WITH (…)`, or nothing. */
export function parseWithClause(cursor: TokenCursor): Property[] {
  return cursor.acceptWord("WITH") ? parseProperties(cursor) : [];
}

/** `(name = literal, …)`, each name once. */
export function parseProperties(cursor: TokenCursor): Property[] {
  const open = cursor.expectSymbol("(");
  const names = new Set<string>();
  const properties = cursor.list(() => {
    const property = parseProperty(cursor);
    if (names.has(property.name)) {
      throw sqlErrors.DUPLICATE({
        message: `property '${property.name}' is given twice`,
        place: cursor.place(property.nameSpan),
      });
    }
    names.add(property.name);
    return property;
  });
  cursor.expectClosing(")", open);
  return properties;
}

function parseProperty(cursor: TokenCursor): Property {
  const { token } = cursor;
  const name = token.kind === "string" ? cursor.expectString() : parseName(cursor, "<property>").text;
  const nameSpan = cursor.spanFrom(token);
  cursor.expectSymbol("=");
  const value = parseLiteral(cursor);
  return { name, value, nameSpan, span: cursor.spanFrom(token) };
}
