/** Queries read transactional topics as consumers with `read_committed` do, and what they compute does not depend on when they look. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { appFixture, query, run } from "../../src/app/testing/app-fixture.ts";
import type { AppFixture } from "../../src/app/testing/app-fixture.ts";
import { writtenRecords } from "../../src/app/testing/topic-reading.ts";
import { batchOf } from "../../src/log/log-fixtures.ts";
import type { PartitionLog } from "../../src/log/topic-log.ts";
import { markerWire, transactionalWire } from "../../src/log/transactions/fake-producer-batch.ts";

const SOURCES = `
  CREATE STREAM CLICKS (ID STRING KEY, V STRING) WITH (kafka_topic='clicks', value_format='JSON', partitions=2);
  CREATE TABLE USERS (ID STRING PRIMARY KEY, NAME STRING) WITH (kafka_topic='users', value_format='JSON', partitions=2);`;

/** Queries with one input, with several, with state, and one behind another; their names end in `suffix`. */
function statements(suffix: string): string {
  return `
    CREATE STREAM COPY${suffix} AS SELECT * FROM CLICKS;
    CREATE STREAM JOINED${suffix} AS SELECT C.ID AS ID, C.V AS V, U.NAME AS NAME FROM CLICKS C LEFT JOIN USERS U ON C.ID = U.ID;
    CREATE TABLE COUNTED${suffix} AS SELECT NAME, COUNT(*) AS N FROM JOINED${suffix} GROUP BY NAME;
    CREATE STREAM BOTH${suffix} AS SELECT C.ID AS ID, C.V AS V, J.NAME AS NAME
      FROM COPY${suffix} C JOIN JOINED${suffix} J WITHIN 1 HOUR ON C.ID = J.ID;`;
}
const OUTPUTS = ["COPY", "JOINED", "COUNTED", "BOTH"];

function outputs(app: AppFixture, suffix: string): unknown {
  return OUTPUTS.map((name) => writtenRecords(app.log, `${name}${suffix}`));
}

function record(topic: string, id: string, text: string): [string, string, number] {
  return [id, JSON.stringify(topic === "clicks" ? { V: text } : { NAME: text }), 1000];
}

async function opened(): Promise<{ app: AppFixture; clicks: PartitionLog; users: PartitionLog }> {
  const app = appFixture();
  await run(app, SOURCES);
  await run(app, statements("_LIVE"));
  return { app, clicks: app.log.partition("clicks", 0), users: app.log.partition("users", 0) };
}

function values(app: AppFixture, topic: string): string[] {
  return writtenRecords(app.log, topic).map(({ value }) => String(value));
}

describe("a query", () => {
  test("sees nothing of an open transaction, nor what stands behind it, until it is decided", async () => {
    const { app, clicks } = await opened();
    clicks.appendBuilder(batchOf([record("clicks", "a", "before")]));
    clicks.appendWire(transactionalWire(1n, [record("clicks", "a", "inside")]));
    clicks.appendBuilder(batchOf([record("clicks", "a", "behind")]));
    await app.engine.drain();
    expect(values(app, "COPY_LIVE")).toEqual(['{"V":"before"}']);
    clicks.appendWire(markerWire(1n, true));
    await app.engine.drain();
    expect(values(app, "COPY_LIVE")).toEqual(['{"V":"before"}', '{"V":"inside"}', '{"V":"behind"}']);
  });

  test("never sees what was aborted, through byte pipelines and operators, live and again", async () => {
    const { app, clicks } = await opened();
    clicks.appendWire(transactionalWire(1n, [record("clicks", "a", "aborted")]));
    clicks.appendWire(transactionalWire(2n, [record("clicks", "b", "committed")]));
    clicks.appendWire(markerWire(1n, false));
    clicks.appendWire(transactionalWire(1n, [record("clicks", "a", "next")]));
    clicks.appendWire(markerWire(2n, true));
    clicks.appendWire(markerWire(1n, true));
    await app.engine.drain();
    await run(app, statements("_LATE"));
    await app.engine.drain();
    for (const name of ["COPY_LIVE", "COPY_LATE"]) {
      expect(values(app, name)).toEqual(['{"V":"committed"}', '{"V":"next"}']);
    }
  });

  test("with several inputs waits for the transaction that holds one back", async () => {
    const { app, clicks, users } = await opened();
    users.appendWire(transactionalWire(1n, [record("users", "a", "Ann")]));
    clicks.appendBuilder(batchOf([["a", '{"V":"click"}', 1000, app.log.allocateArrivals(1)]]));
    await app.engine.drain();
    expect(values(app, "COPY_LIVE")).toHaveLength(1);
    expect(values(app, "JOINED_LIVE")).toEqual([]);
    users.appendWire(markerWire(1n, true));
    await app.engine.drain();
    expect(values(app, "JOINED_LIVE")).toEqual(['{"V":"click","NAME":"Ann"}']);
    expect(values(app, "COUNTED_LIVE")).toEqual(['{"N":1}']);
  });

  test("that is pushed, pulled or printed reads the same", async () => {
    const { app, clicks, users } = await opened();
    const properties = { "auto.offset.reset": "earliest" };
    users.appendWire(transactionalWire(1n, [record("users", "a", "aborted")]));
    users.appendWire(markerWire(1n, false));
    users.appendWire(transactionalWire(1n, [record("users", "b", "Bob")]));
    users.appendWire(markerWire(1n, true));
    users.appendWire(transactionalWire(2n, [record("users", "b", "open")]));
    clicks.appendWire(transactionalWire(1n, [record("clicks", "a", "aborted")]));
    clicks.appendWire(markerWire(1n, false));
    clicks.appendBuilder(batchOf([record("clicks", "c", "seen")]));
    clicks.appendWire(transactionalWire(1n, [record("clicks", "a", "open")]));
    const pushed = await query(app, "SELECT V FROM CLICKS EMIT CHANGES LIMIT 1;", properties);
    expect(JSON.stringify(pushed.rows)).toContain("seen");
    await app.engine.drain();
    const counted = app.log.partition("COUNTED_LIVE", 0);
    for (const wire of [
      transactionalWire(1n, [["aborted", '{"N":7}', 1000]]),
      markerWire(1n, false),
      transactionalWire(1n, [["committed", '{"N":8}', 1000]]),
      markerWire(1n, true),
      transactionalWire(1n, [["open", '{"N":9}', 1000]]),
    ]) {
      app.engine.appendOutside("COUNTED_LIVE", () => counted.appendWire(wire));
    }
    const pulled = await query(app, "SELECT * FROM COUNTED_LIVE;");
    expect(pulled.rows).toContainEqual(["committed", 8]);
    expect(JSON.stringify(pulled.rows)).not.toMatch(/aborted|open/);
    const printed = await query(app, "PRINT 'users' FROM BEGINNING LIMIT 1;");
    expect(printed.rows.join("\n")).toContain("Bob");
    expect(printed.rows.join("\n")).not.toContain("aborted");
  });
});

const producer = fc.integer({ min: 1, max: 3 }).map(BigInt);
const place = fc.record({
  topic: fc.constantFrom("clicks" as const, "users" as const),
  partition: fc.constantFrom(0, 1),
});
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("send" as const), producer, place }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("end" as const), producer, commit: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("plain" as const), place }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("drain" as const) }) },
);
const PLACES = ["clicks", "users"].flatMap((topic) => [0, 1].map((partition) => ({ topic, partition })));

test("what queries compute is the same whether they looked after every step or once in the end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const app = appFixture();
      await run(app, SOURCES);
      await run(app, statements("_LIVE"));
      let count = 0;
      // A key is in one partition, as a join needs it.
      const next = (at: { topic: string; partition: number }): [string, string, number] =>
        record(at.topic, at.partition === 0 ? `a${count % 2}` : `b${count % 2}`, `${count++}`);
      const end = (id: bigint, commit: boolean): void => {
        for (const at of PLACES) app.log.partition(at.topic, at.partition).appendWire(markerWire(id, commit));
      };
      for (const each of steps) {
        if (each.do === "drain") await app.engine.drain();
        else if (each.do === "end") end(each.producer, each.commit);
        else {
          const log = app.log.partition(each.place.topic, each.place.partition);
          const [key, value, timestamp] = next(each.place);
          if (each.do === "send") log.appendWire(transactionalWire(each.producer, [[key, value, timestamp]]));
          else log.appendBuilder(batchOf([[key, value, timestamp, app.log.allocateArrivals(1)]]));
        }
      }
      for (const id of [1n, 2n, 3n]) end(id, true);
      await app.engine.drain();
      const live = outputs(app, "_LIVE");
      await run(app, statements("_LATE"));
      await app.engine.drain();
      expect(outputs(app, "_LATE")).toEqual(live);
      expect(app.engineErrors).toEqual([]);
      await app.engine.close();
    }),
    { numRuns: 60 },
  );
});
