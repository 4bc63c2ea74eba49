/** The client of `src/distributed/kafka` and the cluster's log against real brokers of Kafka 3 and 4. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openClusterTopicLog } from "../../../src/distributed/cluster-log/cluster-topic-log.ts";
import type { ClusterClient, GroupOptions } from "../../../src/distributed/kafka/cluster-client.ts";
import { clusterSettings } from "../../../src/distributed/kafka/cluster-settings.ts";
import { fetchTexts, outgoing } from "../../../src/distributed/kafka/fake-cluster.ts";
import { openClusterClient } from "../../../src/distributed/kafka/kafka-cluster-client.ts";
import { batchOf } from "../../../src/log/log-fixtures.ts";
import { KraftBroker, isThere } from "./kraft-broker.ts";

const VERSIONS = ["4.3.1", "3.9.1"];
const START_TIMEOUT_MS = 400_000;

const module = "org.apache.kafka.common.security";

function login(secret: string): string {
  return `required username="alice" password="${secret}";`;
}

function tokenPart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

let broker: KraftBroker;
const clients: ClusterClient[] = [];
let topics = 0;

async function open(properties = "", bootstrap = broker.bootstrap): Promise<ClusterClient> {
  const file = join(broker.folder, "client.properties");
  const client = await openClusterClient({ settings: clusterSettings(bootstrap, properties, file) });
  clients.push(client);
  return client;
}

async function openWithTopic(properties = "", partitions = 3) {
  const client = await open(properties);
  const name = `logs-${++topics}`;
  await client.createTopic({ name, partitions, replicas: -1, config: {} });
  return { client, name };
}

async function readAll(client: ClusterClient, topic: string, partition = 0): Promise<string[]> {
  const end = (await client.listOffsets([{ topic, partition }], "end")).get(`${topic}/${partition}`)!;
  return fetchTexts(client, topic, partition, 0, end, 2000);
}

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

describe.skipIf(!isThere && process.env["CI"] !== "true").each(VERSIONS)(
  "Kafka %s (needs Java and Maven)",
  (version) => {
    beforeAll(async () => {
      broker = await KraftBroker.start(version);
    }, START_TIMEOUT_MS);
    afterAll(() => broker.close());

    test("topics: made, listed, grown, configured, deleted", async () => {
      const client = await open();
      const name = "administered";
      await client.createTopic({ name, partitions: 2, replicas: 1, config: { "retention.ms": "100000" } });
      await expect(
        client.createTopic({ name, partitions: 2, replicas: 1, config: {} }),
      ).rejects.toMatchObject({
        code: "CLUSTER_TOPIC_EXISTS",
      });
      await client.addPartitions(name, 3);
      await client.alterTopicConfig(name, { "retention.ms": null, "cleanup.policy": "compact" });
      const found = (await client.topics()).find((topic) => topic.name === name);
      expect(found).toMatchObject({ partitions: 3, replicas: 1, overrides: { "cleanup.policy": "compact" } });
      await expect(client.addPartitions(name, 1)).rejects.toMatchObject({ code: "CLUSTER_REFUSED" });
      await client.deleteTopics([name]);
      expect((await client.topics()).some((topic) => topic.name === name)).toBe(false);
    });

    test.each(["none", "gzip", "zstd"])("batches with compression %s", async (codec) => {
      const { client, name } = await openWithTopic(`compression.type=${codec}`);
      const producer = await client.openProducer();
      const records = Array.from({ length: 200 }, (_, i) => [`k${i}`, `a value with text ${i % 7}`] as const);
      const sends = Array.from({ length: 20 }, (_, i) =>
        producer.send([outgoing(name, 0, records.slice(i * 10, i * 10 + 10))]),
      );
      expect((await Promise.all(sends)).flat()).toEqual(Array.from({ length: 20 }, (_, i) => i * 10));
      expect(await readAll(client, name)).toEqual(records.map(([key, value]) => `${key}=${value}`));
    });

    test("offsets by position and time, and records deleted", async () => {
      const { client, name } = await openWithTopic();
      const producer = await client.openProducer();
      await producer.send([outgoing(name, 1, [["a", "1", 1000], ["b", "2", 2000], ["c", "3", 3000]])]); // prettier-ignore
      const partition = { topic: name, partition: 1 };
      await client.deleteRecords(partition, 1);
      const list = async (at: "start" | "end" | { timestampMs: number }) =>
        (await client.listOffsets([partition], at)).get(`${name}/1`);
      expect([
        await list("start"),
        await list("end"),
        await list({ timestampMs: 2500 }),
        await list({ timestampMs: 9000 }),
      ]).toEqual([1, 3, 2, 3]);
      const answered = Promise.withResolvers<unknown>();
      const fetcher = client.openFetcher({
        pollMs: 100,
        onRecords: answered.resolve,
        onFailure: answered.resolve,
      });
      fetcher.want(partition, 0, 1000);
      expect(await answered.promise).toMatchObject({
        startOffset: 1,
        error: { code: "CLUSTER_OFFSET_OUT_OF_RANGE" },
      });
    });

    test("transactions: committed, aborted, fenced", async () => {
      const { client, name } = await openWithTopic();
      const group = `group-${name}`;
      const offsets = (offset: number, memberId = "") => [
        {
          groupId: group,
          memberId,
          generation: memberId === "" ? -1 : 7,
          offsets: [{ topic: name, partition: 2, offset, metadata: `at ${offset}` }],
        },
      ];
      const producer = await client.openTransactions(`tx-${name}`);
      for (let i = 0; i < 5; i++) {
        const batches = [0, 1, 0].map((partition, j) => outgoing(name, partition, [["k", `${i}${j}`]]));
        await producer.commit({ batches, offsets: offsets(i) });
        await expect(
          producer.commit({
            batches: [outgoing(name, 0, [["k", "aborted"]])],
            offsets: offsets(99, "nobody"),
          }),
        ).rejects.toMatchObject({ code: "CLUSTER_TRANSACTION_ABORTED" });
      }
      expect(await readAll(client, name)).toEqual(
        ["00", "02", "10", "12", "20", "22", "30", "32", "40", "42"].map((v) => `k=${v}`),
      );
      const committed = await client.committedOffsets(group, [{ topic: name, partition: 2 }]);
      expect(committed.get(`${name}/2`)).toEqual({ offset: 4, metadata: "at 4" });
      const other = await client.openTransactions(`tx-${name}`);
      await expect(
        producer.commit({ batches: [outgoing(name, 0, [["k", "x"]])], offsets: [] }),
      ).rejects.toMatchObject({
        code: "CLUSTER_PRODUCER_FENCED",
      });
      await other.commit({ batches: [outgoing(name, 0, [["k", "y"]])], offsets: [] });
      expect((await readAll(client, name)).at(-1)).toBe("k=y");
      await client.deleteGroup(group);
    });

    test("a group is balanced, commits in transactions, and Kafka's tools see it", async () => {
      const { client, name } = await openWithTopic("", 4);
      const group = `members-${name}`;
      const partitions = [0, 1, 2, 3].map((partition) => ({ topic: name, partition }));
      const member = (into: { partitions: string; memberId: string; generation: number }): GroupOptions => ({
        groupId: group,
        protocol: "spoor",
        topics: [name],
        userData: () => Buffer.from("x"),
        sessionTimeoutMs: 3000,
        rebalanceTimeoutMs: 10_000,
        assign: (members) =>
          new Map(
            members.map(({ memberId }, i) => [
              memberId,
              {
                partitions: partitions.filter(({ partition }) => partition % members.length === i),
                userData: Buffer.alloc(0),
              },
            ]),
          ),
        onAssigned: (assignment, memberId, generation) => {
          Object.assign(into, {
            partitions: assignment.partitions.map((each) => each.partition).join(),
            memberId,
            generation,
          });
        },
        onRevoked: async () => {
          into.partitions = "";
        },
        onLost: () => undefined,
      });
      const [a, b] = [0, 1].map(() => ({ partitions: "", memberId: "", generation: -1 }));
      const first = client.joinGroup(member(a!));
      await expect.poll(() => a!.partitions, { timeout: 20_000 }).toBe("0,1,2,3");
      const second = (await open()).joinGroup(member(b!));
      await expect
        .poll(() => [a!.partitions, b!.partitions].toSorted(), { timeout: 20_000 })
        .toEqual(["0,2", "1,3"]);
      const producer = await client.openTransactions(`tx-${group}`);
      const { memberId, generation } = a!;
      const offsets = [{ topic: name, partition: 0, offset: 5, metadata: "" }];
      await producer.commit({ batches: [], offsets: [{ groupId: group, memberId, generation, offsets }] });
      const stale = [{ groupId: group, memberId, generation: generation - 1, offsets }];
      await expect(producer.commit({ batches: [], offsets: stale })).rejects.toMatchObject({
        code: "CLUSTER_TRANSACTION_ABORTED",
        detail: expect.stringContaining("ILLEGAL_GENERATION"),
      });
      const args = [
        "--bootstrap-server",
        broker.bootstrap,
        "--describe",
        "--group",
        group,
        "--members",
        "--verbose",
      ];
      const tool = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
      expect(await broker.java(tool, ...args)).toMatch(/[:(]0,2/);
      await expect(client.deleteGroup(group)).rejects.toMatchObject({ code: "CLUSTER_GROUP_NOT_EMPTY" });
      await first.leave();
      await expect.poll(() => b!.partitions, { timeout: 20_000 }).toBe("0,1,2,3");
      await second.leave();
      await client.deleteGroup(group);
    });

    test("a broker that is killed and comes back: nothing twice, nothing lost", async () => {
      const { client, name } = await openWithTopic("request.timeout.ms=60000");
      const producer = await client.openProducer();
      const transactions = await client.openTransactions(`tx-${name}`);
      const sends: Promise<unknown>[] = [];
      const commits: Promise<string>[] = [];
      const expected: string[] = [];
      for (let i = 0; i < 200; i++) {
        sends.push(producer.send([outgoing(name, 0, [["k", String(i)]])]));
        const commit = transactions.commit({ batches: [outgoing(name, 1, [["k", String(i)]])], offsets: [] });
        commits.push(
          commit.then(
            () => "committed",
            (error: { code: string }) => error.code,
          ),
        );
        if (i === 100) {
          await commits[50];
          await broker.kill();
          void broker.run();
        }
      }
      await Promise.all(sends);
      for (const [i, outcome] of (await Promise.all(commits)).entries()) {
        expect(["committed", "CLUSTER_TRANSACTION_ABORTED"]).toContain(outcome);
        if (outcome === "committed") expected.push(`k=${i}`);
      }
      expect(await readAll(client, name, 0)).toEqual(Array.from({ length: 200 }, (_, i) => `k=${i}`));
      expect(await readAll(client, name, 1)).toEqual(expected);
    });

    test("the cluster as a topic log", async () => {
      const client = await open();
      const log = await openClusterTopicLog(client);
      log.createTopic("windowed", { partitions: 2, config: { "retention.ms": "1000000" } });
      const partition = log.partition("windowed", 1);
      partition.appendBuilder(batchOf([["a", "1"], ["b", "2"]])); // prettier-ignore
      await log.settled();
      const seen = Promise.withResolvers<void>();
      const end = partition.onAppend(() => (partition.endOffset >= 2 ? seen.resolve() : undefined));
      await seen.promise;
      end();
      await expect.poll(() => partition.read(0, { maxBytes: 1000 }).map(({ count }) => count)).toEqual([2]);
      log.deleteTopic("windowed");
      await log.settled();
      log.close();
    });

    test.each([
      ["PLAIN", `${module}.plain.PlainLoginModule`],
      ["SCRAM-SHA-256", `${module}.scram.ScramLoginModule`],
      ["SCRAM-SHA-512", `${module}.scram.ScramLoginModule`],
    ])("SASL %s", async (mechanism, loginModule) => {
      const address = `127.0.0.1:${broker.ports.sasl}`;
      const properties = (secret: string) =>
        `security.protocol=SASL_PLAINTEXT\nsasl.mechanism=${mechanism}\nsasl.jaas.config=${loginModule} ${login(secret)}\n`;
      const client = await open(properties("alice-secret"), address);
      expect((await client.topics()).length).toBeGreaterThan(0);
      await expect(open(properties("wrong"), address)).rejects.toMatchObject({
        code: "CLUSTER_AUTHENTICATION_FAILED",
      });
    });

    test("SASL OAUTHBEARER, and what the user may not do", async () => {
      const now = Math.floor(Date.now() / 1000);
      const token = `${tokenPart({ alg: "none" })}.${tokenPart({ sub: "carol", iat: now, exp: now + 600 })}.`;
      const file = join(broker.folder, "token");
      writeFileSync(file, token);
      const properties = `security.protocol=SASL_PLAINTEXT\nsasl.mechanism=OAUTHBEARER\nsasl.oauthbearer.token.endpoint.url=file://${file}\n`;
      const client = await open(properties, `127.0.0.1:${broker.ports.sasl}`);
      const forbidden = client.createTopic({ name: "forbidden", partitions: 1, replicas: 1, config: {} });
      await expect(forbidden).rejects.toMatchObject({
        code: "CLUSTER_NOT_AUTHORIZED",
        message: "not authorized for topic 'forbidden'",
      });
      await expect(client.committedOffsets("g", [])).rejects.toMatchObject({
        code: "CLUSTER_NOT_AUTHORIZED",
        message: "not authorized for group 'g'",
      });
    });

    test("TLS with a certificate that is trusted, and with one that is not", async () => {
      const address = `127.0.0.1:${broker.ports.tls}`;
      const trusted = "security.protocol=SSL\nssl.truststore.type=PEM\nssl.truststore.location=ca.pem\n";
      const client = await open(trusted, address);
      expect((await client.topics()).length).toBeGreaterThan(0);
      await expect(open("security.protocol=SSL", address)).rejects.toMatchObject({
        code: "CLUSTER_TLS_FAILED",
      });
      // A broker that expects TLS closes a connection without a word.
      await expect(open("request.timeout.ms=1000", address)).rejects.toMatchObject({
        code: "CLUSTER_UNREACHABLE",
        hint: expect.stringContaining("security.protocol"),
      });
    });
  },
);
