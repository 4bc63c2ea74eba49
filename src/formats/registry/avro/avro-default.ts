/** Whether a field's default, as JSON, is a value of its type (Avro specification, "default" of a field). */
import { isJsonObject, numberOf } from "../exact-json.ts";
import type { JsonValue } from "../exact-json.ts";
import { describeAvroType } from "./avro-schema.ts";
import type { AvroPrimitiveName, AvroType } from "./avro-schema.ts";

/** What is wrong, as the end of a sentence; undefined where nothing is. */
export function defaultFault(type: AvroType, value: JsonValue): string | undefined {
  return fits(type, value) ? undefined : `is no value of ${describeAvroType(type)}`;
}

function fits(type: AvroType, value: JsonValue): boolean {
  switch (type.kind) {
    case "primitive":
      return fitsPrimitive(type.name, value);
    case "enum":
      return typeof value === "string" && type.symbols.includes(value);
    case "fixed":
      return typeof value === "string" && isBytes(value) && value.length === type.size;
    case "array":
      return Array.isArray(value) && value.every((item: JsonValue) => fits(type.items, item));
    case "map":
      return isJsonObject(value) && Object.values(value).every((item) => fits(type.values, item));
    // The specification says the first branch; Avro's own parsers have long taken any.
    case "union":
      return type.branches.some((branch) => fits(branch, value));
    case "record":
      return (
        isJsonObject(value) &&
        type.fields.every((field) => {
          const part = value[field.name] ?? field.defaultValue;
          return part !== undefined && fits(field.type, part);
        })
      );
  }
}

function fitsPrimitive(name: AvroPrimitiveName, value: JsonValue): boolean {
  switch (name) {
    case "null":
      return value === null;
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string";
    case "bytes":
      return typeof value === "string" && isBytes(value);
    case "int":
      return isWhole(value, -(2 ** 31), 2 ** 31 - 1);
    case "long":
      return isWhole(value, -(2 ** 63), 2 ** 63);
    case "float":
    case "double":
      return numberOf(value) !== undefined;
  }
}

function isWhole(value: JsonValue, least: number, most: number): boolean {
  const number = numberOf(value);
  return number !== undefined && Number.isInteger(number) && number >= least && number <= most;
}

/** Bytes are written as code points 0 to 255. */
function isBytes(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) return false;
  return true;
}
