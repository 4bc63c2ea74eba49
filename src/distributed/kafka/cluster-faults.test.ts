/** Connections that break at chosen moments: what was sent is there once, in order; what was not committed is not. */
import { afterEach, describe, expect, test } from "vitest";
import { SeededRandom } from "../../base/random.ts";
import { endTxnApi } from "../../broker/protocol/messages/end-txn.ts";
import { fetchApi } from "../../broker/protocol/messages/fetch.ts";
import { addPartitionsToTxnApi } from "../../broker/protocol/messages/add-partitions-to-txn.ts";
import { createTopicsApi } from "../../broker/protocol/messages/create-topics.ts";
import { produceApi } from "../../broker/protocol/messages/produce.ts";
import { txnOffsetCommitApi } from "../../broker/protocol/messages/txn-offset-commit.ts";
import type { ClusterClient } from "./cluster-client.ts";
import { FakeCluster, fetchTexts, outgoing } from "./fake-cluster.ts";
import type { Fault, Frame } from "./fake-cluster.ts";

let cluster: FakeCluster | undefined;

afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

async function start() {
  cluster = await FakeCluster.start();
  const client = await cluster.client();
  await client.createTopic({ name: "logs", partitions: 3, replicas: -1, config: {} });
  return { cluster, client };
}

/** Does `verdict` to the first `times` frames of the kind. */
function once(apiKey: number, direction: Frame["direction"], verdict: ReturnType<Fault>, times = 1): Fault {
  let left = times;
  return (frame) =>
    frame.apiKey === apiKey && frame.direction === direction && left-- > 0 ? verdict : "pass";
}

async function readAll(client: ClusterClient, partition: number): Promise<string[]> {
  const end = (await client.listOffsets([{ topic: "logs", partition }], "end")).get(`logs/${partition}`)!;
  return fetchTexts(client, "logs", partition, 0, end, 300);
}

describe("a producer", () => {
  test.each([1, 2, 3, 4])(
    "with lost requests and answers writes each batch once, in order (seed %i)",
    async (seed) => {
      const { cluster: up, client } = await start();
      const producer = await client.openProducer();
      const random = new SeededRandom(seed);
      let faults = 0;
      up.fault = ({ apiKey }) => {
        if (apiKey !== produceApi.key || random.next() > 0.2) return "pass";
        faults++;
        return random.next() < 0.5 ? "cut" : "cut-after";
      };
      const sends: Promise<unknown>[] = [];
      const expected: string[][] = [[], [], []];
      for (let i = 0; i < 120; i++) {
        const partition = random.int(0, 2);
        expected[partition]!.push(`k=${i}`);
        sends.push(producer.send([outgoing("logs", partition, [["k", String(i)]])]));
        if (random.next() < 0.3) await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(sends);
      up.fault = () => "pass";
      expect(faults).toBeGreaterThan(3);
      for (const partition of [0, 1, 2])
        expect(await readAll(client, partition)).toEqual(expected[partition]);
    },
  );

  test("a refused batch does not hold up those behind it", async () => {
    const { client } = await start();
    await client.alterTopicConfig("logs", { "max.message.bytes": "200" });
    const producer = await client.openProducer();
    const values = ["1", "2", "x".repeat(400), "4", "5", "x".repeat(400), "7"];
    const sends = values.map((value) => producer.send([outgoing("logs", 0, [["k", value]])]));
    const results = await Promise.allSettled(sends);
    expect(results.map(({ status }) => status === "fulfilled")).toEqual([
      true,
      true,
      false,
      true,
      true,
      false,
      true,
    ]);
    expect(results[2]).toMatchObject({ reason: { code: "CLUSTER_BATCH_TOO_LARGE" } });
    expect(await readAll(client, 0)).toEqual(["k=1", "k=2", "k=4", "k=5", "k=7"]);
  });
});

describe("a transaction", () => {
  const points = [
    ["add", addPartitionsToTxnApi.key],
    ["produce", produceApi.key],
    ["offsets", txnOffsetCommitApi.key],
    ["end", endTxnApi.key],
  ] as const;
  const kinds = points.flatMap(([name, key]) =>
    (["request", "answer"] as const).map((direction) => ({ name, key, direction })),
  );

  test.each(kinds)("whose $name $direction is lost is committed once", async ({ key, direction }) => {
    const { cluster: up, client } = await start();
    const producer = await client.openTransactions("tx");
    for (let i = 0; i < 4; i++) {
      up.fault = once(key, direction, "cut", i % 2 === 0 ? 2 : 0);
      const offsets = [{ topic: "logs", partition: 2, offset: i, metadata: "" }];
      const batches = [0, 1, 0].map((partition, j) => outgoing("logs", partition, [["k", `${i}${j}`]]));
      await producer.commit({ batches, offsets: [{ groupId: "g", memberId: "", generation: -1, offsets }] });
      const committed = await client.committedOffsets("g", [{ topic: "logs", partition: 2 }]);
      expect(committed.get("logs/2")).toMatchObject({ offset: i });
    }
    expect(await readAll(client, 0)).toEqual([
      "k=00",
      "k=02",
      "k=10",
      "k=12",
      "k=20",
      "k=22",
      "k=30",
      "k=32",
    ]);
    expect(await readAll(client, 1)).toEqual(["k=01", "k=11", "k=21", "k=31"]);
  });

  test("with random faults: what commit said is what can be read", async () => {
    const { cluster: up, client } = await start();
    const random = new SeededRandom(9);
    const producer = await client.openTransactions("tx");
    const expected: string[] = [];
    let group = { memberId: "", generation: -1 };
    for (let i = 0; i < 40; i++) {
      up.fault = ({ apiKey }) => (apiKey !== fetchApi.key && random.next() < 0.06 ? "cut" : "pass");
      group = random.next() < 0.2 ? { memberId: "stale", generation: 3 } : { memberId: "", generation: -1 };
      const offsets = [{ topic: "logs", partition: 2, offset: i, metadata: "" }];
      const batches = [outgoing("logs", 0, [["k", String(i)]])];
      const outcome = await producer.commit({ batches, offsets: [{ groupId: "g", ...group, offsets }] }).then(
        () => "committed",
        (error: { code: string }) => error.code,
      );
      expect(outcome).toBe(group.memberId === "" ? "committed" : "CLUSTER_TRANSACTION_ABORTED");
      if (outcome === "committed") expected.push(`k=${i}`);
    }
    up.fault = () => "pass";
    expect(await readAll(client, 0)).toEqual(expected);
  });
});

test("a fetcher reads on over lost connections, each record once", async () => {
  const { cluster: up, client } = await start();
  const producer = await client.openProducer();
  const values = Array.from({ length: 100 }, (_, i) => String(i));
  for (const value of values) await producer.send([outgoing("logs", 0, [["k", value]])]);
  const random = new SeededRandom(3);
  up.fault = ({ apiKey }) => (apiKey === fetchApi.key && random.next() < 0.2 ? "cut" : "pass");
  expect(await readAll(client, 0)).toEqual(values.map((value) => `k=${value}`));
});

test("a topic whose creation was not confirmed is made once, and is no error", async () => {
  const { cluster: up, client } = await start();
  up.fault = once(createTopicsApi.key, "answer", "cut");
  await client.createTopic({ name: "more", partitions: 2, replicas: -1, config: {} });
  up.fault = once(createTopicsApi.key, "answer", "cut");
  const other = client.createTopic({ name: "more", partitions: 5, replicas: -1, config: {} });
  await expect(other).rejects.toMatchObject({ code: "CLUSTER_TOPIC_EXISTS" });
});
