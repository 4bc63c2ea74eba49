/** A value as a test would write it, so that what came can be pasted as what is expected. */
import { valueText } from "../data/value-text.ts";
import type { SqlType } from "../data/types.ts";
import type { Value } from "../data/values.ts";

export function literalText(type: SqlType, value: Value): string {
  if (value === null) return "NULL";
  switch (type.kind) {
    case "ARRAY":
      return `ARRAY[${(value as readonly Value[]).map((item) => literalText(type.element, item)).join(", ")}]`;
    case "MAP": {
      const entries = [...(value as ReadonlyMap<Value, Value>)];
      const texts = entries.map(
        ([key, item]) => `${literalText(type.key, key)} := ${literalText(type.value, item)}`,
      );
      return `MAP(${texts.join(", ")})`;
    }
    case "STRUCT": {
      const fields = value as readonly Value[];
      return `STRUCT(${type.fields.map(({ name, type: of }, i) => `${name} := ${literalText(of, fields[i]!)}`).join(", ")})`;
    }
    case "STRING":
      return quoted(value as string);
    case "BYTES":
    case "DATE":
    case "TIME":
    case "TIMESTAMP":
      return quoted(valueText(type, value) ?? "");
    default:
      return valueText(type, value) ?? "NULL";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
