/**
 * Writes an Avro schema as Avro's Java library does, which is the form that Confluent's registry stores: no spaces, attributes
 * in one order, a namespace only where it changes, a type in full where it comes first and by name afterwards.
 */
import { sortedJson } from "../exact-json.ts";
import { isAvroPrimitive, namespaceOf, simpleName } from "./avro-schema.ts";
import type { AvroField, AvroNamedType, AvroProperties, AvroType } from "./avro-schema.ts";

export interface AvroWriteOptions {
  /** Full names of types that stand elsewhere (in referenced schemas): written by name only. */
  readonly defined: Iterable<string>;
  /** Order what has no order: properties by name, aliases. */
  readonly normalize: boolean;
}

export function writeAvroSchema(type: AvroType, options: AvroWriteOptions): string {
  return new AvroSchemaWriter(options).type(type, "");
}

class AvroSchemaWriter {
  readonly #written: Set<string>;
  readonly #normalize: boolean;

  constructor(options: AvroWriteOptions) {
    this.#written = new Set(options.defined);
    this.#normalize = options.normalize;
  }

  type(type: AvroType, namespace: string): string {
    switch (type.kind) {
      case "primitive": {
        if (type.properties.length === 0) return JSON.stringify(type.name);
        return object([member("type", JSON.stringify(type.name)), ...this.#properties(type.properties)]);
      }
      case "array": {
        const items = member("items", this.type(type.items, namespace));
        return object([member("type", '"array"'), items, ...this.#properties(type.properties)]);
      }
      case "map": {
        const values = member("values", this.type(type.values, namespace));
        return object([member("type", '"map"'), values, ...this.#properties(type.properties)]);
      }
      case "union":
        return `[${type.branches.map((branch) => this.type(branch, namespace)).join(",")}]`;
      case "record":
      case "enum":
      case "fixed":
        return this.#named(type, namespace);
    }
  }

  #named(type: AvroNamedType, namespace: string): string {
    if (this.#written.has(type.fullName)) return JSON.stringify(nameWithin(type.fullName, namespace));
    this.#written.add(type.fullName);
    const own = namespaceOf(type.fullName);
    const keyword = type.kind === "record" ? type.keyword : type.kind;
    const members = [member("type", JSON.stringify(keyword)), textMember("name", simpleName(type.fullName))];
    if (own !== namespace) members.push(textMember("namespace", own));
    if (type.doc !== undefined) members.push(textMember("doc", type.doc));
    if (type.kind === "record") {
      members.push(member("fields", `[${type.fields.map((field) => this.#field(field, own)).join(",")}]`));
    } else if (type.kind === "enum") {
      members.push(member("symbols", JSON.stringify(type.symbols)));
      if (type.defaultSymbol !== undefined) members.push(textMember("default", type.defaultSymbol));
    } else {
      members.push(member("size", String(type.size)));
    }
    members.push(...this.#properties(type.properties));
    const aliases = type.aliases.map((alias) => nameWithin(alias, own));
    members.push(...this.#aliases(aliases));
    return object(members);
  }

  #field(field: AvroField, namespace: string): string {
    const members = [textMember("name", field.name), member("type", this.type(field.type, namespace))];
    if (field.doc !== undefined) members.push(textMember("doc", field.doc));
    if (field.defaultValue !== undefined) members.push(member("default", JSON.stringify(field.defaultValue)));
    if (field.order !== undefined && field.order !== "ascending")
      members.push(textMember("order", field.order));
    return object([...members, ...this.#aliases(field.aliases), ...this.#properties(field.properties)]);
  }

  #aliases(aliases: readonly string[]): string[] {
    if (aliases.length === 0) return [];
    return [member("aliases", JSON.stringify(this.#normalize ? aliases.toSorted() : aliases))];
  }

  #properties(properties: AvroProperties): string[] {
    if (!this.#normalize) return properties.map(([name, value]) => member(name, JSON.stringify(value)));
    const sorted = properties.toSorted(([a], [b]) => (a < b ? -1 : 1));
    return sorted.map(([name, value]) => member(name, sortedJson(value)));
  }
}

/** The shortest name that means the type: a primitive's name must stay in full, and so must one without a namespace. */
function nameWithin(fullName: string, namespace: string): string {
  if (namespaceOf(fullName) !== namespace) return fullName;
  const simple = simpleName(fullName);
  return isAvroPrimitive(simple) ? fullName : simple;
}

function object(members: readonly string[]): string {
  return `{${members.join(",")}}`;
}

function member(name: string, value: string): string {
  return `${JSON.stringify(name)}:${value}`;
}

function textMember(name: string, value: string): string {
  return member(name, JSON.stringify(value));
}
