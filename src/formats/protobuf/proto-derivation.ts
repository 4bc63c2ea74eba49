/**
 * The .proto file that ksqlDB derives from columns: one message with a field for each, structs and maps as messages in it,
 * named `ConnectDefault1` and on in the order they are met; NULLs as {@link ProtobufNulls} says.
 */
import type { DecimalType, SqlType, StructField } from "../../data/types.ts";
import { formatErrors } from "../errors.ts";
import type { FormatColumn, FormatOptions, ProtobufNulls } from "../format.ts";

export function deriveProtoFile(columns: readonly FormatColumn[], options: FormatOptions): string {
  const { fullName, protobufNulls } = options.schema;
  return new FileDerivation(protobufNulls).file(columns, fullName);
}

const SCALARS: Readonly<
  Partial<Record<SqlType["kind"], { readonly scalar: string; readonly wrapper: string }>>
> = {
  BOOLEAN: { scalar: "bool", wrapper: "BoolValue" },
  INTEGER: { scalar: "int32", wrapper: "Int32Value" },
  BIGINT: { scalar: "int64", wrapper: "Int64Value" },
  DOUBLE: { scalar: "double", wrapper: "DoubleValue" },
  STRING: { scalar: "string", wrapper: "StringValue" },
  BYTES: { scalar: "bytes", wrapper: "BytesValue" },
};
const MESSAGES: Readonly<Partial<Record<SqlType["kind"], { readonly type: string; readonly file: string }>>> =
  {
    DECIMAL: { type: "confluent.type.Decimal", file: "confluent/type/decimal.proto" },
    DATE: { type: "google.type.Date", file: "google/type/date.proto" },
    TIME: { type: "google.type.TimeOfDay", file: "google/type/timeofday.proto" },
    TIMESTAMP: { type: "google.protobuf.Timestamp", file: "google/protobuf/timestamp.proto" },
  };

class FileDerivation {
  readonly #nulls: ProtobufNulls;
  readonly #imports = new Set<string>();
  #names = 0;

  constructor(nulls: ProtobufNulls) {
    this.#nulls = nulls;
  }

  file(columns: readonly FormatColumn[], fullName: string | undefined): string {
    // A default name counts on, as if it had not been given.
    const given = fullName?.startsWith("ConnectDefault") === true ? undefined : fullName;
    const name = given ?? this.#nextName();
    const dot = name.lastIndexOf(".");
    const message = this.#message(name.slice(dot + 1), columns, "");
    const imports = [...this.#imports].toSorted().map((file) => `import "${file}";\n`);
    const head = [
      'syntax = "proto3";\n',
      dot < 0 ? "" : `package ${name.slice(0, dot)};\n`,
      imports.join(""),
    ];
    return [...head, message].filter((part) => part !== "").join("\n");
  }

  #nextName(): string {
    this.#names += 1;
    return `ConnectDefault${this.#names}`;
  }

  #message(name: string, fields: readonly StructField[], indent: string): string {
    const inner = `${indent}  `;
    const nested: string[] = [];
    const lines = fields.map((field, i) => `${inner}${this.#field(field, i + 1, nested, inner)}\n`);
    const messages = nested.map((text) => `\n${text}`);
    return `${indent}message ${name} {\n${lines.join("")}${messages.join("")}${indent}}\n`;
  }

  #field({ name, type }: StructField, number: number, nested: string[], indent: string): string {
    const label =
      type.kind === "ARRAY" || type.kind === "MAP"
        ? "repeated "
        : this.#nulls === "optional"
          ? "optional "
          : "";
    const value = type.kind === "ARRAY" ? type.element : type;
    if (type.kind === "ARRAY" && (value.kind === "ARRAY" || value.kind === "MAP"))
      throw nestedContainer(name);
    const typeName = this.#typeName(name, value, nested, indent);
    const options = value.kind === "DECIMAL" ? this.#decimalOptions(value, indent) : "";
    return `${label}${typeName} ${name} = ${number}${options};`;
  }

  #typeName(field: string, type: SqlType, nested: string[], indent: string): string {
    const scalar = SCALARS[type.kind];
    if (scalar !== undefined) {
      if (this.#nulls !== "wrapper") return scalar.scalar;
      this.#imports.add("google/protobuf/wrappers.proto");
      return `google.protobuf.${scalar.wrapper}`;
    }
    const message = MESSAGES[type.kind];
    if (message !== undefined) {
      this.#imports.add(message.file);
      return message.type;
    }
    const name = this.#nextName();
    if (type.kind === "MAP") {
      const entry = [
        { name: "key", type: type.key },
        { name: "value", type: type.value },
      ];
      nested.push(this.#message(`${name}Entry`, entry, indent));
      return `${name}Entry`;
    }
    // A message can't have the name of a field beside it.
    const own = name === field ? `${name}Message` : name;
    if (type.kind === "STRUCT") nested.push(this.#message(own, type.fields, indent));
    return own;
  }

  #decimalOptions({ precision, scale }: DecimalType, indent: string): string {
    this.#imports.add("confluent/meta.proto");
    const parameter = (key: string, value: number): string =>
      `${indent}    {\n${indent}      key: "${key}",\n${indent}      value: "${value}"\n${indent}    }`;
    const list = `${parameter("precision", precision)},\n${parameter("scale", scale)}`;
    return ` [(confluent.field_meta) = {\n${indent}  params: [\n${list}\n${indent}  ]\n${indent}}]`;
  }
}

function nestedContainer(name: string): Error {
  return formatErrors.SCHEMA_MISFIT({
    message: `column '${name}' is an ARRAY of ARRAYs or MAPs, which Protobuf does not have`,
    hint: "put the inner one into a STRUCT",
  });
}
