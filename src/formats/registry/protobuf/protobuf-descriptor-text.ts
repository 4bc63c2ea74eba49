/** A FileDescriptorProto written as the .proto text that it stands for, which is what the registry keeps. */
import type {
  IDescriptorProto,
  IEnumDescriptorProto,
  IFieldDescriptorProto,
  IFileDescriptorProto,
  IServiceDescriptorProto,
} from "protobufjs/ext/descriptor.js";

/** By number, as FieldDescriptorProto.Type has them; 10, a group, has no text of its own kind. */
const SCALARS: Readonly<Record<number, string>> = {
  1: "double",
  2: "float",
  3: "int64",
  4: "uint64",
  5: "int32",
  6: "fixed64",
  7: "fixed32",
  8: "bool",
  9: "string",
  12: "bytes",
  13: "uint32",
  15: "sfixed32",
  16: "sfixed64",
  17: "sint32",
  18: "sint64",
};
const STRING = 9;
const BYTES = 12;
const REQUIRED = 2;
const REPEATED = 3;
const RESERVED_END = 536_870_912;

/** @throws Error where the descriptor has what a text of proto2 or proto3 has not */
export function writeDescriptorText(file: IFileDescriptorProto): string {
  const syntax = file.syntax === undefined || file.syntax === "" ? "proto2" : file.syntax;
  if (syntax !== "proto2" && syntax !== "proto3")
    throw new Error(`syntax '${syntax}' is not taken as a descriptor`);
  return new DescriptorWriter(syntax).file(file);
}

class DescriptorWriter {
  readonly #syntax: "proto2" | "proto3";
  readonly #lines: string[] = [];
  #depth = 0;

  constructor(syntax: "proto2" | "proto3") {
    this.#syntax = syntax;
  }

  file(file: IFileDescriptorProto): string {
    this.#line(`syntax = "${this.#syntax}";`);
    if (file.package !== undefined && file.package !== "") this.#line(`package ${file.package};`);
    const kinds = importKinds(file);
    for (const [i, name] of (file.dependency as readonly string[]).entries()) {
      this.#line(`import ${kinds.get(i) ?? ""}${quoted(name)};`);
    }
    for (const [name, value] of Object.entries(file.options ?? {})) this.#option(snakeCase(name), value);
    for (const message of file.messageType ?? []) this.#message(message);
    for (const each of file.enumType ?? []) this.#enum(each);
    this.#extensions(file.extension ?? []);
    for (const service of file.service ?? []) this.#service(service);
    return `${this.#lines.join("\n")}\n`;
  }

  #message(message: IDescriptorProto): void {
    this.#block(`message ${message.name!}`, () => {
      const entries = new Map(
        (message.nestedType ?? [])
          .filter((each) => each.options?.mapEntry === true)
          .map((each) => [each.name!, each]),
      );
      for (const [name, value] of Object.entries(message.options ?? {})) {
        if (name !== "mapEntry") this.#option(snakeCase(name), value);
      }
      this.#reserved(message);
      const written = new Set<number>();
      for (const field of message.field ?? []) this.#memberOf(message, field, entries, written);
      for (const nested of message.nestedType ?? []) if (!entries.has(nested.name!)) this.#message(nested);
      for (const each of message.enumType ?? []) this.#enum(each);
      this.#extensions(message.extension ?? []);
    });
  }

  /** A field, or the whole oneof with its first one. */
  #memberOf(
    message: IDescriptorProto,
    field: IFieldDescriptorProto,
    entries: ReadonlyMap<string, IDescriptorProto>,
    written: Set<number>,
  ): void {
    const index = field.proto3Optional === true ? undefined : field.oneofIndex;
    if (index === undefined) this.#field(field, entries);
    else if (!written.has(index)) {
      written.add(index);
      this.#block(`oneof ${message.oneofDecl![index]!.name!}`, () => {
        for (const each of message.field!) if (each.oneofIndex === index) this.#line(`${declaration(each)};`);
      });
    }
  }

  #field(field: IFieldDescriptorProto, entries: ReadonlyMap<string, IDescriptorProto>): void {
    const entry = entries.get((field.typeName ?? "").split(".").at(-1)!);
    if (entry !== undefined) {
      const [key, value] = entry.field!.map(typeText);
      this.#line(`map<${key!}, ${value!}> ${field.name!} = ${field.number!}${fieldOptions(field)};`);
      return;
    }
    this.#line(`${this.#label(field)}${declaration(field)};`);
  }

  #label({ label, proto3Optional }: IFieldDescriptorProto): string {
    if (label === REPEATED) return "repeated ";
    if (label === REQUIRED) return "required ";
    return this.#syntax === "proto2" || proto3Optional === true ? "optional " : "";
  }

  #reserved(message: IDescriptorProto): void {
    for (const { start = 0, end = 0 } of message.reservedRange ?? []) {
      this.#line(`reserved ${rangeText(start, end)};`);
    }
    for (const name of message.reservedName ?? []) this.#line(`reserved ${quoted(name)};`);
    for (const { start = 0, end = 0 } of message.extensionRange ?? []) {
      this.#line(`extensions ${rangeText(start, end)};`);
    }
  }

  #enum(each: IEnumDescriptorProto): void {
    this.#block(`enum ${each.name!}`, () => {
      for (const [name, value] of Object.entries(each.options ?? {})) this.#option(snakeCase(name), value);
      for (const { name, number = 0 } of each.value ?? []) this.#line(`${name!} = ${number};`);
    });
  }

  #extensions(fields: readonly IFieldDescriptorProto[]): void {
    for (const field of fields) {
      this.#block(`extend ${field.extendee!}`, () =>
        this.#line(`${this.#label(field)}${declaration(field)};`),
      );
    }
  }

  #service(service: IServiceDescriptorProto): void {
    this.#block(`service ${service.name!}`, () => {
      for (const { name, inputType, outputType, clientStreaming, serverStreaming } of service.method ?? []) {
        const input = `${clientStreaming === true ? "stream " : ""}${inputType!}`;
        const output = `${serverStreaming === true ? "stream " : ""}${outputType!}`;
        this.#line(`rpc ${name!}(${input}) returns (${output});`);
      }
    });
  }

  #option(name: string, value: unknown): void {
    if (name === "optimize_for") {
      this.#line(
        `option optimize_for = ${["SPEED", "CODE_SIZE", "LITE_RUNTIME"][Number(value) - 1] ?? "SPEED"};`,
      );
    } else if (typeof value === "string") this.#line(`option ${name} = ${quoted(value)};`);
    else if (typeof value === "boolean") this.#line(`option ${name} = ${value};`);
  }

  #block(head: string, body: () => void): void {
    this.#line(`${head} {`);
    this.#depth++;
    body();
    this.#depth--;
    this.#line("}");
  }

  #line(text: string): void {
    this.#lines.push(`${"  ".repeat(this.#depth)}${text}`);
  }
}

function declaration(field: IFieldDescriptorProto): string {
  return `${typeText(field)} ${field.name!} = ${field.number!}${fieldOptions(field)}`;
}

function typeText({ type, typeName, name }: IFieldDescriptorProto): string {
  if (typeName !== undefined && typeName !== "") return typeName;
  const scalar = SCALARS[type ?? 0];
  if (scalar === undefined) throw new Error(`field '${name}' is of a type that has no text`);
  return scalar;
}

function fieldOptions(field: IFieldDescriptorProto): string {
  const options: string[] = [];
  const { defaultValue, type, jsonName, name } = field;
  if (defaultValue !== undefined && defaultValue !== "") {
    const text = type === STRING || (type === BYTES && !defaultValue.includes('"'));
    options.push(`default = ${text ? quoted(defaultValue) : defaultValue}`);
  }
  if (jsonName !== undefined && jsonName !== "" && jsonName !== camelCase(name!)) {
    options.push(`json_name = ${quoted(jsonName)}`);
  }
  for (const [option, value] of Object.entries(field.options ?? {})) {
    if (typeof value === "boolean") options.push(`${snakeCase(option)} = ${value}`);
  }
  return options.length === 0 ? "" : ` [${options.join(", ")}]`;
}

function importKinds(file: IFileDescriptorProto): Map<number, string> {
  const kinds = new Map<number, string>();
  for (const i of (file.publicDependency ?? []) as readonly number[]) kinds.set(i, "public ");
  for (const i of (file.weakDependency ?? []) as readonly number[]) kinds.set(i, "weak ");
  return kinds;
}

/** A descriptor's end is exclusive. */
function rangeText(start: number, end: number): string {
  if (end >= RESERVED_END) return `${start} to max`;
  return end === start + 1 ? String(start) : `${start} to ${end - 1}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** As protoc makes JSON names. */
function camelCase(name: string): string {
  return name.replaceAll(/_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase()).replaceAll("_", "");
}
