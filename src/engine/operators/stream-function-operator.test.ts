import { expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { SeededRandom } from "../../base/random.ts";
import { openMemoryLog } from "../../log/memory-log.ts";
import { recordsOf } from "../../log/record-headers.ts";
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";
import { MemoryStateDatabase } from "../state/memory-database.ts";
import type { StateStore } from "../state/state-store.ts";
import { StreamEngine } from "../stream-engine.ts";
import { QueryHarness } from "./query-harness.ts";

const STATEMENTS = `
  CREATE STREAM A (ID STRING KEY, V INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON');
  CREATE STREAM B (W INT, ID STRING) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON');
  CREATE STREAM OUT AS SELECT ID, BEFORE, ROWTIME AS SEEN FROM COUNT_BEFORE(A, B) WHERE BEFORE > 0;
`;

test("rows of all inputs come in their order; what is given has a key, a time and its columns", () => {
  const harness = new QueryHarness(STATEMENTS, { dialect: "auto" });
  harness.push("b", null, { ID: "x" }, 1).push("a", "x", { V: 1 }, 2).push("a", "y", { V: 1 }, 3);
  harness.push("b", null, { ID: "x" }, 4).push("a", "x", { V: 2 }, 5).push("b", null, { ID: "x" }, 6);
  expect(harness.take()).toEqual(["+ ID=x BEFORE=1 SEEN=4 @4", "+ ID=x BEFORE=2 SEEN=6 @6"]);
});

test("what it drops and notes is counted in the query's statistics, with a sample", () => {
  const harness = new QueryHarness(STATEMENTS, { dialect: "auto" });
  harness.push("a", "x", { V: 1 }, 2).push("b", null, { W: 7 }, 3);
  expect(harness.counters.dropped()).toEqual({ "null-key": 1 });
  expect(harness.counters.samples()).toMatchObject([{ topic: "b", detail: "the row has no ID" }]);
  expect(harness.counters.notes()).toEqual({ counted: 1 });
});

test("its state is what its store has after a flush", () => {
  const stores = new Map<string, StateStore>();
  const first = new QueryHarness(STATEMENTS, { dialect: "auto", stores });
  first.push("a", "x", { V: 1 }, 2);
  expect(first.entries).toBe(0);
  first.flush();
  expect(first.entries).toBe(1);
  const second = new QueryHarness(STATEMENTS, { dialect: "auto", stores });
  expect(second.push("b", null, { ID: "x" }, 6).take()).toEqual(["+ ID=x BEFORE=1 SEEN=6 @6"]);
});

/** An engine over a log of one partition a topic. */
function engineOf(log: ReturnType<typeof openMemoryLog>, state: MemoryStateDatabase, errors: unknown[]) {
  return new StreamEngine({
    log,
    state,
    clock: new ManualClock(0),
    random: new SeededRandom(1),
    commitIntervalMs: 0,
    sliceMs: 5,
    bytePipelines: true,
    onError: (error) => errors.push(error),
  });
}

test("state commits together with positions and outputs; a failed commit takes all of them back", async () => {
  const clock = new ManualClock(0);
  const log = openMemoryLog({ clock });
  for (const name of ["a", "b", "OUT"]) log.createTopic(name, { partitions: 1 });
  const append = (topic: string, key: string | null, value: object): void => {
    const builder = new RecordBatchBuilder();
    const bytes = key === null ? null : Buffer.from(key);
    builder.appendRecord(bytes, Buffer.from(JSON.stringify(value)), 1, log.allocateArrivals(1));
    log.partition(topic, 0).appendBuilder(builder);
  };
  const state = new MemoryStateDatabase();
  const errors: unknown[] = [];
  const { plan } = new QueryHarness(STATEMENTS, { dialect: "auto" });
  const properties = new Map([["auto.offset.reset", "earliest"]]);
  const engine = engineOf(log, state, errors);
  engine.startQuery({ id: "Q", plan, properties });
  append("a", "x", { V: 1 });
  append("b", null, { ID: "x" });
  await engine.drain();
  const commit = state.commit.bind(state);
  state.commit = () => {
    throw new Error("the disk is full");
  };
  append("a", "x", { V: 2 });
  append("b", null, { ID: "x" });
  await engine.drain();
  state.commit = commit;
  expect(() => engine.appendOutside("OUT", () => undefined)).not.toThrow();
  await engine.drain();
  const blocks = log
    .partition("OUT", 0)
    .read(0, { maxBytes: 1 << 20, upTo: log.partition("OUT", 0).endOffset });
  const before = [...recordsOf(blocks)].map(
    ({ value }) => JSON.parse(value!.toString()) as { BEFORE: number },
  );
  expect(before.map(({ BEFORE }) => BEFORE)).toEqual([1, 2]);
  expect(errors).toMatchObject([{ message: "the disk is full" }]);
  await engine.close();
});
