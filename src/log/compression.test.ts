import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compress, decompress } from "./compression.ts";
import { lz4Decompress } from "./lz4.ts";
import { snappyDecompress } from "./snappy.ts";

/** A back reference or literals: what a greedy LZ77 search over the data finds, matches of 4 to 64 bytes. */
type Piece = { literals: Buffer } | { distance: number; length: number };

function pieces(data: Buffer): Piece[] {
  const found: Piece[] = [];
  const last = new Map<string, number>();
  let start = 0;
  for (let at = 0; at < data.length;) {
    const key = data.toString("latin1", at, at + 4);
    const before = key.length === 4 ? last.get(key) : undefined;
    last.set(key, at);
    if (before === undefined || at - before > 65_535) {
      at++;
      continue;
    }
    let length = 4;
    while (length < 64 && at + length < data.length && data[before + length] === data[at + length]) length++;
    if (at > start) found.push({ literals: data.subarray(start, at) });
    found.push({ distance: at - before, length });
    at += length;
    start = at;
  }
  if (start < data.length) found.push({ literals: data.subarray(start) });
  return found;
}

function lz4Length(value: number): number[] {
  if (value < 15) return [];
  const bytes: number[] = Array.from({ length: Math.floor((value - 15) / 255) }, () => 255);
  return [...bytes, (value - 15) % 255];
}

function lz4Pack(data: Buffer): Buffer {
  const block: number[] = [];
  let literals = Buffer.alloc(0);
  const sequence = (distance: number, length: number): void => {
    const match = distance === 0 ? 0 : length - 4;
    block.push(
      (Math.min(15, literals.length) << 4) | Math.min(15, match),
      ...lz4Length(literals.length),
      ...literals,
    );
    if (distance > 0) block.push(distance & 255, distance >> 8, ...lz4Length(match));
    literals = Buffer.alloc(0);
  };
  for (const piece of pieces(data)) {
    if ("literals" in piece) literals = Buffer.from(piece.literals);
    else sequence(piece.distance, piece.length);
  }
  if (literals.length > 0 || data.length === 0) sequence(0, 0);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(block.length);
  const head = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]);
  return Buffer.concat([head, size, Buffer.from(block), Buffer.alloc(4)]);
}

function snappyPack(data: Buffer): Buffer {
  const out: number[] = [];
  for (let size = data.length; ; size >>= 7) {
    out.push(size >= 128 ? (size & 127) | 128 : size);
    if (size < 128) break;
  }
  for (const piece of pieces(data)) {
    if ("literals" in piece) {
      const { length } = piece.literals;
      if (length <= 60) out.push((length - 1) << 2);
      else out.push(61 << 2, (length - 1) & 255, (length - 1) >> 8);
      out.push(...piece.literals);
    } else if (piece.length <= 11 && piece.distance < 2048) {
      out.push(1 | ((piece.length - 4) << 2) | ((piece.distance >> 8) << 5), piece.distance & 255);
    } else out.push(2 | ((piece.length - 1) << 2), piece.distance & 255, piece.distance >> 8);
  }
  return Buffer.from(out);
}

/** Data that repeats itself, near and far, overlapping and not. */
const data = fc
  .array(
    fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom("aaaaaaaa", "abcabcabcabc", "x".repeat(300))),
    {
      maxLength: 60,
    },
  )
  .map((parts) => Buffer.from(parts.join("")));

describe("decompression", () => {
  test("lz4 and snappy give back what was packed", () => {
    fc.assert(
      fc.property(data, (plain) => {
        expect(lz4Decompress(lz4Pack(plain), 1e6)!.equals(plain)).toBe(true);
        expect(snappyDecompress(snappyPack(plain), 1e6)!.equals(plain)).toBe(true);
      }),
    );
  });

  test("the example of Snappy's format description: a copy that overlaps itself", () => {
    const packed = Buffer.from([7, 2 << 2, ...Buffer.from("xab"), 1, 2]);
    expect(snappyDecompress(packed, 100)!.toString()).toBe("xababab");
  });

  test("nothing grows beyond the limit, and rubbish is refused or stays within it", () => {
    const bomb = Buffer.alloc(100_000, "a");
    expect(lz4Decompress(lz4Pack(bomb), 50_000)).toBeUndefined();
    expect(snappyDecompress(snappyPack(bomb), 50_000)).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const frame = Buffer.concat([lz4Pack(Buffer.alloc(0)).subarray(0, 7), Buffer.from(bytes)]);
        expect(lz4Decompress(frame, 1000)?.length ?? 0).toBeLessThanOrEqual(1000);
        expect(snappyDecompress(Buffer.from(bytes), 1000)?.length ?? 0).toBeLessThanOrEqual(1000);
      }),
    );
  });

  test("gzip and zstd round trip; the others cannot be written here", () => {
    const plain = Buffer.from("some text, some text, some text");
    for (const codec of [1, 4]) expect(decompress(codec, compress(codec, plain)!).equals(plain)).toBe(true);
    expect(compress(2, plain)).toBeUndefined();
    expect(compress(3, plain)).toBeUndefined();
    expect(() => decompress(1, gzipSync(plain).subarray(0, 20))).toThrow(
      expect.objectContaining({ code: "LOG_INVALID_BATCH" }),
    );
  });
});
