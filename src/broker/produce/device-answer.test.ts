/** With the policy `acks` an answer to acks = all says that the batch is on the device, and no other answer waits for it. */
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { MemoryDisk } from "../../log/segment-log/memory-disk.ts";
import { ScriptedDisk } from "../../log/segment-log/scripted-disk.ts";
import type { FlushPolicy } from "../../log/segment-log/segment-partition.ts";
import { SegmentTopicLog } from "../../log/segment-log/segment-topic-log.ts";
import { plainBrokerLog } from "../broker-log.ts";
import { FakeClient, only } from "../fake-client.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import { endTxnApi } from "../protocol/messages/end-txn.ts";
import { addPartitionsToTxnApi } from "../protocol/messages/add-partitions-to-txn.ts";
import { initProducerIdApi } from "../protocol/messages/init-producer-id.ts";
import { produceApi } from "../protocol/messages/produce.ts";
import { fakeBatch } from "../state-topics/fake-batch.ts";
import { ManualTimers } from "../../base/timers.ts";
import { openCoordinators } from "../transactions/open-coordinators.ts";

interface Host {
  readonly memory: MemoryDisk;
  readonly disk: ScriptedDisk;
  readonly log: SegmentTopicLog;
  readonly client: FakeClient;
}

function openLog(disk: ScriptedDisk | MemoryDisk, flushPolicy: FlushPolicy): SegmentTopicLog {
  return SegmentTopicLog.open({ directory: "d", disk, clock: new ManualClock(0), flushPolicy });
}

function host(flushPolicy: FlushPolicy): Host {
  const memory = new MemoryDisk({ tracksFlushes: true });
  const disk = new ScriptedDisk(memory);
  const log = openLog(disk, flushPolicy);
  log.createTopic("t", { partitions: 2 });
  const timers = new ManualTimers(0);
  const broker = plainBrokerLog(log);
  const coordinators = openCoordinators({ log: broker, clock: timers, timers });
  return { memory, disk, log, client: new FakeClient({ log: broker, timers, ...coordinators }) };
}

async function produce({ client }: Host, acks: number, sequence: number, index = 0): Promise<number> {
  const records = fakeBatch({ producerId: 9n, sequence, values: [`v${sequence}`] });
  const topicData = [{ name: "t", partitionData: [{ index, records }] }];
  const answer = await client.ask(produceApi, 9, { acks, timeoutMs: 0, topicData });
  return only(only(answer.responses).partitionResponses).errorCode;
}

/** Records of the partition after power was lost. */
function left({ log, memory }: Host, index = 0): number {
  log.abandon();
  memory.losePower();
  const again = openLog(memory, "os");
  return again.partition("t", index).endOffset;
}

describe("an answer", () => {
  test("that was lost with the power can be had again: the batch is known, and not there twice", async () => {
    const at = host("acks");
    expect(await produce(at, -1, 0)).toBe(0);
    at.log.abandon();
    at.memory.losePower();
    const log = openLog(at.memory, "acks");
    const timers = new ManualTimers(0);
    const broker = plainBrokerLog(log);
    const coordinators = openCoordinators({ log: broker, clock: timers, timers });
    const again = { ...at, log, client: new FakeClient({ log: broker, timers, ...coordinators }) };
    expect(await produce(again, -1, 0)).toBe(0);
    expect(log.partition("t", 0).endOffset).toBe(1);
  });

  test("to acks = all outlives a loss of power", async () => {
    const at = host("acks");
    for (let i = 0; i < 5; i++) expect(await produce(at, -1, i)).toBe(0);
    expect(left(at)).toBe(5);
  });

  test("to acks = 1 does not wait, nor does any with the other policies", async () => {
    for (const [policy, acks] of [
      ["acks", 1],
      ["commit", -1],
      ["os", -1],
    ] as const) {
      const at = host(policy);
      expect(await produce(at, acks, 0)).toBe(0);
      at.disk.plan = { operations: new Set(["fsync"]), after: 0, code: "EIO", lasting: true };
      expect(await produce(at, acks, 1)).toBe(0);
      expect(at.disk.faults).toBe(0);
    }
  });

  test("to a batch that the device did not take is an error, to the repeated one, too", async () => {
    const at = host("acks");
    expect(await produce(at, -1, 0)).toBe(0);
    at.disk.plan = { operations: new Set(["fsync"]), after: 0, code: "EIO", lasting: false };
    expect(await produce(at, -1, 1)).toBe(KafkaError.KAFKA_STORAGE_ERROR);
    expect(await produce(at, -1, 1)).toBe(KafkaError.KAFKA_STORAGE_ERROR);
    expect(await produce(at, 1, 2)).toBe(KafkaError.KAFKA_STORAGE_ERROR);
    expect(at.log.failedPartitions()).toBe(1);
    // The topic's other partition stands on its own.
    expect(await produce(at, -1, 0, 1)).toBe(0);
    expect(left(at)).toBe(1);
  });
});

test("a transaction that was answered as committed is, after a loss of power", async () => {
  const at = host("acks");
  const { client } = at;
  const begun = await client.ask(initProducerIdApi, 4, {
    transactionalId: "x",
    transactionTimeoutMs: 60_000,
  });
  const { producerId, producerEpoch } = begun;
  const identity = { transactionalId: "x", producerId, producerEpoch };
  const topics = [{ name: "t", partitions: [0, 1] }];
  await client.ask(addPartitionsToTxnApi, 3, { ...identity, topics });
  for (const index of [0, 1]) {
    const records = fakeBatch({ producerId, epoch: producerEpoch, transactional: true, values: ["in"] });
    const topicData = [{ name: "t", partitionData: [{ index, records }] }];
    await client.ask(produceApi, 9, { transactionalId: "x", acks: -1, timeoutMs: 0, topicData });
  }
  const ended = await client.ask(endTxnApi, 3, { ...identity, committed: true });
  expect(ended.errorCode).toBe(0);
  at.log.abandon();
  at.memory.losePower();
  const log = openLog(at.memory, "os");
  const timers = new ManualTimers(0);
  const { transactions } = openCoordinators({ log: plainBrokerLog(log), clock: timers, timers });
  expect(transactions.describeTransactions(["x"])[0]?.transactionState).toBe("CompleteCommit");
  for (const index of [0, 1]) {
    const partition = log.partition("t", index);
    expect(partition.lastStableOffset).toBe(2);
    expect(partition.read(0, { maxBytes: 1000, isolation: "read_committed" })[0]?.count).toBe(1);
  }
});
