/**
 * A case's JSON as the bytes of a topic, and bytes as logical values. Neither uses Spoor's formats: what Spoor wrote
 * is read by other code, and what it reads was written by other code. Only schemas are Spoor's, where a case gives none.
 */
import { formatOptions, schemaFormat } from "../../../src/formats/formats.ts";
import type { SchemaRegistry } from "../../../src/formats/registry/schema-registry.ts";
import { NumberText, parseJson, printJson } from "../corpus/lossless-json.ts";
import type { Json } from "../corpus/lossless-json.ts";
import { decodeAvro, encodeAvro } from "./avro-records.ts";
import { CodecError } from "./codec-error.ts";
import { decodeJsonSchema, encodeJsonSchema } from "./json-schema-records.ts";
import { decodeKafka, encodeKafka } from "./kafka-values.ts";
import { logicalOfJson } from "./logical-value.ts";
import type { JsonNumbers, LogicalValue } from "./logical-value.ts";
import { decodeMessage, decodeProtobuf, encodeMessage, encodeProtobuf } from "./protobuf-records.ts";
import { protobufSchema } from "./protobuf-schema.ts";
import type { TopicSide } from "./topic-shape.ts";

export class RecordCodec {
  readonly #numbers: JsonNumbers;
  readonly #registry: SchemaRegistry;

  constructor(numbers: JsonNumbers, registry: SchemaRegistry) {
    this.#numbers = numbers;
    this.#registry = registry;
  }

  /** @throws CodecError */
  encode(side: TopicSide, value: Json): Buffer | null {
    if (value === null) return null;
    const { format, columns, subject } = side;
    switch (format.format) {
      case "JSON":
        return Buffer.from(printJson(this.#numbers === "exact" ? value : asDoubles(value)));
      case "KAFKA":
        return columns.length === 1 ? encodeKafka(columns[0]!.type, value) : plainBytes(value);
      case "NONE":
      case "DELIMITED":
        return plainBytes(value);
      case "AVRO":
        return encodeAvro(this.#registry, subject, value);
      case "JSON_SR":
        return encodeJsonSchema(this.#registry, subject, value);
      case "PROTOBUF":
        return encodeProtobuf(this.#registry, subject, format.properties["fullSchemaName"], value);
      case "PROTOBUF_NOSR":
        return Buffer.from(encodeMessage(this.#derivedMessage(side), value));
    }
  }

  /** @throws CodecError */
  decode(side: TopicSide, bytes: Buffer | null): LogicalValue {
    if (bytes === null) return null;
    const { format, columns } = side;
    switch (format.format) {
      case "JSON":
        return logicalOfJson(parsedJson(bytes), this.#numbers);
      case "KAFKA":
        return columns.length === 1 ? decodeKafka(columns[0]!.type, bytes) : bytes.toString("utf8");
      case "NONE":
      case "DELIMITED":
        return bytes.toString("utf8");
      case "AVRO":
        return decodeAvro(this.#registry, bytes);
      case "JSON_SR":
        return decodeJsonSchema(this.#registry, bytes);
      case "PROTOBUF":
        return decodeProtobuf(this.#registry, bytes);
      case "PROTOBUF_NOSR":
        return decodeMessage(this.#derivedMessage(side), bytes);
    }
  }

  #derivedMessage({ format, columns, subject, role }: TopicSide) {
    const derived = schemaFormat("PROTOBUF");
    if (derived === undefined) throw new CodecError(`unsupported format: ${format.format}`);
    const topic = subject.slice(0, -`-${role}`.length);
    const place = { registry: this.#registry, topic };
    const options = formatOptions(
      "PROTOBUF",
      format.properties,
      format.wrapping,
      columns.length,
      role,
      place,
    );
    const [message] = protobufSchema(derived.derive(columns, options).schema, new Map()).messages;
    if (message === undefined) throw new CodecError("the derived schema has no message");
    return message;
  }
}

function parsedJson(bytes: Buffer): Json {
  const text = bytes.toString("utf8");
  try {
    return parseJson(text);
  } catch {
    throw new CodecError(`no JSON: ${text}`);
  }
}

/** Ordinary doubles instead of the literals as given (`use.exact.numeric.comparison=false`). */
function asDoubles(value: Json): Json {
  return value instanceof NumberText || (value !== null && typeof value === "object")
    ? (JSON.parse(printJson(value), (_, item: unknown) =>
        typeof item === "number" ? new NumberText(String(item)) : item,
      ) as Json)
    : value;
}

function plainBytes(value: Json): Buffer {
  return Buffer.from(typeof value === "string" ? value : printJson(value));
}
