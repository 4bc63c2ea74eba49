/** Stopped and started again on its data directory, the server goes on as if nothing had been. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isSelect, RecipeRun } from "./recipe-run.ts";
import {
  publishedStatements,
  readableEvents,
  RECIPE_EVENTS,
  sharedIsMissing,
  sharedNote,
} from "./shared-events.ts";

const SOURCE = `SET 'auto.offset.reset' = 'earliest';
  CREATE STREAM S (K STRING KEY, V INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1, VALUE_FORMAT='JSON');`;

let dataDir: string;
let run: RecipeRun;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "spoor-restart-"));
  run = await RecipeRun.open({ dataDir });
});
afterEach(async () => {
  await run.close();
  rmSync(dataDir, { recursive: true });
});

async function restart(): Promise<void> {
  await run.close();
  run = await RecipeRun.open({ dataDir });
}

function states(): Record<string, string> {
  return Object.fromEntries(run.application.service.queries().map(({ queryId, state }) => [queryId, state]));
}

const statements = () => publishedStatements().filter((statement) => !isSelect(statement));

describe.skipIf(sharedIsMissing)(`a restart in the middle of the recipe (${sharedNote})`, () => {
  test("loses and doubles nothing", async () => {
    const lines = await readableEvents(RECIPE_EVENTS);
    run.createTopic("winlogbeat");
    await run.execute(statements());
    for (const [from, to] of [
      [0, 300],
      [300, 301],
      [301, 900],
      [900, lines.length],
    ] as const) {
      await run.ingest(lines.slice(from, to));
      await restart();
    }
    await run.drain();
    const found = run.topic("SYSMON_JOIN").records;
    await using whole = await RecipeRun.open();
    whole.createTopic("winlogbeat");
    await whole.execute(statements());
    await whole.ingest(lines);
    await whole.drain();
    expect(found).toHaveLength(152);
    expect(found).toEqual(whole.topic("SYSMON_JOIN").records);
    expect(run.statistics("SYSMON_JOIN").notes).toEqual(whole.statistics("SYSMON_JOIN").notes);
    expect(run.reports).toEqual([]);
  });

  test("keeps the statements, the ids of the queries and what was counted", async () => {
    run.createTopic("winlogbeat");
    await run.execute(statements());
    await run.ingest(await readableEvents(RECIPE_EVENTS));
    await run.drain();
    const described = await run.execute("DESCRIBE SYSMON_JOIN;");
    const before = states();
    expect(Object.keys(before)).toHaveLength(4);
    await restart();
    expect(states()).toEqual(before);
    expect(await run.execute("DESCRIBE SYSMON_JOIN;")).toEqual(described);
    expect(run.statistics("WINLOGBEAT_STREAM_REKEY").consumed.messages).toBe(1141);
  });
});

describe("a restart", () => {
  test("keeps a paused query paused, and a terminated one away", async () => {
    await run.execute(`${SOURCE} CREATE STREAM A AS SELECT * FROM S; CREATE STREAM B AS SELECT * FROM S;`);
    const [a, b] = Object.keys(states());
    await run.execute(`PAUSE ${a}; TERMINATE ${b};`);
    await restart();
    expect(states()).toEqual({ [a ?? ""]: "PAUSED" });
    await run.execute("INSERT INTO S VALUES ('k', 1);");
    await run.drain();
    expect(run.count("A")).toBe(0);
    await run.execute(`RESUME ${a};`);
    await restart();
    await run.drain();
    expect(states()).toEqual({ [a ?? ""]: "RUNNING" });
    expect(run.topic("A").rows).toEqual([{ V: 1 }]);
    expect(run.count("B")).toBe(0);
  });

  test("never takes back what was inserted into a topic, whether a query writes it, wrote it, or will", async () => {
    await run.execute(`${SOURCE} CREATE STREAM A AS SELECT * FROM S; INSERT INTO S VALUES ('k', 1);`);
    await run.drain();
    await run.execute("INSERT INTO A VALUES ('during', 2);");
    await restart();
    const [id] = Object.keys(states());
    await run.execute(`TERMINATE ${id}; INSERT INTO A VALUES ('after', 3);`);
    await restart();
    await run.execute("INSERT INTO A VALUES ('later', 4);");
    await run.execute("SET 'auto.offset.reset' = 'earliest'; INSERT INTO A SELECT * FROM S;");
    await run.drain();
    await restart();
    await run.drain();
    expect(run.topic("A").rows.map(({ V }) => V)).toEqual([1, 2, 3, 4, 1]);
    expect((await run.query("SELECT V FROM A EMIT CHANGES;", 5)).rows).toHaveLength(5);
  });

  test("leaves a topic alone that was deleted and made again under the name", async () => {
    await run.execute(
      `${SOURCE} CREATE STREAM A WITH (KAFKA_TOPIC='a') AS SELECT * FROM S; INSERT INTO S VALUES ('k', 1);`,
    );
    await run.drain();
    await run.execute("DROP STREAM A DELETE TOPIC;");
    run.createTopic("a");
    await run.ingest(
      Array.from({ length: 20 }, (_, i) => ({ key: undefined, value: `{"I":${i}}` })),
      "a",
    );
    await restart();
    expect(run.count("a")).toBe(20);
  });

  test("shows readers at once what was committed before, also over several partitions and from a paused query", async () => {
    await run.execute(`${SOURCE}
      CREATE STREAM A WITH (PARTITIONS=4) AS SELECT * FROM S PARTITION BY V;
      CREATE STREAM B WITH (PARTITIONS=4) AS SELECT * FROM S PARTITION BY V;`);
    for (let i = 0; i < 8; i++) await run.execute(`INSERT INTO S VALUES ('k${i}', ${i});`);
    await run.drain();
    await run.execute(`PAUSE ${Object.keys(states())[1]};`);
    await restart();
    for (const name of ["A", "B"]) {
      expect((await run.query(`SELECT K FROM ${name} EMIT CHANGES;`, 8)).rows.flat()).toEqual(
        Array.from({ length: 8 }, (_, i) => `k${i}`),
      );
    }
  });
});
