/** Transactions: their states and the ways between them, fencing, timeouts, and recovery in every state. */
import { describe, expect, test } from "vitest";
import { TRANSACTIONS_TOPIC } from "../broker-log.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { FakeHost, fakeCaller } from "../state-topics/fake-host.ts";
import { FakeTransactionalProducer, TIMEOUT_MS, readCommitted } from "./fake-transactional-producer.ts";

async function begun(host = new FakeHost(), id = "tx"): Promise<FakeTransactionalProducer> {
  if (host.log.topic("t") === undefined) host.topic("t", {}, 2);
  const producer = new FakeTransactionalProducer(host, id);
  expect(await producer.init()).toBe(0);
  expect(await producer.add("t", [0, 1])).toBe(0);
  return producer;
}

describe("a transaction", () => {
  test("is invisible until it is committed, and then whole", async () => {
    const producer = await begun();
    const { host } = producer;
    const log = host.partition("t");
    host.produce(log, { values: ["before"] });
    producer.send("t", 0, "a", "b");
    host.produce(log, { values: ["between"] });
    expect(producer.state).toBe("Ongoing");
    expect(readCommitted(host, log)).toEqual(["before"]);
    expect(host.producers.lastStableOffset(log)).toBe(1);
    expect(log.highWatermark).toBe(4);

    expect(await producer.end(true)).toBe(0);
    expect(producer.state).toBe("CompleteCommit");
    expect(readCommitted(host, log)).toEqual(["before", "a", "b", "between"]);
    expect(host.producers.lastStableOffset(log)).toBe(5);
    expect(host.producers.abortedTransactions(log, 0, 5)).toEqual([]);
  });

  test("that is aborted is never seen, and the next one is its own", async () => {
    const producer = await begun();
    const { host } = producer;
    const log = host.partition("t");
    producer.send("t", 0, "a");
    expect(await producer.end(false)).toBe(0);
    expect(producer.state).toBe("CompleteAbort");
    expect(await producer.add("t")).toBe(0);
    producer.send("t", 0, "b");
    expect(await producer.end(true)).toBe(0);
    expect(readCommitted(host, log)).toEqual(["b"]);
    expect(host.producers.abortedTransactions(log, 0, 9)).toEqual([
      { producerId: producer.producerId, firstOffset: 0 },
    ]);
    expect(host.producers.abortedTransactions(log, 2, 9)).toEqual([]);
  });

  test("of several producers: the oldest open one holds readers back", async () => {
    const host = new FakeHost();
    const [first, second] = [await begun(host, "one"), await begun(host, "two")];
    first.send("t", 0, "a");
    second.send("t", 0, "b");
    await second.end(true);
    const log = host.partition("t");
    expect(readCommitted(host, log)).toEqual([]);
    await first.end(false);
    expect(readCommitted(host, log)).toEqual(["b"]);
  });

  test("takes no batch into partitions it does not have, nor outside of it", async () => {
    const producer = await begun();
    const { host } = producer;
    host.topic("other");
    const invalid = { kind: "refused", errorCode: KafkaError.INVALID_TXN_STATE };
    expect(producer.send("other", 0, "x")).toMatchObject(invalid);
    producer.send("t", 0, "a");
    const plain = { producerId: producer.producerId, epoch: producer.epoch, sequence: 1 };
    expect(host.produce(host.partition("t"), plain)).toMatchObject(invalid);
    await producer.end(true);
    expect(producer.send("t", 0, "late")).toMatchObject(invalid);
    expect(host.partition("t").endOffset).toBe(2);
  });

  test("ends once: the same again is no error, the opposite is", async () => {
    const producer = await begun();
    expect(await producer.end(true)).toBe(0);
    expect(await producer.end(true)).toBe(0);
    expect(await producer.end(false)).toBe(KafkaError.INVALID_TXN_STATE);
    await producer.init();
    expect(producer.state).toBe("Empty");
    expect(await producer.end(true)).toBe(KafkaError.INVALID_TXN_STATE);
  });

  test("may name its partitions again", async () => {
    const producer = await begun();
    const { host } = producer;
    const before = host.partition(TRANSACTIONS_TOPIC).endOffset;
    expect(await producer.add("t", [1])).toBe(0);
    expect(host.partition(TRANSACTIONS_TOPIC).endOffset).toBe(before);
  });
});

describe("fencing", () => {
  test("a new producer of the same id takes over and aborts what was open", async () => {
    const old = await begun();
    const { host } = old;
    old.send("t", 0, "lost");
    const fresh = new FakeTransactionalProducer(host);
    expect(await fresh.init()).toBe(0);
    expect([fresh.producerId, fresh.epoch]).toEqual([old.producerId, old.epoch + 2]);
    expect(fresh.state).toBe("Empty");
    expect(readCommitted(host, host.partition("t"))).toEqual([]);
    expect(host.producers.lastStableOffset(host.partition("t"))).toBe(2);
    expect(old.send("t", 0, "zombie")).toMatchObject({ errorCode: KafkaError.INVALID_PRODUCER_EPOCH });
    expect(await old.end(true)).toBe(KafkaError.PRODUCER_FENCED);
    expect(await old.add("t")).toBe(KafkaError.PRODUCER_FENCED);
    expect(await old.init(true)).toBe(KafkaError.PRODUCER_FENCED);
  });

  test("old clients know it by another name", async () => {
    const old = await begun();
    await new FakeTransactionalProducer(old.host).init();
    const { producerId, epoch: producerEpoch } = old;
    const request = { transactionalId: "tx", producerId, producerEpoch, committed: true };
    const answer = await old.host.transactions.endTxn(request, fakeCaller(1));
    expect(answer.errorCode).toBe(KafkaError.INVALID_PRODUCER_EPOCH);
  });

  test("a producer that names its epoch goes on, and may ask again when the answer was lost", async () => {
    const producer = await begun();
    await producer.end(true);
    const before = { producerId: producer.producerId, epoch: producer.epoch };
    expect(await producer.init(true)).toBe(0);
    expect(producer.epoch).toBe(before.epoch + 1);
    Object.assign(producer, before);
    expect(await producer.init(true)).toBe(0);
    expect(producer.epoch).toBe(before.epoch + 1);
    producer.producerId = 99n;
    expect(await producer.init(true)).toBe(KafkaError.PRODUCER_FENCED);
  });

  test("a producer that is still in a transaction aborts it and goes on", async () => {
    const producer = await begun();
    producer.send("t", 0, "lost");
    expect(await producer.init(true)).toBe(0);
    expect(await producer.add("t")).toBe(0);
    expect(producer.send("t", 0, "kept")).toEqual({ kind: "append" });
    expect(await producer.end(true)).toBe(0);
    expect(readCommitted(producer.host, producer.host.partition("t"))).toEqual(["kept"]);
  });

  test(
    "when the epochs of an id are used up, the producer gets another id",
    { timeout: 30_000 },
    async () => {
      const producer = new FakeTransactionalProducer(new FakeHost());
      await producer.init();
      const first = producer.producerId;
      for (let i = 0; i < 32_766; i++) await producer.init(true);
      expect([producer.producerId, producer.epoch]).toEqual([first, 32_766]);
      const last = { producerId: producer.producerId, epoch: producer.epoch };
      expect(await producer.init(true)).toBe(0);
      expect(producer.producerId).not.toBe(first);
      expect(producer.epoch).toBe(0);
      const rotated = producer.producerId;
      Object.assign(producer, last);
      expect(await producer.init(true)).toBe(0);
      expect([producer.producerId, producer.epoch]).toEqual([rotated, 0]);
    },
  );
});

describe("a timeout", () => {
  test("aborts the transaction and fences its producer", async () => {
    const producer = await begun();
    const { host } = producer;
    producer.send("t", 0, "late");
    host.timers.advance(TIMEOUT_MS - 1);
    expect(producer.state).toBe("Ongoing");
    host.timers.advance(1);
    expect(producer.state).toBe("CompleteAbort");
    expect(await producer.end(true)).toBe(KafkaError.PRODUCER_FENCED);
    expect(readCommitted(host, host.partition("t"))).toEqual([]);
    expect(await new FakeTransactionalProducer(host).init()).toBe(0);
  });

  test("counts from the first partition, also over a restart", async () => {
    const producer = await begun();
    const { host } = producer;
    host.timers.advance(TIMEOUT_MS / 2);
    await producer.add("t", [1]);
    host.kill();
    host.timers.advance(TIMEOUT_MS / 2 - 1);
    expect(producer.state).toBe("Ongoing");
    host.timers.advance(1);
    expect(producer.state).toBe("CompleteAbort");
  });

  test("must be within the limits", async () => {
    const host = new FakeHost();
    const timeouts = [0, -1, 900_001].map((transactionTimeoutMs) => ({
      transactionalId: "tx",
      transactionTimeoutMs,
      producerId: -1n,
      producerEpoch: -1,
    }));
    for (const request of timeouts) {
      const answer = await host.transactions.initProducerId(request, fakeCaller(5));
      expect(answer.errorCode).toBe(KafkaError.INVALID_TRANSACTION_TIMEOUT);
    }
  });
});

describe("what is refused", () => {
  test("unknown and empty ids, half a producer, too many of anything", async () => {
    const host = new FakeHost({ transactions: { idsMax: 1, partitionsMax: 2 } });
    host.topic("t", {}, 5);
    const stranger = new FakeTransactionalProducer(host, "stranger");
    expect(await stranger.end(true)).toBe(KafkaError.INVALID_PRODUCER_ID_MAPPING);
    expect(await new FakeTransactionalProducer(host, "").init()).toBe(KafkaError.INVALID_REQUEST);
    const producer = new FakeTransactionalProducer(host);
    expect(await producer.init()).toBe(0);
    expect(await stranger.init()).toBe(KafkaError.POLICY_VIOLATION);
    expect(await producer.add("t", [0, 1, 2])).toBe(KafkaError.POLICY_VIOLATION);
    producer.epoch = -1;
    expect(await producer.init(true)).toBe(KafkaError.INVALID_REQUEST);
  });

  test("ids without a transaction for long are forgotten", async () => {
    const producer = await begun();
    await producer.end(true);
    producer.host.timers.advance(604_800_000 + 3_600_000);
    expect(producer.state).toBe("");
    producer.host.kill();
    expect(producer.state).toBe("");
  });
});

describe("a kill", () => {
  test.each([true, false])(
    "after the decision (commit: %s): it is carried out at the start",
    async (commit) => {
      const producer = await begun();
      const { host } = producer;
      producer.send("t", 0, "a");
      producer.send("t", 1, "b");
      host.refusedTopics.add("t");
      expect(await producer.end(commit)).toBe(0);
      expect(producer.state).toBe(commit ? "PrepareCommit" : "PrepareAbort");
      expect(host.transactions.unfinished).toBe(1);
      expect(await producer.add("t")).toBe(KafkaError.CONCURRENT_TRANSACTIONS);
      expect(await producer.init()).toBe(KafkaError.CONCURRENT_TRANSACTIONS);
      host.kill();
      expect(producer.state).toBe(commit ? "CompleteCommit" : "CompleteAbort");
      for (const [index, value] of ["a", "b"].entries()) {
        expect(readCommitted(host, host.partition("t", index))).toEqual(commit ? [value] : []);
      }
    },
  );

  test("between the markers, and before the last record: nothing is seen twice", async () => {
    for (const appends of [1, 2, 3]) {
      const producer = await begun();
      const { host } = producer;
      producer.send("t", 0, "a");
      producer.send("t", 1, "b");
      host.appendsLeft = appends;
      expect(await producer.end(true)).toBe(0);
      expect(producer.state).toBe("PrepareCommit");
      host.kill();
      expect(producer.state).toBe("CompleteCommit");
      expect(readCommitted(host, host.partition("t"))).toEqual(["a"]);
      expect(readCommitted(host, host.partition("t", 1))).toEqual(["b"]);
      host.kill();
      expect(producer.state).toBe("CompleteCommit");
    }
  });

  test("before the decision is written: the transaction is open, and can still end either way", async () => {
    const producer = await begun();
    const { host } = producer;
    producer.send("t", 0, "a");
    host.refusedTopics.add(TRANSACTIONS_TOPIC);
    expect(await producer.end(true)).toBe(KafkaError.COORDINATOR_NOT_AVAILABLE);
    host.kill();
    expect(producer.state).toBe("Ongoing");
    expect(readCommitted(host, host.partition("t"))).toEqual([]);
    expect(await producer.end(true)).toBe(0);
    expect(readCommitted(host, host.partition("t"))).toEqual(["a"]);
  });

  test("keeps aborted transactions aborted, whether or not they were in a snapshot", async () => {
    const host = new FakeHost({ producers: { snapshotBatches: 7 } });
    const producer = await begun(host);
    for (let i = 0; i < 10; i++) {
      await producer.add("t");
      producer.send("t", 0, String(i));
      await producer.end(i % 3 === 0);
    }
    for (const again of [() => host.kill(), () => host.restart(), () => host.kill()]) {
      again();
      expect(readCommitted(host, host.partition("t"))).toEqual(["0", "3", "6", "9"]);
    }
  });
});

test("markers that the disk refuses are written as soon as it can", async () => {
  const producer = await begun();
  const { host } = producer;
  producer.send("t", 0, "a");
  producer.send("t", 1, "b");
  host.appendsLeft = 2;
  await producer.end(true);
  expect(readCommitted(host, host.partition("t"))).toEqual(["a"]);
  host.timers.advance(5000);
  expect(producer.state).toBe("PrepareCommit");
  host.appendsLeft = Infinity;
  host.timers.advance(500);
  expect(producer.state).toBe("CompleteCommit");
  expect(readCommitted(host, host.partition("t", 1))).toEqual(["b"]);
  expect(host.partition("t").endOffset).toBe(2);
});

test("a topic that is deleted does not hold its transactions up", async () => {
  const producer = await begun();
  producer.send("t", 0, "a");
  producer.host.log.deleteTopic("t");
  expect(await producer.end(true)).toBe(0);
  expect(producer.state).toBe("CompleteCommit");
});

test("a partition full of aborted transactions takes no new one", async () => {
  const producer = await begun(
    new FakeHost({ producers: { abortedPerPartitionMax: 1, sweepIntervalMs: 1000 } }),
  );
  const { host } = producer;
  producer.send("t", 0, "a");
  await producer.end(false);
  await producer.add("t");
  expect(producer.send("t", 0, "b")).toMatchObject({ errorCode: KafkaError.POLICY_VIOLATION });
  host.partition("t").deleteRecordsBefore(2);
  host.timers.advance(1000);
  expect(producer.send("t", 0, "b")).toEqual({ kind: "append" });
});

test("transactions are described and listed", async () => {
  const producer = await begun();
  const { transactions, timers } = producer.host;
  await new FakeTransactionalProducer(producer.host, "idle").init();
  expect(transactions.describeTransactions(["tx", "none"])).toMatchObject([
    {
      errorCode: 0,
      transactionState: "Ongoing",
      transactionTimeoutMs: TIMEOUT_MS,
      transactionStartTimeMs: timers.nowMs(),
      topics: [{ topic: "t", partitions: [0, 1] }],
    },
    { errorCode: KafkaError.TRANSACTIONAL_ID_NOT_FOUND },
  ]);
  timers.advance(1000);
  const listed = (stateFilters: string[], producerIdFilters: bigint[], durationFilter: number) =>
    transactions
      .listTransactions({ stateFilters, producerIdFilters, durationFilter })
      .transactionStates.map(({ transactionalId }) => transactionalId);
  expect(listed([], [], -1)).toEqual(["tx", "idle"]);
  expect(listed(["Empty"], [], -1)).toEqual(["idle"]);
  expect(listed([], [producer.producerId], -1)).toEqual(["tx"]);
  expect([listed([], [], 999), listed([], [], 1000)]).toEqual([["tx"], []]);
  const unknown = transactions.listTransactions({
    stateFilters: ["Empty", "Odd"],
    producerIdFilters: [],
    durationFilter: -1,
  });
  expect(unknown.unknownStateFilters).toEqual(["Odd"]);
});
