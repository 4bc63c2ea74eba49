/**
 * Clients and queries that write the same topic, and commits that fail between: what was acknowledged stays, what was not can
 * be sent again without being there twice.
 */
import { beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import { plainBrokerLog } from "../../src/broker/broker-log.ts";
import { fakeBatch } from "../../src/broker/state-topics/fake-batch.ts";
import { fakeCaller } from "../../src/broker/state-topics/fake-host.ts";
import { ManualTimers } from "../../src/base/timers.ts";
import { openCoordinators } from "../../src/broker/transactions/open-coordinators.ts";
import type { Coordinators } from "../../src/broker/transactions/open-coordinators.ts";
import { appFixture, run } from "../../src/app/testing/app-fixture.ts";
import type { AppFixture } from "../../src/app/testing/app-fixture.ts";
import { engineErrors } from "../../src/engine/errors.ts";
import type { Commit } from "../../src/engine/state/state-database.ts";
import { MemoryStateDatabase } from "../../src/engine/state/memory-database.ts";
import { readBatchHeader } from "../../src/log/batch-header.ts";
import { recordsOf } from "../../src/log/record-headers.ts";
import { FaultyDisk } from "../../src/log/segment-log/faulty-disk.ts";
import { MemoryDisk } from "../../src/log/segment-log/memory-disk.ts";
import { SegmentTopicLog } from "../../src/log/segment-log/segment-topic-log.ts";
import type { PartitionLog } from "../../src/log/topic-log.ts";

/** Refuses so many commits, as a full disk does. */
class RefusingState extends MemoryStateDatabase {
  refusals = 0;

  override commit(commit: Commit): void {
    if (this.refusals > 0) {
      this.refusals--;
      throw engineErrors.STATE_WRITE_FAILED({ message: "no room for the state" });
    }
    super.commit(commit);
  }
}

let disk: FaultyDisk;
let state: RefusingState;
let app: AppFixture;
let coordinators: Coordinators;
let mixed: PartitionLog;

beforeEach(async () => {
  disk = new FaultyDisk(new MemoryDisk());
  state = new RefusingState();
  const log = SegmentTopicLog.open({ directory: "d", disk, clock: new ManualClock(0) });
  app = appFixture({ log, state });
  await run(
    app,
    `CREATE STREAM S (ID STRING KEY, V STRING) WITH (kafka_topic='s', value_format='JSON', partitions=1);
     CREATE STREAM MIXED AS SELECT * FROM S;
     CREATE STREAM BEHIND AS SELECT * FROM MIXED;`,
  );
  mixed = log.partition("MIXED", 0);
  const timers = new ManualTimers(0);
  const append = <T>(topic: string, act: () => T): T => app.engine.appendOutside(topic, act);
  coordinators = openCoordinators({ log: { ...plainBrokerLog(log), append }, clock: timers, timers });
});

/** What a produce request does; throws what it answers an error for. */
function produce(values: string[], sequence: number, transactional = false, producerId = 77n): string {
  const records = values.map((value) => JSON.stringify({ V: value }));
  const wire = fakeBatch({ producerId, epoch: 0, sequence, transactional, values: records });
  const header = readBatchHeader(wire, 0);
  const verdict = coordinators.producers.check(mixed, header, transactional ? "tx" : null);
  if (verdict.kind === "refused") throw new Error(verdict.message);
  if (verdict.kind === "duplicate") return "duplicate";
  const { baseOffset } = app.engine.appendOutside("MIXED", () => mixed.appendWire(wire));
  coordinators.producers.appended(mixed, header, baseOffset);
  return verdict.kind;
}

/** Of the committed records; those of {@link produce} have their values as keys. */
function keys(partition: PartitionLog): string[] {
  const found: string[] = [];
  for (let from = 0; from < partition.lastStableOffset;) {
    const blocks = partition.read(from, { maxBytes: 1000, isolation: "read_committed" });
    found.push(...recordsOf(blocks).map(({ key }) => String(key).replace(/^\{"V":"(.*)"\}$/, "$1")));
    from = blocks.at(-1)!.nextOffset;
  }
  return found;
}

const insert = (id: string) => run(app, `INSERT INTO S VALUES ('${id}', 'x');`);
const later = async () => {
  app.clock.advance(5000);
  await app.engine.drain();
};

describe("an idempotent producer whose batch could not be committed", () => {
  test("sends it again, and it is there once", async () => {
    await insert("q1");
    await app.engine.drain();
    expect(produce(["a"], 0)).toBe("append");
    state.refusals = 1;
    expect(() => produce(["b"], 1)).toThrow("no room");
    expect(produce(["b"], 1)).toBe("append");
    expect(produce(["b"], 1)).toBe("duplicate");
    await insert("q2");
    await later();
    expect(keys(mixed)).toEqual(["q1", "a", "b", "q2"]);
    expect(keys(app.log.partition("BEHIND", 0))).toEqual(["q1", "a", "b", "q2"]);
  });

  test("is refused at once while commits go on failing, and queries repeat nothing", async () => {
    for (let i = 0; i < 5; i++) await insert(`q${i}`);
    await app.engine.drain();
    await insert("uncommitted");
    state.refusals = 4;
    for (let i = 0; i < 4; i++) expect(() => produce(["a"], 0)).toThrow("no room");
    expect(mixed.endOffset).toBe(5);
    expect(produce(["a"], 0)).toBe("append");
    await later();
    expect(keys(mixed).toSorted()).toEqual(["a", "q0", "q1", "q2", "q3", "q4", "uncommitted"]);
  });

  test("may have been in the log before the disk was full", async () => {
    await insert("q1");
    await app.engine.drain();
    // Each time a little more room: none for the producer's batch, for a part of it, not for what the query behind writes.
    disk.tornCode = "ENOSPC";
    let refused = 0;
    for (let sequence = 0; sequence < 20; sequence++) {
      disk.tornAfterBytes = sequence * 15;
      for (let attempt = 0; ; attempt++) {
        try {
          produce([`p${sequence}`], sequence);
          break;
        } catch (error) {
          expect(String(error)).toContain("no room");
          refused++;
          expect(attempt).toBeLessThan(3);
        }
      }
      await later();
    }
    disk.tornAfterBytes = Number.POSITIVE_INFINITY;
    await later();
    await later();
    expect(refused).toBeGreaterThan(0);
    const wanted = ["q1", ...Array.from({ length: 20 }, (_, i) => `p${i}`)];
    expect(keys(mixed)).toEqual(wanted);
    expect(keys(app.log.partition("BEHIND", 0))).toEqual(wanted);
  });
});

test("a transaction whose marker could not be committed ends later, and its records are there once", async () => {
  const begun = await coordinators.transactions.initProducerId(
    { transactionalId: "tx", transactionTimeoutMs: 60_000, producerId: -1n, producerEpoch: -1 },
    fakeCaller(5),
  );
  const { producerId = -1n, producerEpoch } = begun;
  const identity = { transactionalId: "tx", producerId, producerEpoch };
  await coordinators.transactions.addPartitionsToTxn(
    { ...identity, topics: [{ name: "MIXED", partitions: [0] }] },
    fakeCaller(3),
  );
  state.refusals = 1;
  expect(() => produce(["t"], 0, true, producerId)).toThrow("no room");
  expect(mixed.transactions.firstOpenOffset).toBeUndefined();
  expect(produce(["t"], 0, true, producerId)).toBe("append");
  await insert("held");
  await later();
  expect(keys(mixed)).toEqual([]);
  state.refusals = 1;
  await coordinators.transactions.endTxn({ ...identity, committed: true }, fakeCaller(3));
  expect(mixed.transactions.firstOpenOffset).toBe(0);
  // The coordinator tries again by its timer; here the next start of one does.
  coordinators.transactions.close();
  const timers = new ManualTimers(0);
  const append = <T>(topic: string, act: () => T): T => app.engine.appendOutside(topic, act);
  coordinators = openCoordinators({ log: { ...plainBrokerLog(app.log), append }, clock: timers, timers });
  await later();
  expect(keys(mixed)).toEqual(["t", "held"]);
  expect(keys(app.log.partition("BEHIND", 0))).toEqual(["t", "held"]);
});

test("what was acknowledged stays though the query that writes the topic has failed, and another one fails after", async () => {
  await run(
    app,
    `CREATE STREAM N (ID STRING KEY, N DECIMAL(3,1)) WITH (kafka_topic='n', value_format='JSON', partitions=1);
     CREATE TABLE SUMS AS SELECT ID, SUM(N) AS N FROM N GROUP BY ID;
     CREATE TABLE SUMS2 AS SELECT ID, SUM(N) AS M FROM N WHERE N < 50 GROUP BY ID;`,
  );
  const sums = app.log.partition("SUMS", 0);
  const add = async (n: number) => {
    await run(app, `INSERT INTO N VALUES ('a', ${n});`);
    await app.engine.drain();
  };
  await add(60);
  await add(60);
  expect(app.engine.queries().filter(({ state: each }) => each === "ERROR")).toHaveLength(1);
  app.engine.appendOutside("SUMS", () => sums.appendWire(fakeBatch({ values: ["mine"] })));
  expect(keys(sums)).toContain("mine");
  for (const n of [40, 40, 40]) await add(n);
  expect(app.engine.queries().filter(({ state: each }) => each === "ERROR")).toHaveLength(2);
  expect(keys(sums)).toContain("mine");
});

test("nothing is committed while a roll-back could not cut what is not committed", async () => {
  await insert("q1");
  await app.engine.drain();
  state.refusals = 1;
  disk.failNextTruncate = true;
  expect(() => produce(["a"], 0)).toThrow("no room");
  expect(app.engineErrors.map(String)).toContainEqual(expect.stringContaining("MIXED"));
  await later();
  await later();
  expect(keys(mixed)).toEqual(["q1"]);
  expect(produce(["a"], 0)).toBe("append");
  expect(keys(mixed)).toEqual(["q1", "a"]);
});
