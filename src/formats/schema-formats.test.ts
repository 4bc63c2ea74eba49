import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Decimal } from "../data/decimal.ts";
import * as types from "../data/types.ts";
import { DeserializationError } from "./deserialization-error.ts";
import { MemorySchemaRegistry } from "./registry/memory-schema-registry.ts";
import { read, rows, written } from "./testing/round-trip.ts";
import type { FormatUse } from "./testing/round-trip.ts";

const RUNS = { numRuns: 60 };

describe("what is written is read back, whichever columns are wanted", () => {
  test.each([
    { format: "AVRO", nulls: true, nested: true, properties: {} },
    { format: "JSON_SR", nulls: true, nested: true, properties: {} },
    { format: "PROTOBUF", nulls: false, nested: false, properties: {} },
    { format: "PROTOBUF_NOSR", nulls: false, nested: false, properties: {} },
    { format: "PROTOBUF", nulls: false, nested: false, properties: { nullableRepresentation: "wrapper" } },
    { format: "PROTOBUF", nulls: false, nested: false, properties: { nullableRepresentation: "optional" } },
  ])("$format $properties", ({ format, nulls, nested, properties }) => {
    fc.assert(
      fc.property(rows({ nulls, nested }), fc.nat(), (row, unwanted) => {
        const use: FormatUse = { format, registry: new MemorySchemaRegistry(), properties, wrapping: "wrap" };
        const bytes = written(use, row)!;
        expect(read(use, row.columns, bytes)).toEqual(row.values);
        const left = unwanted % row.columns.length;
        const wanted = [...row.columns.keys()].filter((i) => i !== left);
        const some = read(use, row.columns, bytes, wanted);
        expect(wanted.map((i) => some[i])).toEqual(wanted.map((i) => row.values[i]));
      }),
      RUNS,
    );
  });

  test.each(["AVRO", "JSON_SR"])("%s, bare values", (format) => {
    fc.assert(
      fc.property(rows({ nulls: true, nested: true }), ({ columns, values }) => {
        const use: FormatUse = { format, registry: new MemorySchemaRegistry(), wrapping: "unwrap" };
        const row = { columns: columns.slice(0, 1), values: values.slice(0, 1) };
        const bytes = written(use, row);
        if (row.values[0] === null) expect(bytes).toBeUndefined();
        else expect(read(use, row.columns, bytes!)).toEqual(row.values);
      }),
      RUNS,
    );
  });

  test.each(["optional", "wrapper"])("PROTOBUF with NULL scalars as %s", (nullableRepresentation) => {
    const columns = [types.BOOLEAN, types.INTEGER, types.BIGINT, types.DOUBLE, types.STRING, types.BYTES].map(
      (type, i) => ({ name: `C${i}`, type }),
    );
    const use: FormatUse = {
      format: "PROTOBUF",
      registry: new MemorySchemaRegistry(),
      properties: { nullableRepresentation },
    };
    const nulls = columns.map(() => null);
    expect(read(use, columns, written(use, { columns, values: nulls })!)).toEqual(nulls);
    const zeros = [false, 0, 0n, 0, "", Buffer.alloc(0)];
    expect(read(use, columns, written(use, { columns, values: zeros })!)).toEqual(zeros);
  });

  test("PROTOBUF without: NULL is the default value", () => {
    const columns = [
      { name: "I", type: types.INTEGER },
      { name: "S", type: types.structType([{ name: "X", type: types.STRING }]) },
      { name: "A", type: types.arrayType(types.STRING) },
      { name: "D", type: types.decimalType(4, 2) },
    ];
    const use: FormatUse = { format: "PROTOBUF_NOSR" };
    const bytes = written(use, { columns, values: [null, null, null, null] })!;
    expect(bytes).toHaveLength(0);
    expect(read(use, columns, bytes)).toEqual([0, null, [], null]);
  });
});

describe("broken records are refused, and cost little", () => {
  const columns = [
    { name: "S", type: types.STRING },
    { name: "A", type: types.arrayType(types.structType([{ name: "X", type: types.BIGINT }])) },
    { name: "M", type: types.mapType(types.STRING, types.decimalType(9, 3)) },
    { name: "T", type: types.TIMESTAMP },
  ];
  const values = ["text", [[1n], [2n]], new Map([["k", new Decimal(1234n, 3)]]), 1_600_000_000_000];

  test.each(["AVRO", "JSON_SR", "PROTOBUF", "PROTOBUF_NOSR"])("%s", (format) => {
    const use: FormatUse = { format, registry: new MemorySchemaRegistry() };
    const bytes = written(use, { columns, values })!;
    const attempt = (damaged: Buffer): void => {
      try {
        read(use, columns, damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(DeserializationError);
      }
    };
    for (let length = 0; length < bytes.length; length++) attempt(bytes.subarray(0, length));
    const head = format === "PROTOBUF_NOSR" ? 0 : 5;
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = byte;
        attempt(damaged);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        attempt(Buffer.concat([bytes.subarray(0, head), noise]));
      }),
      { numRuns: 300 },
    );
  });

  test.each(["AVRO", "JSON_SR", "PROTOBUF"])("%s: magic byte, id, length", (format) => {
    const use: FormatUse = { format, registry: new MemorySchemaRegistry() };
    const bytes = written(use, { columns, values })!;
    const refuse = (damaged: Buffer, message: RegExp): void => {
      expect(() => read(use, columns, damaged)).toThrow(message);
    };
    refuse(Buffer.from([0, 0, 0]), /3 bytes are too few/);
    const magic = Buffer.from(bytes);
    magic[0] = 1;
    refuse(magic, /unknown magic byte 1/);
    const unknown = Buffer.from(bytes);
    unknown.writeInt32BE(99, 1);
    refuse(unknown, /has no .* schema 99/);
  });
});

test("a registry is needed, but not for PROTOBUF_NOSR", () => {
  const row = { columns: [{ name: "A", type: types.STRING }], values: ["x"] };
  expect(() => written({ format: "AVRO" }, row)).toThrow(
    expect.objectContaining({ code: "FORMAT_NO_REGISTRY" }),
  );
  expect(written({ format: "PROTOBUF_NOSR" }, row)).toEqual(Buffer.from([0x0a, 1, 0x78]));
});
