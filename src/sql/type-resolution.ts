import { unreachable } from "../base/assert.ts";
import type { ErrorPlace } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import type { SqlType } from "../data/types.ts";
import type { NamedType, TypeExpression } from "./ast-expression.ts";
import { sqlErrors } from "./errors.ts";
import { TYPE_WORDS } from "./keywords.ts";
import type { TypeLookup } from "./parse-options.ts";

/**
 * Replaces the names that CREATE TYPE made by their types.
 * @throws SQL_BAD_TYPE for an unknown name, placed in `text` (what the tree was parsed from) where given.
 */
export function resolveType(type: TypeExpression, lookup: TypeLookup, text?: string): SqlType {
  switch (type.kind) {
    case "named-type": {
      const found = lookup(type.name);
      if (found === undefined) throw unknownType(type, text);
      return found;
    }
    case "ARRAY":
      return { kind: "ARRAY", element: resolveType(type.element, lookup, text) };
    case "MAP":
      return {
        kind: "MAP",
        key: resolveType(type.key, lookup, text),
        value: resolveType(type.value, lookup, text),
      };
    case "STRUCT":
      return {
        kind: "STRUCT",
        fields: type.fields.map((f) => ({ name: f.name, type: resolveType(f.type, lookup, text) })),
      };
    case "DECIMAL":
    case "BOOLEAN":
    case "INTEGER":
    case "BIGINT":
    case "DOUBLE":
    case "STRING":
    case "BYTES":
    case "DATE":
    case "TIME":
    case "TIMESTAMP":
      return type;
    default:
      return unreachable(type, "type");
  }
}

/** The type without named parts, or undefined where it has some. */
export function plainType(type: TypeExpression): SqlType | undefined {
  return hasNamedPart(type) ? undefined : resolveType(type, () => undefined);
}

function hasNamedPart(type: TypeExpression): boolean {
  switch (type.kind) {
    case "named-type":
      return true;
    case "ARRAY":
      return hasNamedPart(type.element);
    case "MAP":
      return hasNamedPart(type.key) || hasNamedPart(type.value);
    case "STRUCT":
      return type.fields.some((f) => hasNamedPart(f.type));
    default:
      return false;
  }
}

function unknownType(type: NamedType, text: string | undefined): Error {
  const place: ErrorPlace | undefined = text === undefined ? undefined : { text, span: type.span };
  return sqlErrors.BAD_TYPE({
    message: `type '${type.name}' does not exist`,
    hint: didYouMean(type.name, TYPE_WORDS),
    place,
  });
}
