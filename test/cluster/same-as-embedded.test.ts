/** On a cluster a statement gives what it gives embedded: the same records, in the same order where there is one partition. */
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Application } from "../../src/app/application.ts";
import { LabWriter } from "../../src/events/lab/lab-writer.ts";
import { A_LINES, B_LINES, OF_A, OF_BOTH, STATEMENTS } from "./every-kind-of-query.ts";
import { execute, ingest, openServer, readTopic, TestCluster } from "./cluster-run.ts";

let cluster: TestCluster;
let embedded: Application;
let there: Application;
let reports: string[];

beforeEach(async () => {
  reports = [];
  cluster = await TestCluster.open();
  embedded = await openServer(reports, { seed: 1 });
  there = await cluster.server(reports);
});

afterEach(async () => {
  await embedded.close();
  await cluster.close();
});

const both = (act: (server: Application) => Promise<void>) => Promise.all([act(embedded), act(there)]);

async function createTopic(name: string, partitions: number): Promise<void> {
  const request = { name, partitions, replicas: 1, config: {}, ifNotExists: false };
  await both(async ({ service }) => void (await service.createTopic(request)));
}

/** Keys, values and headers of a topic in its order; times of events are the clock's, and differ. */
function contents(log: Parameters<typeof readTopic>[0], topic: string): readonly string[] {
  return readTopic(log, topic).map(({ partition, key, value, headers }) =>
    JSON.stringify([partition, key, value, headers]),
  );
}

async function expectSame(...topics: readonly string[]): Promise<void> {
  await embedded.engine.drain();
  for (const topic of topics) {
    const expected = contents(embedded.context.log, topic);
    expect(expected.length).toBeGreaterThan(0);
    await expect.poll(() => contents(cluster.log, topic).length, { timeout: 20_000 }).toBe(expected.length);
    expect(contents(cluster.log, topic)).toEqual(expected);
  }
  expect(reports).toEqual([]);
}

/** By key. */
function last(log: Parameters<typeof readTopic>[0]): Record<string, string | undefined> {
  return Object.fromEntries(readTopic(log, "FOREIGN_N").map(({ key, value }) => [key, value]));
}

function labEvents(events: number): readonly string[] {
  const writer = new LabWriter({ seed: 3, events, startMs: Date.UTC(2026, 0, 5, 8), mix: "demo" });
  const block = Buffer.alloc(16 * 1024 * 1024);
  return block.toString("utf8", 0, writer.fillLines(block)).trimEnd().split("\n");
}

describe("one partition", { timeout: 60_000 }, () => {
  test("the recipe", async () => {
    await createTopic("winlogbeat", 1);
    const recipe = readFileSync(new URL("../../examples/sysmon-join.sql", import.meta.url), "utf8");
    await both((server) => ingest(server, "winlogbeat", labEvents(4000)));
    await both((server) => execute(server, recipe));
    await expectSame(
      "WINLOGBEAT_STREAM_REKEY",
      "SYSMON_PROCESS_CREATE",
      "SYSMON_NETWORK_CONNECT",
      "SYSMON_JOIN",
    );
  });

  test("aggregates by another key, windows, tables of tables, joins of every kind", async () => {
    await createTopic("a", 1);
    await createTopic("b", 1);
    await both((server) => execute(server, STATEMENTS));
    await both((server) => ingest(server, "a", A_LINES, "key:value"));
    await embedded.engine.drain();
    await expectSame(...OF_A);
    await both((server) => ingest(server, "b", B_LINES, "key:value"));
    await expectSame(...OF_BOTH);
    expect(last(cluster.log)).toEqual(last(embedded.context.log));
  });
});
