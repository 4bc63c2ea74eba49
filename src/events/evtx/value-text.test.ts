import { describe, expect, test } from "vitest";
import { BinXmlFault } from "./binxml-fault.ts";
import { ARRAY, valueType } from "./value-types.ts";
import { valueText } from "./value-text.ts";

function text(type: number, bytes: Buffer | string): string | readonly string[] | undefined {
  const value = typeof bytes === "string" ? Buffer.from(bytes.replaceAll(" ", ""), "hex") : bytes;
  return valueText(Buffer.concat([Buffer.from([0xee]), value, Buffer.from([0xee])]), type, 1, value.length);
}

const utf16 = (value: string): Buffer => Buffer.from(value, "utf16le");

describe("value texts", () => {
  test.each<[string, number, Buffer | string, string]>([
    ["a string", valueType.STRING, utf16("añ€"), "añ€"],
    ["a string without its NULs at the end", valueType.STRING, utf16("a\0b\0\0"), "a\0b"],
    ["an empty string", valueType.STRING, "", ""],
    ["an ANSI string", valueType.ANSI_STRING, "63e9 80 00", "cé€"],
    ["a signed byte", valueType.INT8, "ff", "-1"],
    ["a byte", valueType.UINT8, "ff", "255"],
    ["a signed short", valueType.INT16, "0080", "-32768"],
    ["a short", valueType.UINT16, "0080", "32768"],
    ["a signed integer", valueType.INT32, "ffffffff", "-1"],
    ["an integer", valueType.UINT32, "ffffffff", "4294967295"],
    ["a signed long", valueType.INT64, "ffffffffffffffff", "-1"],
    ["a long", valueType.UINT64, "ffffffffffffffff", "18446744073709551615"],
    ["a float", valueType.REAL32, "0000c03f", "1.5"],
    ["a double", valueType.REAL64, "9a9999999999b93f", "0.1"],
    ["true", valueType.BOOL, "01000000", "true"],
    ["false", valueType.BOOL, "00000000", "false"],
    ["binary", valueType.BINARY, "00ab", "00AB"],
    ["a pointer of 32 bits", valueType.SIZE, "e7030000", "0x3e7"],
    ["a pointer of 64 bits", valueType.SIZE, "0000000001000000", "0x100000000"],
    ["a handle", valueType.HANDLE, "10000000", "0x10"],
    ["hexadecimal", valueType.HEX_INT32, "00000000", "0x0"],
    ["XML as text", valueType.XML, utf16("<a/>"), "<a/>"],
    ["a value without bytes", valueType.UINT32, "", ""],
  ])("%s", (_, type, bytes, expected) => {
    expect(text(type, bytes)).toBe(expected);
  });

  test("null is none", () => {
    expect(text(valueType.NULL, "")).toBeUndefined();
    expect(text(valueType.NULL, "0000")).toBeUndefined();
  });

  test.each<[string, number, Buffer | string, string[]]>([
    ["strings", valueType.STRING, utf16("a\0\0b c\0"), ["a", "", "b c"]],
    ["strings whose last has no NUL", valueType.STRING, utf16("a\0b"), ["a", "b"]],
    ["one empty string", valueType.STRING, utf16("\0"), [""]],
    ["no strings", valueType.STRING, "", []],
    ["ANSI strings", valueType.ANSI_STRING, "61 00 62 00", ["a", "b"]],
    ["shorts", valueType.UINT16, "0100 ffff", ["1", "65535"]],
    ["booleans", valueType.BOOL, "01000000 00000000", ["true", "false"]],
    ["hexadecimals", valueType.HEX_INT64, "0100000000000000 0200000000000000", ["0x1", "0x2"]],
    [
      "SIDs of different lengths",
      valueType.SID,
      "0101000000000005 12000000 0102000000000005 20000000 20020000",
      ["S-1-5-18", "S-1-5-32-544"],
    ],
  ])("an array of %s", (_, type, bytes, expected) => {
    expect(text(type | ARRAY, bytes)).toEqual(expected);
  });

  test.each<[string, number, string]>([
    ["an integer of three bytes", valueType.UINT32, "010203"],
    ["a SID that ends too early", valueType.SID, "0105000000000005 12000000"],
    ["a SID without a header", valueType.SID, "0105"],
    ["a pointer of two bytes", valueType.SIZE, "0102"],
    ["an array that holds half an item", valueType.UINT32 | ARRAY, "0100000002"],
    ["an unknown type", 0x30, "00"],
    ["an array of an unknown type", 0x30 | ARRAY, "00"],
    ["an array of SIDs cut off", valueType.SID | ARRAY, "01010000000000"],
  ])("%s is a fault", (_, type, bytes) => {
    expect(() => text(type, bytes)).toThrow(BinXmlFault);
  });
});
