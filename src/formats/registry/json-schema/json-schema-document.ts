/**
 * A JSON Schema document (drafts 4 to 2020-12) with its references, taken apart as Confluent's registry does: what a schema
 * object says is one part (a string, an object, a oneOf …), or, where it says several, the conjunction of them.
 */
import { didYouMean } from "../../../base/nearest.ts";
import { schemaErrors } from "../errors.ts";
import { isJsonObject, parseExactJson } from "../exact-json.ts";
import type { JsonObject, JsonValue } from "../exact-json.ts";

export type PartKind =
  | "any"
  | "none"
  | "string"
  | "number"
  | "boolean"
  | "null"
  | "const"
  | "enum"
  | "not"
  | "object"
  | "array"
  | "combined";

export type Criterion = "allOf" | "anyOf" | "oneOf";

/** What a schema says of one kind; the keywords stand in `json`. */
export interface SchemaPart {
  readonly kind: PartKind;
  /** The same object for the same part, however it was come to: comparisons are remembered by it. */
  readonly identity: object;
  readonly json: JsonObject;
  readonly document: JsonSchemaDocument;
  readonly criterion: Criterion;
  /** Of `combined` and, the one that must not match, of `not`. */
  readonly parts: readonly SchemaPart[];
}

const DEPTH_MAX = 200;
const TYPES = ["string", "number", "integer", "boolean", "null", "object", "array"];

/** Keywords that tell of a kind where no type does. */
const KEYWORDS_OF_KIND: readonly (readonly [PartKind, readonly string[]])[] = [
  ["string", ["minLength", "maxLength", "pattern"]],
  ["number", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]],
  ["array", ["items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems", "contains"]],
  [
    "object",
    [
      "properties",
      "required",
      "minProperties",
      "maxProperties",
      "additionalProperties",
      "unevaluatedProperties",
      "dependencies",
      "dependentRequired",
      "dependentSchemas",
      "patternProperties",
      "propertyNames",
    ],
  ],
];

const SCHEMA_KEYWORDS = [
  "items",
  "additionalItems",
  "unevaluatedItems",
  "contains",
  "not",
  "if",
  "then",
  "else",
];
const MORE_SCHEMA_KEYWORDS = ["additionalProperties", "unevaluatedProperties", "propertyNames"];
const SCHEMA_LISTS = ["allOf", "anyOf", "oneOf", "prefixItems"];
const SCHEMA_MAPS = ["properties", "patternProperties", "definitions", "$defs", "dependentSchemas"];

export class JsonSchemaDocument {
  readonly root: JsonValue;
  /** Documents that `$ref` may name, by the name of the reference. */
  readonly #others: ReadonlyMap<string, JsonSchemaDocument>;
  /** Schemas by what `$id` and `$anchor` call them. */
  readonly #names = new Map<string, JsonValue>();
  readonly #parts = new Map<JsonValue, SchemaPart>();
  readonly #siblingsOfRef: boolean;
  readonly #id: string;

  /** @throws SCHEMA_INVALID */
  constructor(text: string, others: ReadonlyMap<string, JsonSchemaDocument>) {
    this.#others = others;
    this.root = parsed(text);
    const draft = isJsonObject(this.root) ? this.root["$schema"] : undefined;
    this.#siblingsOfRef = typeof draft === "string" && /2019-09|2020-12/.test(draft);
    const id = isJsonObject(this.root) ? (this.root["$id"] ?? this.root["id"]) : undefined;
    this.#id = typeof id === "string" ? id.replace(/#$/, "") : "";
    const references: { readonly ref: string; readonly place: string }[] = [];
    this.#check(this.root, "#", 0, references);
    for (const { ref, place } of references) this.#resolved(ref, place);
  }

  rootPart(): SchemaPart {
    return this.part(this.root);
  }

  part(json: JsonValue, refs = 0): SchemaPart {
    const known = this.#parts.get(json);
    if (known !== undefined) return known;
    const part = this.#partOf(json, refs);
    this.#parts.set(json, part);
    return part;
  }

  #partOf(json: JsonValue, refs: number): SchemaPart {
    if (json === false) return this.#single("none", {});
    if (!isJsonObject(json)) return this.#single("any", {});
    if (typeof json["$ref"] !== "string") return this.#conjunction(json, this.#partsOf(json));
    // A circle of nothing but $ref allows anything.
    if (refs > DEPTH_MAX) return this.#single("any", {});
    const { document, json: target } = this.#resolved(json["$ref"], "#");
    const referred = document.part(target, refs + 1);
    if (!this.#siblingsOfRef) return referred;
    const siblings = this.#partsOf(json);
    return siblings.length === 0 ? referred : this.#conjunction(json, [referred, ...siblings]);
  }

  #conjunction(json: JsonObject, parts: readonly SchemaPart[]): SchemaPart {
    if (parts.length === 1) return parts[0]!;
    return parts.length === 0 ? this.#single("any", json) : this.#combined(json, "allOf", parts);
  }

  #partsOf(json: JsonObject): SchemaPart[] {
    const parts: SchemaPart[] = [];
    for (const criterion of ["allOf", "anyOf", "oneOf"] as const) {
      const list = json[criterion];
      if (!Array.isArray(list)) continue;
      const branches = (list as readonly JsonValue[]).map((each) => this.#lazy(each));
      parts.push(this.#combined(json, criterion, branches));
    }
    if (json["not"] !== undefined) {
      parts.push({ ...this.#single("not", json), parts: [this.#lazy(json["not"])] });
    }
    if (json["const"] !== undefined) parts.push(this.#single("const", json));
    if (json["enum"] !== undefined) parts.push(this.#single("enum", json));
    return [...parts, ...this.#typeParts(json)];
  }

  #typeParts(json: JsonObject): SchemaPart[] {
    const { type } = json;
    if (typeof type === "string") return [this.#single(kindOfType(type), json)];
    if (Array.isArray(type)) {
      const branches = (type as readonly string[]).map((each) =>
        this.#single(kindOfType(each), { ...json, type: each }),
      );
      return branches.length === 1 ? branches : [this.#combined(json, "anyOf", branches)];
    }
    const told = KEYWORDS_OF_KIND.filter(([, keywords]) => keywords.some((keyword) => keyword in json));
    return told.map(([kind]) => this.#single(kind, json));
  }

  /** Branches may lead back here through $ref: they are taken apart when they are looked at. */
  #lazy(json: JsonValue): SchemaPart {
    const real = (): SchemaPart => this.part(json);
    return {
      get kind() {
        return real().kind;
      },
      get identity() {
        return real().identity;
      },
      get json() {
        return real().json;
      },
      get document() {
        return real().document;
      },
      get criterion() {
        return real().criterion;
      },
      get parts() {
        return real().parts;
      },
    };
  }

  #single(kind: PartKind, json: JsonObject): SchemaPart {
    return { kind, identity: {}, json, document: this, criterion: "allOf", parts: [] };
  }

  #combined(json: JsonObject, criterion: Criterion, parts: readonly SchemaPart[]): SchemaPart {
    return { kind: "combined", identity: {}, json, document: this, criterion, parts };
  }

  #resolved(ref: string, place: string): { readonly document: JsonSchemaDocument; readonly json: JsonValue } {
    const hash = ref.indexOf("#");
    const name = hash < 0 ? ref : ref.slice(0, hash);
    const fragment = hash < 0 ? "" : ref.slice(hash + 1);
    if (name.startsWith("http://json-schema.org/") || name.startsWith("https://json-schema.org/")) {
      return { document: this, json: true };
    }
    const own = this.#names.get(ref) ?? this.#names.get(name === "" ? ref : name);
    if (own !== undefined && (fragment === "" || this.#names.has(ref))) return { document: this, json: own };
    const document = name === "" || name === this.#id ? this : this.#other(name);
    const json = document?.at(fragment);
    if (document !== undefined && json !== undefined) return { document, json };
    throw schemaErrors.INVALID({
      message: `'${ref}' at ${place} leads nowhere`,
      detail: document === undefined ? "schemas are not fetched from other servers" : undefined,
      hint: didYouMean(name, this.#others.keys()) ?? "give a reference whose name is the $ref",
    });
  }

  /** By its name as written, or as it stands relative to this document's `$id`. */
  #other(name: string): JsonSchemaDocument | undefined {
    const absolute = URL.canParse(name, this.#id) ? new URL(name, this.#id).href : undefined;
    for (const [other, document] of this.#others) {
      if (other === name || other === absolute || document.#id === name) return document;
      if (absolute !== undefined && document.#id === absolute) return document;
    }
    return undefined;
  }

  /** The schema at a JSON pointer or anchor; undefined where there is none. */
  at(fragment: string): JsonValue | undefined {
    if (fragment === "") return this.root;
    if (!fragment.startsWith("/")) return this.#names.get(`#${fragment}`);
    let json: JsonValue | undefined = this.root;
    for (const step of fragment.slice(1).split("/")) {
      const name = decoded(step);
      if (Array.isArray(json)) json = (json as readonly JsonValue[])[Number(name)];
      else json = isJsonObject(json) && Object.hasOwn(json, name) ? json[name] : undefined;
    }
    return json;
  }

  /** Checks the keywords that are looked at, and notes names and references. @throws SCHEMA_INVALID */
  #check(json: JsonValue, place: string, depth: number, references: { ref: string; place: string }[]): void {
    if (depth > DEPTH_MAX) throw invalid(`${place} is nested deeper than ${DEPTH_MAX}`);
    if (typeof json === "boolean") return;
    if (!isJsonObject(json)) throw invalid(`${place} is neither an object nor true nor false`);
    checkKeywords(json, place);
    this.#noteNames(json);
    if (typeof json["$ref"] === "string") references.push({ ref: json["$ref"], place });
    const inner = (value: JsonValue, name: string) =>
      this.#check(value, `${place}/${name}`, depth + 1, references);
    for (const keyword of [...SCHEMA_KEYWORDS, ...MORE_SCHEMA_KEYWORDS]) {
      const value = json[keyword];
      if (value === undefined) continue;
      if (keyword === "items" && Array.isArray(value)) {
        for (const [i, each] of (value as readonly JsonValue[]).entries()) inner(each, `items/${i}`);
      } else inner(value, keyword);
    }
    for (const keyword of SCHEMA_LISTS) {
      const value = json[keyword];
      if (!Array.isArray(value)) continue;
      for (const [i, each] of (value as readonly JsonValue[]).entries()) inner(each, `${keyword}/${i}`);
    }
    for (const keyword of SCHEMA_MAPS) {
      const value = json[keyword];
      if (!isJsonObject(value)) continue;
      for (const [name, each] of Object.entries(value)) inner(each, `${keyword}/${name}`);
    }
  }

  #noteNames(json: JsonObject): void {
    const { $id, $anchor, id } = json;
    if (typeof $anchor === "string") this.#names.set(`#${$anchor}`, json);
    for (const name of [$id, id]) if (typeof name === "string" && name !== "") this.#names.set(name, json);
  }
}

function checkKeywords(json: JsonObject, place: string): void {
  const { type, required } = json;
  for (const each of Array.isArray(type)
    ? (type as readonly JsonValue[])
    : type === undefined
      ? []
      : [type]) {
    if (typeof each === "string" && TYPES.includes(each)) continue;
    throw schemaErrors.INVALID({
      message: `'${String(each)}' at ${place} is no type of JSON Schema`,
      detail: `types are ${TYPES.join(", ")}`,
      hint: didYouMean(String(each), TYPES),
    });
  }
  // Draft 3's boolean `required` on a property is read over, as by Confluent's registry.
  const names = Array.isArray(required) && required.every((name) => typeof name === "string");
  if (required !== undefined && typeof required !== "boolean" && !names) {
    throw invalid(`'required' at ${place} is no array of names`);
  }
  if (json["enum"] !== undefined && !Array.isArray(json["enum"]))
    throw invalid(`'enum' at ${place} is no array`);
  for (const keyword of SCHEMA_LISTS) {
    const value = json[keyword];
    if (value === undefined || (Array.isArray(value) && value.length > 0)) continue;
    throw invalid(`'${keyword}' at ${place} is no array of schemas`);
  }
  for (const keyword of SCHEMA_MAPS) {
    if (json[keyword] !== undefined && !isJsonObject(json[keyword])) {
      throw invalid(`'${keyword}' at ${place} is no object`);
    }
  }
}

function parsed(text: string): JsonValue {
  try {
    return parseExactJson(text);
  } catch (cause) {
    throw schemaErrors.INVALID({
      message: "the JSON schema is not valid JSON",
      detail: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

function kindOfType(type: string): PartKind {
  return type === "integer" ? "number" : (type as PartKind);
}

function decoded(step: string): string {
  const plain = step.replaceAll("~1", "/").replaceAll("~0", "~");
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}

function invalid(message: string): Error {
  return schemaErrors.INVALID({ message });
}
