import { describe, expect, test } from "vitest";
import { Decimal } from "../data/decimal.ts";
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  INTEGER,
  STRING,
  TIMESTAMP,
  arrayType,
  decimalType,
  mapType,
  structType,
} from "../data/types.ts";
import { valueOfJson } from "./json-value.ts";

const PROCESS = structType([
  { name: "NAME", type: STRING },
  { name: "PID", type: INTEGER },
]);

describe("JSON values as SQL values", () => {
  test.each([
    [true, BOOLEAN, true],
    [5, INTEGER, 5],
    [-2147483648, INTEGER, -2147483648],
    [5, BIGINT, 5n],
    ["9223372036854775807", BIGINT, 9223372036854775807n],
    [1.5, DOUBLE, 1.5],
    [7, STRING, "7"],
    ["2020-01-02", DATE, 18263],
    ["1970-01-01T00:00:01", TIMESTAMP, 1000],
    [null, INTEGER, null],
    [[1, null], arrayType(INTEGER), [1, null]],
    [{ pid: 4, Name: "x" }, PROCESS, ["x", 4]],
    [{}, PROCESS, [null, null]],
  ])("%j as %j", (json, type, value) => {
    expect(valueOfJson(json, type, "C")).toEqual(value);
  });

  test("bytes, decimals and maps", () => {
    expect(valueOfJson("IQ==", BYTES, "C")).toEqual(Buffer.from([33]));
    expect(String(valueOfJson(1.5, decimalType(4, 2), "C"))).toBe("1.50");
    expect(valueOfJson("12.34", decimalType(4, 2), "C")).toBeInstanceOf(Decimal);
    expect(valueOfJson({ "1": true }, mapType(INTEGER, BOOLEAN), "C")).toEqual(new Map([[1, true]]));
  });

  test.each([
    [1.5, INTEGER, "C: 1.5 is no INTEGER"],
    [2147483648, INTEGER, "C: 2147483648 is no INTEGER"],
    [2 ** 53, BIGINT, "is no BIGINT"],
    ["9223372036854775808", BIGINT, "is no BIGINT"],
    ["true", BOOLEAN, 'C: "true" is no BOOLEAN'],
    ["x", DATE, "is no DATE"],
    ["a", BYTES, "is no BYTES"],
    ["123.4", decimalType(4, 2), "is no DECIMAL(4, 2)"],
    [{ a: 1 }, STRING, "is no STRING"],
    [[1, "x"], arrayType(INTEGER), 'C[1]: "x" is no INTEGER'],
    [{ pid: "x" }, PROCESS, "C->PID"],
    [{ ppid: 1 }, PROCESS, "C has no field 'PPID'"],
  ])("%j is refused as %j", (json, type, message) => {
    expect(() => valueOfJson(json, type, "C")).toThrow(message);
  });
});
