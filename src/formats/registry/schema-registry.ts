/**
 * What formats with schemas ask of a schema registry. Words and rules are those of Confluent's registry: a schema has one id
 * in the whole registry, a subject (`<topic>-key`, `<topic>-value`) has versions of schemas, and an id never changes its schema.
 *
 * Synchronous: a decoder meets an unknown id in the middle of a record. Ids and their schemas may be cached for ever.
 */
export type SchemaType = "AVRO" | "PROTOBUF" | "JSON";

export interface SchemaReference {
  /** The name under which the schema text refers to it: a full Avro name, a .proto import, a JSON Schema $ref. */
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

export interface SchemaText {
  readonly type: SchemaType;
  readonly schema: string;
  readonly references: readonly SchemaReference[];
}

export interface RegisteredSchema extends SchemaText {
  readonly id: number;
}

export interface SubjectVersion extends RegisteredSchema {
  readonly subject: string;
  readonly version: number;
}

export interface SchemaRegistry {
  byId(id: number): RegisteredSchema | undefined;
  latest(subject: string): SubjectVersion | undefined;
  version(subject: string, version: number): SubjectVersion | undefined;
  /**
   * Adds a version to the subject, or finds the equal one that is there.
   * @returns the schema's id
   * @throws SCHEMA_INVALID, SCHEMA_INCOMPATIBLE, SCHEMA_REFERENCE_UNKNOWN
   */
  register(subject: string, schema: SchemaText): number;
  /**
   * Deletes the subject's versions, softly (ids keep their schemas), where it has some: its topic is gone. Versions that
   * other schemas refer to stay.
   * @throws SCHEMA_NOT_PERMITTED
   */
  retire(subject: string): void;
}
