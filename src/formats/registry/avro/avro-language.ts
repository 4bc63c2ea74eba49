/** AVRO as a language of the registry. Schemas are the same where Avro's Java library writes them alike. */
import { assert } from "../../../base/assert.ts";
import type {
  ParsedSchema,
  ParseOptions,
  ResolvedReference,
  SchemaLanguage,
  SideNames,
} from "../schema-language.ts";
import { avroIncompatibilities } from "./avro-compatibility.ts";
import { parseAvroSchema } from "./avro-schema-parser.ts";
import type { AvroNames } from "./avro-schema-parser.ts";
import type { AvroType } from "./avro-schema.ts";
import { writeAvroSchema } from "./avro-schema-writer.ts";

export const avroLanguage: SchemaLanguage = {
  parse(text: string, references: readonly ResolvedReference[], options: ParseOptions): ParsedSchema {
    const names: AvroNames = new Map();
    // One schema under two names would define its types twice.
    for (const schema of new Set(references.map((each) => each.schema.schema)))
      parseAvroSchema(schema, names);
    const defined = [...names.keys()];
    const type = parseAvroSchema(text, names);
    return new AvroParsedSchema(type, writeAvroSchema(type, { defined, normalize: options.normalize }));
  },

  identity: (text) => text,
};

class AvroParsedSchema implements ParsedSchema {
  readonly text: string;
  readonly #type: AvroType;

  constructor(type: AvroType, text: string) {
    this.#type = type;
    this.text = text;
  }

  incompatibilities(writer: ParsedSchema, names: SideNames): readonly string[] {
    assert(writer instanceof AvroParsedSchema, "an Avro schema is compared with an Avro schema");
    return avroIncompatibilities(this.#type, writer.#type, names);
  }

  /** `resolved`: with the types of referenced schemas inside. */
  formatted(format: string): string | undefined {
    if (format !== "resolved") return undefined;
    return writeAvroSchema(this.#type, { defined: [], normalize: false });
  }
}
