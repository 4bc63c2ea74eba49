/**
 * Reads an Avro schema as strictly as Avro's own parser: names, symbols, unions, repeated definitions, defaults.
 * Types of referenced schemas are known by name beforehand.
 */
import { didYouMean } from "../../../base/nearest.ts";
import { schemaErrors } from "../errors.ts";
import { isJsonObject, numberOf, parseExactJson } from "../exact-json.ts";
import type { JsonObject, JsonValue } from "../exact-json.ts";
import { defaultFault } from "./avro-default.ts";
import {
  AVRO_PRIMITIVES,
  describeAvroType,
  isAvroPrimitive,
  isNamedType,
  namespaceOf,
} from "./avro-schema.ts";
import type { AvroField, AvroNamedType, AvroProperties, AvroType } from "./avro-schema.ts";

const DEPTH_MAX = 200;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

const RESERVED_OF_TYPE = new Set([
  "type",
  "name",
  "namespace",
  "doc",
  "fields",
  "symbols",
  "items",
  "values",
  "size",
  "aliases",
]);
const RESERVED_OF_FIELD = new Set(["name", "type", "doc", "default", "order", "aliases"]);

export type AvroNames = Map<string, AvroNamedType>;

/**
 * @param names types that may be referred to; those that the text defines are added
 * @throws SCHEMA_INVALID
 */
export function parseAvroSchema(text: string, names: AvroNames): AvroType {
  const parser = new AvroSchemaParser(names);
  const type = parser.type(jsonOf(text), "", "the schema", 0);
  parser.checkDefaults();
  return type;
}

/** A bare name (`string`, `org.acme.User`) is a schema as well, with or without its quotes. */
function jsonOf(text: string): JsonValue {
  const trimmed = text.trim();
  if (/^[A-Za-z_][A-Za-z0-9_.]*$/.test(trimmed)) return trimmed;
  try {
    return parseExactJson(trimmed);
  } catch (cause) {
    throw schemaErrors.INVALID({
      message: "the Avro schema is not valid JSON",
      detail: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

class AvroSchemaParser {
  readonly #names: AvroNames;
  readonly #defaults: { readonly place: string; readonly field: AvroField }[] = [];

  constructor(names: AvroNames) {
    this.#names = names;
  }

  type(json: JsonValue, namespace: string, place: string, depth: number): AvroType {
    if (depth > DEPTH_MAX) throw invalid(`${place} is nested deeper than ${DEPTH_MAX}`);
    if (typeof json === "string") return this.#named(json, namespace, place);
    if (Array.isArray(json)) return this.#union(json, namespace, place, depth);
    if (!isJsonObject(json)) throw invalid(`${place} is neither a name, an object nor an array`);
    const { type } = json;
    if (type === undefined) throw invalid(`${place} has no 'type'`);
    if (typeof type !== "string") {
      // {"type": {…}} and {"type": […]}: the outer object adds nothing that Avro knows.
      return this.type(type, namespace, place, depth + 1);
    }
    switch (type) {
      case "record":
      case "error":
        return this.#record(json, type, namespace, place, depth);
      case "enum":
        return this.#enum(json, namespace, place);
      case "fixed":
        return this.#fixed(json, namespace, place);
      case "array": {
        if (json["items"] === undefined) throw invalid(`${place}, an array, has no 'items'`);
        const items = this.type(json["items"], namespace, `the items of ${place}`, depth + 1);
        return { kind: "array", items, properties: propertiesOf(json, RESERVED_OF_TYPE) };
      }
      case "map": {
        if (json["values"] === undefined) throw invalid(`${place}, a map, has no 'values'`);
        const values = this.type(json["values"], namespace, `the values of ${place}`, depth + 1);
        return { kind: "map", values, properties: propertiesOf(json, RESERVED_OF_TYPE) };
      }
      default: {
        if (!isAvroPrimitive(type)) return this.#named(type, namespace, place);
        return { kind: "primitive", name: type, properties: propertiesOf(json, RESERVED_OF_TYPE) };
      }
    }
  }

  /** When all types are known: a default may be of a type that is defined later. */
  checkDefaults(): void {
    for (const { place, field } of this.#defaults) {
      const fault = defaultFault(field.type, field.defaultValue!);
      if (fault !== undefined) throw invalid(`the default of ${place} ${fault}`);
    }
  }

  #named(name: string, namespace: string, place: string): AvroType {
    if (isAvroPrimitive(name)) return { kind: "primitive", name, properties: [] };
    const known = this.#names.get(qualified(name, namespace)) ?? this.#names.get(name);
    if (known !== undefined) return known;
    throw schemaErrors.INVALID({
      message: `'${name}' of ${place} is not a defined name`,
      detail: namespace === "" ? undefined : `the namespace is '${namespace}'`,
      hint: didYouMean(name, [...AVRO_PRIMITIVES, ...this.#names.keys()]),
    });
  }

  #union(json: readonly JsonValue[], namespace: string, place: string, depth: number): AvroType {
    const branches: AvroType[] = [];
    const seen = new Set<string>();
    for (const [i, each] of json.entries()) {
      const branch = this.type(each, namespace, `branch ${i} of ${place}`, depth + 1);
      if (branch.kind === "union") throw invalid(`${place} is a union directly in a union`);
      const key = isNamedType(branch)
        ? branch.fullName
        : branch.kind === "primitive"
          ? branch.name
          : branch.kind;
      if (seen.has(key)) throw invalid(`${place}, a union, has ${describeAvroType(branch)} twice`);
      seen.add(key);
      branches.push(branch);
    }
    return { kind: "union", branches };
  }

  #record(json: JsonObject, keyword: string, outer: string, place: string, depth: number): AvroType {
    const head = this.#head(json, outer, place);
    if (!Array.isArray(json["fields"])) throw invalid(`record '${head.fullName}' has no array 'fields'`);
    const fields: AvroField[] = [];
    const record = { kind: "record" as const, keyword, ...head, fields };
    this.#define(record);
    const seen = new Set<string>();
    for (const each of json["fields"] as readonly JsonValue[]) {
      const field = this.#field(each, head.fullName, depth);
      if (seen.has(field.name)) throw invalid(`record '${head.fullName}' has field '${field.name}' twice`);
      seen.add(field.name);
      fields.push(field);
    }
    return record;
  }

  #field(json: JsonValue, record: string, depth: number): AvroField {
    if (!isJsonObject(json)) throw invalid(`a field of record '${record}' is no object`);
    const name = checkedName(json["name"], `a field of record '${record}'`);
    const place = `field '${name}' of record '${record}'`;
    if (json["type"] === undefined) throw invalid(`${place} has no 'type'`);
    const order = textOf(json["order"], "order", place);
    if (order !== undefined && !["ascending", "descending", "ignore"].includes(order)) {
      throw invalid(`'order' of ${place} is '${order}'`);
    }
    const field: AvroField = {
      name,
      doc: docOf(json),
      type: this.type(json["type"], namespaceOf(record), place, depth + 1),
      defaultValue: json["default"],
      order,
      aliases: textsOf(json["aliases"], "aliases", place),
      properties: propertiesOf(json, RESERVED_OF_FIELD),
    };
    if (field.defaultValue !== undefined) this.#defaults.push({ place, field });
    return field;
  }

  #enum(json: JsonObject, outer: string, place: string): AvroType {
    const head = this.#head(json, outer, place);
    const what = `enum '${head.fullName}'`;
    if (json["symbols"] === undefined) throw invalid(`${what} has no 'symbols'`);
    const symbols = textsOf(json["symbols"], "symbols", what).map((symbol) =>
      checkedName(symbol, `a symbol of ${what}`),
    );
    const twice = symbols.find((symbol, i) => symbols.indexOf(symbol) !== i);
    if (twice !== undefined) throw invalid(`${what} has symbol '${twice}' twice`);
    const defaultSymbol = textOf(json["default"], "default", what);
    if (defaultSymbol !== undefined && !symbols.includes(defaultSymbol)) {
      throw invalid(`the default '${defaultSymbol}' is no symbol of ${what}`);
    }
    const properties = head.properties.filter(([name]) => name !== "default");
    return this.#define({ kind: "enum", ...head, properties, symbols, defaultSymbol });
  }

  #fixed(json: JsonObject, outer: string, place: string): AvroType {
    const head = this.#head(json, outer, place);
    const size = numberOf(json["size"]);
    if (size === undefined || !Number.isInteger(size) || size < 0 || size > 2_147_483_647) {
      throw invalid(`'size' of fixed '${head.fullName}' is no whole number from 0 to 2147483647`);
    }
    return this.#define({ kind: "fixed", ...head, size });
  }

  #head(json: JsonObject, outer: string, place: string) {
    const given = textOf(json["name"], "name", place);
    if (given === undefined) throw invalid(`${place}, of type '${String(json["type"])}', has no 'name'`);
    const namespace = textOf(json["namespace"], "namespace", place) ?? outer;
    const fullName = qualified(given, namespace);
    for (const part of fullName.split(".")) checkedName(part, `the name '${fullName}'`);
    const aliases = textsOf(json["aliases"], "aliases", `'${fullName}'`);
    return {
      fullName,
      doc: docOf(json),
      aliases: aliases.map((alias) => qualified(alias, namespaceOf(fullName))),
      properties: propertiesOf(json, RESERVED_OF_TYPE),
    };
  }

  #define<T extends AvroNamedType>(type: T): T {
    if (isAvroPrimitive(type.fullName)) throw invalid(`'${type.fullName}' is the name of a primitive type`);
    if (this.#names.has(type.fullName)) throw invalid(`'${type.fullName}' is defined twice`);
    this.#names.set(type.fullName, type);
    return type;
  }
}

function qualified(name: string, namespace: string): string {
  return name.includes(".") || namespace === "" ? name.replace(/^\./, "") : `${namespace}.${name}`;
}

function propertiesOf(json: JsonObject, reserved: ReadonlySet<string>): AvroProperties {
  return Object.entries(json).filter(([name]) => !reserved.has(name));
}

function docOf(json: JsonObject): string | undefined {
  return typeof json["doc"] === "string" ? json["doc"] : undefined;
}

function textOf(value: JsonValue | undefined, name: string, place: string): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  throw invalid(`'${name}' of ${place} is no text`);
}

function textsOf(value: JsonValue | undefined, name: string, place: string): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value as string[];
  throw invalid(`'${name}' of ${place} is no array of texts`);
}

function checkedName(name: JsonValue | undefined, what: string): string {
  if (typeof name === "string" && NAME.test(name)) return name;
  const shown = typeof name === "string" ? `'${name}'` : JSON.stringify(name ?? null);
  throw schemaErrors.INVALID({
    message: `${shown} in ${what} is no Avro name`,
    hint: "a name is letters, digits and '_', and does not begin with a digit",
  });
}

function invalid(message: string): Error {
  return schemaErrors.INVALID({ message });
}
