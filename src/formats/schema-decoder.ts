/**
 * Reads records in Confluent's form: a zero byte, the schema's id in four bytes, then what the format writes. The reader
 * for an id is compiled when the id is first met; a schema that does not fit the columns refuses each of its records.
 */
import { SpoorError } from "../base/errors.ts";
import type { Value } from "../data/values.ts";
import { DeserializationError } from "./deserialization-error.ts";
import type { Decoder, DecodeTarget, FormatColumn, FormatOptions } from "./format.ts";
import { putBounded, schemaById } from "./registered-schemas.ts";
import type { SchemaRegistry } from "./registry/schema-registry.ts";
import type { RecordReader, SchemaFormat } from "./schema-format.ts";

export const HEADER_BYTES = 5;
/** Writers' schemas a decoder keeps readers for. */
const READERS_MAX = 200;

export class SchemaDecoder implements Decoder {
  readonly #format: SchemaFormat;
  readonly #registry: SchemaRegistry;
  readonly #columns: readonly FormatColumn[];
  readonly #options: FormatOptions;
  readonly #targets: readonly DecodeTarget[];
  readonly #readers = new Map<number, RecordReader>();
  #lastId = -1;
  #lastReader: RecordReader | undefined;

  constructor(
    format: SchemaFormat,
    registry: SchemaRegistry,
    columns: readonly FormatColumn[],
    options: FormatOptions,
    targets: readonly DecodeTarget[],
  ) {
    this.#format = format;
    this.#registry = registry;
    this.#columns = columns;
    this.#options = options;
    this.#targets = targets;
  }

  decode(bytes: Buffer, start: number, end: number, out: Value[]): void {
    const id = schemaIdOf(bytes, start, end);
    let reader = this.#lastReader;
    if (id !== this.#lastId || reader === undefined) {
      reader = this.#readers.get(id) ?? this.#compile(id);
      this.#lastReader = reader;
      this.#lastId = id;
    }
    reader(bytes, start + HEADER_BYTES, end, out);
  }

  #compile(id: number): RecordReader {
    const reader = readerOrRefusal(id, () => {
      const schema = schemaById(this.#registry, this.#format, id);
      return schema?.reader(this.#columns, this.#options, this.#targets);
    });
    // Not kept: the id may be registered later.
    if (reader === undefined) {
      throw new DeserializationError(`the schema registry has no ${this.#format.type} schema ${id}`);
    }
    putBounded(this.#readers, id, reader, READERS_MAX);
    return reader;
  }
}

function readerOrRefusal(id: number, compile: () => RecordReader | undefined): RecordReader | undefined {
  try {
    return compile();
  } catch (error) {
    // A registry that can't be reached is asked again.
    const lasting =
      error instanceof DeserializationError || (error instanceof SpoorError && error.kind !== "io");
    if (!lasting) throw error;
    const message = `${error.message} (schema ${id})`;
    return () => {
      throw new DeserializationError(message);
    };
  }
}

/** @throws DeserializationError where the bytes don't begin with a schema's id */
export function schemaIdOf(bytes: Buffer, start: number, end: number): number {
  if (end - start < HEADER_BYTES) {
    throw new DeserializationError(`${end - start} bytes are too few for a schema id and a value`);
  }
  const magic = bytes[start]!;
  if (magic !== 0)
    throw new DeserializationError(`unknown magic byte ${magic}: no schema id stands before the value`);
  return bytes.readInt32BE(start + 1);
}
