/** JSON (JSON Schema) as a language of the registry. The text is stored without spaces, in the order in which it came. */
import { assert } from "../../../base/assert.ts";
import { sortedJson } from "../exact-json.ts";
import type { ParsedSchema, ParseOptions, ResolvedReference, SchemaLanguage } from "../schema-language.ts";
import { jsonSchemaDifferences } from "./json-schema-compatibility.ts";
import { writeDifference } from "./json-schema-difference.ts";
import { JsonSchemaDocument } from "./json-schema-document.ts";

export const jsonSchemaLanguage: SchemaLanguage = {
  parse(text: string, references: readonly ResolvedReference[], options: ParseOptions): ParsedSchema {
    const others = new Map<string, JsonSchemaDocument>();
    for (const { reference, schema } of references) {
      others.set(reference.name, new JsonSchemaDocument(schema.schema, new Map(others)));
    }
    const document = new JsonSchemaDocument(text, others);
    const { root } = document;
    return new JsonParsedSchema(document, options.normalize ? sortedJson(root) : JSON.stringify(root));
  },

  identity: (text) => text,
};

class JsonParsedSchema implements ParsedSchema {
  readonly text: string;
  readonly #document: JsonSchemaDocument;

  constructor(document: JsonSchemaDocument, text: string) {
    this.#document = document;
    this.text = text;
  }

  incompatibilities(writer: ParsedSchema): readonly string[] {
    assert(writer instanceof JsonParsedSchema, "a JSON Schema is compared with a JSON Schema");
    return jsonSchemaDifferences(writer.#document.rootPart(), this.#document.rootPart()).map(writeDifference);
  }

  formatted(): undefined {
    return undefined;
  }
}
