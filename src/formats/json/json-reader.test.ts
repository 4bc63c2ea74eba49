import { describe, expect, test } from "vitest";
import { Decimal } from "../../data/decimal.ts";
import * as types from "../../data/types.ts";
import type { SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import { DeserializationError } from "../deserialization-error.ts";
import { jsonReader } from "./json-reader.ts";

function read(type: SqlType, text: string): Value {
  const bytes = Buffer.from(text, "utf8");
  return jsonReader(type)(bytes, 0, bytes.length);
}

describe("reads", () => {
  const struct = types.structType([
    { name: "A", type: types.INTEGER },
    { name: "B", type: types.STRING },
  ]);
  test.each<[SqlType, string, Value]>([
    [types.BOOLEAN, "true", true],
    [types.INTEGER, "-7", -7],
    [types.INTEGER, `"904"`, 904],
    [types.INTEGER, "1.9", 1],
    [types.BIGINT, "9223372036854775807", 9223372036854775807n],
    [types.BIGINT, `"12"`, 12n],
    [types.DOUBLE, "1e-3", 0.001],
    [types.DOUBLE, `"2.5"`, 2.5],
    [types.decimalType(6, 2), "1.5", Decimal.parse("1.50")],
    [types.decimalType(6, 2), `"12.345"`, Decimal.parse("12.35")],
    [types.STRING, `"C:\\\\Windows\\u00ae"`, "C:\\Windows®"],
    [types.STRING, `"é 日本 😀"`, "é 日本 😀"],
    [types.STRING, "12.50", "12.50"],
    [types.STRING, `{"x":[1]}`, `{"x":[1]}`],
    [types.STRING, `"tab\there"`, "tab\there"],
    [types.BYTES, `"AQID"`, Buffer.from([1, 2, 3])],
    [types.DATE, "19000", 19000],
    [types.TIMESTAMP, "1550055348000", 1550055348000],
    [types.arrayType(types.INTEGER), '[1, null ,"3"]', [1, null, 3]],
    [types.arrayType(types.STRING), "[]", []],
    [
      types.mapType(types.STRING, types.BIGINT),
      `{"a":1,"b":null}`,
      new Map<Value, Value>([
        ["a", 1n],
        ["b", null],
      ]),
    ],
    [struct, `{"b":"x","a":1,"c":2}`, [1, "x"]],
    [
      types.arrayType(struct),
      `[{"a":1},{"b":"y"}]`,
      [
        [1, null],
        [null, "y"],
      ],
    ],
    [types.INTEGER, "null", null],
  ])("%o from %s", (type, text, expected) => {
    expect(read(type, text)).toEqual(expected);
  });

  test("only the wanted fields of a STRUCT: the others may hold anything", () => {
    const bytes = Buffer.from(`{"a":"no number","b":"x"}`);
    expect(jsonReader(struct, new Set([1]))(bytes, 0, bytes.length)).toEqual([null, "x"]);
    expect(() => jsonReader(struct)(bytes, 0, bytes.length)).toThrow(DeserializationError);
  });
});

describe("refuses", () => {
  test.each<[SqlType, string]>([
    [types.BOOLEAN, "1"],
    [types.BOOLEAN, `"true"`],
    [types.INTEGER, `"0xd94"`],
    [types.INTEGER, `"3000000000"`],
    [types.INTEGER, "true"],
    [types.BIGINT, "9223372036854775808"],
    [types.BIGINT, `""`],
    [types.DOUBLE, `"x"`],
    [types.decimalType(3, 1), "100.0"],
    [types.BYTES, "1"],
    [types.arrayType(types.INTEGER), `{"a":1}`],
    [types.mapType(types.STRING, types.INTEGER), "[1]"],
    [types.structType([{ name: "A", type: types.INTEGER }]), "3"],
  ])("%o from %s", (type, text) => {
    expect(() => read(type, text)).toThrow(DeserializationError);
  });
});
