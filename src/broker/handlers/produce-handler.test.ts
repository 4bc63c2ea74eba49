import { crc32, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ATTRIBUTES_AT, PRODUCER_ID_AT, readBatchHeader, writeChecksum } from "../../log/batch-header.ts";
import { readAll, texts, wireOf } from "../../log/log-fixtures.ts";
import { FakeClient, encodeRequest, only } from "../fake-client.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { initProducerIdApi } from "../protocol/messages/init-producer-id.ts";
import { produceApi } from "../protocol/messages/produce.ts";
import type { ProducerStates } from "../transaction-coordination.ts";

function client(producers?: ProducerStates): FakeClient {
  const fake = new FakeClient({ producers });
  fake.log.createTopic("t", { partitions: 2 });
  return fake;
}

async function produce(fake: FakeClient, records: Buffer | null, version = 9, name = "t", index = 0) {
  const topicData = [{ name, partitionData: [{ index, records }] }];
  const answer = await fake.ask(produceApi, version, { acks: -1, timeoutMs: 0, topicData });
  return only(only(answer.responses).partitionResponses);
}

function values(fake: FakeClient, topic = "t", partition = 0): string[] {
  return texts(readAll(fake.log.partition(topic, partition)));
}

/** A batch with its attributes or producer id changed, and its checksum right again. */
function altered(change: (batch: Buffer) => void): Buffer {
  const batch = wireOf([[null, "v"]]);
  change(batch);
  writeChecksum(batch, 0, batch.length);
  return batch;
}

const requestWith = (acks: number, name = "t") => ({
  acks,
  timeoutMs: 0,
  topicData: [{ name, partitionData: [{ index: 0, records: wireOf([[null, "v"]]) }] }],
});

const batch = () => altered((b) => b.writeBigInt64BE(5n, PRODUCER_ID_AT));

describe("record batches", () => {
  test("are stored as sent, but for their offsets", async () => {
    const fake = client();
    const sent = wireOf([
      ["k", "v0"],
      [null, "v1"],
    ]);
    expect(await produce(fake, Buffer.from(sent))).toMatchObject({ errorCode: 0, baseOffset: 0 });
    expect(await produce(fake, Buffer.from(sent))).toMatchObject({
      errorCode: 0,
      baseOffset: 2,
      logStartOffset: 0,
    });
    const stored = fake.log.partition("t", 0).readWire(2, 1000);
    expect(stored.subarray(12)).toEqual(sent.subarray(12));
    expect(readBatchHeader(stored, 0).baseOffset).toBe(2);
    expect(values(fake)).toEqual(["0:k=v0", "1:-=v1", "2:k=v0", "3:-=v1"]);
  });

  test("get arrival numbers of the whole log", async () => {
    const fake = client();
    await produce(fake, wireOf([[null, "a"]]), 9, "t", 0);
    await produce(fake, wireOf([[null, "b"]]), 9, "t", 1);
    await produce(fake, wireOf([[null, "c"]]), 9, "t", 0);
    const arrivals = (partition: number) =>
      readAll(fake.log.partition("t", partition)).map(({ arrival }) => arrival);
    expect([arrivals(0), arrivals(1)]).toEqual([[0, 2], [1]]);
  });

  test("are refused one partition at a time", async () => {
    const fake = client();
    const topicData = [
      {
        name: "t",
        partitionData: [
          { index: 0, records: wireOf([[null, "v"]]) },
          { index: 2, records: wireOf([[null, "v"]]) },
        ],
      },
      { name: "missing", partitionData: [{ index: 0, records: wireOf([[null, "v"]]) }] },
      { name: "__consumer_offsets", partitionData: [{ index: 0, records: wireOf([[null, "v"]]) }] },
    ];
    const { responses } = await fake.ask(produceApi, 8, { acks: 1, timeoutMs: 0, topicData });
    const codes = responses.map(({ partitionResponses }) =>
      partitionResponses.map(({ errorCode }) => errorCode),
    );
    const unknown = KafkaError.UNKNOWN_TOPIC_OR_PARTITION;
    expect(codes).toEqual([[0, unknown], [unknown], [KafkaError.INVALID_TOPIC]]);
    expect(values(fake)).toEqual(["0:-=v"]);
  });

  test.each([
    [
      "a flipped bit",
      () => {
        const b = wireOf([[null, "v"]]);
        b[b.length - 1]! ^= 1;
        return b;
      },
      9,
      KafkaError.CORRUPT_MESSAGE,
    ],
    ["a batch cut short", () => wireOf([[null, "v"]]).subarray(0, 65), 9, KafkaError.CORRUPT_MESSAGE],
    [
      "two batches",
      () => Buffer.concat([wireOf([[null, "v"]]), wireOf([[null, "v"]])]),
      9,
      KafkaError.INVALID_RECORD,
    ],
    ["nothing", () => Buffer.alloc(0), 9, KafkaError.INVALID_RECORD],
    ["null", () => null, 9, KafkaError.INVALID_RECORD],
    [
      "messages of magic 1 in a version for batches",
      () => messageSet([message(1, null, "v")]),
      3,
      KafkaError.INVALID_RECORD,
    ],
    [
      "a control batch",
      () => altered((b) => b.writeInt16BE(0x20, ATTRIBUTES_AT)),
      9,
      KafkaError.INVALID_RECORD,
    ],
    [
      "zstd before version 7",
      () => altered((b) => b.writeInt16BE(4, ATTRIBUTES_AT)),
      6,
      KafkaError.UNSUPPORTED_COMPRESSION_TYPE,
    ],
    [
      "an unknown codec",
      () => altered((b) => b.writeInt16BE(6, ATTRIBUTES_AT)),
      9,
      KafkaError.UNSUPPORTED_COMPRESSION_TYPE,
    ],
    [
      "a transactional batch without a producer",
      () => altered((b) => b.writeInt16BE(0x10, ATTRIBUTES_AT)),
      9,
      KafkaError.INVALID_RECORD,
    ],
    [
      "a producer id where none are given out",
      () => altered((b) => b.writeBigInt64BE(5n, PRODUCER_ID_AT)),
      9,
      KafkaError.INVALID_REQUEST,
    ],
    [
      "a batch above max.message.bytes",
      () => wireOf([[null, "x".repeat(1_100_000)]]),
      9,
      KafkaError.MESSAGE_TOO_LARGE,
    ],
  ])("%s is refused and nothing is stored", async (_what, records, version, errorCode) => {
    const fake = client();
    expect(await produce(fake, records(), version)).toMatchObject({ errorCode, baseOffset: -1 });
    expect(values(fake)).toEqual([]);
    expect(fake.services.metrics.refusedBatches.get(errorCode)).toBe(1);
  });

  test("without keys are refused by a compacted topic, with the reason", async () => {
    const fake = client();
    fake.log.createTopic("c", { partitions: 1, config: { "cleanup.policy": "compact" } });
    const answer = await produce(fake, wireOf([[null, "v"]]), 9, "c");
    expect(answer.errorCode).toBe(KafkaError.INVALID_RECORD);
    expect(answer.errorMessage).toContain("give every record a key");
  });

  test("are stamped where the topic says so", async () => {
    const fake = client();
    fake.log.createTopic("s", { partitions: 1, config: { "message.timestamp.type": "LogAppendTime" } });
    expect(await produce(fake, wireOf([[null, "v"]]), 9, "s")).toMatchObject({ logAppendTimeMs: 1_000_000 });
    expect(readAll(fake.log.partition("s", 0))[0]!.timestamp).toBe(1_000_000);
  });
});

describe("acks", () => {
  test("0: no answer, and the connection ends where something failed", () => {
    const fake = client();
    expect(fake.process(encodeRequest(produceApi, 9, requestWith(0)))).toEqual({
      kind: "answer",
      pieces: [],
    });
    expect(values(fake)).toEqual(["0:-=v"]);
    const failed = fake.process(encodeRequest(produceApi, 9, requestWith(0, "missing")));
    expect(failed).toEqual({ kind: "end", reason: "unacknowledged-failure", pieces: [] });
  });

  test("other numbers are refused", async () => {
    const fake = client();
    const { responses } = await fake.ask(produceApi, 9, requestWith(2));
    expect(only(only(responses).partitionResponses).errorCode).toBe(KafkaError.INVALID_REQUIRED_ACKS);
    expect(values(fake)).toEqual([]);
  });
});

describe("message sets of old clients", () => {
  test("of magic 0 and 1 become records in their order", async () => {
    const fake = client();
    expect(await produce(fake, messageSet([message(0, "k", "a"), message(0, null, null)]), 0)).toMatchObject({
      errorCode: 0,
      baseOffset: 0,
    });
    expect(await produce(fake, messageSet([message(1, null, "b", 1234)]), 2)).toMatchObject({
      errorCode: 0,
      baseOffset: 2,
    });
    expect(values(fake)).toEqual(["0:k=a", "1:-=-", "2:-=b"]);
    expect(readAll(fake.log.partition("t", 0)).map(({ timestamp }) => timestamp)).toEqual([-1, -1, 1234]);
    expect(fake.services.metrics.convertedMessages).toBe(3);
  });

  test("wrapped and compressed become records", async () => {
    const fake = client();
    const inner = messageSet([message(1, "k0", "a", 10), message(1, "k1", "b", 11)]);
    const set = messageSet([message(1, null, gzipSync(inner), 11, 1), message(1, null, "c", 12)]);
    expect(await produce(fake, set, 2)).toMatchObject({ errorCode: 0, baseOffset: 0 });
    expect(values(fake)).toEqual(["0:k0=a", "1:k1=b", "2:-=c"]);
  });

  test("larger than a batch may be become several batches", async () => {
    const fake = client();
    const many = Array.from({ length: 2000 }, (_, i) => message(1, null, `${i}`.padEnd(1000, "x"), i));
    expect(await produce(fake, messageSet(many), 2)).toMatchObject({ errorCode: 0 });
    expect(fake.log.partition("t", 0).endOffset).toBe(2000);
    expect(readAll(fake.log.partition("t", 0)).at(-1)!.timestamp).toBe(1999);
  });

  test.each([
    [
      "a wrong checksum",
      () => {
        const set = messageSet([message(1, null, "v")]);
        set[set.length - 1]! ^= 1;
        return set;
      },
    ],
    ["a message cut short", () => messageSet([message(1, null, "v")]).subarray(0, 30)],
    [
      "a set in a set in a set",
      () =>
        messageSet([
          message(1, null, gzipSync(messageSet([message(1, null, gzipSync(Buffer.alloc(0)), 0, 1)])), 0, 1),
        ]),
    ],
    ["an empty wrapped set", () => messageSet([message(1, null, gzipSync(Buffer.alloc(0)), 0, 1)])],
    ["garbage under compression", () => messageSet([message(1, null, "no gzip", 0, 1)])],
  ])("with %s are refused", async (_what, records) => {
    const fake = client();
    expect(await produce(fake, records(), 2)).toMatchObject({ errorCode: KafkaError.CORRUPT_MESSAGE });
    expect(values(fake)).toEqual([]);
  });
});

describe("idempotent producers", () => {
  test("are checked before the append, and noted after it", async () => {
    const calls: string[] = [];
    const fake = client({
      check: (partition, header, id) => {
        calls.push(`check ${partition.topic} ${header.producerId} ${id} at ${partition.endOffset}`);
        return { kind: "append" };
      },
      appended: (partition, _header, baseOffset) =>
        void calls.push(`appended ${baseOffset}, end ${partition.endOffset}`),
      lastStableOffset: (partition) => partition.highWatermark,
      abortedTransactions: () => [],
      describe: () => [],
    });
    await produce(fake, batch());
    expect(calls).toEqual(["check t 5 null at 0", "appended 0, end 1"]);
  });

  test("that send again get the answer they missed", async () => {
    const fake = client({
      check: () => ({ kind: "duplicate", baseOffset: 41, logAppendTimeMs: -1 }),
      appended: () => {
        throw new Error("nothing was appended");
      },
      lastStableOffset: (partition) => partition.highWatermark,
      abortedTransactions: () => [],
      describe: () => [],
    });
    expect(await produce(fake, batch())).toMatchObject({ errorCode: 0, baseOffset: 41 });
    expect(values(fake)).toEqual([]);
    expect(fake.services.metrics.duplicateBatches).toBe(1);
  });

  test("out of sequence are refused", async () => {
    const errorCode = KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER;
    const fake = client({
      check: () => ({ kind: "refused", errorCode, message: "sequence 7, not 3" }),
      appended: () => {
        throw new Error("nothing was appended");
      },
      lastStableOffset: (partition) => partition.highWatermark,
      abortedTransactions: () => [],
      describe: () => [],
    });
    expect(await produce(fake, batch())).toMatchObject({ errorCode, errorMessage: "sequence 7, not 3" });
    expect(values(fake)).toEqual([]);
  });

  test("get no id from a broker without coordinators: the API is not offered", () => {
    const fake = client();
    const request = { transactionalId: null, transactionTimeoutMs: 0 };
    expect(
      fake.process(encodeRequest(initProducerIdApi, 1, { ...request, producerEpoch: -1 })),
    ).toMatchObject({
      reason: "unsupported-version",
    });
  });
});

function message(
  magic: 0 | 1,
  key: string | null,
  value: string | Buffer | null,
  timestamp = 0,
  attributes = 0,
): Buffer {
  const time = Buffer.alloc(magic === 1 ? 8 : 0);
  if (magic === 1) time.writeBigInt64BE(BigInt(timestamp));
  const body = Buffer.concat([Buffer.from([magic, attributes]), time, sized(key), sized(value)]);
  const head = Buffer.alloc(16);
  head.writeInt32BE(body.length + 4, 8);
  head.writeUInt32BE(crc32(body), 12);
  return Buffer.concat([head, body]);
}

function messageSet(messages: readonly Buffer[]): Buffer {
  return Buffer.concat(messages);
}

function sized(bytes: string | Buffer | null): Buffer {
  const length = Buffer.alloc(4);
  if (bytes === null) return (length.writeInt32BE(-1), length);
  const body = Buffer.from(bytes as string);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}
