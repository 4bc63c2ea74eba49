/** Parses a .proto file and what it imports into messages. */
import protobuf from "protobufjs";
import { formatErrors } from "../errors.ts";
import type { ProtoField, ProtoMessage, ProtoOneof, ProtoScalar, ProtoType } from "./proto-message.ts";
import { wellKnownFile } from "./well-known-files.ts";

export interface ProtoFile {
  /** The messages defined at the top of the file, in order. */
  readonly messages: readonly FileMessage[];
}

/** A message with those defined inside it: records name one by its place. */
export interface FileMessage {
  readonly message: ProtoMessage;
  readonly nested: readonly FileMessage[];
}

const LOCAL_FILE = "the schema";
const PACKED = new Set(Object.keys(protobuf.types.packed));

/**
 * @param imports texts by the name that imports them
 * @throws FORMAT_SCHEMA_MISFIT
 */
export function parseProtoFile(text: string, imports: ReadonlyMap<string, string>): ProtoFile {
  const root = new protobuf.Root();
  try {
    loadFile(root, text, LOCAL_FILE, imports, new Set());
    root.resolveAll();
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw formatErrors.SCHEMA_MISFIT({ message: "the Protobuf schema can't be read", detail, cause });
  }
  const builder = new MessageBuilder();
  return { messages: topMessages(root).map((type) => fileMessage(type, builder)) };
}

function loadFile(
  root: protobuf.Root,
  text: string,
  name: string,
  imports: ReadonlyMap<string, string>,
  loaded: Set<string>,
): void {
  // The parser marks what it makes with its `filename`, which it forgets after each file.
  Object.assign(protobuf.parse, { filename: name });
  const parsed = protobuf.parse(text, root, { keepCase: true });
  for (const wanted of [...(parsed.imports ?? []), ...(parsed.weakImports ?? [])]) {
    if (loaded.has(wanted)) continue;
    loaded.add(wanted);
    const imported = imports.get(wanted) ?? wellKnownFile(wanted);
    const common = protobuf.common.get(wanted);
    if (imported !== undefined) loadFile(root, imported, wanted, imports, loaded);
    else if (common !== null) root.addJSON(common.nested ?? {});
    else throw new Error(`import '${wanted}' is not among the schema's references`);
  }
}

function topMessages(namespace: protobuf.NamespaceBase): protobuf.Type[] {
  return namespace.nestedArray.flatMap((each) => {
    if (each instanceof protobuf.Type) return each.filename === LOCAL_FILE ? [each] : [];
    return each instanceof protobuf.Namespace ? topMessages(each) : [];
  });
}

function fileMessage(type: protobuf.Type, builder: MessageBuilder): FileMessage {
  const nested = type.nestedArray.filter((each) => each instanceof protobuf.Type);
  return { message: builder.message(type), nested: nested.map((each) => fileMessage(each, builder)) };
}

class MessageBuilder {
  readonly #messages = new Map<protobuf.Type, ProtoMessage>();

  /** A message may contain itself. */
  message(type: protobuf.Type): ProtoMessage {
    const known = this.#messages.get(type);
    if (known !== undefined) return known;
    const fields: ProtoField[] = [];
    const message = { fullName: type.fullName.replace(/^\./, ""), fields };
    this.#messages.set(type, message);
    const oneofs = new Map<protobuf.OneOf, ProtoOneof>();
    for (const [i, oneof] of type.oneofsArray.filter((each) => !each.isProto3Optional).entries()) {
      oneofs.set(oneof, { column: `${oneof.name}_${i}` });
    }
    for (const field of type.fieldsArray) {
      fields.push(this.#field(field, field.partOf === null ? undefined : oneofs.get(field.partOf)));
    }
    return message;
  }

  #field(field: protobuf.Field, oneof: ProtoOneof | undefined): ProtoField {
    const type = field instanceof protobuf.MapField ? this.#entryType(field) : this.#type(field);
    const entries =
      type.kind === "message" && field.repeated && isEntry(type.message) ? type.message : undefined;
    const nested = entries?.fields[1]!.repeated === true;
    return {
      name: field.name,
      number: field.id,
      type,
      map: field.map || (entries !== undefined && !nested),
      nestedMap: nested,
      repeated: field.repeated || field.map,
      packed: field.repeated && field.packed && (type.kind === "enum" || PACKED.has(field.type)),
      presence: field.hasPresence && !field.required,
      oneof,
      parameters: fieldParameters(field),
    };
  }

  #type(field: protobuf.Field): ProtoType {
    const { resolvedType } = field;
    if (resolvedType instanceof protobuf.Enum) {
      return { kind: "enum", name: resolvedType.name, symbols: new Map(Object.entries(resolvedType.values)) };
    }
    if (resolvedType === null) return { kind: "scalar", scalar: field.type as ProtoScalar };
    return { kind: "message", message: this.message(resolvedType) };
  }

  #entryType(field: protobuf.MapField & protobuf.Field): ProtoType {
    const plain = {
      map: false,
      nestedMap: false,
      repeated: false,
      packed: false,
      oneof: undefined,
      parameters: fieldParameters(field),
    };
    const keyType: ProtoType = { kind: "scalar", scalar: field.keyType as ProtoScalar };
    const valueType = this.#type(field);
    const key = { ...plain, name: "key", number: 1, type: keyType, presence: false };
    const value = {
      ...plain,
      name: "value",
      number: 2,
      type: valueType,
      presence: valueType.kind === "message",
    };
    return { kind: "message", message: { fullName: `${field.name}Entry`, fields: [key, value] } };
  }
}

/** Connect writes maps as messages of that form. */
function isEntry({ fullName, fields }: ProtoMessage): boolean {
  return (
    fullName.endsWith("Entry") &&
    fields.length === 2 &&
    fields[0]!.name === "key" &&
    fields[1]!.name === "value" &&
    !fields[0]!.repeated
  );
}

/** `[(confluent.field_meta) = { params: [{ key: "scale", value: "2" }] }]` */
function fieldParameters(field: protobuf.Field): ReadonlyMap<string, string> {
  const options = (field.parsedOptions ?? []) as readonly Readonly<Record<string, unknown>>[];
  const meta = options.find((option) => "(confluent.field_meta)" in option)?.["(confluent.field_meta)"];
  const params = (meta as { readonly params?: unknown } | undefined)?.params ?? [];
  const list = (Array.isArray(params) ? params : [params]) as readonly { key?: unknown; value?: unknown }[];
  return new Map(list.map(({ key, value }) => [String(key), String(value)]));
}
