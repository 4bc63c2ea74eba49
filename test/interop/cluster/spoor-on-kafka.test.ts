/**
 * Spoor on Apache Kafka: the recipe gives what it gives embedded; two processes share a service's tasks, and one that is
 * killed while events come is replaced by the other, from the changelogs, without a loss or a double.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Application } from "../../../src/app/application.ts";
import { openClusterClient } from "../../../src/distributed/kafka/kafka-cluster-client.ts";
import type { ClusterClient } from "../../../src/distributed/kafka/cluster-client.ts";
import { clusterSettings } from "../../../src/distributed/kafka/cluster-settings.ts";
import { LabWriter } from "../../../src/events/lab/lab-writer.ts";
import { recordsOf } from "../../../src/log/record-headers.ts";
import { execute, ingest, openServer, readTopic } from "../../cluster/cluster-run.ts";
import { A_LINES, B_LINES, OF_A, OF_BOTH, STATEMENTS } from "../../cluster/every-kind-of-query.ts";
import { KraftBroker, isThere } from "./kraft-broker.ts";
import { SpoorProcess } from "./spoor-process.ts";

const START_TIMEOUT_MS = 400_000;
const RECIPE = new URL("../../../examples/sysmon-join.sql", import.meta.url);

let broker: KraftBroker;
let client: ClusterClient;
const processes: SpoorProcess[] = [];

async function serve(name: string, ...args: readonly string[]): Promise<SpoorProcess> {
  const data = ["--data", join(broker.folder, name)];
  const started = await SpoorProcess.start([...data, ...args], broker.folder);
  processes.push(started);
  return started;
}

interface Read {
  readonly partition: number;
  readonly key: string | undefined;
  readonly value: string | undefined;
}

/** What a read_committed consumer finds now. */
async function committed(topic: string): Promise<readonly Read[]> {
  const info = (await client.topics()).find(({ name }) => name === topic);
  const partitions = Array.from({ length: info?.partitions ?? 0 }, (_, partition) => ({ topic, partition }));
  const ends =
    partitions.length === 0 ? new Map<string, number>() : await client.listOffsets(partitions, "end");
  const found: Read[] = [];
  for (const at of partitions)
    found.push(...(await readPartition(at, ends.get(`${topic}/${at.partition}`) ?? 0)));
  return found;
}

function readPartition(
  at: { readonly topic: string; readonly partition: number },
  end: number,
): Promise<Read[]> {
  const found: Read[] = [];
  if (end === 0) return Promise.resolve(found);
  return new Promise((resolve, reject) => {
    const fetcher = client.openFetcher({
      pollMs: 100,
      onRecords: ({ blocks, nextOffset }) => {
        for (const { key, value } of recordsOf(blocks)) {
          found.push({ partition: at.partition, key: key?.toString(), value: value?.toString() });
        }
        if (nextOffset < end) fetcher.want(at, nextOffset, 1 << 20);
        else void fetcher.close().then(() => resolve(found));
      },
      onFailure: ({ error }) => reject(error),
    });
    fetcher.want(at, 0, 1 << 20);
  });
}

async function evenNumbers(): Promise<readonly number[]> {
  const numbers = (await committed("even")).map(({ value }) => (JSON.parse(value!) as { V: number }).V);
  return numbers.toSorted((a, b) => a - b);
}

async function lastTotals(): Promise<Record<string, unknown>> {
  return Object.fromEntries((await committed("totals")).map(({ key, value }) => [key, JSON.parse(value!)]));
}

function labEvents(events: number): readonly string[] {
  const writer = new LabWriter({ seed: 5, events, startMs: Date.UTC(2026, 0, 5, 8), mix: "demo" });
  const block = Buffer.alloc(16 * 1024 * 1024);
  return block.toString("utf8", 0, writer.fillLines(block)).trimEnd().split("\n");
}

describe.skipIf(!isThere && process.env["CI"] !== "true").each(["4.3.1", "3.9.1"])(
  "on Kafka %s (needs Java and Maven)",
  { timeout: 240_000 },
  (version) => {
    let embedded: Application | undefined;

    beforeAll(async () => {
      broker = await KraftBroker.start(version);
      client = await openClusterClient({ settings: clusterSettings(broker.bootstrap) });
    }, START_TIMEOUT_MS);

    afterEach(async () => {
      await Promise.all(processes.splice(0).map((each) => each.stop()));
      await embedded?.close();
      embedded = undefined;
    });

    afterAll(async () => {
      await client.close();
      await broker.close();
    });

    test("the recipe, over SASL, gives the embedded rows", async () => {
      const events = labEvents(3000);
      const recipe = readFileSync(RECIPE, "utf8");
      const config = join(broker.folder, "spoor.properties");
      writeFileSync(
        config,
        `security.protocol=SASL_PLAINTEXT
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="alice" password="alice-secret";
`,
      );
      const sasl = `127.0.0.1:${broker.ports.sasl}`;
      const there = await serve(
        "recipe",
        "--kafka",
        sasl,
        "--kafka-config",
        config,
        "-p",
        "ksql.service.id=r_",
      );
      await there.createTopic("winlogbeat", 1);
      await there.ingest("winlogbeat", events);
      await there.execute(recipe);
      embedded = await openServer([], { seed: 1 });
      await embedded.service.createTopic({
        name: "winlogbeat",
        partitions: 1,
        replicas: 1,
        config: {},
        ifNotExists: false,
      });
      await ingest(embedded, "winlogbeat", events);
      await execute(embedded, recipe);
      await embedded.engine.drain();
      for (const topic of ["SYSMON_PROCESS_CREATE", "SYSMON_NETWORK_CONNECT", "SYSMON_JOIN"]) {
        const expected = readTopic(embedded.context.log, topic).map(({ key, value }) => [key, value]);
        expect(expected.length).toBeGreaterThan(5);
        const found = async () => (await committed(topic)).map(({ key, value }) => [key, value]);
        await expect.poll(found, { timeout: 60_000, interval: 500 }).toEqual(expected);
      }
    });

    test("aggregates, windows, tables and joins of every kind give the embedded records", async () => {
      const there = await serve("every", "--kafka", broker.bootstrap, "-p", "ksql.service.id=e_");
      embedded = await openServer([], { seed: 2 });
      for (const name of ["a", "b"]) {
        await there.createTopic(name, 1);
        await embedded.service.createTopic({
          name,
          partitions: 1,
          replicas: 1,
          config: {},
          ifNotExists: false,
        });
      }
      await there.execute(STATEMENTS);
      await execute(embedded, STATEMENTS);
      const steps = [
        { topic: "a", lines: A_LINES, results: OF_A },
        { topic: "b", lines: B_LINES, results: OF_BOTH },
      ];
      for (const { topic, lines, results } of steps) {
        await there.ingest(topic, lines, "?format=key:value");
        await ingest(embedded, topic, lines, "key:value");
        await embedded.engine.drain();
        for (const result of results) {
          const expected = readTopic(embedded.context.log, result).map(({ value }) => value);
          expect(expected.length).toBeGreaterThan(5);
          const found = async () => (await committed(result)).map(({ value }) => value);
          await expect.poll(found, { timeout: 60_000, interval: 300 }).toEqual(expected);
        }
      }
    });

    test("two processes share the work; one is killed twice under load", async () => {
      const args = ["--kafka", broker.bootstrap, "-p", "ksql.service.id=k_"];
      const first = await serve("first", ...args);
      let second = await serve("second", ...args);
      await first.createTopic("numbers", 4);
      await first.execute(`
        CREATE STREAM NUMBERS (K STRING KEY, G STRING, V INT) WITH (KAFKA_TOPIC='numbers', FORMAT='JSON');
        CREATE STREAM EVEN WITH (KAFKA_TOPIC='even') AS SELECT K, V FROM NUMBERS WHERE V % 2 = 0;
        CREATE TABLE TOTALS WITH (KAFKA_TOPIC='totals') AS SELECT G, COUNT(*) AS N, SUM(V) AS S FROM NUMBERS GROUP BY G EMIT CHANGES;`);
      const count = 12_000;
      for (let from = 0; from < count; from += 1000) {
        const lines = Array.from({ length: 1000 }, (_, i) => {
          const v = from + i;
          return `"k${v % 501}":${JSON.stringify({ G: `g${v % 13}`, V: v })}`;
        });
        await first.ingest("numbers", lines, "?format=key:value");
        if (from === 3000 || from === 7000) {
          await second.kill();
          second = await serve("second", ...args);
        }
      }
      const even = Array.from({ length: count / 2 }, (_, i) => i * 2);
      await expect.poll(evenNumbers, { timeout: 90_000, interval: 1000 }).toEqual(even);
      const totals: Record<string, unknown> = {};
      for (let g = 0; g < 13; g++) {
        const all = Array.from({ length: count }, (_, v) => v).filter((v) => v % 13 === g);
        totals[`"g${g}"`] = { N: all.length, S: all.reduce((sum, v) => sum + v, 0) };
      }
      await expect.poll(lastTotals, { timeout: 90_000, interval: 1000 }).toEqual(totals);
      // Each change of a group comes once, and none goes back.
      const counts = new Map<string, number>();
      for (const { key, value } of await committed("totals")) {
        const { N } = JSON.parse(value!) as { N: number };
        expect(N).toBeGreaterThan(counts.get(key!) ?? 0);
        counts.set(key!, N);
      }
      const topics = (await client.topics()).map(({ name }) => name);
      expect(topics.filter((name) => name.startsWith("_confluent-ksql-k_query_CTAS_TOTALS"))).toEqual([
        expect.stringMatching(/-Aggregate-Aggregate-Materialize-changelog$/),
        expect.stringMatching(/-Aggregate-GroupBy-repartition$/),
      ]);
    });
  },
);
