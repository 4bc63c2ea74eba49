/**
 * Rows of a result as JSON arrays: BIGINT and DECIMAL with all their digits, DOUBLE in Java's text form, BYTES as
 * base64, DATE, TIME and TIMESTAMP as ISO text.
 */
import { clockText, dateText, timestampText } from "../data/civil-time.ts";
import { doubleText } from "../data/java-double.ts";
import type { SqlType } from "../data/types.ts";
import { valueText } from "../data/value-text.ts";
import type { Value } from "../data/values.ts";

type ValueJson = (value: Value) => string;

/** Makes the encoder for rows of these columns. */
export function rowJson(types: readonly SqlType[]): (row: readonly Value[]) => string {
  const encoders = types.map(valueJson);
  return (row) => `[${encoders.map((encode, i) => encode(row[i] ?? null)).join(",")}]`;
}

export function valueJson(type: SqlType): ValueJson {
  const present = presentJson(type);
  return (value) => (value === null ? "null" : present(value));
}

function presentJson(type: SqlType): ValueJson {
  switch (type.kind) {
    case "BOOLEAN":
    case "INTEGER":
    case "BIGINT":
    case "DECIMAL":
      return String;
    case "DOUBLE":
      return (value) => {
        const text = doubleText(value as number);
        return Number.isFinite(value) ? text : `"${text}"`;
      };
    case "STRING":
      return (value) => JSON.stringify(value);
    case "BYTES":
      return (value) => `"${Buffer.from(value as Uint8Array).toString("base64")}"`;
    case "DATE":
      return (value) => `"${dateText(value as number)}"`;
    case "TIME":
      return (value) => `"${clockText(value as number)}"`;
    case "TIMESTAMP":
      return (value) => `"${timestampText(value as number)}"`;
    case "ARRAY": {
      const element = valueJson(type.element);
      return (value) => `[${(value as readonly Value[]).map(element).join(",")}]`;
    }
    case "MAP": {
      const item = valueJson(type.value);
      const name = (key: Value) => JSON.stringify(valueText(type.key, key) ?? "null");
      return (value) =>
        `{${[...(value as ReadonlyMap<Value, Value>)].map(([k, v]) => `${name(k)}:${item(v)}`).join(",")}}`;
    }
    case "STRUCT": {
      const fields = type.fields.map((field) => valueJson(field.type));
      const names = type.fields.map((field) => JSON.stringify(field.name));
      return (value) =>
        `{${(value as readonly Value[]).map((v, i) => `${names[i]}:${fields[i]!(v)}`).join(",")}}`;
    }
  }
}
