/** An Avro schema as a tree whose names are resolved, with the attributes that Connect puts there. */
import { isArray, isObject, parseJson, plainJson } from "../corpus/lossless-json.ts";
import type { Json, JsonObject } from "../corpus/lossless-json.ts";
import { CodecError } from "./codec-error.ts";

export interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  /** Undefined: there is none. */
  readonly defaultValue: Json | undefined;
}

export type AvroType =
  | { readonly kind: "null" | "boolean" | "int" | "long" | "float" | "double" | "string" }
  | { readonly kind: "bytes"; readonly scale: number | undefined }
  | { readonly kind: "fixed"; readonly size: number; readonly scale: number | undefined }
  | { readonly kind: "enum"; readonly symbols: readonly string[] }
  | { readonly kind: "array"; readonly items: AvroType }
  | { readonly kind: "map"; readonly values: AvroType }
  | { readonly kind: "union"; readonly branches: readonly AvroType[] }
  /** `fields` is filled after the record is known by its name: records may hold themselves. */
  | { readonly kind: "record"; readonly fields: AvroField[]; readonly isMapEntry: boolean };

const PRIMITIVES: ReadonlySet<string> = new Set([
  "null",
  "boolean",
  "int",
  "long",
  "float",
  "double",
  "string",
]);

/** @param known types by full name; those of the schema are added @throws CodecError */
export function avroType(text: string, known = new Map<string, AvroType>()): AvroType {
  return typeOf(parseJson(text), "", known);
}

function typeOf(schema: Json, namespace: string, known: Map<string, AvroType>): AvroType {
  if (typeof schema === "string") return namedType(schema, namespace, known);
  if (isArray(schema))
    return { kind: "union", branches: schema.map((branch) => typeOf(branch, namespace, known)) };
  if (!isObject(schema)) throw new CodecError("no Avro schema");
  const name = schema["type"];
  if (typeof name !== "string") return typeOf(name ?? null, namespace, known);
  switch (name) {
    case "array":
      return { kind: "array", items: typeOf(schema["items"] ?? null, namespace, known) };
    case "map":
      return { kind: "map", values: typeOf(schema["values"] ?? null, namespace, known) };
    case "bytes":
      return { kind: "bytes", scale: decimalScale(schema) };
    case "record":
    case "enum":
    case "fixed":
      return definedType(name, schema, namespace, known);
    default:
      return namedType(name, namespace, known);
  }
}

function namedType(name: string, namespace: string, known: ReadonlyMap<string, AvroType>): AvroType {
  if (PRIMITIVES.has(name)) return { kind: name as "null" };
  if (name === "bytes") return { kind: "bytes", scale: undefined };
  const found = known.get(name.includes(".") ? name : fullName(name, namespace)) ?? known.get(name);
  if (found === undefined) throw new CodecError(`unknown Avro type '${name}'`);
  return found;
}

function fullName(name: string, namespace: string): string {
  return namespace === "" ? name : `${namespace}.${name}`;
}

function definedType(
  kind: "record" | "enum" | "fixed",
  schema: JsonObject,
  outer: string,
  known: Map<string, AvroType>,
): AvroType {
  const name = String(schema["name"]);
  const own = schema["namespace"];
  const namespace = name.includes(".")
    ? name.slice(0, name.lastIndexOf("."))
    : typeof own === "string"
      ? own
      : outer;
  const full = name.includes(".") ? name : fullName(name, namespace);
  if (kind === "enum")
    return remembered(known, full, { kind, symbols: plainJson(schema["symbols"]!) as string[] });
  if (kind === "fixed") {
    const size = Number(plainJson(schema["size"]!));
    return remembered(known, full, { kind, size, scale: decimalScale(schema) });
  }
  const fields: AvroField[] = [];
  const record = remembered(known, full, { kind, fields, isMapEntry: isMapEntry(schema, full) });
  for (const field of schema["fields"] as readonly JsonObject[]) {
    const type = typeOf(field["type"] ?? null, namespace, known);
    fields.push({ name: String(field["name"]), type, defaultValue: field["default"] });
  }
  return record;
}

function remembered(known: Map<string, AvroType>, name: string, type: AvroType): AvroType {
  known.set(name, type);
  return type;
}

function decimalScale(schema: JsonObject): number | undefined {
  return schema["logicalType"] === "decimal" ? Number(plainJson(schema["scale"] ?? null) ?? 0) : undefined;
}

/** Connect writes a map whose keys may be null, or are no texts, as an array of such records. */
function isMapEntry(schema: JsonObject, name: string): boolean {
  return schema["connect.internal.type"] === "MapEntry" || name === "io.confluent.connect.avro.MapEntry";
}

/** Whether an array stands for a map. */
export function isMapOfEntries({ items }: Extract<AvroType, { readonly kind: "array" }>): boolean {
  return items.kind === "record" && items.isMapEntry;
}
