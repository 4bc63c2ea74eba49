/** What the registry asks of a schema language: AVRO, PROTOBUF, JSON. */
import type { SchemaReference, SchemaText } from "./schema-registry.ts";

/** A schema that another refers to, directly or not, found in the registry. */
export interface ResolvedReference {
  readonly reference: SchemaReference;
  readonly schema: SchemaText;
}

export interface ParsedSchema {
  /** The text that is stored and given out. */
  readonly text: string;
  /**
   * Why data written with `writer` cannot be read with this schema, a line each; empty where it can.
   * `writer` was parsed by the same language.
   */
  incompatibilities(writer: ParsedSchema, names: SideNames): readonly string[];
  /** The text in another form (Confluent's `?format=`); undefined where there is no such. */
  formatted(format: string): string | undefined;
}

/** What messages call the two schemas: `new schema` and `old schema`, whichever of them reads. */
export interface SideNames {
  readonly reader: string;
  readonly writer: string;
}

/** Confluent's form of a line, which its tools show as it is. */
export function differenceLine(errorType: string, description: string, additionalInfo = ""): string {
  const info = additionalInfo === "" ? "" : `, additionalInfo:'${additionalInfo}'`;
  return `{errorType:'${errorType}', description:'${description}'${info}}`;
}

export interface ParseOptions {
  /** Write the text so that schemas that differ in order and layout only become one. */
  readonly normalize: boolean;
}

export interface SchemaLanguage {
  /**
   * @param references everything the schema refers to, dependencies first
   * @throws SCHEMA_INVALID
   */
  parse(text: string, references: readonly ResolvedReference[], options: ParseOptions): ParsedSchema;
  /** Equal for texts that the language holds for the same schema. Never throws. */
  identity(text: string): string;
}
