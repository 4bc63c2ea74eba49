import * as fc from "fast-check";
import { expect, test } from "vitest";
import { batchFault, readBatchHeader } from "../../log/batch-header.ts";
import { recordsOf } from "../../log/record-headers.ts";
import { decodeBatches } from "../../log/record-batch.ts";
import { readMarker } from "../../log/transactions/control-marker.ts";
import { markerBatch, transactionalBatch } from "./producer-batch.ts";

const hex = (spaced: string): string => spaced.replaceAll(" ", "");

const producer = { producerId: 4711n, producerEpoch: 3 };

test("a marker has the bytes that Kafka writes", () => {
  const batch = markerBatch({ commit: true, coordinatorEpoch: 7 }, producer, 1000);
  const header = readBatchHeader(batch, 0);
  expect(batchFault(batch, 0)).toBeUndefined();
  expect(header).toMatchObject({ ...producer, control: true, transactional: true, baseSequence: -1 });
  expect(header).toMatchObject({ recordCount: 1, baseTimestamp: 1000, attributes: 0x30 });
  // Length 16, attributes, deltas, key of 4 bytes (version 0, type 1), value of 6 (version 0, epoch 7), no headers.
  expect(batch.subarray(61).toString("hex")).toBe(hex("20000000 0800000001 0c000000000007 00"));
});

test("what a marker says is read back", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.integer({ min: 0, max: 2 ** 31 - 1 }), (commit, coordinatorEpoch) => {
      const batch = markerBatch({ commit, coordinatorEpoch }, producer, 5);
      expect(readMarker(batch, readBatchHeader(batch, 0))).toEqual({ commit, coordinatorEpoch });
    }),
  );
});

test("a control record of another kind is no marker", () => {
  const batch = markerBatch({ commit: true, coordinatorEpoch: 0 }, producer, 5);
  batch.writeInt16BE(2, 61 + 7);
  expect(readMarker(batch, readBatchHeader(batch, 0))).toBeUndefined();
});

test("a transactional batch names its producer and no sequence", () => {
  const batch = transactionalBatch([{ key: Buffer.from("k"), value: null }], producer, 9);
  expect(batchFault(batch, 0)).toBeUndefined();
  expect(readBatchHeader(batch, 0)).toMatchObject({ ...producer, transactional: true, control: false });
  expect(recordsOf(decodeBatches(batch))).toMatchObject([{ key: Buffer.from("k"), value: null }]);
});
