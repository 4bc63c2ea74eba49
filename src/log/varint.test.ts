import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VarintReader, varintSize, varlongSize, writeVarint, writeVarlong } from "./varint.ts";

const bytes = new Uint8Array(16);
const edges = [
  0,
  1,
  -1,
  63,
  64,
  -64,
  -65,
  8191,
  8192,
  2 ** 30 - 1,
  2 ** 30,
  -(2 ** 30),
  -(2 ** 30) - 1,
  2 ** 31,
  2 ** 52,
];

describe("varints", () => {
  test("32 bits: the size is what is written, and it reads back", () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.integer({ min: -200, max: 200 })), (value) => {
        const end = writeVarint(bytes, 0, value);
        expect(end).toBe(varintSize(value));
        const reader = new VarintReader(bytes, 0, end);
        expect(reader.varint()).toBe(value);
        expect(reader.position).toBe(end);
      }),
    );
  });

  test("64 bits within ±2^53, equal to the 32-bit form where that fits", () => {
    const value = fc.oneof(fc.constantFrom(...edges), fc.maxSafeInteger());
    fc.assert(
      fc.property(value, (each) => {
        const end = writeVarlong(bytes, 0, each);
        expect(end).toBe(varlongSize(each));
        expect(new VarintReader(bytes, 0, end).varlong()).toBe(each);
        if (each === (each | 0)) expect(new VarintReader(bytes, 0, end).varint()).toBe(each);
      }),
    );
  });

  test("what is cut off or too long is refused", () => {
    const cut = new VarintReader(Uint8Array.of(0x80), 0, 1);
    cut.varint();
    expect(cut.position).toBe(-1);
    const long = new VarintReader(new Uint8Array(12).fill(0x80), 0, 12);
    long.varint();
    expect(long.position).toBe(-1);
    long.varlong();
    expect(long.position).toBe(-1);
  });
});
