/**
 * A .proto file as Confluent's clients outside Java send and want it: a FileDescriptorProto in base64 (`?format=serialized`).
 * Names of types are written in full, as protoc does. Options that need an extension to be understood are left out.
 */
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";
import type {
  IDescriptorProto,
  IEnumDescriptorProto,
  IFieldDescriptorProto,
  IFileDescriptorProto,
  IServiceDescriptorProto,
} from "protobufjs/ext/descriptor.js";
import { ownFields } from "./protobuf-schema.ts";

export interface DescribedFile {
  readonly packageName: string;
  readonly syntax: "proto2" | "proto3";
  readonly imports: readonly string[];
  /** Messages, enums and services of the file, in its order. */
  readonly objects: readonly protobuf.ReflectionObject[];
  readonly options: Readonly<Record<string, unknown>>;
}

const FILE_NAME = "default";
const FIELD_OPTIONS = new Set(["packed", "deprecated", "lazy"]);

/** Base64, or undefined where the text cannot be one. */
export function descriptorBytes(text: string): Buffer | undefined {
  const trimmed = text.trim();
  return trimmed.length > 0 && trimmed.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(trimmed)
    ? Buffer.from(trimmed, "base64")
    : undefined;
}

/** @throws where the bytes are no FileDescriptorProto */
export function decodeDescriptor(bytes: Buffer): IFileDescriptorProto {
  const { FileDescriptorProto } = descriptor;
  return FileDescriptorProto.toObject(FileDescriptorProto.decode(bytes), { arrays: true });
}

export function encodeDescriptor(file: DescribedFile): string {
  const messageType: IDescriptorProto[] = [];
  const enumType: IEnumDescriptorProto[] = [];
  const service: IServiceDescriptorProto[] = [];
  const extension: IFieldDescriptorProto[] = [];
  for (const object of file.objects) {
    if (object instanceof protobuf.Type) messageType.push(messageOf(object, file.syntax));
    else if (object instanceof protobuf.Enum) enumType.push(object.toDescriptor());
    else if (object instanceof protobuf.Service) service.push(object.toDescriptor());
    else if (object instanceof protobuf.Field) extension.push(fieldOf(object, file.syntax));
  }
  const message = descriptor.FileDescriptorProto.create({
    name: FILE_NAME,
    ...(file.packageName === "" ? {} : { package: file.packageName }),
    dependency: file.imports,
    messageType,
    enumType,
    service,
    extension,
    ...(Object.keys(file.options).length === 0 ? {} : { options: fileOptions(file.options) }),
    // proto2 goes without saying in a descriptor.
    ...(file.syntax === "proto3" ? { syntax: "proto3" } : {}),
  });
  return Buffer.from(descriptor.FileDescriptorProto.encode(message).finish()).toString("base64");
}

function messageOf(type: protobuf.Type, syntax: DescribedFile["syntax"]): IDescriptorProto {
  const nestedType: IDescriptorProto[] = [];
  const own = ownFields(type);
  const field = own.map((each) => {
    if (each instanceof protobuf.MapField) nestedType.push(mapEntry(each, syntax));
    return fieldOf(each, syntax);
  });
  const enumType: IEnumDescriptorProto[] = [];
  const extension: IFieldDescriptorProto[] = [];
  for (const nested of type.nestedArray) {
    if (nested instanceof protobuf.Type) nestedType.push(messageOf(nested, syntax));
    else if (nested instanceof protobuf.Enum) enumType.push(nested.toDescriptor());
    else if (nested instanceof protobuf.Field) extension.push(fieldOf(nested, syntax));
  }
  // protoc wants the oneofs of proto3's optional fields behind all others.
  const oneofs = type.oneofsArray.toSorted((a, b) => Number(a.isProto3Optional) - Number(b.isProto3Optional));
  for (const [i, each] of own.entries()) {
    if (each.partOf !== null) field[i]!.oneofIndex = oneofs.indexOf(each.partOf);
  }
  const oneofDecl = oneofs.map((oneof) => oneof.toDescriptor());
  const { name, options, extensionRange, reservedRange, reservedName } = type.toDescriptor(
    syntax,
  ) as IDescriptorProto;
  const rest = { name, options, extensionRange, reservedRange, reservedName };
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), field, nestedType, enumType, extension, oneofDecl };
}

function fieldOf(field: protobuf.Field, syntax: DescribedFile["syntax"]): IFieldDescriptorProto {
  const described: IFieldDescriptorProto = field.toDescriptor(syntax);
  const given = Object.entries(field.options ?? {}).filter(([name]) => FIELD_OPTIONS.has(name));
  if (given.length === 0) delete described.options;
  else described.options = Object.fromEntries(given);
  if (field instanceof protobuf.MapField)
    described.typeName = `${field.parent!.fullName}.${entryName(field)}`;
  else if (field.resolvedType !== null) described.typeName = field.resolvedType.fullName;
  const extended = field.extensionField?.parent;
  if (extended !== null && extended !== undefined) described.extendee = extended.fullName;
  return described;
}

function mapEntry(field: protobuf.MapField, syntax: DescribedFile["syntax"]): IDescriptorProto {
  const key = new protobuf.Field("key", 1, field.keyType);
  const value = new protobuf.Field("value", 2, field.type);
  // Its type is looked up from where the map stands.
  value.parent = field.parent;
  return {
    name: entryName(field),
    field: [describedPart(key, syntax), describedPart(value, syntax)],
    options: { mapEntry: true },
  };
}

function describedPart(field: protobuf.Field, syntax: DescribedFile["syntax"]): IFieldDescriptorProto {
  const described: IFieldDescriptorProto = field.toDescriptor(syntax);
  if (field.resolvedType !== null) described.typeName = field.resolvedType.fullName;
  return described;
}

/** As protoc names it: `my_map` has MyMapEntry. */
function entryName({ name }: protobuf.FieldBase): string {
  const words = name.split("_").map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`);
  return `${words.join("")}Entry`;
}

function fileOptions(options: Readonly<Record<string, unknown>>): object {
  const named = Object.entries(options).filter(([name]) => /^[a-z_]+$/.test(name));
  const camel = named.map(([name, value]) => [
    name.replaceAll(/_([a-z])/g, (_, c: string) => c.toUpperCase()),
    value,
  ]);
  return descriptor.FileOptions.fromObject(Object.fromEntries(camel) as Record<string, unknown>);
}
