/** The runner's own codecs of formats with schemas: what it writes it reads, kinds of numbers kept apart. */
import { describe, expect, test } from "vitest";
import { MemorySchemaRegistry } from "../../../src/formats/registry/memory-schema-registry.ts";
import type { SchemaType } from "../../../src/formats/registry/schema-registry.ts";
import { parseJson } from "../corpus/lossless-json.ts";
import { decodeAvro, encodeAvro } from "./avro-records.ts";
import { decodeJsonSchema, encodeJsonSchema } from "./json-schema-records.ts";
import { logicalText } from "./logical-value.ts";
import { decodeProtobuf, encodeProtobuf } from "./protobuf-records.ts";

const SUBJECT = "t-value";

function registry(type: SchemaType, schema: string): MemorySchemaRegistry {
  const schemas = new MemorySchemaRegistry();
  schemas.register(SUBJECT, { type, schema, references: [] });
  return schemas;
}

function field(name: string, type: string): string {
  return `{"name":"${name}","type":${type}}`;
}

describe("AVRO", () => {
  const decimal = '{"type":"bytes","logicalType":"decimal","precision":6,"scale":2}';
  const schemas = registry(
    "AVRO",
    `{"type":"record","name":"R","fields":[${[
      field("I", '["null","int"]'),
      field("L", '"long"'),
      field("D", '"double"'),
      field("N", decimal),
      field("M", '{"type":"map","values":"string"}'),
      field("A", '{"type":"array","items":["null","boolean"]}'),
    ].join(",")}]}`,
  );

  test("fields in any case, decimals from texts, no number lost", () => {
    const value = '{"i":1,"L":9007199254740993,"d":-0.5,"n":"-12.30","m":{"k":"v"},"a":[true,null],"x":1}';
    expect(logicalText(decodeAvro(schemas, encodeAvro(schemas, SUBJECT, parseJson(value))))).toBe(
      '{"I":1,"L":9007199254740993,"D":-0.5,"N":-12.30,"M":{"k":"v"},"A":[true,null]}',
    );
  });

  test("a missing field that can't be null is no record", () => {
    expect(() => encodeAvro(schemas, SUBJECT, parseJson("{}"))).toThrow("null where the schema has long");
  });
});

test("PROTOBUF: what is not there is its type's default, or null where absence shows", () => {
  const schemas = registry(
    "PROTOBUF",
    `syntax = "proto3"; import "google/protobuf/timestamp.proto";
     message M { int64 a = 1; string b = 2; optional int32 c = 3; repeated double d = 4;
       google.protobuf.Timestamp e = 5; Inner f = 6; message Inner { bool g = 1; } }`,
  );
  const read = (value: string): string =>
    logicalText(decodeProtobuf(schemas, encodeProtobuf(schemas, SUBJECT, undefined, parseJson(value))));
  expect(read("{}")).toBe('{"a":0,"b":"","c":null,"d":[],"e":null,"f":null}');
  expect(read('{"A":9007199254740993,"b":"x","c":0,"d":[1.5],"e":-1,"f":{"g":true}}')).toBe(
    '{"a":9007199254740993,"b":"x","c":0,"d":[1.5],"e":-1,"f":{"g":true}}',
  );
});

test("JSON_SR: the schema's fields and no others, missing ones null", () => {
  const schemas = registry(
    "JSON",
    '{"type":"object","properties":{"A":{"type":"integer"},"B":{"oneOf":[{"type":"null"},{"type":"number"}]}}}',
  );
  const bytes = encodeJsonSchema(schemas, SUBJECT, parseJson('{"a":1,"c":2}'));
  expect(logicalText(decodeJsonSchema(schemas, bytes))).toBe('{"A":1,"B":null}');
});
