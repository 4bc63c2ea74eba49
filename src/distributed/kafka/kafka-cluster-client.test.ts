import { afterEach, describe, expect, test } from "vitest";
import { FakeCluster, fetchTexts, outgoing } from "./fake-cluster.ts";

let cluster: FakeCluster | undefined;

afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

const topic = { name: "logs", partitions: 2, replicas: -1, config: { "retention.ms": "100000" } };

async function start() {
  cluster = await FakeCluster.start();
  const client = await cluster.client();
  await client.createTopic(topic);
  return { cluster, client };
}

describe("topics", () => {
  test("are made, listed with what was set on them, grown, configured and deleted", async () => {
    const { client } = await start();
    expect(client.clusterId).toBe("fake-cluster");
    const found = (await client.topics()).find(({ name }) => name === "logs");
    expect(found).toMatchObject({
      partitions: 2,
      replicas: 1,
      internal: false,
      overrides: { "retention.ms": "100000" },
    });
    await client.addPartitions("logs", 3);
    await client.alterTopicConfig("logs", { "retention.ms": null, "cleanup.policy": "compact" });
    const changed = (await client.topics()).find(({ name }) => name === "logs");
    expect(changed).toMatchObject({
      id: found!.id,
      partitions: 3,
      overrides: { "cleanup.policy": "compact" },
    });
    await client.deleteTopics(["logs"]);
    expect((await client.topics()).some(({ name }) => name === "logs")).toBe(false);
  });

  test("what the cluster refuses is told in its words", async () => {
    const { client } = await start();
    await expect(client.createTopic(topic)).rejects.toMatchObject({ code: "CLUSTER_TOPIC_EXISTS" });
    const bad = { ...topic, name: "bad", config: { "no.such.setting": "1" } };
    await expect(client.createTopic(bad)).rejects.toMatchObject({
      code: "CLUSTER_REFUSED",
      detail: expect.stringContaining("INVALID_CONFIG"),
    });
    await expect(client.addPartitions("logs", 1)).rejects.toMatchObject({ code: "CLUSTER_REFUSED" });
  });
});

describe("writing and reading", () => {
  test("what a producer sends a fetcher brings", async () => {
    const { client } = await start();
    const producer = await client.openProducer();
    const first = producer.send([
      outgoing("logs", 0, [["a", "1"], ["b", "2"]]),
      outgoing("logs", 1, [["c", "3"]]),
      outgoing("logs", 0, [["d", "4"]]),
    ]); // prettier-ignore
    expect(await first).toEqual([0, 0, 2]);
    expect(await fetchTexts(client, "logs", 0, 0, 3)).toEqual(["a=1", "b=2", "d=4"]);
    expect(await fetchTexts(client, "logs", 0, 1, 3)).toEqual(["b=2", "d=4"]);
    expect(await fetchTexts(client, "logs", 1, 0, 1)).toEqual(["c=3"]);
  });

  test.each(["gzip", "zstd"])("batches compressed with %s are read as they were", async (codec) => {
    cluster = await FakeCluster.start();
    const client = await cluster.client(`compression.type=${codec}`);
    await client.createTopic(topic);
    const producer = await client.openProducer();
    const records = Array.from(
      { length: 100 },
      (_, i) => [`k${i}`, "the same text again and again"] as const,
    );
    await producer.send([outgoing("logs", 0, records)]);
    expect(cluster.log.partition("logs", 0).sizeBytes).toBeLessThan(2000);
    expect(await fetchTexts(client, "logs", 0, 0, 100)).toEqual(records.map(([k, v]) => `${k}=${v}`));
  });

  test("a want at the end is answered when there is more, or without records after a while", async () => {
    const { client } = await start();
    const producer = await client.openProducer();
    const answers: unknown[] = [];
    let arrived = Promise.withResolvers<void>();
    const fetcher = client.openFetcher({
      pollMs: 100,
      onRecords: ({ blocks, nextOffset, end }) => {
        answers.push([blocks.length, nextOffset, end]);
        arrived.resolve();
      },
      onFailure: ({ error }) => answers.push(error),
    });
    fetcher.want({ topic: "logs", partition: 0 }, 0, 1000);
    await arrived.promise;
    arrived = Promise.withResolvers();
    fetcher.want({ topic: "logs", partition: 0 }, 0, 1000);
    await producer.send([outgoing("logs", 0, [["a", "1"]])]);
    await arrived.promise;
    expect(answers).toEqual([[0, 0, 0], [1, 1, 1]]); // prettier-ignore
    await fetcher.close();
  });

  test("a position that retention passed fails with the present start", async () => {
    const { client } = await start();
    const producer = await client.openProducer();
    await producer.send([outgoing("logs", 0, [["a", "1"], ["b", "2"], ["c", "3"]])]); // prettier-ignore
    await client.deleteRecords({ topic: "logs", partition: 0 }, 2);
    const failure = await new Promise((resolve) => {
      const fetcher = client.openFetcher({ pollMs: 50, onRecords: resolve, onFailure: resolve });
      fetcher.want({ topic: "logs", partition: 0 }, 1, 1000);
    });
    expect(failure).toMatchObject({
      from: 1,
      startOffset: 2,
      error: { code: "CLUSTER_OFFSET_OUT_OF_RANGE" },
    });
  });

  test("a topic that is not there fails by name", async () => {
    const { cluster: up } = await start();
    const client = await up.client("request.timeout.ms=200");
    const producer = await client.openProducer();
    const [sent] = await Promise.allSettled([producer.send([outgoing("nowhere", 0, [["a", "1"]])])]);
    expect(sent).toMatchObject({
      reason: { code: "CLUSTER_UNKNOWN_TOPIC", message: expect.stringContaining("nowhere") },
    });
  });
});

describe("offsets", () => {
  test("start, end and the first of a time", async () => {
    const { client } = await start();
    const producer = await client.openProducer();
    await producer.send([outgoing("logs", 0, [["a", "1", 1000], ["b", "2", 2000], ["c", "3", 3000]])]); // prettier-ignore
    await client.deleteRecords({ topic: "logs", partition: 0 }, 1);
    const both = [0, 1].map((partition) => ({ topic: "logs", partition }));
    const list = async (at: "start" | "end" | { timestampMs: number }) =>
      Object.fromEntries(await client.listOffsets(both, at));
    expect(await list("start")).toEqual({ "logs/0": 1, "logs/1": 0 });
    expect(await list("end")).toEqual({ "logs/0": 3, "logs/1": 0 });
    expect(await list({ timestampMs: 2500 })).toEqual({ "logs/0": 2, "logs/1": 0 });
  });
});

/** What group `g` has read of a partition. */
const offsets = (offset: number) => [
  {
    groupId: "g",
    memberId: "",
    generation: -1,
    offsets: [{ topic: "logs", partition: 1, offset, metadata: `at ${offset}` }],
  },
];

const oneBatch = () => ({ batches: [outgoing("logs", 0, [["a", "1"]])], offsets: [] });

describe("transactions", () => {
  test("records and offsets become visible together", async () => {
    const { client } = await start();
    const producer = await client.openTransactions("tx");
    await producer.commit({
      batches: [
        outgoing("logs", 0, [["a", "1"]]),
        outgoing("logs", 1, [["b", "2"]]),
        outgoing("logs", 0, [["c", "3"]]),
      ],
      offsets: offsets(7),
    });
    await producer.commit({ batches: [outgoing("logs", 0, [["d", "4"]])], offsets: [] });
    expect(await fetchTexts(client, "logs", 0, 0, 5)).toEqual(["a=1", "c=3", "d=4"]);
    const committed = await client.committedOffsets("g", [{ topic: "logs", partition: 1 }, { topic: "logs", partition: 0 }]); // prettier-ignore
    expect(Object.fromEntries(committed)).toEqual({ "logs/1": { offset: 7, metadata: "at 7" } });
    await client.deleteGroup("g");
    expect((await client.committedOffsets("g", [{ topic: "logs", partition: 1 }])).size).toBe(0);
    await client.deleteGroup("g");
  });

  test("who has the id no more is fenced, and stays so", async () => {
    const { client } = await start();
    const first = await client.openTransactions("tx");
    const second = await client.openTransactions("tx");
    await expect(first.commit(oneBatch())).rejects.toMatchObject({ code: "CLUSTER_PRODUCER_FENCED" });
    await second.commit(oneBatch());
    await expect(first.commit(oneBatch())).rejects.toMatchObject({ code: "CLUSTER_PRODUCER_FENCED" });
  });

  test("a member that the group has no more cannot commit, and the producer goes on", async () => {
    const { client } = await start();
    const producer = await client.openTransactions("tx");
    const stale = [{ ...offsets(3)[0]!, memberId: "nobody", generation: 4 }];
    await expect(producer.commit({ ...oneBatch(), offsets: stale })).rejects.toMatchObject({
      code: "CLUSTER_TRANSACTION_ABORTED",
      detail: expect.stringMatching(/UNKNOWN_MEMBER_ID|ILLEGAL_GENERATION/),
    });
    await producer.commit({ ...oneBatch(), offsets: offsets(1) });
    const end = (await client.listOffsets([{ topic: "logs", partition: 0 }], "end")).get("logs/0")!;
    expect(await fetchTexts(client, "logs", 0, 0, end)).toEqual(["a=1"]);
  });

  test("what doing it again would not cure is told as it is", async () => {
    const { client } = await start();
    await client.alterTopicConfig("logs", { "max.message.bytes": "100" });
    const producer = await client.openTransactions("tx");
    const large = outgoing("logs", 0, [["a", "x".repeat(500)]]);
    await expect(producer.commit({ batches: [large], offsets: [] })).rejects.toMatchObject({
      code: "CLUSTER_BATCH_TOO_LARGE",
    });
    await producer.commit({ batches: [outgoing("logs", 0, [["b", "2"]])], offsets: [] });
    expect(await fetchTexts(client, "logs", 0, 0, 1)).toEqual(["b=2"]);
  });
});

test("nobody there: the addresses that were tried, and what to check", async () => {
  const { cluster: up } = await start();
  const { bootstrap } = up;
  await up.close();
  cluster = undefined;
  const { openClusterClient } = await import("./kafka-cluster-client.ts");
  const { clusterSettings } = await import("./cluster-settings.ts");
  const settings = clusterSettings(bootstrap, "request.timeout.ms=200\nretry.backoff.ms=5");
  await expect(openClusterClient({ settings })).rejects.toMatchObject({
    code: "CLUSTER_UNREACHABLE",
    message: expect.stringContaining(bootstrap),
    hint: expect.stringContaining("--kafka"),
  });
});
