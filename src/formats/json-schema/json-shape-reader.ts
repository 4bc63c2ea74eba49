/**
 * Reads JSON that was written with a schema. The text is read as the column's type says (`../json/json-reader.ts`);
 * only maps as arrays of entries and unions need the schema, which also says what can't be converted.
 */
import { typeText } from "../../data/types.ts";
import type { SqlType, StructType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { typeMismatch } from "../connect/value-conversion.ts";
import { DeserializationError } from "../deserialization-error.ts";
import { jsonReader } from "../json/json-reader.ts";
import type { JsonReader } from "../json/json-reader.ts";
import { JsonScanner, skipSpace, skipValue } from "../json/json-scanner.ts";
import { unionField } from "./json-shape.ts";
import type { JsonMapShape, JsonShape, JsonStructShape } from "./json-shape.ts";

type WantedFields = "all" | ReadonlySet<number>;

/** Kinds of values that a column of the type takes. */
const ACCEPTED: Readonly<Partial<Record<SqlType["kind"], readonly JsonShape["kind"][]>>> = {
  BOOLEAN: ["BOOLEAN"],
  INTEGER: ["INT32", "DATE", "TIME"],
  DATE: ["INT32", "DATE", "TIME"],
  TIME: ["INT32", "DATE", "TIME"],
  BIGINT: ["INT64", "TIMESTAMP", "INT32", "DATE", "TIME"],
  TIMESTAMP: ["INT64", "TIMESTAMP", "INT32", "DATE", "TIME"],
  DOUBLE: ["FLOAT32", "FLOAT64"],
  DECIMAL: ["DECIMAL"],
  BYTES: ["BYTES"],
  STRING: ["STRING", "BOOLEAN", "INT32", "INT64", "FLOAT32", "FLOAT64", "DATE", "TIME", "TIMESTAMP"],
};

/** @throws DeserializationError where the shape can't be read as the column's type */
export function shapeReader(
  shape: JsonShape,
  sql: SqlType,
  path: string,
  fields: WantedFields = "all",
): JsonReader {
  if (shape.kind === "UNION") return unionReader(shape.branches, sql, path);
  checkKind(shape, sql, path);
  const read = needsShape(shape)
    ? containerReader(shape, sql, path, fields)
    : plainReader(shape, sql, path, fields);
  const nullSafe: JsonReader = (bytes, start, end) =>
    bytes[start] === 0x6e ? null : read(bytes, start, end);
  return nullSafe;
}

function checkKind(shape: JsonShape, sql: SqlType, path: string): void {
  const accepted: readonly string[] = ACCEPTED[sql.kind] ?? [sql.kind];
  if (!accepted.includes(shape.kind)) throw typeMismatch(shape.kind.toLowerCase(), sql, path);
}

/** Whether the text's form depends on the schema somewhere inside. */
function needsShape(shape: JsonShape): boolean {
  switch (shape.kind) {
    case "UNION":
      return true;
    case "ARRAY":
      return needsShape(shape.items);
    case "MAP":
      return shape.entries || needsShape(shape.value);
    case "STRUCT":
      return shape.fields.some((field) => needsShape(field.shape));
    default:
      return "defaultValue" in shape && shape.defaultValue !== undefined && shape.defaultValue !== null;
  }
}

function plainReader(shape: JsonShape, sql: SqlType, path: string, fields: WantedFields): JsonReader {
  checkInside(shape, sql, path, fields);
  return jsonReader(sql, fields);
}

function checkInside(shape: JsonShape, sql: SqlType, path: string, wanted: WantedFields): void {
  checkKind(shape, sql, path);
  if (shape.kind === "ARRAY" && sql.kind === "ARRAY")
    checkInside(shape.items, sql.element, `${path}->ARRAY`, "all");
  if (shape.kind === "MAP" && sql.kind === "MAP")
    checkInside(shape.value, sql.value, `${path}->MAP_VAL`, "all");
  if (shape.kind !== "STRUCT" || sql.kind !== "STRUCT") return;
  for (const [at, field] of sql.fields.entries()) {
    const written = writtenField(shape, field.name);
    if (written !== undefined && (wanted === "all" || wanted.has(at))) {
      checkInside(written, field.type, `${path}->${field.name}`, "all");
    }
  }
}

/** What stands for a value that is absent or null. */
export function absentValue(shape: JsonShape | undefined, sql: SqlType, path: string): Value {
  const json = shape !== undefined && "defaultValue" in shape ? shape.defaultValue : undefined;
  if (shape === undefined || json === undefined || json === null) return null;
  const text = Buffer.from(JSON.stringify(json));
  return shapeReader(shape, sql, path)(text, 0, text.length);
}

export function writtenField(shape: JsonStructShape, name: string): JsonShape | undefined {
  const exact = shape.fields.find((field) => field.name === name);
  return (exact ?? shape.fields.findLast((field) => field.name.toUpperCase() === name))?.shape;
}

function containerReader(shape: JsonShape, sql: SqlType, path: string, fields: WantedFields): JsonReader {
  if (shape.kind === "ARRAY" && sql.kind === "ARRAY") {
    const item = shapeReader(shape.items, sql.element, `${path}->ARRAY`);
    return (bytes, start, end) => {
      const items: Value[] = [];
      eachItem(bytes, start, end, path, (from, to) => items.push(item(bytes, from, to)));
      return items;
    };
  }
  if (shape.kind === "STRUCT" && sql.kind === "STRUCT") return structReader(shape, sql, path, fields);
  if (shape.kind === "MAP" && sql.kind === "MAP" && shape.entries) return entriesReader(shape, sql, path);
  // A scalar with a default, which whoever reads the place around it puts in.
  if (sql.kind !== "ARRAY" && sql.kind !== "STRUCT" && sql.kind !== "MAP") return jsonReader(sql);
  throw new DeserializationError(
    `${path}: ${typeText(sql)} with parts that need the schema is not supported`,
  );
}

function eachItem(
  bytes: Buffer,
  start: number,
  end: number,
  path: string,
  take: (from: number, to: number) => void,
): void {
  let position = bytes[start] === 0x5b ? skipSpace(bytes, start + 1, end) : -1;
  while (position >= 0 && bytes[position] !== 0x5d) {
    const after = skipValue(bytes, position, end);
    if (after < 0) break;
    take(position, after);
    const next = skipSpace(bytes, after, end);
    if (next < end && bytes[next] === 0x5d) return;
    position = next < end && bytes[next] === 0x2c ? skipSpace(bytes, next + 1, end) : -1;
  }
  if (position < 0 || bytes[position] !== 0x5d) throw new DeserializationError(`no JSON array at ${path}`);
}

function entriesReader(shape: JsonMapShape, sql: SqlType & { kind: "MAP" }, path: string): JsonReader {
  const key = shapeReader(shape.key, sql.key, `${path}->MAP_KEY`);
  const value = shapeReader(shape.value, sql.value, `${path}->MAP_VAL`);
  return (bytes, start, end) => {
    // Not shared: a map may be inside a map.
    const scanner = entryScanner();
    const map = new Map<Value, Value>();
    eachItem(bytes, start, end, path, (from, to) => {
      if (!scanner.scan(bytes, from, to)) throw new DeserializationError(`no entry of a map at ${path}`);
      const [keyStart, keyEnd, valueStart, valueEnd] = scanner.slots as unknown as [
        number,
        number,
        number,
        number,
      ];
      const name = keyStart < 0 ? null : key(bytes, keyStart, keyEnd);
      map.set(name, valueStart < 0 ? null : value(bytes, valueStart, valueEnd));
    });
    return map;
  };
}

function entryScanner(): JsonScanner {
  const fields = [
    { name: "key", slot: 0 },
    { name: "value", slot: 1 },
  ];
  return new JsonScanner({ fields }, 2);
}

function structReader(
  shape: JsonStructShape,
  sql: StructType,
  path: string,
  wanted: WantedFields,
): JsonReader {
  const indexes = [...sql.fields.keys()].filter((index) => wanted === "all" || wanted.has(index));
  const readers = indexes.map((index) => {
    const { name, type } = sql.fields[index]!;
    const written = writtenField(shape, name);
    return written === undefined ? () => null : shapeReader(written, type, `${path}->${name}`);
  });
  const absent = indexes.map((index) => {
    const { name, type } = sql.fields[index]!;
    return absentValue(writtenField(shape, name), type, `${path}->${name}`);
  });
  const fields = indexes.map((index, slot) => ({ name: sql.fields[index]!.name, slot }));
  const scanner = new JsonScanner({ fields }, fields.length);
  return (bytes, start, end) => {
    if (!scanner.scan(bytes, start, end)) throw new DeserializationError(`no JSON object at ${path}`);
    const slots = scanner.slots.slice();
    const values: Value[] = sql.fields.map(() => null);
    for (const [slot, read] of readers.entries()) {
      const from = slots[2 * slot]!;
      values[indexes[slot]!] = from < 0 ? absent[slot]! : read(bytes, from, slots[2 * slot + 1]!);
    }
    return values;
  };
}

/** The first branch of the value's JSON type, as a struct with a field for each branch. */
function unionReader(branches: readonly JsonShape[], sql: SqlType, path: string): JsonReader {
  if (sql.kind !== "STRUCT") throw typeMismatch("a union", sql, path);
  const choices = branches.map((branch, i) => {
    const name = unionField(i);
    const at = sql.fields.findIndex((field) => field.name === name || field.name === name.toUpperCase());
    const read: JsonReader =
      at < 0 ? () => null : shapeReader(branch, sql.fields[at]!.type, `${path}->${name}`);
    return { branch, at, read };
  });
  const width = sql.fields.length;
  return (bytes, start, end) => {
    if (bytes[start] === 0x6e) return null;
    const choice = choices.find(({ branch }) => takes(branch, bytes[start]!));
    if (choice === undefined)
      throw new DeserializationError(`no branch of the union at ${path} takes the value`);
    const struct: Value[] = Array.from({ length: width }, () => null);
    if (choice.at >= 0) struct[choice.at] = choice.read(bytes, start, end);
    return struct;
  };
}

function takes(shape: JsonShape, first: number): boolean {
  switch (shape.kind) {
    case "BOOLEAN":
      return first === 0x74 || first === 0x66;
    case "STRING":
    case "BYTES":
      return first === 0x22;
    case "ARRAY":
      return first === 0x5b;
    case "MAP":
      return first === (shape.entries ? 0x5b : 0x7b);
    case "STRUCT":
      return first === 0x7b;
    case "UNION":
    case "ANY":
      return true;
    default:
      return first === 0x2d || (first >= 0x30 && first <= 0x39);
  }
}
