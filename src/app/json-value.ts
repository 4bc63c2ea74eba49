/** JSON values of /inserts-stream as values of SQL types; what does not fit is refused, never rounded in silence. */
import { parseDateText, parseTimeText, parseTimestampText } from "../data/civil-time.ts";
import { Decimal, fitDecimal } from "../data/decimal.ts";
import { typeText } from "../data/types.ts";
import type { SqlType, StructType } from "../data/types.ts";
import { ValueError } from "../data/value-error.ts";
import type { Value } from "../data/values.ts";
import { appErrors } from "./errors.ts";

/** @param path where in the row the value stands, for messages @throws APP_BAD_ROW */
export function valueOfJson(json: unknown, type: SqlType, path: string): Value {
  if (json === null || json === undefined) return null;
  const value = present(json, type, path);
  if (value !== undefined) return value;
  throw appErrors.BAD_ROW({
    message: `${path}: ${JSON.stringify(json)?.slice(0, 60)} is no ${typeText(type)}`,
    hint: hintFor(json, type),
  });
}

function hintFor(json: unknown, type: SqlType): string | undefined {
  if (typeof json === "number" && type.kind === "BIGINT") return "send numbers beyond 2^53 as text";
  if (type.kind === "BYTES") return "send bytes as base64 text";
  return undefined;
}

/** Undefined where the value does not fit the type. */
function present(json: unknown, type: SqlType, path: string): Value | undefined {
  switch (type.kind) {
    case "BOOLEAN":
      return typeof json === "boolean" ? json : undefined;
    case "INTEGER":
      return Number.isInteger(json) && Math.abs((json as number) + 0.5) < 2 ** 31
        ? (json as number)
        : undefined;
    case "BIGINT":
      return bigintOf(json);
    case "DOUBLE":
      return typeof json === "number" ? json : undefined;
    case "STRING":
      return typeof json === "object" ? undefined : String(json);
    case "BYTES":
      return typeof json === "string" ? base64(json) : undefined;
    case "DECIMAL":
    case "DATE":
    case "TIME":
    case "TIMESTAMP":
      return textual(json, type);
    case "ARRAY":
      if (!Array.isArray(json)) return undefined;
      return json.map((item, i) => valueOfJson(item, type.element, `${path}[${i}]`));
    case "MAP":
      if (!isObject(json)) return undefined;
      return new Map(
        Object.entries(json).map(([key, item]) => [
          valueOfJson(keyOf(key, type.key), type.key, `${path} key`),
          valueOfJson(item, type.value, `${path}['${key}']`),
        ]),
      );
    case "STRUCT":
      return isObject(json) ? structOf(json, type, path) : undefined;
  }
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function bigintOf(json: unknown): bigint | undefined {
  if (typeof json === "number") return Number.isSafeInteger(json) ? BigInt(json) : undefined;
  if (typeof json !== "string" || !/^[+-]?\d{1,19}$/.test(json)) return undefined;
  const value = BigInt(json);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function base64(text: string): Value | undefined {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0
    ? Buffer.from(text, "base64")
    : undefined;
}

function textual(json: unknown, type: SqlType): Value | undefined {
  if (typeof json === "number" && type.kind !== "DECIMAL") return Number.isInteger(json) ? json : undefined;
  if (typeof json !== "string" && typeof json !== "number") return undefined;
  try {
    switch (type.kind) {
      case "DECIMAL":
        return fitDecimal(Decimal.parse(String(json)), type.precision, type.scale);
      case "DATE":
        return parseDateText(String(json));
      case "TIME":
        return parseTimeText(String(json));
      default:
        return parseTimestampText(String(json));
    }
  } catch (error) {
    if (error instanceof ValueError) return undefined;
    throw error;
  }
}

/** JSON has text keys only. */
function keyOf(key: string, type: SqlType): unknown {
  if (type.kind === "BOOLEAN") return key === "true" ? true : key === "false" ? false : key;
  if (type.kind === "INTEGER" || type.kind === "DOUBLE") return key.trim() === "" ? key : Number(key);
  return key;
}

function structOf(json: Record<string, unknown>, type: StructType, path: string): Value {
  const given = new Map(Object.entries(json).map(([name, item]) => [name.toUpperCase(), item]));
  const fields = type.fields.map((field) => {
    const item = Object.hasOwn(json, field.name) ? json[field.name] : given.get(field.name.toUpperCase());
    given.delete(field.name.toUpperCase());
    return valueOfJson(item, field.type, `${path}->${field.name}`);
  });
  const [unknown] = given.keys();
  if (unknown === undefined) return fields;
  throw appErrors.BAD_ROW({
    message: `${path} has no field '${unknown}'`,
    detail: `it is ${typeText(type)}`,
  });
}
