import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fakeLake } from "../fake-lake.ts";
import type { FakeLake } from "../fake-lake.ts";
import { decodeBitmap, decodeZ85, deletedRows, deletionVectorPath } from "./deletion-vector.ts";

/** Bytes of a bitmap from 16- and 32-bit numbers, little-endian. */
function little(...parts: readonly (readonly [bits: 8 | 16 | 32 | 64, value: number])[]): Buffer {
  return Buffer.concat(
    parts.map(([bits, value]) => {
      const bytes = Buffer.alloc(bits / 8);
      if (bits === 64) bytes.writeBigUInt64LE(BigInt(value));
      else bytes.writeUIntLE(value, 0, bits / 8);
      return bytes;
    }),
  );
}

const HEAD = [
  [32, 1_681_511_377],
  [64, 1],
  [32, 0],
] as const;

describe("a bitmap", () => {
  test("of an array container", () => {
    const bytes = little(
      ...HEAD,
      [32, 12346],
      [32, 2],
      [16, 0],
      [16, 2],
      [16, 1],
      [16, 0],
      [32, 24],
      [32, 30],
      [16, 0],
      [16, 7],
      [16, 65535],
      [16, 3],
    );
    expect([...decodeBitmap(bytes)]).toEqual([0, 7, 65535, 65536 + 3]);
  });

  test("of runs", () => {
    const bytes = little(
      ...HEAD,
      [16, 12347],
      [16, 0],
      [8, 1],
      [16, 0],
      [16, 5],
      [16, 2],
      [16, 10],
      [16, 2],
      [16, 100],
      [16, 2],
    );
    expect([...decodeBitmap(bytes)]).toEqual([10, 11, 12, 100, 101, 102]);
  });

  test("of words", () => {
    const words = Buffer.alloc(8192, 0);
    const wanted = Array.from({ length: 5000 }, (_, i) => i * 13);
    for (const value of wanted) words[value >> 3]! |= 1 << (value & 7);
    const bytes = Buffer.concat([
      little(...HEAD, [32, 12346], [32, 1], [16, 0], [16, 4999], [32, 16]),
      words,
    ]);
    expect([...decodeBitmap(bytes)]).toEqual(wanted);
  });

  test("that is cut or of another kind is refused", () => {
    const bytes = little(...HEAD, [32, 12346], [32, 1], [16, 0], [16, 2], [32, 16], [16, 5]);
    expect(() => decodeBitmap(bytes)).toThrow(expect.objectContaining({ code: "LAKE_LOG_DAMAGED" }));
    expect(() => decodeBitmap(little([32, 1], [64, 0]))).toThrow(
      expect.objectContaining({ code: "LAKE_LOG_DAMAGED" }),
    );
  });
});

test("Base85 decodes as ZeroMQ's example does", () => {
  expect(Buffer.from(decodeZ85("HelloWorld")).toString("hex")).toBe("864fd26fb559f75b");
  expect(() => decodeZ85("Hell")).toThrow(expect.objectContaining({ code: "LAKE_LOG_DAMAGED" }));
});

test("a vector's file is named by its UUID, in the folder of its prefix", () => {
  const vector = { storageType: "u", sizeInBytes: 1, cardinality: 1 };
  const name = "deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin";
  expect(deletionVectorPath({ ...vector, pathOrInlineDv: "^-aqEH.-t@S}K{vb[*k^" })).toBe(name);
  expect(deletionVectorPath({ ...vector, pathOrInlineDv: "ab^-aqEH.-t@S}K{vb[*k^" })).toBe(`ab/${name}`);
});

describe("a vector in a file", () => {
  let fake: FakeLake;
  beforeEach(async () => {
    fake = await fakeLake();
  });
  afterEach(() => fake.close());

  const bitmap = little(...HEAD, [32, 12346], [32, 1], [16, 0], [16, 0], [32, 16], [16, 9]);
  const vector = {
    storageType: "u",
    pathOrInlineDv: "^-aqEH.-t@S}K{vb[*k^",
    offset: 1,
    sizeInBytes: bitmap.length,
    cardinality: 1,
  };
  const file = (checksum: number): Buffer => {
    const numbers = Buffer.alloc(8);
    numbers.writeUInt32BE(bitmap.length, 0);
    numbers.writeUInt32BE(checksum, 4);
    return Buffer.concat([Buffer.from([1]), numbers.subarray(0, 4), bitmap, numbers.subarray(4)]);
  };

  test("is read at its offset, and its checksum counts", async () => {
    const store = fake.store("t");
    await expect(deletedRows(store, vector)).rejects.toMatchObject({ code: "LAKE_FILE_MISSING" });
    await store.put(deletionVectorPath(vector)!, file(crc32(bitmap)));
    expect([...(await deletedRows(store, vector))]).toEqual([9]);
    await expect(deletedRows(store, { ...vector, cardinality: 2 })).rejects.toMatchObject({
      code: "LAKE_LOG_DAMAGED",
    });
    await store.put(deletionVectorPath(vector)!, file(7));
    await expect(deletedRows(store, vector)).rejects.toMatchObject({ code: "LAKE_LOG_DAMAGED" });
  });
});
