/**
 * The formats PROTOBUF and PROTOBUF_NOSR. Behind a schema's id stands which of its messages the record is: the number of
 * indexes and the indexes, from the outermost message inwards, as zigzag varints; `[0]` is a single 0. PROTOBUF_NOSR has
 * neither: its schema is the one derived from the columns.
 */
import type { Value } from "../../data/values.ts";
import type { ByteWriter } from "../byte-writer.ts";
import { DeserializationError } from "../deserialization-error.ts";
import { formatErrors } from "../errors.ts";
import type {
  DecodeTarget,
  Decoder,
  Encoder,
  FormatColumn,
  FormatOptions,
  SchemaOptions,
} from "../format.ts";
import { putBounded } from "../registered-schemas.ts";
import type { ResolvedReference } from "../registry/schema-language.ts";
import type { RecordForm, RecordReader, RecordWriter, SchemaFormat, WriterSchema } from "../schema-format.ts";
import { protoSqlFields } from "./proto-columns.ts";
import { ProtoCursor } from "./proto-cursor.ts";
import { deriveProtoFile } from "./proto-derivation.ts";
import { parseProtoFile } from "./proto-file.ts";
import type { FileMessage } from "./proto-file.ts";
import type { ProtoMessage } from "./proto-message.ts";
import { matchingField, messageRead } from "./proto-reader.ts";
import type { MessageRead } from "./proto-reader.ts";
import { messageWrite } from "./proto-writer.ts";
import { writeVarint } from "./proto-varint.ts";

/** The first message of the file. */
const FIRST: readonly number[] = [0];
const INDEXES_MAX = 100;
/** Messages of one schema that a reader is compiled for. */
const READERS_MAX = 50;

export const protobufFormat: SchemaFormat = {
  type: "PROTOBUF",

  derive: (columns, options) => ({
    type: "PROTOBUF",
    schema: deriveProtoFile(columns, options),
    references: [],
  }),

  parse(text: string, references: readonly ResolvedReference[]): WriterSchema {
    const imports = new Map(references.map(({ reference, schema }) => [reference.name, schema.schema]));
    return new ProtobufSchema(parseProtoFile(text, imports).messages);
  },
};

class ProtobufSchema implements WriterSchema {
  readonly names: readonly string[];
  readonly #messages: readonly FileMessage[];

  constructor(messages: readonly FileMessage[]) {
    this.#messages = messages;
    this.names = messages.map(({ message }) => message.fullName);
  }

  columns(bareName: string | undefined, { fullName, protobufNulls }: SchemaOptions): readonly FormatColumn[] {
    if (bareName === undefined) return protoSqlFields(this.#named(fullName).message, protobufNulls);
    throw formatErrors.SCHEMA_MISFIT({
      message: "a Protobuf schema is always of a message, never of a bare value",
    });
  }

  recordForm(bytes: Buffer, start: number, end: number): RecordForm {
    const cursor = new ProtoCursor();
    cursor.reset(bytes, start, end);
    return { columns: protoSqlFields(this.#at(readIndexes(cursor)), "none"), unwrapped: false };
  }

  reader(columns: readonly FormatColumn[], _: FormatOptions, targets: readonly DecodeTarget[]): RecordReader {
    const cursor = new ProtoCursor();
    const readers = new Map<string, MessageRead>();
    const compile = (indexes: readonly number[]): MessageRead => {
      const key = indexes.join();
      const known = readers.get(key);
      if (known !== undefined) return known;
      const read = readOrRefusal(() => rowRead(this.#at(indexes), columns, targets));
      putBounded(readers, key, read, READERS_MAX);
      return read;
    };
    let first: MessageRead | undefined;
    return (bytes, start, end, out) => {
      cursor.reset(bytes, start, end);
      const indexes = readIndexes(cursor);
      const read = indexes === FIRST ? (first ??= compile(FIRST)) : compile(indexes);
      read(cursor, out);
    };
  }

  writer(columns: readonly FormatColumn[], { schema }: FormatOptions): RecordWriter {
    const { message, indexes } = this.#named(schema.fullName);
    const write = messageWrite(message, columns, "the record");
    return (values: readonly Value[], writer: ByteWriter) => {
      if (indexes.length === 1 && indexes[0] === 0) writer.byte(0);
      else for (const number of [indexes.length, ...indexes]) writeVarint(writer, number * 2);
      write(values, writer);
    };
  }

  /** The message of that name, or the first. */
  #named(fullName: string | undefined): {
    readonly message: ProtoMessage;
    readonly indexes: readonly number[];
  } {
    const all = allMessages(this.#messages, []);
    const found = all.find(({ message }) => message.fullName === fullName);
    const first = all[0];
    if (found !== undefined) return found;
    if (first !== undefined && (fullName === undefined || this.#messages.length === 1)) return first;
    throw formatErrors.SCHEMA_UNKNOWN({
      message:
        fullName === undefined ? "the schema defines no message" : `the schema has no message '${fullName}'`,
      detail: `it defines ${this.names.join(", ")}`,
    });
  }

  #at(indexes: readonly number[]): ProtoMessage {
    let within = this.#messages;
    let found: FileMessage | undefined;
    for (const index of indexes) {
      found = within[index];
      within = found?.nested ?? [];
    }
    if (found === undefined)
      throw new DeserializationError(`the schema has no message at [${indexes.join(", ")}]`);
    return found.message;
  }
}

function allMessages(
  messages: readonly FileMessage[],
  outer: readonly number[],
): { readonly message: ProtoMessage; readonly indexes: readonly number[] }[] {
  return messages.flatMap(({ message, nested }, i) => {
    const indexes = [...outer, i];
    return [{ message, indexes }, ...allMessages(nested, indexes)];
  });
}

function readIndexes(cursor: ProtoCursor): readonly number[] {
  const count = cursor.sint32();
  if (count === 0) return FIRST;
  if (count < 0 || count > INDEXES_MAX) throw new DeserializationError(`${count} message indexes`);
  return Array.from({ length: count }, () => cursor.sint32());
}

function readOrRefusal(compile: () => MessageRead): MessageRead {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof DeserializationError)) throw error;
    const { message } = error;
    return () => {
      throw new DeserializationError(message);
    };
  }
}

function rowRead(
  message: ProtoMessage,
  columns: readonly FormatColumn[],
  targets: readonly DecodeTarget[],
): MessageRead {
  const absent = new Set(targets.map(({ target }) => target));
  const read = messageRead(
    message,
    (name) => {
      const column = matchingField(columns, name);
      const wanted = targets.find((target) => target.column === column);
      if (column === undefined || wanted === undefined) return undefined;
      absent.delete(wanted.target);
      return { slot: wanted.target, type: columns[column]!.type, fields: wanted.fields ?? "all" };
    },
    "value",
  );
  return (cursor, out) => {
    for (const slot of absent) out[slot] = null;
    read(cursor, out);
  };
}

/** PROTOBUF_NOSR. */
export function bareProtobufDecoder(
  columns: readonly FormatColumn[],
  options: FormatOptions,
  targets: readonly DecodeTarget[],
): Decoder {
  const read = rowRead(derivedMessage(columns, options), columns, targets);
  const cursor = new ProtoCursor();
  return {
    decode(bytes: Buffer, start: number, end: number, out: Value[]): void {
      cursor.reset(bytes, start, end);
      read(cursor, out);
    },
  };
}

export function bareProtobufEncoder(columns: readonly FormatColumn[], options: FormatOptions): Encoder {
  const write = messageWrite(derivedMessage(columns, options), columns, "the record");
  return {
    encode(values: readonly Value[], writer: ByteWriter): boolean {
      write(values, writer);
      return true;
    },
  };
}

function derivedMessage(columns: readonly FormatColumn[], options: FormatOptions): ProtoMessage {
  return parseProtoFile(deriveProtoFile(columns, options), new Map()).messages[0]!.message;
}
