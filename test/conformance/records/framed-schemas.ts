/** Confluent's frame: a zero byte, the schema's id in four bytes, then the record. */
import type { RegisteredSchema, SchemaRegistry } from "../../../src/formats/registry/schema-registry.ts";
import { CodecError } from "./codec-error.ts";

const HEADER_BYTES = 5;

/** The schema that an input's producer would use. @throws CodecError */
export function producerSchema(registry: SchemaRegistry, subject: string): RegisteredSchema {
  const found = registry.latest(subject);
  if (found !== undefined) return found;
  throw new CodecError(`no schema is registered under '${subject}'`);
}

export function framed(id: number, record: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeInt32BE(id, 1);
  return Buffer.concat([header, record]);
}

/** @throws CodecError */
export function unframed(
  registry: SchemaRegistry,
  bytes: Buffer,
): { readonly schema: RegisteredSchema; readonly record: Buffer } {
  if (bytes.length < HEADER_BYTES || bytes[0] !== 0)
    throw new CodecError("no schema id stands before the value");
  const id = bytes.readInt32BE(1);
  const schema = registry.byId(id);
  if (schema === undefined) throw new CodecError(`the registry has no schema ${id}`);
  return { schema, record: bytes.subarray(HEADER_BYTES) };
}

/** Texts of the schemas that a schema refers to, by the names it has for them; those they refer to as well. */
export function referencedTexts(
  registry: SchemaRegistry,
  { references }: Pick<RegisteredSchema, "references">,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { name, subject, version } of references) {
    const found = registry.version(subject, version);
    if (found === undefined) throw new CodecError(`the registry has no version ${version} of '${subject}'`);
    for (const [inner, text] of referencedTexts(registry, found)) texts.set(inner, text);
    texts.set(name, found.schema);
  }
  return texts;
}
