import { deflateRawSync, gzipSync, zstdCompressSync } from "node:zlib";
import { crc32c } from "@node-rs/crc32";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  HEADER_SIZE,
  batchFault,
  readBatchHeader,
  readInt64,
  writeChecksum,
  writeInt64,
} from "./batch-header.ts";
import { RecordBatchBuilder } from "./record-batch-builder.ts";
import { batchHeaders, checkRecords, decodeBatches } from "./record-batch.ts";
import type { RecordHeader } from "./record-block.ts";
import { recordsOf } from "./record-headers.ts";

interface PlainRecord {
  key: Buffer | null;
  value: Buffer | null;
  timestamp: number;
  arrival: number;
  headers: RecordHeader[];
}

/** An encoder as plain as the specification, over BigInt and arrays, which shares nothing with the builder. */
function slowVarint(value: number | bigint): Buffer {
  let zigzag = BigInt(value) >= 0n ? BigInt(value) * 2n : -BigInt(value) * 2n - 1n;
  const bytes: number[] = [];
  while (zigzag >= 128n) {
    bytes.push(Number(zigzag & 127n) | 128);
    zigzag >>= 7n;
  }
  return Buffer.from([...bytes, Number(zigzag)]);
}

function slowField(bytes: Uint8Array | null): Buffer[] {
  return bytes === null ? [slowVarint(-1)] : [slowVarint(bytes.length), Buffer.from(bytes)];
}

function slowRecords(records: readonly PlainRecord[]): Buffer {
  const encoded = records.map((record, i) => {
    const body = Buffer.concat([
      Buffer.from([0]),
      slowVarint(record.timestamp - records[0]!.timestamp),
      slowVarint(i),
      ...slowField(record.key),
      ...slowField(record.value),
      slowVarint(record.headers.length),
      ...record.headers.flatMap((header) => [
        ...slowField(Buffer.from(header.key)),
        ...slowField(header.value),
      ]),
    ]);
    return Buffer.concat([slowVarint(body.length), body]);
  });
  return Buffer.concat(encoded);
}

function slowBatch(
  records: readonly PlainRecord[],
  baseOffset: number,
  attributes = 0,
  body?: Buffer,
): Buffer {
  const header = Buffer.alloc(61);
  const bytes = body ?? slowRecords(records);
  header.writeBigInt64BE(BigInt(baseOffset), 0);
  header.writeInt32BE(49 + bytes.length, 8);
  header.writeInt8(2, 16);
  header.writeInt16BE(attributes, 21);
  header.writeInt32BE(records.length - 1, 23);
  header.writeBigInt64BE(BigInt(records[0]!.timestamp), 27);
  header.writeBigInt64BE(BigInt(Math.max(...records.map((record) => record.timestamp))), 35);
  header.writeBigInt64BE(-1n, 43);
  header.writeInt16BE(-1, 51);
  header.writeInt32BE(-1, 53);
  header.writeInt32BE(records.length, 57);
  const batch = Buffer.concat([header, bytes]);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

const bytesOrNull = fc.option(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  { freq: 5 },
);
const headers = fc.array(fc.record({ key: fc.string({ maxLength: 8 }), value: bytesOrNull }), {
  maxLength: 3,
});
const records: fc.Arbitrary<PlainRecord[]> = fc.array(
  fc.record({
    key: bytesOrNull,
    value: bytesOrNull,
    timestamp: fc.oneof(
      fc.integer({ min: 0, max: 10_000 }),
      fc.integer({ min: 0, max: 8_640_000_000_000_000 }),
    ),
    arrival: fc.nat(),
    headers: fc.oneof(
      { weight: 3, arbitrary: fc.constant<RecordHeader[]>([]) },
      { weight: 1, arbitrary: headers },
    ),
  }),
  { minLength: 1, maxLength: 40 },
);

function plain(list: readonly PlainRecord[], baseOffset: number): object[] {
  return list.map((record, i) => ({ ...record, offset: baseOffset + i }));
}

/** What `run` refuses, in words; undefined where it does not. */
function refusalOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { detail?: string }).detail;
  }
}

describe("crc32c", () => {
  test("known vectors (RFC 3720, B.4)", () => {
    expect(crc32c(Buffer.from("123456789")) >>> 0).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32)) >>> 0).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff)) >>> 0).toBe(0x62a8ab43);
    expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, i) => i))) >>> 0).toBe(0x46dd794e);
  });
});

describe("int64", () => {
  test("round trip and agreement with BigInt over ±2^53", () => {
    const bytes = Buffer.alloc(8);
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        writeInt64(bytes, 0, value);
        expect(bytes.readBigInt64BE(0)).toBe(BigInt(value));
        expect(readInt64(bytes, 0)).toBe(value);
      }),
    );
  });
});

describe("builder and decoder", () => {
  test("the builder writes what the plain encoder writes, byte for byte", () => {
    const builder = new RecordBatchBuilder(128, 1);
    fc.assert(
      fc.property(records, fc.nat(2 ** 40), (list, baseOffset) => {
        builder.reset();
        for (const { key, value, timestamp, arrival, headers: each } of list) {
          builder.appendRecord(key, value, timestamp, arrival, each);
        }
        const { batch, block } = builder.finish(baseOffset);
        expect(batch.equals(slowBatch(list, baseOffset))).toBe(true);
        expect(recordsOf([block])).toEqual(plain(list, baseOffset));
        const decoded = decodeBatches(batch, {
          arrivals: (_, into, at) =>
            into.set(
              list.map((r) => r.arrival),
              at,
            ),
        });
        expect(recordsOf(decoded)).toEqual(plain(list, baseOffset));
        expect(decoded[0]!.nextOffset).toBe(baseOffset + list.length);
      }),
    );
  });

  test("a value written in place moves when the guess of its place was wrong", () => {
    const builder = new RecordBatchBuilder(64);
    const lengths = [3, 70, 10_000, 5, 0, 8192, 63, 64];
    for (const [i, length] of lengths.entries()) {
      const at = builder.beginRecord(i % 2 === 0 ? 4 : -1, length);
      builder.bytes.fill(i + 1, at, at + length);
      const key = Buffer.from("a longer key than announced").subarray(0, i % 3 === 0 ? 27 : 4);
      builder.endRecord(at + length, 1000 + i * 500, i, key, 0, key.length);
    }
    const decoded = recordsOf(decodeBatches(builder.finish(0).batch));
    expect(decoded.map((record) => record.value!.length)).toEqual(lengths);
    for (const [i, record] of decoded.entries()) {
      expect(record.value!.every((byte) => byte === i + 1)).toBe(true);
      expect(record.key!.toString()).toBe("a longer key than announced".slice(0, i % 3 === 0 ? 27 : 4));
    }
  });

  test("a value may ask for more room, and a record may be given up", () => {
    const builder = new RecordBatchBuilder(64);
    const at = builder.beginRecord(-1, 4);
    builder.bytes.write("1234", at);
    builder.ensureRoom(at + 4, 5000);
    builder.bytes.fill("x", at + 4, at + 5004);
    builder.endRecord(at + 5004, 1, 7, null, 0, 0);
    builder.beginRecord(-1, 100);
    builder.cancelRecord();
    builder.appendRecord(null, null, 2, 8);
    const [first, second] = recordsOf([builder.finish(5).block]);
    expect(first!.value!.toString()).toBe(`1234${"x".repeat(5000)}`);
    expect(second).toMatchObject({ value: null, offset: 6, arrival: 8 });
  });

  test("headers pass through as raw bytes", () => {
    const source = new RecordBatchBuilder();
    source.appendRecord(null, Buffer.from("v"), 1, 1, [{ key: "trace", value: Buffer.from("id") }]);
    const { block } = source.finish(0);
    const target = new RecordBatchBuilder();
    target.appendRecord(null, null, 1, 1);
    const at = target.beginRecord(-1, 0);
    const [start, end] = [block.headerStarts![0]!, block.headerEnds![0]!];
    target.endRecordWithHeaders(at, 2, 2, null, 0, 0, block.bytes, start, end);
    const decoded = recordsOf(decodeBatches(target.finish(0).batch));
    expect(decoded.map((record) => record.headers)).toEqual([
      [],
      [{ key: "trace", value: Buffer.from("id") }],
    ]);
  });

  test("released memory stays valid, and the builder starts anew", () => {
    const builder = new RecordBatchBuilder();
    builder.appendRecord(null, Buffer.from("kept"), 1, 1);
    const { block } = builder.finish(0);
    builder.release();
    builder.appendRecord(null, Buffer.from("other"), 2, 2);
    expect(recordsOf([block])[0]!.value!.toString()).toBe("kept");
    expect(builder.count).toBe(1);
  });
});

const sample: PlainRecord[] = [
  { key: Buffer.from("k1"), value: Buffer.from("v1"), timestamp: 100, arrival: -1, headers: [] },
  { key: null, value: null, timestamp: 90, arrival: -1, headers: [{ key: "h", value: null }] },
  { key: Buffer.from(""), value: Buffer.alloc(500, "z"), timestamp: 300, arrival: -1, headers: [] },
];

/** One raw LZ4 block of literals only, and the same for snappy, in their frames. */
function lz4Frame(data: Buffer): Buffer {
  const literals = data.length - 15;
  const extra = Buffer.alloc(Math.floor(literals / 255) + 1, 255);
  extra[extra.length - 1] = literals % 255;
  const block = Buffer.concat([Buffer.from([0xf0]), extra, data]);
  const head = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(block.length);
  return Buffer.concat([head, size, block, Buffer.alloc(4)]);
}

function snappyFrame(data: Buffer): Buffer {
  const size = Buffer.from([(data.length & 0x7f) | 0x80, data.length >> 7]);
  const literal = Buffer.from([61 << 2, (data.length - 1) & 255, (data.length - 1) >> 8]);
  const block = Buffer.concat([size, literal, data]);
  const head = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(block.length);
  return Buffer.concat([head, length, block]);
}

describe("decoding", () => {
  test.each([
    ["gzip", 1, gzipSync],
    ["snappy", 2, snappyFrame],
    ["lz4", 3, lz4Frame],
    ["zstd", 4, zstdCompressSync],
  ] as const)("%s batches", (_, codec, pack) => {
    const batch = slowBatch(sample, 10, codec, pack(slowRecords(sample)));
    expect(recordsOf(decodeBatches(batch))).toEqual(plain(sample, 10));
  });

  test("malformed compressed data is an error of the batch", () => {
    for (const codec of [1, 2, 3, 4]) {
      const batch = slowBatch(sample, 0, codec, deflateRawSync(Buffer.from("not it")));
      expect(() => decodeBatches(batch)).toThrow(expect.objectContaining({ code: "LOG_INVALID_BATCH" }));
    }
    expect(() => decodeBatches(slowBatch(sample, 0, 5))).toThrow(
      expect.objectContaining({ code: "LOG_UNSUPPORTED_COMPRESSION" }),
    );
  });

  test("neighbouring plain batches become one block over the same bytes; others stand alone", () => {
    const transactional = slowBatch(sample, 6, 0x10);
    const control = slowBatch(sample.slice(0, 1), 9, 0x30);
    const wire = Buffer.concat([slowBatch(sample, 0), slowBatch(sample, 3), transactional, control]);
    const blocks = decodeBatches(wire);
    expect(blocks.map((block) => block.count)).toEqual([6, 3]);
    expect(blocks.map((block) => block.nextOffset)).toEqual([6, 10]);
    expect(blocks[0]!.bytes.buffer).toBe(wire.buffer);
    expect(blocks[1]!.transaction).toEqual({ producerId: -1n, producerEpoch: -1 });
    expect(batchHeaders(wire).map((header) => [header.transactional, header.control])).toEqual([
      [false, false],
      [false, false],
      [true, false],
      [true, true],
    ]);
  });

  test("control batches alone give an empty block that moves on", () => {
    const blocks = decodeBatches(slowBatch(sample.slice(0, 1), 4, 0x20));
    expect(blocks).toMatchObject([{ count: 0, nextOffset: 5 }]);
  });

  test("with LogAppendTime every record has the batch's maximum; unknown attribute bits are tolerated", () => {
    const decoded = recordsOf(decodeBatches(slowBatch(sample, 0, 0x08 | 0x4000)));
    expect(decoded.map((record) => record.timestamp)).toEqual([300, 300, 300]);
    expect(readBatchHeader(slowBatch(sample, 0, 0x4008), 0).attributes).toBe(0x4008);
  });

  test("no single flipped bit behind the leader epoch passes", () => {
    const batch = slowBatch(sample, 0);
    for (let bit = 8 * 8; bit < batch.length * 8; bit++) {
      const byte = bit >> 3;
      if (byte >= 12 && byte < 16) continue;
      const flipped = Buffer.from(batch);
      flipped[byte]! ^= 1 << (bit & 7);
      expect(batchFault(flipped, 0)).toBeDefined();
    }
  });

  test("random record bytes under a right checksum are refused or decode within their bounds", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 1, max: 4 }), (body, count) => {
        const batch = slowBatch(sample.slice(0, 1), 0, 0, Buffer.from(body));
        batch.writeInt32BE(count, 57);
        batch.writeInt32BE(count - 1, 23);
        writeChecksum(batch, 0, batch.length);
        try {
          for (const block of decodeBatches(batch)) {
            for (let i = 0; i < block.count; i++) {
              expect(block.valueEnds[i]!).toBeLessThanOrEqual(batch.length);
              expect(block.keyStarts[i]!).toBeGreaterThanOrEqual(-1);
            }
          }
        } catch (error) {
          expect(error).toMatchObject({ code: "LOG_INVALID_BATCH" });
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("checking refuses what decoding refuses, and nothing else", () => {
    const anyRecord = fc.tuple(fc.option(fc.uint8Array({ maxLength: 5 })), fc.uint8Array({ maxLength: 9 }));
    const property = fc.property(
      fc.array(anyRecord, { minLength: 1, maxLength: 5 }),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 }),
      (pairs, changes) => {
        const builder = new RecordBatchBuilder();
        for (const [key, value] of pairs) builder.appendRecord(key, value, 1000, 0);
        const batch = Buffer.from(builder.finish(0).batch);
        for (const [at, byte] of changes) batch[HEADER_SIZE + (at % (batch.length - HEADER_SIZE))] = byte;
        const checked = refusalOf(() => checkRecords(batch, 0, readBatchHeader(batch, 0)));
        expect(checked).toEqual(refusalOf(() => decodeBatches(batch, { verify: false })));
      },
    );
    fc.assert(property, { numRuns: 1000 });
  });

  test("a batch that is cut anywhere is refused", () => {
    const batch = slowBatch(sample, 0);
    for (let size = 1; size < batch.length; size++) {
      expect(() => decodeBatches(batch.subarray(0, size))).toThrow("record batch is not valid");
    }
    expect(HEADER_SIZE).toBe(61);
  });
});
