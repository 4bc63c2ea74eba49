import { describe, expect, test } from "vitest";
import { Decimal } from "../../data/decimal.ts";
import * as types from "../../data/types.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { formatOptions } from "../formats.ts";
import { MemorySchemaRegistry } from "../registry/memory-schema-registry.ts";
import { read, written } from "../testing/round-trip.ts";
import type { FormatUse } from "../testing/round-trip.ts";
import { jsonSchemaFormat } from "./json-schema-format.ts";

const NO_SCHEMA = formatOptions("JSON_SR", {}, undefined, 0, "value").schema;

function registered(schema: unknown): FormatUse {
  const registry = new MemorySchemaRegistry();
  registry.register("t-value", { type: "JSON", schema: JSON.stringify(schema), references: [] });
  return { format: "JSON_SR", registry };
}

function produced(json: string): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), Buffer.from(json)]);
}

function columnTexts(schema: unknown, bareName?: string): string[] {
  const columns = jsonSchemaFormat.parse(JSON.stringify(schema), []).columns(bareName, NO_SCHEMA);
  return columns.map(({ name, type }) => `${name} ${types.typeText(type)}`);
}

function nullable(index: number, type: object): object {
  return { "connect.index": index, oneOf: [{ type: "null" }, type] };
}

test("the bytes and the schema that is derived", () => {
  const registry = new MemorySchemaRegistry();
  const columns = [
    { name: "I", type: types.INTEGER },
    { name: "N", type: types.decimalType(4, 2) },
    { name: "M", type: types.mapType(types.STRING, types.DOUBLE) },
    { name: "D", type: types.DATE },
  ];
  const values = [1, Decimal.parse("1.50"), new Map<Value, Value>([["k", 2]]), null];
  const bytes = written({ format: "JSON_SR", registry }, { columns, values })!;
  expect(bytes).toEqual(produced('{"I":1,"N":1.50,"M":[{"key":"k","value":2.0}],"D":null}'));
  expect(JSON.parse(registry.latest("t-value")!.schema)).toEqual({
    type: "object",
    properties: {
      I: nullable(0, { type: "integer", "connect.type": "int32" }),
      N: nullable(1, {
        type: "number",
        title: "org.apache.kafka.connect.data.Decimal",
        "connect.version": 1,
        "connect.type": "bytes",
        "connect.parameters": { scale: "2", "connect.decimal.precision": "4" },
      }),
      M: nullable(2, {
        type: "array",
        "connect.type": "map",
        items: {
          type: "object",
          properties: {
            key: nullable(0, { type: "string" }),
            value: nullable(1, { type: "number", "connect.type": "float64" }),
          },
        },
      }),
      D: nullable(3, {
        type: "integer",
        title: "org.apache.kafka.connect.data.Date",
        "connect.version": 1,
        "connect.type": "int32",
      }),
    },
  });
});

describe("the columns that a registered schema has", () => {
  test("types, in the order that Connect gives them", () => {
    expect(
      columnTexts({
        type: "object",
        properties: { ID: { type: "number" }, NAME: { type: "string" }, VALUE: { type: "integer" } },
      }),
    ).toEqual(["ID DOUBLE", "VALUE BIGINT", "NAME STRING"]);
    expect(
      columnTexts({
        type: "object",
        properties: {
          b: { "connect.index": 1, type: ["null", "string"], "connect.type": "bytes" },
          a: { "connect.index": 0, anyOf: [{ type: "null" }, { type: "array", items: { type: "boolean" } }] },
          m: {
            "connect.index": 2,
            type: "object",
            "connect.type": "map",
            additionalProperties: { type: "integer" },
          },
          r: { "connect.index": 3, $ref: "#/definitions/Point" },
          e: { "connect.index": 4, enum: ["X", "Y"] },
          u: { "connect.index": 5, oneOf: [{ type: "integer" }, { type: "string" }] },
        },
        definitions: { Point: { type: "object", properties: { x: { type: "number" } } } },
      }),
    ).toEqual([
      "a ARRAY<BOOLEAN>",
      "b BYTES",
      "m MAP<STRING, BIGINT>",
      "r STRUCT<`x` DOUBLE>",
      "e STRING",
      "u STRUCT<`io.confluent.connect.json.OneOf.field.0` BIGINT, `io.confluent.connect.json.OneOf.field.1` STRING>",
    ]);
  });

  test("bare values", () => {
    expect(
      columnTexts({ oneOf: [{ type: "null" }, { type: "integer", "connect.type": "int32" }] }, "ROWKEY"),
    ).toEqual(["ROWKEY INTEGER"]);
    expect(() => columnTexts({ type: "integer" })).toThrow(/of no object/);
    expect(() => columnTexts({ type: "object", properties: { x: { $ref: "#" } } })).toThrow(
      expect.objectContaining({ code: "FORMAT_SCHEMA_MISFIT" }),
    );
  });
});

describe("records of other writers", () => {
  test("maps as objects or entries, defaults, unions, fields in upper case", () => {
    const use = registered({
      type: "object",
      properties: {
        name: { type: "string", default: "nobody" },
        tags: { type: "object", "connect.type": "map", additionalProperties: { type: "integer" } },
        pairs: {
          type: "array",
          "connect.type": "map",
          items: { type: "object", properties: { key: { type: "integer" }, value: { type: "string" } } },
        },
        any: { oneOf: [{ type: "boolean" }, { type: "string" }] },
      },
    });
    const columns: { name: string; type: SqlType }[] = [
      { name: "NAME", type: types.STRING },
      { name: "TAGS", type: types.mapType(types.STRING, types.BIGINT) },
      { name: "PAIRS", type: types.mapType(types.STRING, types.STRING) },
      {
        name: "ANY",
        type: types.structType([
          { name: "IO.CONFLUENT.CONNECT.JSON.ONEOF.FIELD.0", type: types.BOOLEAN },
          { name: "IO.CONFLUENT.CONNECT.JSON.ONEOF.FIELD.1", type: types.STRING },
        ]),
      },
      { name: "MISSING", type: types.STRING },
    ];
    const text =
      '{"tags":{"a":1}, "pairs":[ {"value":"x","key":7} ,{"key":8,"value":"y"}],"any":"z","other":[{}]}';
    expect(read(use, columns, produced(text))).toEqual([
      "nobody",
      new Map([["a", 1n]]),
      new Map([
        ["7", "x"],
        ["8", "y"],
      ]),
      [null, "z"],
      null,
    ]);
    expect(() => read(use, columns, produced('{"pairs":[{"key":1}'))).toThrow(/no JSON/);
  });

  test.each<[unknown, SqlType]>([
    [{ type: "number" }, types.BIGINT],
    [{ type: "integer" }, types.INTEGER],
    [{ type: "string" }, types.BOOLEAN],
    [{ type: "string", "connect.type": "bytes" }, types.STRING],
    [{ type: "array", items: { type: "string" } }, types.arrayType(types.INTEGER)],
  ])("%j is not read as %o", (schema, type) => {
    const use = registered({ type: "object", properties: { c: schema } });
    expect(() => read(use, [{ name: "C", type }], produced('{"c":null}'))).toThrow(/cannot read/);
  });
});

test("with the schema of an id: what is required must be there, what may be null is", () => {
  const schema = {
    type: "object",
    properties: {
      c1: { type: "integer" },
      c2: { oneOf: [{ type: "null" }, { type: "string" }] },
      c3: { type: "string" },
    },
  };
  const use = { ...registered(schema), properties: { schemaId: "1" } };
  const columns = [{ name: "c1", type: types.BIGINT }];
  expect(written(use, { columns, values: [5n] })).toEqual(produced('{"c1":5,"c2":null}'));
  expect(() => written(use, { columns, values: [null] })).toThrow(/requires it/);
  expect(() => written(use, { columns: [{ name: "x", type: types.BIGINT }], values: [5n] })).toThrow(
    expect.objectContaining({ code: "FORMAT_SCHEMA_MISFIT" }),
  );
});
