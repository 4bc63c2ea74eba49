import avro from "avsc";
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
import { avroFormat } from "./avro-format.ts";

function registered(schema: unknown, subject = "t-value"): FormatUse & { readonly id: number } {
  const registry = new MemorySchemaRegistry();
  const id = registry.register(subject, { type: "AVRO", schema: JSON.stringify(schema), references: [] });
  return { format: "AVRO", registry, id };
}

/** A record as a producer writes it, by avsc. */
function produced(id: number, schema: avro.Schema, value: unknown): Buffer {
  const head = Buffer.alloc(5);
  head.writeInt32BE(id, 1);
  return Buffer.concat([head, longs(schema).toBuffer(value)]);
}

function isLong(part: unknown): boolean {
  return (
    part === "long" || (typeof part === "object" && part !== null && "type" in part && part.type === "long")
  );
}

/** avsc with 64-bit longs. */
function longs(schema: avro.Schema): avro.Type {
  // oxlint-disable-next-line no-underscore-dangle -- its only constructor
  const long = avro.types.LongType.__with({
    fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
    toBuffer: (value: bigint) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(value);
      return bytes;
    },
    fromJSON: BigInt,
    toJSON: String,
    isValid: (value: unknown) => typeof value === "bigint",
    compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
  });
  return avro.Type.forSchema(schema, {
    typeHook: (part) => (isLong(part) ? long : undefined),
    wrapUnions: false,
  });
}

function record(...fields: readonly [string, unknown][]) {
  return {
    type: "record",
    name: "R",
    namespace: "org.acme",
    fields: fields.map(([name, type]) => ({ name, type })),
  };
}

test("the wire format, byte by byte", () => {
  const registry = new MemorySchemaRegistry();
  registry.register("other", { type: "AVRO", schema: '"string"', references: [] });
  const row = {
    columns: [
      { name: "S", type: types.STRING },
      { name: "I", type: types.INTEGER },
      { name: "L", type: types.BIGINT },
      { name: "D", type: types.decimalType(6, 2) },
    ],
    values: ["ab", -3, null, Decimal.parse("1.50")],
  };
  const bytes = written({ format: "AVRO", registry }, row)!;
  expect(bytes).toEqual(Buffer.from([0, 0, 0, 0, 2, 2, 4, 0x61, 0x62, 2, 5, 0, 2, 4, 0x00, 0x96]));
  expect(registry.latest("t-value")?.id).toBe(2);
});

describe("avsc reads what is written", () => {
  test("with the registered schema", () => {
    fc.assert(
      fc.property(rows({ nulls: true, nested: true }), (row) => {
        const registry = new MemorySchemaRegistry();
        const bytes = written({ format: "AVRO", registry }, row)!;
        const schema = JSON.parse(registry.latest("t-value")!.schema) as avro.Schema;
        const decoded = longs(schema).fromBuffer(bytes.subarray(5)) as Record<string, unknown>;
        const expected = row.columns.map(({ type }, i) => foreign(type, row.values[i]!));
        expect(row.columns.map(({ name }) => decoded[name])).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});

/** The value as avsc gives it. */
function foreign(type: SqlType, value: Value): unknown {
  if (value === null) return null;
  switch (type.kind) {
    case "TIMESTAMP":
      return BigInt(value as number);
    case "ARRAY":
      return (value as Value[]).map((item): unknown => foreign(type.element, item));
    case "MAP":
      return [...(value as Map<Value, Value>)].map(([key, item]) => entry(key, foreign(type.value, item)));
    case "STRUCT":
      return expect.objectContaining(structFields(type.fields, value as Value[]));
    case "DECIMAL":
      return expect.any(Buffer);
    default:
      return value;
  }
}

function entry(key: unknown, value: unknown): unknown {
  return expect.objectContaining({ key, value });
}

function structFields(
  fields: readonly types.StructField[],
  values: readonly Value[],
): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [i, { name, type }] of fields.entries()) found[name] = foreign(type, values[i]!);
  return found;
}

describe("records of other writers", () => {
  const schema = record(
    ["id", "long"],
    ["unused", { type: "map", values: { type: "array", items: ["null", "string"] } }],
    ["Name", ["null", "string"]],
    ["suit", { type: "enum", name: "Suit", symbols: ["SPADES", "HEARTS"] }],
    [
      "inner",
      {
        type: "record",
        name: "Inner",
        fields: [
          { name: "a", type: "int" },
          { name: "b", type: "float" },
        ],
      },
    ],
    ["hash", { type: "fixed", name: "Hash", size: 2 }],
    ["tags", { type: "map", values: "int" }],
    ["day", { type: "int", logicalType: "date" }],
    ["price", { type: "bytes", logicalType: "decimal", precision: 9, scale: 3 }],
    ["either", ["null", "int", "string"]],
  );
  const value = {
    id: 5n,
    unused: { x: ["a", null] },
    Name: "n",
    suit: "HEARTS",
    inner: { a: 7, b: 0.5 },
    hash: Buffer.from([1, 2]),
    tags: { t: 1 },
    day: 3,
    price: Buffer.from([0xff, 0x38]),
    either: "text",
  };

  test("fields match in upper case, numbers widen, what is not there is NULL", () => {
    const use = registered(schema);
    const columns = [
      { name: "SUIT", type: types.STRING },
      {
        name: "INNER",
        type: types.structType([
          { name: "B", type: types.DOUBLE },
          { name: "A", type: types.BIGINT },
        ]),
      },
      { name: "HASH", type: types.BYTES },
      { name: "NAME", type: types.STRING },
      { name: "MISSING", type: types.BIGINT },
      { name: "TAGS", type: types.mapType(types.STRING, types.STRING) },
      { name: "DAY", type: types.DATE },
      { name: "PRICE", type: types.decimalType(5, 1) },
      { name: "ID", type: types.STRING },
      {
        name: "EITHER",
        type: types.structType([
          { name: "INT", type: types.INTEGER },
          { name: "STRING", type: types.STRING },
        ]),
      },
    ];
    expect(read(use, columns, produced(use.id, schema as avro.Schema, value))).toEqual([
      "HEARTS",
      [0.5, 7n],
      Buffer.from([1, 2]),
      "n",
      null,
      new Map([["t", "1"]]),
      3,
      new Decimal(-2n, 1),
      "5",
      [null, "text"],
    ]);
  });

  test("the columns that a registered schema has", () => {
    const parsed = avroFormat.parse(JSON.stringify(schema), []);
    const { schema: options } = formatOptions("AVRO", {}, undefined, 0, "value");
    const texts = parsed
      .columns(undefined, options)
      .map(({ name, type }) => `${name} ${types.typeText(type)}`);
    expect(texts).toEqual([
      "id BIGINT",
      "unused MAP<STRING, ARRAY<STRING>>",
      "Name STRING",
      "suit STRING",
      "inner STRUCT<`a` INTEGER, `b` DOUBLE>",
      "hash BYTES",
      "tags MAP<STRING, INTEGER>",
      "day DATE",
      "price DECIMAL(9, 3)",
      "either STRUCT<`int` INTEGER, `string` STRING>",
    ]);
  });

  test.each<[unknown, SqlType]>([
    ["string", types.INTEGER],
    ["long", types.INTEGER],
    ["double", types.BIGINT],
    ["bytes", types.decimalType(4, 2)],
    [{ type: "array", items: "int" }, types.arrayType(types.BOOLEAN)],
  ])("%j is not read as %o", (type, sql) => {
    const use = registered(record(["c", type]));
    expect(() => read(use, [{ name: "C", type: sql }], Buffer.from([0, 0, 0, 0, 1, 2, 2]))).toThrow(
      /cannot read/,
    );
  });

  test("a NULL becomes the field's default", () => {
    const field = { name: "c", type: ["int", "null"], default: 42 };
    const use = registered({ type: "record", name: "R", fields: [field] });
    expect(read(use, [{ name: "C", type: types.INTEGER }], Buffer.from([0, 0, 0, 0, 1, 2]))).toEqual([42]);
  });

  test("an endless record of nothing is refused", () => {
    const use = registered(record(["c", { type: "array", items: "null" }]));
    const huge = Buffer.from([0, 0, 0, 0, 1, 0xfe, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    const columns = [{ name: "C", type: types.arrayType(types.STRING) }];
    expect(() => read(use, columns, huge)).toThrow(/items without content/);
  });
});

describe("with the schema of an id", () => {
  const columns = [{ name: "c1", type: types.INTEGER }];
  const written42 = (fields: readonly unknown[], values: readonly Value[] = [42]) => {
    const { registry, id } = registered({ type: "record", name: "R", fields });
    const use = { format: "AVRO", registry, properties: { schemaId: String(id) } };
    return written(use, { columns, values });
  };

  test("fields without a column get their default or NULL", () => {
    const more = [
      { name: "c0", type: ["null", "string"] },
      { name: "c1", type: "int" },
      { name: "c2", type: "int", default: 100 },
    ];
    expect(written42(more)).toEqual(Buffer.from([0, 0, 0, 0, 1, 0, 84, 0xc8, 1]));
    expect(() =>
      written42([
        { name: "c1", type: "int" },
        { name: "c2", type: "int" },
      ]),
    ).toThrow(expect.objectContaining({ code: "FORMAT_SCHEMA_MISFIT" }));
    expect(() => written42([{ name: "other", type: "int" }])).toThrow("the schema has no field 'c1'");
  });

  test("NULL for a required field fails the record", () => {
    expect(() => written42([{ name: "c1", type: "int" }], [null])).toThrow(/is NULL/);
    expect(written42([{ name: "c1", type: "int", default: 7 }], [null])).toEqual(
      Buffer.from([0, 0, 0, 0, 1, 14]),
    );
  });
});

test("derived schemas have the names that ksqlDB gives them", () => {
  const columns = [
    { name: "A", type: types.arrayType(types.structType([{ name: "X", type: types.INTEGER }])) },
    {
      name: "M",
      type: types.mapType(types.STRING, types.structType([{ name: "Y", type: types.TIMESTAMP }])),
    },
  ];
  const options = formatOptions("AVRO", { fullSchemaName: "org.acme.Order" }, undefined, 2, "value");
  expect(JSON.parse(avroFormat.derive(columns, options).schema)).toEqual({
    type: "record",
    name: "Order",
    namespace: "org.acme",
    "connect.name": "org.acme.Order",
    fields: [
      {
        name: "A",
        default: null,
        type: [
          "null",
          {
            type: "array",
            items: [
              "null",
              {
                type: "record",
                name: "Order_A",
                namespace: "org.acme",
                "connect.name": "org.acme.Order_A",
                fields: [{ name: "X", type: ["null", "int"], default: null }],
              },
            ],
          },
        ],
      },
      {
        name: "M",
        default: null,
        type: [
          "null",
          {
            type: "array",
            "connect.name": "org.acme.Order_M",
            items: {
              type: "record",
              name: "Order_M",
              namespace: "org.acme",
              "connect.internal.type": "MapEntry",
              fields: [
                { name: "key", type: ["null", "string"], default: null },
                {
                  name: "value",
                  default: null,
                  type: [
                    "null",
                    {
                      type: "record",
                      name: "Order_M_MapValue",
                      namespace: "org.acme",
                      "connect.name": "org.acme.Order_M_MapValue",
                      fields: [
                        {
                          name: "Y",
                          default: null,
                          type: [
                            "null",
                            {
                              type: "long",
                              "connect.version": 1,
                              "connect.name": "org.apache.kafka.connect.data.Timestamp",
                              logicalType: "timestamp-millis",
                            },
                          ],
                        },
                      ],
                    },
                  ],
                },
              ],
            },
          },
        ],
      },
    ],
  });
});
