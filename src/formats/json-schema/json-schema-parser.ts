/** Reads a JSON Schema as Connect does: by its types, `connect.*` properties, titles, `oneOf` with null, references. */
import { formatErrors } from "../errors.ts";
import { isJsonObject, numberOf, parseExactJson } from "../registry/exact-json.ts";
import type { JsonObject, JsonValue } from "../registry/exact-json.ts";
import type { ResolvedReference } from "../registry/schema-language.ts";
import { propertyOrder } from "./property-order.ts";
import type { JsonScalarKind, JsonShape, JsonShapeField } from "./json-shape.ts";

const CONNECT_DATA = "org.apache.kafka.connect.data.";
const DEFAULT_PRECISION = 64;
const INTEGER_KINDS: Readonly<Record<string, JsonScalarKind>> = {
  int8: "INT32",
  int16: "INT32",
  int32: "INT32",
  int64: "INT64",
  float32: "FLOAT32",
  float64: "FLOAT64",
};
const LOGICAL_KINDS: Readonly<Record<string, JsonScalarKind>> = {
  [`${CONNECT_DATA}Date`]: "DATE",
  [`${CONNECT_DATA}Time`]: "TIME",
  [`${CONNECT_DATA}Timestamp`]: "TIMESTAMP",
};

/** @throws FORMAT_SCHEMA_MISFIT where a schema refers to what is not there, contains itself, or lacks a type */
export function parseJsonShape(text: string, references: readonly ResolvedReference[]): JsonShape {
  const documents = new Map(
    references.map(({ reference, schema }) => [reference.name, parseExactJson(schema.schema)]),
  );
  const document = parseExactJson(text);
  return new ShapeParser(documents).shape({ json: document, document }, false, []);
}

/** A schema and the document that references without a name are looked up in. */
interface Place {
  readonly json: JsonValue;
  readonly document: JsonValue;
}

class ShapeParser {
  readonly #documents: ReadonlyMap<string, JsonValue>;

  constructor(documents: ReadonlyMap<string, JsonValue>) {
    this.#documents = documents;
  }

  /** @param open schemas that this one is part of */
  shape(place: Place, optional: boolean, open: readonly JsonValue[]): JsonShape {
    const { json } = place;
    if (json === true) return { kind: "ANY", optional: true };
    if (!isJsonObject(json)) throw misfit("a part of the schema is neither an object nor true");
    if (open.includes(json)) throw misfit("the schema contains itself, and SQL types can't");
    const inner = [...open, json];
    const reference = json["$ref"];
    if (typeof reference === "string") return this.shape(this.#resolve(reference, place), optional, inner);
    const choices = json["oneOf"] ?? json["anyOf"];
    if (Array.isArray(choices)) return this.#union(choices, place, optional, inner);
    if (Array.isArray(json["allOf"])) return this.#all(json["allOf"], place, optional, inner);
    if (Array.isArray(json["type"])) {
      const branches = json["type"].map((type: JsonValue) => ({ ...json, type }));
      return this.#union(branches, place, optional, inner);
    }
    return this.#typed(json, place, optional, inner);
  }

  #typed(json: JsonObject, place: Place, optional: boolean, open: readonly JsonValue[]): JsonShape {
    const type = json["type"] ?? impliedType(json);
    const connectType = json["connect.type"];
    const defaultValue = json["default"];
    const scalar = (kind: JsonScalarKind): JsonShape => ({ kind, optional, defaultValue });
    if (json["enum"] !== undefined || json["const"] !== undefined) return scalar("STRING");
    const title = typeof json["title"] === "string" ? json["title"] : "";
    if (title === `${CONNECT_DATA}Decimal`) return decimal(json, optional);
    switch (type) {
      case "boolean":
        return scalar("BOOLEAN");
      case "integer":
      case "number": {
        const otherwise = type === "integer" ? "INT64" : "FLOAT64";
        return scalar(LOGICAL_KINDS[title] ?? INTEGER_KINDS[String(connectType)] ?? otherwise);
      }
      case "string":
        return scalar(connectType === "bytes" ? "BYTES" : "STRING");
      case "array":
        return this.#array(json, place, optional, open);
      case "object":
        return this.#object(json, place, optional, open);
      default:
        return { kind: "ANY", optional: true };
    }
  }

  #array(json: JsonObject, place: Place, optional: boolean, open: readonly JsonValue[]): JsonShape {
    const items = json["items"];
    if (items === undefined || Array.isArray(items))
      throw misfit("an array does not say of what type its items are");
    const item = this.shape({ ...place, json: items }, false, open);
    if (json["connect.type"] !== "map" || item.kind !== "STRUCT")
      return { kind: "ARRAY", items: item, optional };
    const key = item.fields.find((field) => field.name === "key");
    const value = item.fields.find((field) => field.name === "value");
    if (key === undefined || value === undefined) throw misfit("the entries of a map lack 'key' or 'value'");
    return { kind: "MAP", key: key.shape, value: value.shape, entries: true, optional };
  }

  #object(json: JsonObject, place: Place, optional: boolean, open: readonly JsonValue[]): JsonShape {
    const { additionalProperties } = json;
    if (json["connect.type"] === "map" && additionalProperties !== undefined) {
      const value = this.shape({ ...place, json: additionalProperties }, false, open);
      return { kind: "MAP", key: { kind: "STRING", optional: false }, value, entries: false, optional };
    }
    return { kind: "STRUCT", fields: this.#fields(json["properties"], place, open), optional };
  }

  #fields(properties: JsonValue | undefined, place: Place, open: readonly JsonValue[]): JsonShapeField[] {
    if (!isJsonObject(properties)) return [];
    const named = propertyOrder(Object.keys(properties)).map((name, at) => {
      const property = properties[name]!;
      const index = isJsonObject(property) ? numberOf(property["connect.index"]) : undefined;
      return { name, property, index: index ?? at };
    });
    return named
      .toSorted((a, b) => a.index - b.index)
      .map(({ name, property }) => ({ name, shape: this.shape({ ...place, json: property }, false, open) }));
  }

  #union(
    choices: readonly JsonValue[],
    place: Place,
    optional: boolean,
    open: readonly JsonValue[],
  ): JsonShape {
    const branches = choices.filter((each) => !isJsonObject(each) || each["type"] !== "null");
    const nullable = optional || branches.length < choices.length;
    const single = branches.length === 1 && choices.length <= 2;
    if (single) return this.shape({ ...place, json: branches[0]! }, nullable, open);
    return {
      kind: "UNION",
      branches: branches.map((branch) => this.shape({ ...place, json: branch }, true, open)),
      optional: nullable,
    };
  }

  /** Objects have the fields of all parts; else the part that has a type counts. */
  #all(parts: readonly JsonValue[], place: Place, optional: boolean, open: readonly JsonValue[]): JsonShape {
    const shapes = parts.map((part) => this.shape({ ...place, json: part }, optional, open));
    const fields = shapes.flatMap((shape) => (shape.kind === "STRUCT" ? shape.fields : []));
    if (fields.length > 0) return { kind: "STRUCT", fields: [...lastByName(fields)], optional };
    const typed = shapes.find((shape) => shape.kind !== "ANY");
    return typed ?? { kind: "ANY", optional: true };
  }

  #resolve(reference: string, place: Place): Place {
    const hash = reference.indexOf("#");
    const name = hash < 0 ? reference : reference.slice(0, hash);
    const fragment = hash < 0 ? "" : reference.slice(hash + 1);
    const document = name === "" ? place.document : this.#documents.get(name);
    let json = document;
    for (const step of fragment.split("/").filter((part) => part !== "")) {
      const key = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
      json = isJsonObject(json) ? json[key] : Array.isArray(json) ? json[Number(key)] : undefined;
    }
    if (document === undefined || json === undefined) throw misfit(`'${reference}' refers to nothing`);
    return { json, document };
  }
}

function impliedType(json: JsonObject): string | undefined {
  if (json["properties"] !== undefined) return "object";
  return json["items"] === undefined ? undefined : "array";
}

function decimal(json: JsonObject, optional: boolean): JsonShape {
  const parameters = isJsonObject(json["connect.parameters"]) ? json["connect.parameters"] : {};
  const parameter = (name: string, otherwise: number): number => Number(parameters[name] ?? otherwise);
  const precision = parameter("connect.decimal.precision", DEFAULT_PRECISION);
  return { kind: "DECIMAL", precision, scale: parameter("scale", 0), optional };
}

function lastByName(fields: readonly JsonShapeField[]): Iterable<JsonShapeField> {
  return new Map(fields.map((field) => [field.name, field])).values();
}

function misfit(detail: string): Error {
  return formatErrors.SCHEMA_MISFIT({ message: "the JSON schema has no columns that SQL can hold", detail });
}
