/** TO_JSON_STRING: any value as JSON text. */
import { doubleText } from "../../../data/java-double.ts";
import { STRING, type SqlType } from "../../../data/types.ts";
import { valueText } from "../../../data/value-text.ts";
import type { Value } from "../../../data/values.ts";
import type { ScalarFunction } from "../../definition.ts";
import { boundOverload, parameter, T } from "../../define.ts";
import { jsonString } from "./json-node.ts";

/** Fields of structs and keys of maps come in the order of their names. */
function toJson(type: SqlType, value: Value): string {
  if (value === null) return "null";
  switch (type.kind) {
    case "BOOLEAN":
    case "INTEGER":
    case "BIGINT":
    case "DECIMAL":
      return value.toString();
    case "DOUBLE": {
      const text = doubleText(value as number);
      return Number.isFinite(value) ? text : jsonString(text);
    }
    case "STRING":
      return jsonString(value as string);
    case "BYTES":
      return jsonString(Buffer.from(value as Uint8Array).toString("base64"));
    case "ARRAY":
      return `[${(value as readonly Value[]).map((item) => toJson(type.element, item)).join(",")}]`;
    case "MAP":
      return objectText(
        Array.from(value as ReadonlyMap<Value, Value>, ([key, item]) => [
          valueText(type.key, key) ?? "null",
          toJson(type.value, item),
        ]),
      );
    case "STRUCT":
      return objectText(
        type.fields.map((field, i) => [
          field.name,
          toJson(field.type, (value as readonly Value[])[i] ?? null),
        ]),
      );
    default:
      return jsonString(valueText(type, value)!);
  }
}

function objectText(fields: readonly (readonly [name: string, json: string])[]): string {
  const sorted = fields.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${sorted.map(([name, json]) => `${jsonString(name)}:${json}`).join(",")}}`;
}

export const toJsonString: ScalarFunction = {
  kind: "scalar",
  name: "TO_JSON_STRING",
  category: "JSON",
  description: "A value of any type as JSON text.",
  examples: [
    { sql: "TO_JSON_STRING(MAP('c' := 2, 'b' := 1))", result: '{"b":1,"c":2}' },
    { sql: "TO_JSON_STRING(ARRAY['a', NULL])", result: '["a",null]' },
  ],
  overloads: [
    boundOverload(
      [parameter("value", T)],
      STRING,
      ({ argumentTypes }) =>
        (value: Value) =>
          toJson(argumentTypes[0]!, value),
      { seesNull: true },
    ),
  ],
};
