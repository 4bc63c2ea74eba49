/** Several servers of one service: one catalog, shared tasks, takeover with restored state, nothing lost or doubled. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Application } from "../../src/app/application.ts";
import { execute, ingest, readTopic, rowsOf, TestCluster } from "./cluster-run.ts";

let cluster: TestCluster;
let first: Application;
let reports: string[];

beforeEach(async () => {
  reports = [];
  cluster = await TestCluster.open();
  first = await cluster.server(reports);
});

afterEach(async () => {
  await cluster.close();
  expect(reports).toEqual([]);
});

const STATEMENTS = `
  CREATE STREAM EVENTS (K STRING KEY, G STRING, V INT) WITH (KAFKA_TOPIC='events', PARTITIONS=4, FORMAT='JSON');
  CREATE STREAM COPIES WITH (KAFKA_TOPIC='copies') AS SELECT K, V FROM EVENTS WHERE V % 2 = 0;
  CREATE TABLE BY_G WITH (KAFKA_TOPIC='by_g') AS SELECT G, COUNT(*) AS N, SUM(V) AS S FROM EVENTS GROUP BY G EMIT CHANGES;`;

function events(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from }, (_, i) => {
    const v = from + i;
    return `"k${v % 97}":${JSON.stringify({ G: `g${v % 11}`, V: v })}`;
  });
}

const copied = () =>
  readTopic(cluster.log, "copies")
    .map(({ value }) => (JSON.parse(value!) as { V: number }).V)
    .toSorted((a, b) => a - b);

const totals = () =>
  Object.fromEntries(
    readTopic(cluster.log, "by_g").map(({ key, value }) => [JSON.parse(key!), JSON.parse(value!)]),
  );

function expectedTotals(events_: number): Record<string, { N: number; S: number }> {
  const expected: Record<string, { N: number; S: number }> = {};
  for (let v = 0; v < events_; v++) {
    const total = (expected[`g${v % 11}`] ??= { N: 0, S: 0 });
    total.N += 1;
    total.S += v;
  }
  return expected;
}

async function expectResults(events_: number): Promise<void> {
  const even = Array.from({ length: Math.ceil(events_ / 2) }, (_, i) => i * 2);
  await expect.poll(copied, { timeout: 30_000 }).toEqual(even);
  await expect.poll(totals, { timeout: 30_000 }).toEqual(expectedTotals(events_));
}

const catalog = ({ context }: Application) => ({
  sources: context.catalog.metastore
    .sources()
    .map(({ name }) => name)
    .toSorted(),
  queries: context.catalog
    .queries()
    .map(({ id }) => id)
    .toSorted(),
});

const readBy = ({ service }: Application) =>
  service.queries().reduce((sum, query) => sum + query.consumed.messages, 0);

describe("several servers", { timeout: 90_000 }, () => {
  test("share a query's tasks, take over from one that leaves, with its state", async () => {
    const second = await cluster.server(reports);
    await execute(first, STATEMENTS);
    await expect.poll(() => second.service.queries().length, { timeout: 10_000 }).toBe(2);
    await ingest(first, "events", events(0, 2000), "key:value");
    await expectResults(2000);
    expect(readBy(first)).toBeGreaterThan(0);
    expect(readBy(second)).toBeGreaterThan(0);

    const third = await cluster.server(reports);
    await ingest(third, "events", events(2000, 3000), "key:value");
    await second.close();
    await ingest(first, "events", events(3000, 4000), "key:value");
    await expectResults(4000);
    await first.close();
    await ingest(third, "events", events(4000, 4500), "key:value");
    await expectResults(4500);
  });

  test("may start together, before there is a command topic", async () => {
    const fresh = await TestCluster.open();
    const started = await Promise.all([fresh.server(reports), fresh.server(reports), fresh.server(reports)]);
    await execute(started[0]!, STATEMENTS);
    await expect.poll(() => catalog(started[2]!), { timeout: 10_000 }).toEqual(catalog(started[0]!));
    await fresh.close();
  });

  test("have one catalog, whoever is asked and however fast", async () => {
    const second = await cluster.server(reports);
    await execute(first, STATEMENTS);
    const many = Array.from({ length: 6 }, (_, i) => {
      const server = i % 2 === 0 ? first : second;
      return execute(server, `CREATE STREAM S${i} AS SELECT * FROM EVENTS WHERE V > ${i};`);
    });
    // The second may hear of EVENTS later than it is asked: a statement is planned on what the command topic holds.
    await Promise.all(many);
    await expect.poll(() => catalog(second), { timeout: 10_000 }).toEqual(catalog(first));
    expect(catalog(first).queries).toHaveLength(8);
    await execute(second, "TERMINATE ALL; DROP STREAM COPIES DELETE TOPIC;");
    await expect.poll(() => catalog(first).queries, { timeout: 10_000 }).toEqual([]);
    const restarted = await cluster.server(reports);
    expect(catalog(restarted)).toEqual(catalog(second));
    expect(cluster.log.topic("copies")).toBeUndefined();
  });

  test("answer push and pull queries, PRINT and INSERT over the cluster's topics", async () => {
    await execute(first, STATEMENTS);
    await execute(
      first,
      "INSERT INTO EVENTS (K, G, V) VALUES ('x', 'g', 4); INSERT INTO EVENTS (K, G, V) VALUES ('y', 'g', 6);",
    );
    const second = await cluster.server(reports);
    const pushed = await rowsOf(second, "SELECT K, V FROM COPIES EMIT CHANGES LIMIT 2;");
    expect(pushed.toSorted()).toEqual([
      ["x", 4],
      ["y", 6],
    ]);
    await expect.poll(totals, { timeout: 10_000 }).toEqual({ g: { N: 2, S: 10 } });
    expect(await rowsOf(second, "SELECT * FROM BY_G WHERE G = 'g';")).toEqual([["g", 2, 10]]);
    expect((await rowsOf(first, "SELECT K, V FROM EVENTS;")).toSorted()).toEqual(pushed.toSorted());
  });
});
