import { describe, expect, test } from "vitest";
import { appendAll, wireOf } from "../../log/log-fixtures.ts";
import { ATTRIBUTES_AT, readBatchHeader, writeChecksum } from "../../log/batch-header.ts";
import { FakeClient, only } from "../fake-client.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { fetchApi } from "../protocol/messages/fetch.ts";
import type { DecodedResponseOf } from "../protocol/schema.ts";
import type { ProducerStates } from "../transaction-coordination.ts";

interface Wanted {
  readonly topic?: string;
  readonly partition?: number;
  readonly fetchOffset?: number;
  readonly partitionMaxBytes?: number;
  readonly currentLeaderEpoch?: number;
}

interface Limits {
  readonly version?: number;
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
  readonly maxBytes?: number;
  readonly isolationLevel?: number;
  readonly sessionId?: number;
  readonly sessionEpoch?: number;
  readonly forgottenTopicsData?: { topic: string; partitions: number[] }[];
}

type FetchResponse = DecodedResponseOf<typeof fetchApi>;

function client(partitions = 2, producers?: ProducerStates): FakeClient {
  const fake = new FakeClient({ producers });
  fake.log.createTopic("t", { partitions });
  return fake;
}

function fetch(fake: FakeClient, wanted: readonly Wanted[], limits: Limits = {}): Promise<FetchResponse> {
  const { version = 11, ...rest } = limits;
  const topics = wanted.map(({ topic = "t", partition = 0, fetchOffset = 0, ...more }) => ({
    topic,
    topicId: fake.log.topic(topic)?.id ?? "00000000-0000-0000-0000-0000000000ee",
    partitions: [{ partition, fetchOffset, partitionMaxBytes: 1_000_000, ...more }],
  }));
  return fake.ask(fetchApi, version, { maxWaitMs: 0, minBytes: 1, topics, ...rest });
}

function partitionsOf({ responses }: FetchResponse) {
  return responses.flatMap(({ topic, partitions }) => partitions.map((each) => ({ topic, ...each })));
}

/** Lets waiting fetches look. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const batch = (value: string) => wireOf([[null, value]]);

const sizes = (answer: FetchResponse) =>
  partitionsOf(answer).map(({ records }) => Math.ceil(records!.length / 1100));

const open = async (fake: FakeClient, wanted: readonly Wanted[]): Promise<number> => {
  const { sessionId } = await fetch(fake, wanted, { sessionId: 0, sessionEpoch: 0 });
  expect(sessionId).not.toBe(0);
  return sessionId;
};

describe("a fetch", () => {
  test.each([4, 7, 11, 12, 13, 17])("gives batches byte for byte (version %i)", async (version) => {
    const fake = client();
    const sent = [batch("a"), batch("b")];
    for (const each of sent) fake.log.partition("t", 0).appendWire(Buffer.from(each));
    const { records, highWatermark } = only(partitionsOf(await fetch(fake, [{}], { version })));
    expect(highWatermark).toBe(2);
    const second = readBatchHeader(records!, 0).sizeBytes;
    expect(records!.subarray(0, second)).toEqual(sent[0]);
    expect(records!.subarray(second + 12)).toEqual(sent[1]!.subarray(12));
    expect(readBatchHeader(records!, second).baseOffset).toBe(1);
  });

  test("begins with the batch that holds the offset", async () => {
    const fake = client();
    appendAll(fake.log.partition("t", 0), [
      [
        [null, "a"],
        [null, "b"],
      ],
      [[null, "c"]],
    ]);
    const { records } = only(partitionsOf(await fetch(fake, [{ fetchOffset: 1 }])));
    expect(readBatchHeader(records!, 0).baseOffset).toBe(0);
  });

  test("says what is wrong with a partition, and gives the others", async () => {
    const fake = client();
    fake.log.partition("t", 1).appendWire(batch("a"));
    const answer = await fetch(fake, [
      { topic: "missing" },
      { partition: 9 },
      { fetchOffset: 5 },
      { partition: 1, currentLeaderEpoch: 3 },
      { partition: 1 },
    ]);
    expect(partitionsOf(answer).map(({ errorCode }) => errorCode)).toEqual([
      KafkaError.UNKNOWN_TOPIC_OR_PARTITION,
      KafkaError.UNKNOWN_TOPIC_OR_PARTITION,
      KafkaError.OFFSET_OUT_OF_RANGE,
      KafkaError.UNKNOWN_LEADER_EPOCH,
      KafkaError.NONE,
    ]);
    expect(partitionsOf(answer)[4]!.records!.length).toBeGreaterThan(0);
  });

  test("by an id that no topic has", async () => {
    const answer = await fetch(client(), [{ topic: "missing" }], { version: 13 });
    expect(only(partitionsOf(answer)).errorCode).toBe(KafkaError.UNKNOWN_TOPIC_ID);
  });

  test("below the start is out of range, and tells where the start is", async () => {
    const fake = client();
    appendAll(fake.log.partition("t", 0), [[[null, "a"]], [[null, "b"]]]);
    fake.log.partition("t", 0).deleteRecordsBefore(1);
    const answer = only(partitionsOf(await fetch(fake, [{ fetchOffset: 0 }])));
    expect(answer).toMatchObject({ errorCode: KafkaError.OFFSET_OUT_OF_RANGE, logStartOffset: 1 });
  });

  test("keeps to its limits, but always gets past the first batch", async () => {
    const fake = client();
    for (const partition of [0, 1]) {
      for (let i = 0; i < 3; i++) fake.log.partition("t", partition).appendWire(batch("x".repeat(1000)));
    }
    const both = [{ partition: 0 }, { partition: 1 }];
    expect(sizes(await fetch(fake, both, { maxBytes: 10 }))).toEqual([1, 0]);
    expect(sizes(await fetch(fake, both, { maxBytes: 2300 }))).toEqual([2, 0]);
    expect(sizes(await fetch(fake, both, { maxBytes: 4500 }))).toEqual([3, 1]);
    const small = both.map((each) => ({ ...each, partitionMaxBytes: 1100 }));
    expect(sizes(await fetch(fake, small))).toEqual([1, 1]);
  });

  test("gets one batch where much waits for slow readers", async () => {
    const fake = client();
    for (let i = 0; i < 3; i++) fake.log.partition("t", 0).appendWire(batch("a"));
    fake.services.metrics.unsentBytes = fake.services.settings.heldAnswerBytesMax;
    expect(only(partitionsOf(await fetch(fake, [{}]))).records!.length).toBe(batch("a").length);
  });

  test("of zstd batches needs version 10", async () => {
    const fake = client();
    const compressed = batch("v");
    compressed.writeInt16BE(4, ATTRIBUTES_AT);
    writeChecksum(compressed, 0, compressed.length);
    const log = fake.log.partition("t", 0);
    const read = log.readWire.bind(log);
    log.appendWire(batch("v"));
    log.readWire = () => compressed;
    const old = only(partitionsOf(await fetch(fake, [{}], { version: 9 })));
    expect(old.errorCode).toBe(KafkaError.UNSUPPORTED_COMPRESSION_TYPE);
    expect(only(partitionsOf(await fetch(fake, [{}], { version: 10 }))).errorCode).toBe(0);
    log.readWire = read;
  });

  test("ends at the high watermark", async () => {
    const fake = client();
    const log = fake.log.partition("t", 0);
    log.appendWire(batch("a"));
    log.manualHighWatermark = true;
    log.setHighWatermark(1);
    log.appendWire(batch("b"));
    const answer = only(partitionsOf(await fetch(fake, [{}])));
    expect(answer.highWatermark).toBe(1);
    expect(answer.records!.length).toBe(batch("a").length);
    expect(only(partitionsOf(await fetch(fake, [{ fetchOffset: 2 }]))).errorCode).toBe(0);
  });

  test("of committed data ends at the last stable offset and names aborted transactions", async () => {
    const fake = client(1, {
      check: () => ({ kind: "append" }),
      appended: () => undefined,
      lastStableOffset: () => 2,
      abortedTransactions: (_partition, from, upTo) => [{ producerId: 7n, firstOffset: from + upTo }],
      describe: () => [],
    });
    appendAll(fake.log.partition("t", 0), [[[null, "a"]], [[null, "b"]], [[null, "c"]]]);
    const committed = only(partitionsOf(await fetch(fake, [{}], { isolationLevel: 1 })));
    expect(committed).toMatchObject({ highWatermark: 3, lastStableOffset: 2 });
    expect(committed.abortedTransactions).toEqual([{ producerId: 7n, firstOffset: 2 }]);
    expect(committed.records!.length).toBe(2 * batch("a").length);
    const all = only(partitionsOf(await fetch(fake, [{}])));
    expect(all.abortedTransactions).toBeNull();
    expect(all.records!.length).toBe(3 * batch("a").length);
  });
});

describe("a long poll", () => {
  const waiting = { maxWaitMs: 500 };

  test("is answered by an append", async () => {
    const fake = client();
    const answer = fetch(fake, [{ partition: 0 }, { partition: 1 }], waiting);
    await turn();
    fake.log.partition("t", 1).appendWire(batch("late"));
    expect(partitionsOf(await answer).map(({ records }) => records!.length > 0)).toEqual([false, true]);
    expect(fake.timers.waiting).toBe(0);
  });

  test("ends empty when its time is up", async () => {
    const fake = client();
    const answer = fetch(fake, [{}], waiting);
    await turn();
    fake.timers.advance(499);
    expect(fake.timers.waiting).toBe(1);
    fake.timers.advance(1);
    expect(only(partitionsOf(await answer)).records!.length).toBe(0);
  });

  test("waits for the bytes it asked for", async () => {
    const fake = client();
    let answered = false;
    const answer = fetch(fake, [{}], { ...waiting, minBytes: 3 * batch("a").length });
    void answer.then(() => (answered = true));
    for (const expected of [false, false, true]) {
      fake.log.partition("t", 0).appendWire(batch("a"));
      await turn();
      await turn();
      expect(answered).toBe(expected);
    }
    expect(only(partitionsOf(await answer)).records!.length).toBe(3 * batch("a").length);
  });

  test("waits for the high watermark, not for the append", async () => {
    const fake = client();
    const log = fake.log.partition("t", 0);
    log.manualHighWatermark = true;
    log.setHighWatermark(0);
    let answered = false;
    const answer = fetch(fake, [{}], waiting);
    void answer.then(() => (answered = true));
    log.appendWire(batch("a"));
    await turn();
    await turn();
    expect(answered).toBe(false);
    log.setHighWatermark(1);
    expect(only(partitionsOf(await answer)).records!.length).toBe(batch("a").length);
  });

  test("is told when its topic is deleted", async () => {
    const fake = client();
    const answer = fetch(fake, [{}], waiting);
    await turn();
    fake.log.deleteTopic("t");
    expect(only(partitionsOf(await answer)).errorCode).toBe(KafkaError.UNKNOWN_TOPIC_OR_PARTITION);
  });

  test("ends with its connection", async () => {
    const fake = client();
    const answer = fetch(fake, [{}], waiting);
    await turn();
    fake.session.disconnect();
    expect(only(partitionsOf(await answer)).records!.length).toBe(0);
    expect(fake.timers.waiting).toBe(0);
  });

  test("does not wait where a partition has failed, or where nothing is asked for", async () => {
    const fake = client();
    expect(only(partitionsOf(await fetch(fake, [{ partition: 5 }], waiting))).errorCode).toBe(3);
    expect(partitionsOf(await fetch(fake, [], waiting))).toEqual([]);
  });
});

describe("a fetch session", () => {
  test("answers what has changed only", async () => {
    const fake = client();
    const sessionId = await open(fake, [{ partition: 0 }, { partition: 1 }]);
    expect(partitionsOf(await fetch(fake, [], { sessionId, sessionEpoch: 1 }))).toEqual([]);
    fake.log.partition("t", 1).appendWire(batch("a"));
    const third = partitionsOf(await fetch(fake, [], { sessionId, sessionEpoch: 2 }));
    expect(only(third)).toMatchObject({ partitionIndex: 1, highWatermark: 1 });
    const fourth = await fetch(fake, [{ partition: 1, fetchOffset: 1 }], { sessionId, sessionEpoch: 3 });
    expect(partitionsOf(fourth)).toEqual([]);
  });

  test("adds and forgets partitions", async () => {
    const fake = client();
    const sessionId = await open(fake, [{ partition: 0 }]);
    fake.log.partition("t", 0).appendWire(batch("a"));
    fake.log.partition("t", 1).appendWire(batch("b"));
    const forgottenTopicsData = [{ topic: "t", partitions: [0] }];
    const answer = await fetch(fake, [{ partition: 1 }], { sessionId, sessionEpoch: 1, forgottenTopicsData });
    expect(only(partitionsOf(answer)).partitionIndex).toBe(1);
  });

  test("reads the partition last that had records last", async () => {
    const fake = client();
    const sessionId = await open(fake, [{ partition: 0 }, { partition: 1 }]);
    for (const partition of [0, 1]) fake.log.partition("t", partition).appendWire(batch("a"));
    const next = async (sessionEpoch: number) =>
      partitionsOf(await fetch(fake, [], { sessionId, sessionEpoch, maxBytes: 10 }))
        .filter(({ records }) => records!.length > 0)
        .map(({ partitionIndex }) => partitionIndex);
    expect([await next(1), await next(2), await next(3)]).toEqual([[0], [1], [0]]);
  });

  test("out of step or unknown is refused", async () => {
    const fake = client();
    const sessionId = await open(fake, [{}]);
    const refused = async (limits: Limits) => (await fetch(fake, [], limits)).errorCode;
    expect(await refused({ sessionId, sessionEpoch: 5 })).toBe(KafkaError.INVALID_FETCH_SESSION_EPOCH);
    expect(await refused({ sessionId: 12, sessionEpoch: 1 })).toBe(KafkaError.FETCH_SESSION_ID_NOT_FOUND);
    expect(await refused({ sessionId, sessionEpoch: 1, version: 13 })).toBe(
      KafkaError.FETCH_SESSION_TOPIC_ID_ERROR,
    );
    await fetch(fake, [{}], { sessionId, sessionEpoch: -1 });
    expect(await refused({ sessionId, sessionEpoch: 1 })).toBe(KafkaError.FETCH_SESSION_ID_NOT_FOUND);
  });

  test("finds no room where too many are open, until one is old", async () => {
    const fake = new FakeClient({ settings: { fetchSessionsMax: 1 } });
    fake.log.createTopic("t", { partitions: 1 });
    const first = await open(fake, [{}]);
    const initial = { sessionId: 0, sessionEpoch: 0 };
    expect((await fetch(fake, [{}], initial)).sessionId).toBe(0);
    fake.timers.advance(120_000);
    expect((await fetch(fake, [{}], initial)).sessionId).not.toBe(0);
    const late = await fetch(fake, [], { sessionId: first, sessionEpoch: 1 });
    expect(late.errorCode).toBe(KafkaError.FETCH_SESSION_ID_NOT_FOUND);
  });
});
