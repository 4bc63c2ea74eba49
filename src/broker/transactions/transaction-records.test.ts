import * as fc from "fast-check";
import { expect, test } from "vitest";
import { producerIdsKey, producerIdsValue, snapshotKey, snapshotValue } from "./producer-records.ts";
import {
  readTransactionKey,
  readTransactionValue,
  transactionKey,
  transactionValue,
} from "./transaction-records.ts";

const hex = (spaced: string): string => spaced.replaceAll(" ", "");

test("the bytes of `__transaction_state` are Kafka's", () => {
  expect(transactionKey("tx").toString("hex")).toBe(hex("0000 00027478"));
  const value = transactionValue({
    producerId: 4711n,
    producerEpoch: 2,
    transactionTimeoutMs: 60_000,
    transactionStatus: 1,
    transactionPartitions: [{ topic: "t", partitionIds: [0, 3] }],
    transactionLastUpdateTimestampMs: 256,
    transactionStartTimestampMs: 255,
  });
  expect(value.toString("hex")).toBe(
    hex(
      "0000 0000000000001267 0002 0000ea60 01 00000001 000174 00000002 00000000 00000003 0000000000000100 00000000000000ff",
    ),
  );
});

test("version 1 of a transaction is read, its tagged fields too", () => {
  const bytes = hex("0001 0000000000000007 0001 00000064 04 00 0000000000000001 ffffffffffffffff");
  const tags = hex("01 00 08 0000000000000005");
  expect(readTransactionValue(Buffer.from(bytes + tags, "hex"))).toMatchObject({
    producerId: 7n,
    previousProducerId: 5n,
    nextProducerId: -1n,
    transactionStatus: 4,
    transactionPartitions: null,
  });
});

const text = fc.string({ maxLength: 20 });
const id = fc.bigInt({ min: -1n, max: 2n ** 63n - 1n });
const long = fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER });
const int = fc.nat(2 ** 31 - 1);
const short = fc.nat(2 ** 15 - 1);

test("what is written of transactions is read", () => {
  const transaction = fc.record({
    producerId: id,
    producerEpoch: short,
    transactionTimeoutMs: int,
    transactionStatus: fc.nat(5),
    transactionPartitions: fc.option(
      fc.array(fc.record({ topic: text, partitionIds: fc.array(int, { maxLength: 3 }) }), { maxLength: 3 }),
    ),
    transactionLastUpdateTimestampMs: long,
    transactionStartTimestampMs: long,
  });
  fc.assert(
    fc.property(text, transaction, (transactionalId, value) => {
      expect(readTransactionKey(transactionKey(transactionalId))).toBe(transactionalId);
      expect(readTransactionValue(transactionValue(value))).toMatchObject(value);
    }),
  );
});

test("what is written of producers is read", () => {
  const batch = fc.record({
    firstSequence: int,
    lastSequence: int,
    firstOffset: long,
    lastOffset: long,
    timestampMs: long,
  });
  const producer = fc.record({
    producerId: id,
    epoch: short,
    coordinatorEpoch: int,
    lastUsedMs: long,
    openSince: long,
    batches: fc.array(batch, { maxLength: 5 }),
  });
  const snapshot = fc.record({
    offset: long,
    lastBaseOffset: long,
    lastChecksum: fc.nat(2 ** 32 - 1),
    producers: fc.array(producer, { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.uuid(), int, snapshot, id, (topicId, partition, value, next) => {
      const key = { topicId, partition };
      expect(snapshotKey.decode(snapshotKey.encode(key))).toEqual(key);
      expect(snapshotValue.decode(snapshotValue.encode(value))).toEqual(value);
      expect(producerIdsKey.decode(producerIdsKey.encode({}))).toEqual({});
      expect(producerIdsValue.decode(producerIdsValue.encode({ next }))).toEqual({ next });
    }),
  );
});
