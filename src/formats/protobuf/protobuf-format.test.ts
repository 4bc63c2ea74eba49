import protobuf from "protobufjs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Decimal } from "../../data/decimal.ts";
import * as types from "../../data/types.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { formatOptions } from "../formats.ts";
import { MemorySchemaRegistry } from "../registry/memory-schema-registry.ts";
import { read, rows, written } from "../testing/round-trip.ts";
import type { FormatUse } from "../testing/round-trip.ts";
import { protobufFormat } from "./protobuf-format.ts";
import { wellKnownFile } from "./well-known-files.ts";

const NO_SCHEMA = formatOptions("PROTOBUF", {}, undefined, 0, "value").schema;

function registered(schema: string): FormatUse {
  const registry = new MemorySchemaRegistry();
  registry.register("t-value", { type: "PROTOBUF", schema, references: [] });
  return { format: "PROTOBUF", registry };
}

/** The schema by protobufjs alone, with the files that everybody may import. */
function reflected(schema: string): protobuf.Root {
  const root = new protobuf.Root();
  const load = (text: string): void => {
    for (const file of protobuf.parse(text, root, { keepCase: true }).imports ?? []) {
      const known = wellKnownFile(file);
      if (known === undefined) root.addJSON(protobuf.common.get(file)!.nested!);
      else load(known);
    }
  };
  load(schema);
  root.resolveAll();
  return root;
}

function header(...indexes: readonly number[]): Buffer {
  return Buffer.from([0, 0, 0, 0, 1, ...indexes]);
}

function columnTexts(schema: string, fullName?: string): string[] {
  const columns = protobufFormat.parse(schema, []).columns(undefined, { ...NO_SCHEMA, fullName });
  return columns.map(({ name, type }) => `${name} ${types.typeText(type)}`);
}

describe("the wire format, byte by byte", () => {
  const columns = [
    { name: "I", type: types.INTEGER },
    { name: "S", type: types.STRING },
    { name: "A", type: types.arrayType(types.BIGINT) },
    { name: "D", type: types.DATE },
  ];
  const values = [-1, "hi", [1n, 300n], 18_263];
  const body = Buffer.from("08ffffffffffffffffff01120268691a0301ac02220708e40f10011802", "hex");

  test("PROTOBUF has the id and the message's index, PROTOBUF_NOSR neither", () => {
    const bytes = written({ format: "PROTOBUF", registry: new MemorySchemaRegistry() }, { columns, values });
    expect(bytes).toEqual(Buffer.concat([header(0), body]));
    expect(written({ format: "PROTOBUF_NOSR" }, { columns, values })).toEqual(body);
  });

  test("other messages than the first are named by their places", () => {
    const schema = 'syntax = "proto3"; message A {} message B { message C { int32 x = 1; } C c = 1; }';
    const use = registered(schema);
    const column = [{ name: "x", type: types.INTEGER }];
    const properties = { schemaId: "1", fullSchemaName: "B.C" };
    const bytes = written({ ...use, properties }, { columns: column, values: [5] })!;
    expect(bytes).toEqual(Buffer.concat([header(4, 2, 0), Buffer.from([0x08, 5])]));
    expect(read(use, column, bytes)).toEqual([5]);
    expect(() => read(use, column, header(4, 2, 2))).toThrow(/no message at \[1, 1\]/);
    expect(() => read(use, column, header(0xfe, 0xff, 3))).toThrow(/message indexes/);
  });
});

test("protobufjs reads what is written", () => {
  fc.assert(
    fc.property(rows({ nulls: false, nested: false }), (row) => {
      const registry = new MemorySchemaRegistry();
      const bytes = written({ format: "PROTOBUF", registry }, row)!;
      const type = reflected(registry.latest("t-value")!.schema).lookupType("ConnectDefault1");
      const decoded = type.toObject(type.decode(bytes.subarray(6)), {
        longs: String,
        defaults: true,
        bytes: Array,
      });
      for (const [i, { name, type: sql }] of row.columns.entries()) {
        expect(decoded[name]).toEqual(foreign(sql, row.values[i]!));
      }
    }),
    { numRuns: 60 },
  );
});

/** The value as protobufjs gives it; what messages of several fields hold is left to the round trip. */
function foreign(type: SqlType, value: Value): unknown {
  switch (type.kind) {
    case "BIGINT":
      return String(value);
    case "BYTES":
      return [...(value as Uint8Array)];
    case "ARRAY":
      return (value as Value[]).map((item): unknown => foreign(type.element, item));
    case "MAP":
      return [...(value as Map<Value, Value>)].map(([key, item]) => ({
        key,
        value: foreign(type.value, item),
      }));
    case "STRUCT":
      return Object.fromEntries(
        type.fields.map((field, i) => [field.name, foreign(field.type, (value as Value[])[i]!)]),
      );
    case "DECIMAL":
    case "DATE":
    case "TIME":
    case "TIMESTAMP":
      return expect.any(Object);
    default:
      return value;
  }
}

describe("records of other writers", () => {
  const schema = `syntax = "proto3";
    import "google/protobuf/wrappers.proto";
    import "google/protobuf/timestamp.proto";
    import "confluent/type/decimal.proto";
    message M {
      enum Suit { SPADES = 0; CLUBS = 4; }
      Suit suit = 1;
      uint32 u = 2;
      sint64 s = 3;
      fixed64 f = 4;
      map<string, Inner> inner = 5;
      oneof choice { string text = 6; int32 number = 7; }
      google.protobuf.Int32Value wrapped = 8;
      google.protobuf.Timestamp at = 9;
      confluent.type.Decimal price = 10 [(confluent.field_meta) = { params: [{ key: "precision", value: "6" }, { value: "2", key: "scale" }] }];
      repeated double many = 11;
      optional bool flag = 12;
      message Inner { float x = 1; }
    }`;
  const message = {
    suit: 4,
    u: 4_294_967_295,
    s: -5,
    f: 7,
    inner: { k: { x: 0.5 } },
    number: 9,
    wrapped: { value: 3 },
    at: { seconds: 2, nanos: 5_000_000 },
    price: { value: Buffer.from([0x04, 0xd2]), scale: 2 },
    many: [1.5, -2],
  };
  const type = reflected(schema).lookupType("M");
  const bytes = Buffer.concat([header(0), type.encode(type.fromObject(message)).finish()]);
  const columns = [
    { name: "SUIT", type: types.STRING },
    { name: "U", type: types.BIGINT },
    { name: "S", type: types.BIGINT },
    { name: "F", type: types.BIGINT },
    {
      name: "INNER",
      type: types.mapType(types.STRING, types.structType([{ name: "X", type: types.DOUBLE }])),
    },
    {
      name: "CHOICE_0",
      type: types.structType([
        { name: "TEXT", type: types.STRING },
        { name: "NUMBER", type: types.STRING },
      ]),
    },
    { name: "WRAPPED", type: types.INTEGER },
    { name: "AT", type: types.TIMESTAMP },
    { name: "PRICE", type: types.decimalType(6, 2) },
    { name: "MANY", type: types.arrayType(types.DOUBLE) },
    { name: "FLAG", type: types.BOOLEAN },
    { name: "MISSING", type: types.STRING },
  ];

  test("every kind of field", () => {
    expect(read(registered(schema), columns, bytes)).toEqual([
      "CLUBS",
      4_294_967_295n,
      -5n,
      7n,
      new Map([["k", [0.5]]]),
      [null, "9"],
      3,
      2005,
      Decimal.parse("12.34"),
      [1.5, -2],
      null,
      null,
    ]);
  });

  test("absent fields have their defaults or are NULL", () => {
    expect(read(registered(schema), columns, header(0))).toEqual([
      "SPADES",
      0n,
      0n,
      0n,
      new Map(),
      null,
      null,
      null,
      null,
      [],
      null,
      null,
    ]);
  });

  test("the columns that the schema has", () => {
    expect(columnTexts(schema)).toEqual([
      "choice_0 STRUCT<`text` STRING, `number` INTEGER>",
      "suit STRING",
      "u BIGINT",
      "s BIGINT",
      "f BIGINT",
      "inner MAP<STRING, STRUCT<`x` DOUBLE>>",
      "wrapped STRUCT<`value` INTEGER>",
      "at TIMESTAMP",
      "price DECIMAL(6, 2)",
      "many ARRAY<DOUBLE>",
      "flag BOOLEAN",
    ]);
    expect(columnTexts('syntax = "proto3"; message A {int32 a = 1;} message B {int32 b = 1;}', "B")).toEqual([
      "b INTEGER",
    ]);
  });

  test("written with the same schema, the record is the same", () => {
    const own = protobufFormat.parse(schema, []).columns(undefined, NO_SCHEMA);
    const use = registered(schema);
    const values = read(use, own, bytes) as Value[];
    const again = written({ ...use, properties: { schemaId: "1" } }, { columns: own, values })!;
    // Decimals gain their precision.
    expect(read(use, own, again)).toEqual(values);
    expect(type.toObject(type.decode(again.subarray(6)), { longs: Number })).toMatchObject({
      ...message,
      price: { ...message.price, precision: 6 },
    });
  });

  test("proto2: absent optional fields are NULL, items may be packed or not", () => {
    const proto2 =
      'syntax = "proto2"; message P { optional int32 a = 1; repeated int32 b = 2; required int32 c = 3; }';
    const three = [
      { name: "A", type: types.INTEGER },
      { name: "B", type: types.arrayType(types.INTEGER) },
      { name: "C", type: types.INTEGER },
    ];
    const body = Buffer.from([0x10, 1, 0x12, 2, 2, 3, 0x18, 4, 0x1b, 0x08, 1, 0x1c]);
    expect(read(registered(proto2), three, Buffer.concat([header(0), body]))).toEqual([null, [1, 2, 3], 4]);
  });

  test.each<[string, SqlType]>([
    ["int64", types.INTEGER],
    ["string", types.BIGINT],
    ["repeated int32", types.INTEGER],
    ["bytes", types.STRING],
  ])("%s is not read as %o", (declared, sql) => {
    const use = registered(`syntax = "proto3"; message M { ${declared} c = 1; }`);
    expect(() => read(use, [{ name: "C", type: sql }], header(0))).toThrow(/cannot read/);
  });
});

function derive(
  columns: readonly { name: string; type: SqlType }[],
  properties: Record<string, string> = {},
): string {
  const options = formatOptions("PROTOBUF", properties, undefined, columns.length, "value");
  return protobufFormat.derive(columns, options).schema;
}

describe("derived schemas", () => {
  test("NULLs as optional fields or wrappers", () => {
    const columns = [
      { name: "I", type: types.INTEGER },
      { name: "S", type: types.STRING },
    ];
    expect(derive(columns, { nullableRepresentation: "optional" })).toBe(
      'syntax = "proto3";\n\nmessage ConnectDefault1 {\n  optional int32 I = 1;\n  optional string S = 2;\n}\n',
    );
    expect(derive(columns, { nullableRepresentation: "wrapper" })).toBe(
      'syntax = "proto3";\n\nimport "google/protobuf/wrappers.proto";\n\nmessage ConnectDefault1 {\n' +
        "  google.protobuf.Int32Value I = 1;\n  google.protobuf.StringValue S = 2;\n}\n",
    );
  });

  test("structs and maps become messages inside, in the order they are met", () => {
    const columns = [
      { name: "S", type: types.structType([{ name: "M", type: types.mapType(types.STRING, types.BYTES) }]) },
      { name: "A", type: types.arrayType(types.structType([{ name: "X", type: types.DOUBLE }])) },
    ];
    const text = derive(columns, { fullSchemaName: "org.acme.Order" });
    expect(text).toContain("package org.acme;\n\nmessage Order {\n  ConnectDefault1 S = 1;");
    expect(text).toContain("    repeated ConnectDefault2Entry M = 1;");
    expect(text).toContain("  repeated ConnectDefault3 A = 2;");
    expect(() => reflected(text)).not.toThrow();
  });

  test("an ARRAY of ARRAYs is refused", () => {
    const nested = types.arrayType(types.arrayType(types.STRING));
    expect(() => derive([{ name: "A", type: nested }])).toThrow(
      expect.objectContaining({ code: "FORMAT_SCHEMA_MISFIT" }),
    );
  });
});

test("a schema that imports another", () => {
  const registry = new MemorySchemaRegistry();
  registry.register("event.proto", {
    type: "PROTOBUF",
    schema: 'syntax = "proto3"; message Event { int64 timestamp = 1; }',
    references: [],
  });
  const id = registry.register("t-value", {
    type: "PROTOBUF",
    schema: 'syntax = "proto3"; import "event.proto"; message Logistics { Event event = 1; }',
    references: [{ name: "event.proto", subject: "event.proto", version: 1 }],
  });
  const columns = [{ name: "event", type: types.structType([{ name: "timestamp", type: types.BIGINT }]) }];
  const use = { format: "PROTOBUF", registry, properties: { schemaId: String(id) } };
  expect(read(use, columns, written(use, { columns, values: [[7n]] })!)).toEqual([[7n]]);
});
