/** Idempotent producers: what is appended, what is a duplicate, what is refused; and that a restart knows it all. */
import { describe, expect, test } from "vitest";
import { KafkaError } from "../protocol/kafka-error.ts";
import { FakeHost, fakeCaller } from "../state-topics/fake-host.ts";
import { PRODUCER_STATE_TOPIC } from "./producer-state-topic.ts";

const P = 7n;
const values = (count: number): string[] => Array.from({ length: count }, (_, i) => `v${i}`);

function refusal(errorCode: number): object {
  return { kind: "refused", errorCode };
}

describe("sequence numbers", () => {
  test("follow on each other, batch after batch", () => {
    const host = new FakeHost();
    const log = host.topic("t");
    expect(host.produce(log, { producerId: P, sequence: 0, values: values(3) })).toEqual({ kind: "append" });
    expect(host.produce(log, { producerId: P, sequence: 3, values: values(2) })).toEqual({ kind: "append" });
    const gap = host.produce(log, { producerId: P, sequence: 6 });
    expect(gap).toMatchObject(refusal(KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER));
    expect(host.produce(log, { producerId: P, sequence: 5 })).toEqual({ kind: "append" });
    expect(log.endOffset).toBe(6);
  });

  test("of the last five batches come again: each is answered with its own offset", () => {
    const host = new FakeHost();
    const log = host.topic("t");
    for (let i = 0; i < 6; i++) host.produce(log, { producerId: P, sequence: 2 * i, values: values(2) });
    for (let i = 1; i < 6; i++) {
      const again = host.produce(log, { producerId: P, sequence: 2 * i, values: values(2) });
      expect(again).toEqual({ kind: "duplicate", baseOffset: 2 * i, logAppendTimeMs: -1 });
    }
    const older = host.produce(log, { producerId: P, sequence: 0, values: values(2) });
    expect(older).toMatchObject(refusal(KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER));
    const other = host.produce(log, { producerId: P, sequence: 10, values: values(1) });
    expect(other).toMatchObject(refusal(KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER));
    expect(log.endOffset).toBe(12);
  });

  test("go on from the greatest at 0", () => {
    const host = new FakeHost();
    const log = host.topic("t");
    const greatest = 2_147_483_647;
    host.produce(log, { producerId: P, sequence: greatest - 1, values: values(3) });
    expect(host.produce(log, { producerId: P, sequence: 1 })).toEqual({ kind: "append" });
    const again = host.produce(log, { producerId: P, sequence: greatest - 1, values: values(3) });
    expect(again).toMatchObject({ kind: "duplicate", baseOffset: 0 });
  });

  test("begin at 0 with each epoch; older epochs are fenced", () => {
    const host = new FakeHost();
    const log = host.topic("t");
    host.produce(log, { producerId: P, epoch: 1, sequence: 0 });
    const late = host.produce(log, { producerId: P, epoch: 2, sequence: 1 });
    expect(late).toMatchObject(refusal(KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER));
    expect(host.produce(log, { producerId: P, epoch: 2, sequence: 0 })).toEqual({ kind: "append" });
    const fenced = host.produce(log, { producerId: P, epoch: 1, sequence: 1 });
    expect(fenced).toMatchObject(refusal(KafkaError.INVALID_PRODUCER_EPOCH));
  });

  test("are needed", () => {
    const host = new FakeHost();
    const batch = host.produce(host.topic("t"), { producerId: P, sequence: -1 });
    expect(batch).toMatchObject(refusal(KafkaError.INVALID_RECORD));
  });

  test("of a producer that is not known may be any: it was forgotten", () => {
    const host = new FakeHost();
    const log = host.topic("t");
    expect(host.produce(log, { producerId: P, sequence: 900 })).toEqual({ kind: "append" });
    host.timers.advance(90_000_000);
    expect(host.producers.describe(log)).toEqual([]);
    expect(host.produce(log, { producerId: P, sequence: 5 })).toEqual({ kind: "append" });
  });
});

test("a duplicate tells the log's time where the log stamps records", () => {
  const host = new FakeHost();
  const log = host.topic("t", { "message.timestamp.type": "LogAppendTime" });
  const appendedMs = host.timers.nowMs();
  host.produce(log, { producerId: P });
  host.timers.advance(5000);
  const again = host.produce(log, { producerId: P });
  expect(again).toEqual({ kind: "duplicate", baseOffset: 0, logAppendTimeMs: appendedMs });
});

test("a partition remembers so many producers, and forgets those unused for longest first", () => {
  const host = new FakeHost({ producers: { producersPerPartitionMax: 2 } });
  const log = host.topic("t");
  for (const producerId of [1n, 2n]) host.produce(log, { producerId });
  host.produce(log, { producerId: 1n, sequence: 1 });
  host.produce(log, { producerId: 3n });
  expect(host.producers.describe(log).map(({ producerId }) => producerId)).toEqual([1n, 3n]);
  expect(host.producers.counts).toEqual({ producers: 2, evictions: 1 });
});

test("all partitions together remember so many, the fullest giving up first", () => {
  const host = new FakeHost({ producers: { producersMax: 4 } });
  const [full, other] = [host.topic("full"), host.topic("other")];
  host.produce(other, { producerId: 100n });
  for (let producerId = 0n; producerId < 10n; producerId++) host.produce(full, { producerId });
  expect(host.producers.counts).toEqual({ producers: 4, evictions: 7 });
  expect(host.producers.describe(other)).toHaveLength(1);
  expect(host.producers.describe(full).map(({ producerId }) => producerId)).toEqual([7n, 8n, 9n]);
});

describe("a restart", () => {
  test.each([
    ["after a kill", true],
    ["in order", false],
  ])("knows duplicates and what comes next, %s", (_how, kills) => {
    const host = new FakeHost();
    const log = host.topic("t");
    for (let i = 0; i < 4; i++) host.produce(log, { producerId: P, epoch: 3, sequence: i });
    const before = host.producers.describe(log);
    if (kills) host.kill();
    else host.restart();
    const again = host.partition("t");
    expect(host.producers.describe(again)).toMatchObject(before);
    expect(host.produce(again, { producerId: P, epoch: 3, sequence: 2 })).toMatchObject({
      kind: "duplicate",
      baseOffset: 2,
    });
    const gap = host.produce(again, { producerId: P, epoch: 3, sequence: 5 });
    expect(gap).toMatchObject(refusal(KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER));
    expect(host.produce(again, { producerId: P, epoch: 3, sequence: 4 })).toEqual({ kind: "append" });
  });

  test("reads no more of the log than came after the last snapshot", () => {
    const host = new FakeHost({ producers: { snapshotBatches: 10 } });
    const log = host.topic("t", { "segment.bytes": "400" });
    for (let i = 0; i < 25; i++) host.produce(log, { producerId: P, sequence: i });
    // What lies below the snapshot at 20 is not needed any more.
    log.deleteRecordsBefore(20);
    host.kill();
    expect(host.produce(host.partition("t"), { producerId: P, sequence: 20 })).toMatchObject({
      kind: "duplicate",
      baseOffset: 20,
    });
  });

  test("takes everything from the log where the snapshot does not fit it", () => {
    const host = new FakeHost();
    const log = host.topic("t");
    for (let i = 0; i < 4; i++) host.produce(log, { producerId: P, sequence: i });
    host.restart();
    const cut = host.partition("t");
    cut.truncateTo(2);
    host.produce(cut, { values: values(5) });
    host.kill();
    const again = host.partition("t");
    expect(host.produce(again, { producerId: P, sequence: 3 })).toMatchObject(
      refusal(KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER),
    );
    expect(host.produce(again, { producerId: P, sequence: 2 })).toEqual({ kind: "append" });
  });

  test("forgets topics that are gone, also those made again under the same name", () => {
    const host = new FakeHost();
    host.produce(host.topic("t"), { producerId: P, sequence: 5 });
    host.log.deleteTopic("t");
    const log = host.topic("t");
    expect(host.producers.describe(log)).toEqual([]);
    host.kill();
    expect(host.producers.describe(host.partition("t"))).toEqual([]);
    expect(host.produce(host.partition("t"), { producerId: P })).toEqual({ kind: "append" });
  });

  test("gives out no producer id twice", async () => {
    const host = new FakeHost();
    const take = async (): Promise<bigint> => {
      const request = { transactionalId: null, transactionTimeoutMs: 0, producerId: -1n, producerEpoch: -1 };
      const answer = await host.transactions.initProducerId(request, fakeCaller(4));
      expect(answer.errorCode).toBe(0);
      return answer.producerId ?? -1n;
    };
    const taken = [await take(), await take()];
    host.kill();
    taken.push(await take(), await take());
    host.restart();
    taken.push(await take());
    expect(new Set(taken).size).toBe(taken.length);
    host.refusedTopics.add(PRODUCER_STATE_TOPIC);
    for (let i = 0; i < 999; i++) await take();
    const request = { transactionalId: null, transactionTimeoutMs: 0, producerId: -1n, producerEpoch: -1 };
    const answer = await host.transactions.initProducerId(request, fakeCaller(4));
    expect(answer.errorCode).toBe(KafkaError.COORDINATOR_NOT_AVAILABLE);
  });
});

test("no first batch of a producer is taken while that cannot be stored", () => {
  const host = new FakeHost();
  const log = host.topic("t");
  host.refusedTopics.add(PRODUCER_STATE_TOPIC);
  expect(host.produce(log, { producerId: P })).toMatchObject(refusal(KafkaError.KAFKA_STORAGE_ERROR));
  host.refusedTopics.clear();
  expect(host.produce(log, { producerId: P })).toEqual({ kind: "append" });
});
