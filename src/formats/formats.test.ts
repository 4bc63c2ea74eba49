import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Decimal } from "../data/decimal.ts";
import * as types from "../data/types.ts";
import type { SqlType } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import { ByteWriter } from "./byte-writer.ts";
import { DeserializationError } from "./deserialization-error.ts";
import type { FormatColumn } from "./format.ts";
import { decoder, encoder, formatOptions } from "./formats.ts";

const COLUMNS: readonly FormatColumn[] = [
  { name: "B", type: types.BOOLEAN },
  { name: "I", type: types.INTEGER },
  { name: "L", type: types.BIGINT },
  { name: "D", type: types.DOUBLE },
  { name: "S", type: types.STRING },
  { name: "N", type: types.decimalType(10, 2) },
  { name: "T", type: types.TIMESTAMP },
  { name: "Y", type: types.BYTES },
];

const VALUES = fc.tuple(
  fc.option(fc.boolean()),
  fc.option(fc.integer()),
  fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  fc.option(fc.string({ unit: "binary", minLength: 1 })),
  fc.option(fc.integer().map((n) => new Decimal(BigInt(n) % 10n ** 10n, 2))),
  fc.option(fc.integer({ min: 0, max: 4e12 })),
  fc.option(fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes))),
);

function options(format: string, columns: readonly FormatColumn[], properties: Record<string, string> = {}) {
  return formatOptions(format, properties, undefined, columns.length, "value");
}

function roundTrip(format: string, columns: readonly FormatColumn[], values: readonly Value[]): Value[] {
  const writer = new ByteWriter();
  encoder(format, columns, options(format, columns)).encode(values, writer);
  const out: Value[] = columns.map(() => null);
  const targets = columns.map((_, i) => ({ column: i, target: i }));
  const bytes = Buffer.from(writer.view());
  decoder(format, columns, options(format, columns), targets).decode(bytes, 0, bytes.length, out);
  return out;
}

describe("what is written is read back", () => {
  test.each(["JSON", "DELIMITED"])("%s", (format) => {
    fc.assert(
      fc.property(VALUES, (values) => {
        expect(roundTrip(format, COLUMNS, values)).toEqual(values);
      }),
    );
  });

  test.each<[SqlType, Value]>([
    [types.INTEGER, -5],
    [types.BIGINT, 2n ** 62n],
    [types.DOUBLE, 0.1],
    [types.STRING, "añb"],
    [types.BYTES, Buffer.from([0, 255])],
  ])("KAFKA %o", (type, value) => {
    expect(roundTrip("KAFKA", [{ name: "V", type }], [value])).toEqual([value]);
  });

  test("JSON with containers", () => {
    const type = types.structType([
      { name: "L", type: types.arrayType(types.DOUBLE) },
      { name: "M", type: types.mapType(types.STRING, types.INTEGER) },
    ]);
    const value: Value = [[1.5, null], new Map<Value, Value>([['k"', 1]])];
    expect(
      roundTrip(
        "JSON",
        [
          { name: "V", type },
          { name: "W", type: types.STRING },
        ],
        [value, "x"],
      ),
    ).toEqual([value, "x"]);
  });
});

test("JSON is written as ksqlDB writes it", () => {
  const writer = new ByteWriter(4);
  const values = [true, 1, 2n, 1e10, 'q"', Decimal.parse("1.50"), 3, Buffer.from("a")];
  encoder("JSON", COLUMNS, options("JSON", COLUMNS)).encode(values, writer);
  expect(writer.view().toString()).toBe(
    '{"B":true,"I":1,"L":2,"D":1.0E10,"S":"q\\"","N":1.50,"T":3,"Y":"YQ=="}',
  );
});

test("DELIMITED quotes what would read as something else, and takes other delimiters", () => {
  const columns = [
    { name: "A", type: types.STRING },
    { name: "B", type: types.STRING },
  ];
  const writer = new ByteWriter();
  encoder("DELIMITED", columns, options("DELIMITED", columns)).encode(["a,b", 'say "hi"'], writer);
  expect(writer.view().toString()).toBe('"a,b","say ""hi"""');
  const tab = options("DELIMITED", columns, { delimiter: "TAB" });
  const out: Value[] = [];
  const targets = [0, 1].map((i) => ({ column: i, target: i }));
  decoder("DELIMITED", columns, tab, targets).decode(Buffer.from("x\ty"), 0, 3, out);
  expect(out).toEqual(["x", "y"]);
});

test.each(["x", "x,y,z", '"x,y', '"x"y,z'])("DELIMITED refuses %s for two columns", (line) => {
  const columns = [
    { name: "A", type: types.STRING },
    { name: "B", type: types.STRING },
  ];
  const read = decoder("DELIMITED", columns, options("DELIMITED", columns), [{ column: 0, target: 0 }]);
  expect(() => read.decode(Buffer.from(line), 0, Buffer.byteLength(line), [])).toThrow(DeserializationError);
});

test("a format that Spoor lacks is named with the near ones", () => {
  expect(() => encoder("JSN", COLUMNS, options("JSN", COLUMNS))).toThrow(
    expect.objectContaining({ code: "FORMAT_UNSUPPORTED", hint: "did you mean 'JSON'?" }),
  );
});
