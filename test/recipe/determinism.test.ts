/** The same topics give the same rows: whenever the queries are made, at any parallelism, on either engine. */
import { afterEach, describe, expect, test } from "vitest";
import type { WrittenRecord } from "../../src/app/testing/topic-reading.ts";
import { isSelect, RecipeRun } from "./recipe-run.ts";
import type { RecipeRunOptions } from "./recipe-run.ts";
import {
  publishedStatements,
  readableEvents,
  RECIPE_EVENTS,
  sharedIsMissing,
  sharedNote,
  WMI_EVENTS,
} from "./shared-events.ts";

const OUTPUTS = ["WINLOGBEAT_STREAM_REKEY", "SYSMON_PROCESS_CREATE", "SYSMON_NETWORK_CONNECT", "SYSMON_JOIN"];

function statements(partitions = 1): readonly string[] {
  return publishedStatements()
    .filter((statement) => !isSelect(statement))
    .map((statement) => statement.replace(/PARTITIONS=1\b/, `PARTITIONS=${partitions}`));
}

function outputs(run: RecipeRun): Record<string, readonly WrittenRecord[]> {
  return Object.fromEntries(OUTPUTS.map((topic) => [topic, run.topic(topic).records]));
}

/** Rows as a multiset: partitions are read one after the other. */
function unordered(run: RecipeRun): readonly string[] {
  return run
    .topic("SYSMON_JOIN")
    .records.map(({ key, value, timestamp }) => JSON.stringify([key, value, timestamp]))
    .toSorted();
}

function envelopes(run: RecipeRun, topic: string) {
  return run.topic(topic).records.map(({ key, partition, timestamp }) => ({ key, partition, timestamp }));
}

describe.skipIf(sharedIsMissing)(`the join is deterministic (${sharedNote})`, () => {
  const runs: RecipeRun[] = [];
  afterEach(async () => {
    for (const run of runs.splice(0)) await run.close();
  });

  async function open(options: RecipeRunOptions = {}): Promise<RecipeRun> {
    const run = await RecipeRun.open(options);
    runs.push(run);
    run.createTopic("winlogbeat");
    return run;
  }

  /** Everything but the join is made before the events come, the join after. */
  async function late(events: string): Promise<RecipeRun> {
    const run = await open();
    const all = statements();
    await run.execute(all.slice(0, -1));
    await run.ingest(await readableEvents(events));
    await run.drain();
    await run.execute([all[0] ?? "", all.at(-1) ?? ""]);
    await run.drain();
    return run;
  }

  async function early(events: string, options: RecipeRunOptions = {}, partitions = 1): Promise<RecipeRun> {
    const run = await open(options);
    await run.execute(statements(partitions));
    await run.ingest(await readableEvents(events));
    await run.drain();
    return run;
  }

  async function afterwards(events: string): Promise<RecipeRun> {
    const run = await open();
    await run.ingest(await readableEvents(events));
    await run.execute(statements());
    await run.drain();
    return run;
  }

  describe.each([
    { name: "the recipe's events", events: RECIPE_EVENTS, rows: 152 },
    { name: "the attack over WMI", events: WMI_EVENTS, rows: 33 },
  ])("on $name", ({ events, rows }) => {
    test("twice the same topics give identical bytes", async () => {
      const first = outputs(await early(events));
      expect(first["SYSMON_JOIN"]).toHaveLength(rows);
      expect(outputs(await early(events))).toEqual(first);
    });

    test("queries made before, after or half-way through the events write the same", async () => {
      const before = outputs(await early(events));
      expect(outputs(await afterwards(events))).toEqual(before);
      expect(outputs(await late(events))).toEqual(before);
    });

    test("four partitions of the topics between hold the same rows as one", async () => {
      const one = await early(events);
      const four = await early(events, {}, 4);
      expect(four.application.context.log.topic("SYSMON_NETWORK_CONNECT")?.partitions).toBe(4);
      expect(four.count("SYSMON_JOIN")).toBe(rows);
      expect(unordered(four)).toEqual(unordered(one));
    });

    test("the operators write the rows of the byte pipelines", async () => {
      const pipelines = await early(events);
      const operators = await early(events, { properties: { "spoor.byte.pipelines": "false" } });
      for (const topic of OUTPUTS) {
        expect(operators.topic(topic).rows).toEqual(pipelines.topic(topic).rows);
        expect(envelopes(operators, topic)).toEqual(envelopes(pipelines, topic));
      }
    });

    test("events that come one at a time join as those that come at once", async () => {
      const atOnce = outputs(await early(events));
      const run = await open();
      await run.execute(statements());
      const lines = await readableEvents(events);
      for (let from = 0; from < lines.length; from += 97) {
        await run.ingest(lines.slice(from, from + 97));
        if (from % 2 === 0) await run.drain();
      }
      await run.drain();
      expect(outputs(run)).toEqual(atOnce);
    });
  });
});

const stream = (name: string) =>
  `CREATE STREAM ${name} (K STRING KEY, V INT) WITH (KAFKA_TOPIC='${name}', PARTITIONS=1, VALUE_FORMAT='JSON');`;

test("a join waits for whoever writes its inputs, also for an INSERT INTO that was made after it", async () => {
  await using run = await RecipeRun.open();
  await run.execute(`SET 'auto.offset.reset' = 'earliest'; ${stream("A")} ${stream("B")} ${stream("C")}
    CREATE STREAM AB WITH (KAFKA_TOPIC='AB') AS SELECT * FROM A;
    CREATE TABLE T (K STRING PRIMARY KEY, V INT) WITH (KAFKA_TOPIC='AB', VALUE_FORMAT='JSON');
    CREATE STREAM J AS SELECT C.K, T.V AS V FROM C JOIN T ON C.K = T.K;
    INSERT INTO AB SELECT * FROM B;`);
  for (let i = 0; i < 20; i++) {
    await run.execute(`INSERT INTO B VALUES ('k${i}', ${i}); INSERT INTO C VALUES ('k${i}', 0);`);
  }
  await run.drain();
  expect(run.topic("J").rows.map(({ V }) => V)).toEqual(Array.from({ length: 20 }, (_, i) => i));
});
