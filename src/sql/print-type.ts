import type { TypeExpression } from "./ast-expression.ts";
import { nameText } from "./print-name.ts";

/** The SQL text of a type as written, with names that CREATE TYPE made. */
export function printType(type: TypeExpression): string {
  switch (type.kind) {
    case "named-type":
      return nameText(type.name);
    case "DECIMAL":
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case "ARRAY":
      return `ARRAY<${printType(type.element)}>`;
    case "MAP":
      return `MAP<${printType(type.key)}, ${printType(type.value)}>`;
    case "STRUCT":
      if (type.fields.length === 0) return "STRUCT< >";
      return `STRUCT<${type.fields.map((f) => `${nameText(f.name)} ${printType(f.type)}`).join(", ")}>`;
    default:
      return type.kind;
  }
}
