/**
 * The keys and values of Kafka's internal topics. Both begin with a version (int16); a key's version also says what kind
 * of record it is. What follows is a message shape, as on the wire.
 */
import { ByteReader, MalformedFrame } from "../protocol/byte-reader.ts";
import { ByteWriter } from "../protocol/byte-writer.ts";
import { compileReader } from "../protocol/message-reader.ts";
import { compileWriter } from "../protocol/message-writer.ts";
import type { Decoded, Encodable, Shape } from "../protocol/schema.ts";

interface FormDefinition<S extends Shape> {
  readonly shape: S;
  /** The versions that are read. */
  readonly versions: readonly [least: number, greatest: number];
  /** The version that is written. */
  readonly writes: number;
  /** The first flexible version; Infinity: none. */
  readonly flexibleSince: number;
}

export interface RecordForm<S extends Shape> {
  encode(message: Encodable<S>): Buffer;
  /** Undefined where the version is not among those of this form. @throws MalformedFrame */
  decode(bytes: Buffer): Decoded<S> | undefined;
}

export function recordForm<S extends Shape>(definition: FormDefinition<S>): RecordForm<S> {
  const { shape, versions, writes, flexibleSince } = definition;
  const write = compileWriter(shape, writes, writes >= flexibleSince);
  const readers = new Map<number, (reader: ByteReader) => Record<string, unknown>>();
  for (let version = versions[0]; version <= versions[1]; version++) {
    readers.set(version, compileReader(shape, version, version >= flexibleSince));
  }
  return {
    encode(message) {
      const writer = new ByteWriter(128);
      writer.int16(writes);
      write(writer, message);
      return Buffer.concat(writer.finish());
    },
    decode(bytes) {
      if (bytes.length < 2) throw new MalformedFrame("a record without a version");
      const reader = readers.get(bytes.readInt16BE(0));
      return reader?.(new ByteReader(bytes, 2)) as Decoded<S> | undefined;
    },
  };
}
