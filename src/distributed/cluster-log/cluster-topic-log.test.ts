import { array, assert, asyncProperty, boolean, integer, oneof, string, tuple } from "fast-check";
import type { Arbitrary } from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { produceApi } from "../../broker/protocol/messages/produce.ts";
import { batchOf, texts, wireOf } from "../../log/log-fixtures.ts";
import type { TextRecord } from "../../log/log-fixtures.ts";
import { recordsOf } from "../../log/record-headers.ts";
import type { LogRecord } from "../../log/record-block.ts";
import type { PartitionLog } from "../../log/topic-log.ts";
import type { ClusterClient } from "../kafka/cluster-client.ts";
import { FakeCluster, outgoing } from "../kafka/fake-cluster.ts";
import { openClusterTopicLog } from "./cluster-topic-log.ts";
import type { ClusterLogOptions, ClusterTopicLog } from "./cluster-topic-log.ts";

let cluster: FakeCluster | undefined;
const logs: ClusterTopicLog[] = [];

afterEach(async () => {
  for (const log of logs.splice(0)) log.close();
  await cluster?.close();
  cluster = undefined;
});

async function start(options: ClusterLogOptions = {}) {
  cluster = await FakeCluster.start();
  const client = await cluster.client();
  await client.createTopic({ name: "logs", partitions: 2, replicas: -1, config: {} });
  return { cluster, client, log: await openLog(client, options) };
}

async function openLog(client: ClusterClient, options: ClusterLogOptions = {}): Promise<ClusterTopicLog> {
  const log = await openClusterTopicLog(client, { pollMs: 50, ...options });
  logs.push(log);
  return log;
}

/** Reads as the engine does: what is at hand, then waits for `onAppend`. */
async function readUpTo(
  partition: PartitionLog,
  upTo: number,
  from = partition.startOffset,
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  let wake = Promise.withResolvers<void>();
  const end = partition.onAppend(() => wake.resolve());
  for (let position = from; position < upTo;) {
    const blocks = partition.read(position, { maxBytes: 500 });
    if (blocks.length === 0) {
      await wake.promise;
      wake = Promise.withResolvers();
    }
    records.push(...recordsOf(blocks));
    position = blocks.at(-1)?.nextOffset ?? position;
  }
  end();
  return records;
}

describe("topics", () => {
  test("are there at once, and in the cluster when settled", async () => {
    const { cluster: up, log } = await start();
    let changes = 0;
    log.onTopicsChange(() => changes++);
    expect(log.topic("logs")).toMatchObject({ partitions: 2, overrides: {} });
    log.createTopic("more", { partitions: 3, config: { "retention.ms": "1000" } });
    log.alterConfig("more", { "retention.ms": null, "cleanup.policy": "compact" });
    log.addPartitions("more", 4);
    log.deleteTopic("logs");
    expect(changes).toBe(4);
    expect(log.topics().map(({ name }) => name)).toContain("more");
    expect(log.partition("more", 3).endOffset).toBe(0);
    await log.settled();
    expect(up.log.topic("more")).toMatchObject({ partitions: 4, overrides: { "cleanup.policy": "compact" } });
    expect(up.log.topic("logs")).toBeUndefined();
    await log.refresh();
    expect(log.topic("more")).toMatchObject({ id: up.log.topic("more")!.id, partitions: 4 });
    expect(log.topic("logs")).toBeUndefined();
  });

  test("what is wrong is refused at once, as the embedded log does", async () => {
    const { log } = await start();
    expect(() => log.createTopic("logs", { partitions: 1 })).toThrow(/exists already/);
    expect(() => log.createTopic("a b", { partitions: 1 })).toThrow(/no valid topic name/);
    expect(() => log.createTopic("x", { partitions: 0 })).toThrow(/cannot have 0 partitions/);
    const bad = { partitions: 1, config: { "retention.ms": "soon" } };
    expect(() => log.createTopic("x", bad)).toThrow(/cannot be 'soon'/);
    expect(() => log.deleteTopic("log")).toThrow(expect.objectContaining({ hint: "did you mean 'logs'?" }));
    expect(() => log.addPartitions("logs", 1)).toThrow(/cannot have 1 partitions/);
    expect(() => log.partition("logs", 2)).toThrow(/has no partition 2/);
  });

  test("what the cluster refuses is told once by settled, and taken back", async () => {
    const { cluster: up, log } = await start();
    up.log.createTopic("taken", { partitions: 1 });
    log.createTopic("taken", { partitions: 2 });
    await expect(log.settled()).rejects.toMatchObject({ code: "CLUSTER_TOPIC_EXISTS" });
    expect(log.failures).toBe(1);
    await log.settled();
    expect(log.topic("taken")).toBeUndefined();
    await log.refresh();
    expect(log.topic("taken")).toMatchObject({ partitions: 1 });
  });

  test("what others make, delete and make anew is seen", async () => {
    const { cluster: up, client, log } = await start();
    const old = log.partition("logs", 0);
    await client.deleteTopics(["logs"]);
    up.log.createTopic("logs", { partitions: 1 });
    up.log.createTopic("new", { partitions: 1 });
    up.log.partition("new", 0).appendBuilder(batchOf([["a", "1"]]));
    await log.refresh();
    expect(log.topic("logs")).toMatchObject({ partitions: 1 });
    expect(() => old.read(0, { maxBytes: 1 })).toThrow(expect.objectContaining({ code: "LOG_CLOSED" }));
    expect(log.partition("new", 0)).toMatchObject({ startOffset: 0, endOffset: 1, messageCount: 1 });
    await expect.poll(() => log.partition("new", 0).endAsOfMs, { timeout: 5000 }).toBeGreaterThan(0);
  });
});

describe("reading", () => {
  test("what was produced is read, from any position, also as it comes", async () => {
    const { client, log } = await start();
    const producer = await client.openProducer();
    await producer.send([outgoing("logs", 0, [["a", "1"], ["b", "2"]])]); // prettier-ignore
    const partition = log.partition("logs", 0);
    const all = readUpTo(partition, 4, 0);
    await producer.send([outgoing("logs", 0, [["c", "3"], ["d", "4"]])]); // prettier-ignore
    expect(texts(await all)).toEqual(["0:a=1", "1:b=2", "2:c=3", "3:d=4"]);
    expect(partition).toMatchObject({ endOffset: 4, highWatermark: 4, lastTimestamp: 1001 });
    expect(texts(await readUpTo(partition, 4, 1))).toEqual(["1:b=2", "2:c=3", "3:d=4"]);
    expect(texts(recordsOf(partition.read(1, { maxBytes: 1000, upTo: 3 })))).toEqual(["1:b=2", "2:c=3"]);
    expect(partition.offsetForTimestamp(1001)).toEqual({ offset: 1, timestamp: 1001 });
    expect(await partition.findTimestamp(1001)).toBe(1);
    expect(await partition.findTimestamp(5000)).toBeUndefined();
  });

  test("what retention passed fails with where the partition starts now", async () => {
    const { client, log } = await start();
    const producer = await client.openProducer();
    await producer.send([outgoing("logs", 0, [["a", "1"], ["b", "2"], ["c", "3"]])]); // prettier-ignore
    const partition = log.partition("logs", 0);
    await log.refreshOffsets();
    log.partition("logs", 0).deleteRecordsBefore(1);
    await log.settled();
    expect(() => partition.read(0, { maxBytes: 1 })).toThrow(
      expect.objectContaining({ code: "LOG_OFFSET_OUT_OF_RANGE" }),
    );
    await client.deleteRecords({ topic: "logs", partition: 0 }, 2);
    // Not heard of yet: the fetch tells.
    await expect(readUpTo(partition, 3, 1)).rejects.toMatchObject({
      code: "LOG_OFFSET_OUT_OF_RANGE",
      detail: "it holds offsets 2 to 3",
    });
    expect(texts(await readUpTo(partition, 3))).toEqual(["2:c=3"]);
  });

  test("a listener that does not read hears of new ends all the same", async () => {
    const { client, log } = await start();
    log.begin();
    const producer = await client.openProducer();
    const partition = log.partition("logs", 1);
    const ends: number[] = [];
    partition.onAppend(() => ends.push(partition.endOffset));
    for (const value of ["1", "2"]) {
      await producer.send([outgoing("logs", 1, [["a", value]])]);
      await expect.poll(() => ends.at(-1), { timeout: 4000 }).toBe(Number(value));
    }
  });

  test("the cache stays within its limit, and what it lost is fetched again", async () => {
    const { client, log } = await start({ cacheBytes: 20_000, fetchBytes: 2000 });
    const producer = await client.openProducer();
    const value = "x".repeat(1000);
    for (let i = 0; i < 60; i++) await producer.send([outgoing("logs", 0, [[String(i), value]])]);
    await log.refreshOffsets();
    const partition = log.partition("logs", 0);
    for (let round = 0; round < 2; round++) {
      expect((await readUpTo(partition, 60, 0)).map(({ key }) => String(key))).toEqual(
        Array.from({ length: 60 }, (_, i) => String(i)),
      );
      expect(log.cachedBytes).toBeLessThan(90_000);
    }
  });
});

const large: readonly TextRecord[] = [["k", "x".repeat(1000)]];

describe("appending", () => {
  test("in order of the calls, whichever way they came", async () => {
    const { cluster: up, log } = await start();
    const partition = log.partition("logs", 0);
    partition.appendBuilder(batchOf([["a", "1"]]));
    const block = partition.append(batchOf([["b", "2"], ["c", "3"]]).finish(0)); // prettier-ignore
    expect([...block.offsets]).toEqual([1, 2]);
    partition.appendWire(Buffer.concat([wireOf([["d", "4"]]), wireOf([["e", "5"]])]));
    partition.appendTransient(batchOf([["f", "6"]]));
    expect(partition.flushed()).toBeInstanceOf(Promise);
    await log.settled();
    expect(partition.flushed()).toBeUndefined();
    expect(texts(recordsOf(up.log.partition("logs", 0).read(0, { maxBytes: 10_000 })))).toEqual([
      "0:a=1", "1:b=2", "2:c=3", "3:d=4", "4:e=5", "5:f=6",
    ]); // prettier-ignore
    expect(texts(await readUpTo(partition, 6, 0))).toHaveLength(6);
  });

  test("more than may be unacknowledged fails as a full disk does, and passes", async () => {
    const { cluster: up, log } = await start({ unacknowledgedBytesMax: 1500 });
    const held = Promise.withResolvers<void>();
    up.hold = ({ apiKey }) => (apiKey === produceApi.key ? held.promise : undefined);
    const partition = log.partition("logs", 0);
    partition.appendBuilder(batchOf(large));
    const builder = batchOf(large);
    expect(() => partition.appendBuilder(builder)).toThrow(
      expect.objectContaining({ code: "LOG_DISK_FULL" }),
    );
    expect(builder.count).toBe(1);
    held.resolve();
    await log.settled();
    partition.appendBuilder(builder);
    await log.settled();
    expect(up.log.partition("logs", 0).endOffset).toBe(2);
  });

  test("what the topic does not take is refused at once", async () => {
    const { log } = await start();
    log.alterConfig("logs", { "max.message.bytes": "200", "cleanup.policy": "compact" });
    const partition = log.partition("logs", 0);
    expect(() => partition.appendBuilder(batchOf([["k", "x".repeat(500)]]))).toThrow(/too large/);
    expect(() => partition.appendBuilder(batchOf([[null, "x"]]))).toThrow(/needs a key/);
    expect(() => partition.appendWire(Buffer.alloc(70))).toThrow(
      expect.objectContaining({ code: "LOG_INVALID_BATCH" }),
    );
    await log.settled();
  });
});

type Step =
  | { readonly kind: "plain"; readonly records: TextRecord[] }
  | { readonly kind: "transaction"; readonly commits: boolean; readonly records: TextRecord[] };

const records = array(tuple(string({ maxLength: 4 }), string({ maxLength: 200 })), {
  minLength: 1,
  maxLength: 6,
});
const step: Arbitrary<Step> = oneof(
  records.map((each): Step => ({ kind: "plain", records: each.map(([k, v]) => [k, v]) })),
  tuple(boolean(), records).map(([commits, each]): Step => ({
    kind: "transaction",
    commits,
    records: each.map(([k, v]) => [k, v]),
  })),
);

test("what is read is what was produced, without aborted transactions", async () => {
  const { client } = await start();
  let number = 0;
  await assert(
    asyncProperty(
      array(step, { minLength: 1, maxLength: 12 }),
      integer({ min: 1, max: 800 }),
      async (steps, fetchBytes) => {
        const name = `property-${++number}`;
        await client.createTopic({ name, partitions: 1, replicas: -1, config: {} });
        const plain = await client.openProducer();
        const transactions = await client.openTransactions(name);
        const expected: string[] = [];
        for (const each of steps) {
          const batches = [outgoing(name, 0, each.records)];
          const group =
            each.kind === "plain" || each.commits
              ? []
              : [
                  {
                    groupId: name,
                    memberId: "nobody",
                    generation: 5,
                    offsets: [{ topic: name, partition: 0, offset: 0, metadata: "" }],
                  },
                ];
          if (each.kind === "plain") await plain.send(batches);
          else await transactions.commit({ batches, offsets: group }).catch(() => undefined);
          if (each.kind === "plain" || each.commits)
            expected.push(...each.records.map(([k, v]) => `${k}=${v}`));
        }
        const log = await openLog(client, { fetchBytes });
        const partition = log.partition(name, 0);
        const read = await readUpTo(partition, partition.endOffset, 0);
        expect(read.map(({ key, value }) => `${String(key)}=${String(value)}`)).toEqual(expected);
        log.close();
        await Promise.all([plain.close(), transactions.close()]);
      },
    ),
    { numRuns: 25 },
  );
});
