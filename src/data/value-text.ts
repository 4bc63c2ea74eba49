/**
 * The text of a value: what CAST(x AS STRING) gives and what a console prints. Containers look as ksqlDB's
 * Java objects do: `[1, 2, null]`, `{a=1, b=2}`, `Struct{A=1,B=x}` (a struct leaves out its NULL fields).
 */
import { unreachable } from "../base/assert.ts";
import { clockText, dateText, floorMod, MS_PER_DAY, timeText, timestampText } from "./civil-time.ts";
import { doubleText } from "./java-double.ts";
import type { SqlType, StructType } from "./types.ts";
import type { Value } from "./values.ts";

/** The text of a value that is not NULL; `null` for NULL. */
export function valueText(type: SqlType, value: Value): string | null {
  if (value === null) return null;
  switch (type.kind) {
    case "TIMESTAMP":
      return timestampText(value as number);
    case "DATE":
      return dateText(value as number);
    case "TIME":
      return timeText(value as number);
    default:
      return nestedText(type, value);
  }
}

/** Inside containers, NULL is `null` and times print as java.sql's do. */
function nestedText(type: SqlType, value: Value): string {
  if (value === null) return "null";
  switch (type.kind) {
    case "STRING":
      return value as string;
    case "DOUBLE":
      return doubleText(value as number);
    case "BOOLEAN":
    case "INTEGER":
    case "BIGINT":
    case "DECIMAL":
      return value.toString();
    case "BYTES":
      return Buffer.from(value as Uint8Array).toString("base64");
    case "DATE":
      return dateText(value as number);
    case "TIME":
      return clockText(value as number);
    case "TIMESTAMP":
      return sqlTimestampText(value as number);
    case "ARRAY":
      return `[${(value as readonly Value[]).map((item) => nestedText(type.element, item)).join(", ")}]`;
    case "MAP": {
      const entries: string[] = [];
      for (const [key, item] of value as ReadonlyMap<Value, Value>) {
        entries.push(`${nestedText(type.key, key)}=${nestedText(type.value, item)}`);
      }
      return `{${entries.join(", ")}}`;
    }
    case "STRUCT":
      return structText(type, value as readonly Value[]);
    default:
      return unreachable(type, "type");
  }
}

function structText(type: StructType, fields: readonly Value[]): string {
  const parts: string[] = [];
  fields.forEach((value, i) => {
    const field = type.fields[i]!;
    if (value !== null) parts.push(`${field.name}=${nestedText(field.type, value)}`);
  });
  return `Struct{${parts.join(",")}}`;
}

/** `2020-05-26 23:59:58.1`: at least one digit after the point, no trailing zeros. */
function sqlTimestampText(ms: number): string {
  const msOfDay = floorMod(ms, MS_PER_DAY);
  const fraction = String(msOfDay % 1000)
    .padStart(3, "0")
    .replace(/0{1,2}$/, "");
  return `${dateText((ms - msOfDay) / MS_PER_DAY)} ${clockText(msOfDay)}.${fraction}`;
}
