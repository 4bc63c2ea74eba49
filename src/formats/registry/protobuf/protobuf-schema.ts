/** A .proto file as far as compatibility looks at it: messages, fields and enums, with types resolved over imports. */
import protobuf from "protobufjs";
import apiJson from "protobufjs/google/protobuf/api.json" with { type: "json" };
import descriptorJson from "protobufjs/google/protobuf/descriptor.json" with { type: "json" };
import contextJson from "protobufjs/google/protobuf/source_context.json" with { type: "json" };
import typeJson from "protobufjs/google/protobuf/type.json" with { type: "json" };
import { didYouMean } from "../../../base/nearest.ts";
import { schemaErrors } from "../errors.ts";
import type { DescribedFile } from "./protobuf-descriptor.ts";
import { protobufTokens } from "./protobuf-tokens.ts";

export interface ProtobufMessage {
  readonly name: string;
  /** Within its package: `Outer.Inner`. */
  readonly localName: string;
  readonly fields: readonly ProtobufField[];
  /** Nested messages; not the entries of maps. */
  readonly messages: readonly ProtobufMessage[];
}

export interface ProtobufField {
  readonly name: string;
  readonly number: number;
  /** As it was written: proto3 has no label on most fields. */
  readonly label: "required" | "optional" | "repeated" | undefined;
  readonly oneof: string | undefined;
  readonly type: ProtobufType;
}

export type ProtobufType =
  | { readonly kind: "scalar"; readonly name: string }
  | { readonly kind: "enum"; readonly name: string }
  | { readonly kind: "message"; readonly message: () => ProtobufMessage }
  | { readonly kind: "map"; readonly key: ProtobufType; readonly value: ProtobufType };

export interface ProtobufSchema {
  readonly packageName: string;
  readonly messages: readonly ProtobufMessage[];
  /** For the schema as a descriptor. */
  readonly file: () => DescribedFile;
}

const LOCAL_FILE = "the schema";
const FIELD_NUMBER_MAX = 536_870_911;

/** Files that everybody may import without a reference, as with Confluent's registry. */
const BUILT_IN: Readonly<Record<string, string>> = {
  // Options only: they are not looked at.
  "confluent/meta.proto": 'syntax = "proto3"; package confluent;',
  "confluent/type/decimal.proto":
    'syntax = "proto3"; package confluent.type; message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }',
  "google/type/date.proto":
    'syntax = "proto3"; package google.type; message Date { int32 year = 1; int32 month = 2; int32 day = 3; }',
  "google/type/timeofday.proto":
    'syntax = "proto3"; package google.type; message TimeOfDay { int32 hours = 1; int32 minutes = 2; int32 seconds = 3; int32 nanos = 4; }',
};

/** Those of Google's files that protobufjs does not know by itself. */
const GOOGLE: Readonly<Record<string, protobuf.INamespace>> = {
  "google/protobuf/api.proto": apiJson,
  "google/protobuf/descriptor.proto": descriptorJson,
  "google/protobuf/source_context.proto": contextJson,
  "google/protobuf/type.proto": typeJson,
};

/**
 * @param imports texts of the referenced files by the name that imports them
 * @throws SCHEMA_INVALID
 */
export function parseProtobufSchema(text: string, imports: ReadonlyMap<string, string>): ProtobufSchema {
  const root = new protobuf.Root();
  const loaded = new Set<string>();
  const packages = new Map<string, string>();
  const load = (source: string, name: string): protobuf.IParserResult => {
    const parsed = parseFile(root, source, name);
    packages.set(name, parsed.package ?? "");
    for (const wanted of [...(parsed.imports ?? []), ...(parsed.weakImports ?? [])]) {
      if (loaded.has(wanted)) continue;
      loaded.add(wanted);
      const common = protobuf.common.get(wanted) ?? GOOGLE[wanted];
      const imported = imports.get(wanted) ?? BUILT_IN[wanted];
      if (imported !== undefined) load(imported, wanted);
      else if (common !== undefined) root.addJSON(common.nested ?? {});
      else throw unknownImport(wanted, imports);
    }
    return parsed;
  };
  const parsed = load(text, LOCAL_FILE);
  try {
    root.resolveAll();
  } catch (cause) {
    throw invalidProtobuf(cause);
  }
  const proto2 = isProto2(protobufTokens(text));
  const packageName = packages.get(LOCAL_FILE) ?? "";
  const namespace = packageName === "" ? root : root.lookup(packageName);
  const objects = namespace instanceof protobuf.Namespace ? namespace.nestedArray.filter(isLocal) : [];
  const reader = new SchemaReader(proto2, packages);
  const messages = objects.filter(isType).map((type) => reader.message(type));
  const file = (): DescribedFile => ({
    packageName,
    syntax: proto2 ? "proto2" : "proto3",
    imports: parsed.imports ?? [],
    objects,
    options: namespace?.options ?? {},
  });
  return { packageName, messages, file };
}

function isProto2(tokens: readonly string[]): boolean {
  return !(tokens[0] === "syntax" && tokens[2] === '"proto3"') && tokens[0] !== "edition";
}

/** Without what extensions elsewhere add to the message. */
export function ownFields(type: protobuf.Type): protobuf.Field[] {
  return type.fieldsArray.filter((field) => (field.declaringField ?? null) === null);
}

function isLocal({ filename }: protobuf.ReflectionObject): boolean {
  return filename === LOCAL_FILE;
}

function parseFile(root: protobuf.Root, source: string, name: string): protobuf.IParserResult {
  try {
    // The parser marks what it makes with its `filename`, which it forgets after each file.
    Object.assign(protobuf.parse, { filename: name });
    return protobuf.parse(source, root, { keepCase: true });
  } catch (cause) {
    throw invalidProtobuf(cause);
  }
}

function unknownImport(name: string, imports: ReadonlyMap<string, string>): Error {
  return schemaErrors.INVALID({
    message: `import '${name}' is not among the schema's references`,
    hint: didYouMean(name, imports.keys()) ?? "give a reference whose name is the import's",
  });
}

/** @param cause what a parser threw */
export function invalidProtobuf(cause: unknown): Error {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return schemaErrors.INVALID({ message: "the Protobuf schema is not valid", detail, cause });
}

class SchemaReader {
  readonly #proto2: boolean;
  readonly #packages: ReadonlyMap<string, string>;
  readonly #messages = new Map<protobuf.Type, ProtobufMessage>();

  constructor(proto2: boolean, packages: ReadonlyMap<string, string>) {
    this.#proto2 = proto2;
    this.#packages = packages;
  }

  message(type: protobuf.Type): ProtobufMessage {
    const known = this.#messages.get(type);
    if (known !== undefined) return known;
    const fields: ProtobufField[] = [];
    const messages: ProtobufMessage[] = [];
    const message = { name: type.name, localName: this.#localName(type), fields, messages };
    this.#messages.set(type, message);
    for (const field of ownFields(type)) fields.push(this.#field(field));
    for (const nested of type.nestedArray) if (isType(nested)) messages.push(this.message(nested));
    return message;
  }

  #field(field: protobuf.Field): ProtobufField {
    if (field.id < 1 || field.id > FIELD_NUMBER_MAX) {
      throw invalidProtobuf(new Error(`field '${field.name}' has number ${field.id}`));
    }
    const optional = field.options?.["proto3_optional"] === true;
    const oneof = field.partOf?.isProto3Optional === false ? field.partOf.name : undefined;
    const unlabelled = this.#proto2 && oneof === undefined && !field.map ? "optional" : undefined;
    const label = field.rule === "required" || field.rule === "repeated" ? field.rule : unlabelled;
    return {
      name: field.name,
      number: field.id,
      label: optional ? "optional" : label,
      oneof,
      type: this.#fieldType(field),
    };
  }

  #fieldType(field: protobuf.Field): ProtobufType {
    const value = this.#valueType(field);
    if (!(field instanceof protobuf.MapField)) return value;
    return { kind: "map", key: { kind: "scalar", name: field.keyType }, value };
  }

  #valueType(field: protobuf.Field): ProtobufType {
    const { resolvedType } = field;
    if (resolvedType instanceof protobuf.Enum) return { kind: "enum", name: resolvedType.name };
    if (resolvedType === null) return { kind: "scalar", name: field.type };
    return { kind: "message", message: () => this.message(resolvedType) };
  }

  #localName(type: protobuf.Type): string {
    const fullName = type.fullName.replace(/^\./, "");
    const packageName = this.#packages.get(type.filename ?? "") ?? "";
    return packageName !== "" && fullName.startsWith(`${packageName}.`)
      ? fullName.slice(packageName.length + 1)
      : fullName;
  }
}

function isType(object: protobuf.ReflectionObject | null): object is protobuf.Type {
  return object instanceof protobuf.Type;
}
