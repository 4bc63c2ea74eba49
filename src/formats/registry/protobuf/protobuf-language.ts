/**
 * PROTOBUF as a language of the registry. The text is stored as it came (a descriptor as text); schemas are the same where their tokens are, so
 * comments and layout do not matter.
 */
import { assert } from "../../../base/assert.ts";
import type {
  ParsedSchema,
  ParseOptions,
  ResolvedReference,
  SchemaLanguage,
  SideNames,
} from "../schema-language.ts";
import { protobufIncompatibilities } from "./protobuf-compatibility.ts";
import { decodeDescriptor, descriptorBytes, encodeDescriptor } from "./protobuf-descriptor.ts";
import { writeDescriptorText } from "./protobuf-descriptor-text.ts";
import { invalidProtobuf, parseProtobufSchema } from "./protobuf-schema.ts";
import type { ProtobufSchema } from "./protobuf-schema.ts";
import { protobufTokens, writeTokens } from "./protobuf-tokens.ts";

export const protobufLanguage: SchemaLanguage = {
  parse(text: string, references: readonly ResolvedReference[], options: ParseOptions): ParsedSchema {
    const imports = new Map(references.map(({ reference, schema }) => [reference.name, schema.schema]));
    const proto = protoText(text);
    const schema = parseProtobufSchema(proto, imports);
    return new ProtobufParsedSchema(schema, options.normalize ? writeTokens(protobufTokens(proto)) : proto);
  },

  identity: (text) => protobufTokens(text).join("\n"),
};

/** Clients outside Java register descriptors; what is kept is text. */
function protoText(text: string): string {
  const bytes = descriptorBytes(text);
  if (bytes === undefined) return text;
  try {
    return writeDescriptorText(decodeDescriptor(bytes));
  } catch (cause) {
    throw invalidProtobuf(cause);
  }
}

class ProtobufParsedSchema implements ParsedSchema {
  readonly text: string;
  readonly #schema: ProtobufSchema;

  constructor(schema: ProtobufSchema, text: string) {
    this.#schema = schema;
    this.text = text;
  }

  incompatibilities(writer: ParsedSchema, names: SideNames): readonly string[] {
    assert(writer instanceof ProtobufParsedSchema, "a Protobuf schema is compared with a Protobuf schema");
    return protobufIncompatibilities(this.#schema, writer.#schema, names);
  }

  /** `serialized`: a FileDescriptorProto in base64. */
  formatted(format: string): string | undefined {
    return format === "serialized" ? encodeDescriptor(this.#schema.file()) : undefined;
  }
}
