/** JSON_SR: JSON text behind a schema's id; the schema says which numbers are whole, doubles or decimals. */
import type { SchemaRegistry } from "../../../src/formats/registry/schema-registry.ts";
import { NumberText, isArray, isObject, parseJson, printJson } from "../corpus/lossless-json.ts";
import type { Json, JsonObject } from "../corpus/lossless-json.ts";
import { framed, producerSchema, unframed } from "./framed-schemas.ts";
import { fieldOf } from "./json-input.ts";
import { LogicalNumber } from "./logical-value.ts";
import type { LogicalValue } from "./logical-value.ts";

const DECIMAL = "org.apache.kafka.connect.data.Decimal";

export function encodeJsonSchema(registry: SchemaRegistry, subject: string, value: Json): Buffer {
  const schema = producerSchema(registry, subject);
  return framed(schema.id, Buffer.from(printJson(fitted(parseJson(schema.schema), value))));
}

export function decodeJsonSchema(registry: SchemaRegistry, bytes: Buffer): LogicalValue {
  const { schema, record } = unframed(registry, bytes);
  return logical(parseJson(schema.schema), parseJson(record.toString("utf8")));
}

/** The branch that is not null, where the schema is `oneOf` null and another. */
function unwrapped(schema: Json | undefined): JsonObject {
  if (!isObject(schema)) return {};
  const branches = schema["oneOf"] ?? schema["anyOf"];
  if (!isArray(branches)) return schema;
  const other = branches.find((branch) => isObject(branch) && branch["type"] !== "null");
  return unwrapped(other);
}

function propertiesOf(schema: JsonObject): readonly (readonly [string, Json])[] | undefined {
  const properties = schema["properties"];
  return isObject(properties) ? Object.entries(properties) : undefined;
}

/** The value with the schema's spelling of names, its fields and no others, decimals as numbers. */
function fitted(schema: Json | undefined, value: Json): Json {
  const form = unwrapped(schema);
  if (isObject(value)) {
    const properties = propertiesOf(form);
    if (properties === undefined) {
      const values = form["additionalProperties"];
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fitted(values, item)]));
    }
    return Object.fromEntries(properties.map(([name, inner]) => [name, fitted(inner, fieldOf(value, name))]));
  }
  if (isArray(value)) return value.map((item) => fitted(form["items"], item));
  return typeof value === "string" && form["title"] === DECIMAL ? new NumberText(value) : value;
}

function logical(schema: Json | undefined, value: Json): LogicalValue {
  const form = unwrapped(schema);
  if (value instanceof NumberText) return numberOf(form, value.text);
  if (isArray(value)) return value.map((item) => logical(form["items"], item));
  if (isObject(value)) {
    const properties = isObject(form["properties"]) ? form["properties"] : {};
    const otherwise = form["additionalProperties"];
    // A field of the schema that the text leaves out is null.
    const missing = Object.keys(properties).filter((name) => !Object.hasOwn(value, name));
    const fields = [...Object.entries(value), ...missing.map((name) => [name, null] as const)];
    return new Map(fields.map(([name, item]) => [name, logical(properties[name] ?? otherwise, item)]));
  }
  return value;
}

function numberOf(form: JsonObject, text: string): LogicalNumber {
  if (form["title"] === DECIMAL) return new LogicalNumber("decimal", text);
  const whole = form["type"] === "integer" || (form["type"] === undefined && /^-?\d+$/.test(text));
  return new LogicalNumber(whole ? "integer" : "double", text);
}
