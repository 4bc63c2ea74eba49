import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  fileTimeText,
  guidText,
  hex32Text,
  hex64Text,
  real32Text,
  sidText,
  systemTimeText,
  uint64Text,
} from "./binary-text.ts";
import { u64 } from "./sample-evtx.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("texts of structured values", () => {
  test("a GUID is in braces and lower case, its first three fields little-endian", () => {
    const bytes = hex("ff 25968454 7854 9449 a5ba3e3b0328c30d");
    expect(guidText(bytes, 1)).toBe("{54849625-5478-4994-a5ba-3e3b0328c30d}");
  });

  test("a SID lists its authority and sub-authorities", () => {
    expect(sidText(hex("01 01 000000000005 12000000"), 0)).toBe("S-1-5-18");
    expect(sidText(hex("01 00 000000000000"), 0)).toBe("S-1-0");
    expect(sidText(hex("01 02 000100000000 ffffffff 00000000"), 0)).toBe("S-1-0x100000000-4294967295-0");
  });

  test("a SYSTEMTIME leaves out the day of the week", () => {
    expect(systemTimeText(hex("e407 0500 0400 0e00 0700 0100 0e00 5e02"), 0)).toBe(
      "2020-05-14T07:01:14.606Z",
    );
  });

  test("a FILETIME keeps all seven decimals", () => {
    expect(fileTimeText(u64(132_339_132_746_068_517n), 0)).toBe("2020-05-14T07:01:14.6068517Z");
    expect(fileTimeText(u64(0), 0)).toBe("1601-01-01T00:00:00.0000000Z");
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2_650_467_743_999_999_999n }), (ticks) => {
        const text = fileTimeText(u64(ticks), 0);
        const ms = BigInt(Date.parse(`${text.slice(0, 23)}Z`)) + 11_644_473_600_000n;
        expect(ms * 10_000n + BigInt(text.slice(23, 27))).toBe(ticks);
      }),
    );
  });

  test("64-bit integers are exact", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        expect(uint64Text(u64(value), 0)).toBe(String(value));
        expect(hex64Text(u64(value), 0)).toBe(`0x${value.toString(16)}`);
      }),
    );
    expect(hex32Text(hex("e7030000"), 0)).toBe("0x3e7");
  });

  test("a 32-bit float has no digits that it does not hold", () => {
    expect(real32Text(Math.fround(0.1))).toBe("0.1");
    expect(real32Text(Math.fround(16_777_217))).toBe("16777216");
    expect(real32Text(Number.NaN)).toBe("NaN");
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        expect(Math.fround(Number(real32Text(value)))).toBe(value === 0 ? 0 : value);
      }),
    );
  });
});
