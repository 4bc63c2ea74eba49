/** The JSON schema that ksqlDB derives from columns: every place may be null, and Connect's properties tell the types. */
import type { SqlType, StructField } from "../../data/types.ts";
import type { FormatColumn, FormatOptions } from "../format.ts";

type Json = string | number | readonly Json[] | { readonly [name: string]: Json };
type JsonObject = Readonly<Record<string, Json>>;

const CONNECT_DATA = "org.apache.kafka.connect.data";

export function deriveJsonSchema(columns: readonly FormatColumn[], options: FormatOptions): string {
  const [only] = columns;
  const bare = options.unwrapped && only !== undefined;
  return JSON.stringify(bare ? optional(only.type) : object(columns));
}

function object(fields: readonly StructField[]): JsonObject {
  const properties = fields.map(
    ({ name, type }, i) => [name, { "connect.index": i, ...optional(type) }] as const,
  );
  return { type: "object", properties: Object.fromEntries(properties) };
}

function optional(type: SqlType): JsonObject {
  return { oneOf: [{ type: "null" }, present(type)] };
}

function present(type: SqlType): JsonObject {
  switch (type.kind) {
    case "BOOLEAN":
      return { type: "boolean" };
    case "STRING":
      return { type: "string" };
    case "INTEGER":
      return { type: "integer", "connect.type": "int32" };
    case "BIGINT":
      return { type: "integer", "connect.type": "int64" };
    case "DOUBLE":
      return { type: "number", "connect.type": "float64" };
    case "BYTES":
      return { type: "string", "connect.type": "bytes" };
    case "DATE":
      return logical("Date", "int32");
    case "TIME":
      return logical("Time", "int32");
    case "TIMESTAMP":
      return logical("Timestamp", "int64");
    case "DECIMAL":
      return {
        type: "number",
        title: `${CONNECT_DATA}.Decimal`,
        "connect.version": 1,
        "connect.type": "bytes",
        "connect.parameters": {
          scale: String(type.scale),
          "connect.decimal.precision": String(type.precision),
        },
      };
    case "ARRAY":
      return { type: "array", items: optional(type.element) };
    case "MAP": {
      const fields = [
        { name: "key", type: type.key },
        { name: "value", type: type.value },
      ];
      return { type: "array", items: object(fields), "connect.type": "map" };
    }
    case "STRUCT":
      return object(type.fields);
  }
}

function logical(name: string, connectType: string): JsonObject {
  return {
    type: "integer",
    title: `${CONNECT_DATA}.${name}`,
    "connect.version": 1,
    "connect.type": connectType,
  };
}
