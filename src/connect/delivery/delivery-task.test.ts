import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openMemoryLog } from "../../log/memory-log.ts";
import { appendRecords, recordsOf, startDelivery, turns, ManualTimers } from "./fake-delivery.ts";
import { DELIVERED } from "./receiver.ts";
import type { Outcome } from "./receiver.ts";
import type { SinkRecord } from "./sink-record.ts";

const EARLIEST = { "consumer.override.auto.offset.reset": "earliest" };
const retry = (reason: string, afterMs?: number): Outcome => ({ kind: "retry", reason, afterMs });

function header(
  headers: readonly { readonly key: string; readonly value: Uint8Array | null }[],
  name: string,
) {
  const found = headers.find(({ key }) => key === `__connect.errors.${name}`);
  return found === undefined ? undefined : Buffer.from(found.value!).toString();
}

describe("where a connector begins", () => {
  test("latest: what came after it was made, also of topics that come later, also after a restart", async () => {
    const log = openMemoryLog({});
    appendRecords(log, "alerts", "{}", "{}");
    const first = await startDelivery({ log, properties: { topics: "alerts,later" } });
    await first.task.stop();
    appendRecords(log, "alerts", "{}");
    appendRecords(log, "later", "{}");
    const second = await startDelivery({ log, properties: { topics: "alerts,later" } });
    expect(second.receiver.delivered.toSorted()).toEqual(["alerts-0-2", "later-0-0"]);
    await second.task.stop();
  });

  test("earliest: from the beginning, once", async () => {
    const log = openMemoryLog({});
    appendRecords(log, "alerts", "{}", "{}");
    const first = await startDelivery({ log, properties: EARLIEST });
    expect(first.receiver.delivered).toEqual(["alerts-0-0", "alerts-0-1"]);
    await first.task.stop();
    expect(first.receiver.isClosed).toBe(true);
    const second = await startDelivery({ log, properties: EARLIEST });
    expect(second.receiver.delivered).toEqual([]);
    expect(second.task.lag()).toEqual(new Map([["alerts", 0]]));
    await second.task.stop();
  });

  test("a topic that is deleted and made anew is read from its beginning", async () => {
    const { log, receiver, task, timers } = await startDelivery();
    appendRecords(log, "alerts", "{}", "{}");
    await turns();
    log.deleteTopic("alerts");
    await timers.advance(300);
    appendRecords(log, "alerts", "{}");
    await timers.advance(300);
    expect(receiver.delivered).toEqual(["alerts-0-0", "alerts-0-1", "alerts-0-0"]);
    await task.stop();
  });
});

test("a topic whose log has lost its end is told of, and what comes then is sent", async () => {
  const first = await startDelivery();
  appendRecords(first.log, "alerts", "{}", "{}", "{}");
  await turns();
  await first.task.stop();
  first.log.partition("alerts", 0).truncateTo(1);
  const { log, receiver, task, reports } = await startDelivery({ log: first.log });
  appendRecords(log, "alerts", "{}");
  await turns();
  expect(receiver.delivered).toEqual(["alerts-0-1"]);
  expect(reports).toEqual([
    "warn: topic 'alerts' partition 0 has lost its last 2 records; what comes now is sent",
  ]);
  await task.stop();
});

describe("a send that fails", () => {
  test("is tried again after a while that doubles, in order, and its state tells", async () => {
    const { log, receiver, task, timers, reports } = await startDelivery();
    let left = 3;
    receiver.answer = () => (left-- > 0 ? retry("no answer") : DELIVERED);
    appendRecords(log, "alerts", "{}", "{}");
    await turns();
    expect(task).toMatchObject({ state: "FAILED", trace: "no answer" });
    const waits = [];
    for (let sends = 1; sends < 4; sends++) {
      const beganMs = timers.clock.nowMs();
      while (receiver.sends.length === sends) await timers.advance(50);
      waits.push(timers.clock.nowMs() - beganMs);
    }
    expect(waits).toEqual([500, 1000, 2000]);
    expect(receiver.delivered).toEqual(["alerts-0-0", "alerts-0-1"]);
    expect(task.state).toBe("RUNNING");
    expect(task.figures.of("alerts")).toMatchObject({ read: 2, delivered: 2, retried: 3, deadLettered: 0 });
    expect(reports).toEqual(["warn: no answer", "info: it works again"]);
    await task.stop();
  });

  test("waits as long as the receiver asks for", async () => {
    const { log, receiver, task, timers } = await startDelivery();
    receiver.answer = () => (receiver.sends.length === 1 ? retry("too many", 30_000) : DELIVERED);
    appendRecords(log, "alerts", "{}");
    await timers.advance(29_900);
    expect(receiver.sends).toHaveLength(1);
    await timers.advance(200);
    expect(receiver.delivered).toEqual(["alerts-0-0"]);
    await task.stop();
  });

  test("goes to the dead letters when its attempts are used up; the next record goes on", async () => {
    const { log, receiver, task, timers } = await startDelivery({ properties: { "retries.max": "2" } });
    receiver.answer = ({ offset }) => (offset === 0 ? retry("down") : DELIVERED);
    appendRecords(log, "alerts", '{"A":1}', "{}");
    await timers.advance(10_000);
    expect(receiver.sends).toHaveLength(4);
    expect(receiver.delivered).toEqual(["alerts-0-1"]);
    const [letter] = recordsOf(log, "hook_dead_letters");
    expect(letter).toMatchObject({
      key: Buffer.from("key"),
      value: Buffer.from('{"A":1}'),
      timestamp: 1_600_000_000_123,
    });
    expect(header(letter!.headers, "exception.message")).toBe("down");
    expect(header(letter!.headers, "exception.class.name")).toBe("RetriesExhausted");
    expect(header(letter!.headers, "topic")).toBe("alerts");
    expect(header(letter!.headers, "offset")).toBe("0");
    expect(header(letter!.headers, "connector.name")).toBe("HOOK");
    await task.stop();
  });

  test("that is refused goes there at once", async () => {
    const { log, receiver, task } = await startDelivery({
      properties: { "errors.deadletterqueue.topic.name": "undelivered" },
    });
    receiver.answer = () => ({ kind: "refused", reason: "410 gone" });
    appendRecords(log, "alerts", "{}");
    await turns();
    expect(receiver.sends).toHaveLength(1);
    expect(recordsOf(log, "undelivered")).toHaveLength(1);
    expect(task.figures.of("alerts").deadLettered).toBe(1);
    await task.stop();
  });

  test("stops the connector where no errors are tolerated, and nothing is passed over", async () => {
    const { log, receiver, task, timers } = await startDelivery({
      properties: { "errors.tolerance": "none" },
    });
    receiver.answer = () => ({ kind: "refused", reason: "400" });
    appendRecords(log, "alerts", "{}", "{}");
    await timers.advance(5000);
    expect(task).toMatchObject({ state: "FAILED", trace: "400" });
    expect(new Set(receiver.sends.flatMap(({ records }) => records))).toEqual(new Set(["alerts-0-0"]));
    expect(recordsOf(log, "hook_dead_letters")).toEqual([]);
    receiver.answer = () => DELIVERED;
    await timers.advance(60_000);
    expect(receiver.delivered).toEqual(["alerts-0-0", "alerts-0-1"]);
    await task.stop();
  });

  test("of a batch only what failed is sent again", async () => {
    const { log, receiver, task, timers } = await startDelivery({ batching: { records: 10 } });
    receiver.answer = ({ offset }) =>
      offset === 1 && receiver.sends.length === 1 ? retry("busy") : DELIVERED;
    appendRecords(log, "alerts", "{}", "{}", "{}");
    await timers.advance(1000);
    expect(receiver.sends.map(({ records }) => records)).toEqual([
      ["alerts-0-0", "alerts-0-1", "alerts-0-2"],
      ["alerts-0-1"],
    ]);
    await task.stop();
  });
});

describe("stopping", () => {
  test("in the middle of retries it ends at once, and the next start goes on with that record", async () => {
    const { log, receiver, task, timers } = await startDelivery();
    receiver.answer = ({ offset }) => (offset === 1 ? retry("down") : DELIVERED);
    appendRecords(log, "alerts", "{}", "{}", "{}");
    await timers.advance(600);
    await task.stop();
    const again = await startDelivery({ log });
    expect(again.receiver.delivered).toEqual(["alerts-0-1", "alerts-0-2"]);
    await again.task.stop();
  });

  test("waits a few seconds for a receiver that does not answer, and no longer", async () => {
    const { log, receiver, task, timers } = await startDelivery();
    receiver.answer = () => new Promise(() => undefined);
    appendRecords(log, "alerts", "{}");
    await turns();
    let isStopped = false;
    const stopped = task.stop().then(() => (isStopped = true));
    await timers.advance(4000);
    expect(isStopped).toBe(false);
    await timers.advance(2000);
    await stopped;
    expect(receiver.isClosed).toBe(true);
    const again = await startDelivery({ log, timers });
    expect(again.receiver.delivered).toEqual(["alerts-0-0"]);
    await again.task.stop();
  });

  test("with several in flight nothing below an open one is forgotten", async () => {
    const { log, receiver, task } = await startDelivery({ inFlight: 3 });
    const held = Promise.withResolvers<Outcome>();
    receiver.answer = ({ offset }) => (offset === 0 ? held.promise : DELIVERED);
    appendRecords(log, "alerts", "{}", "{}", "{}");
    await turns();
    expect(receiver.delivered).toEqual(["alerts-0-1", "alerts-0-2"].slice(0, receiver.delivered.length));
    const stopped = task.stop();
    held.resolve(retry("the process is killed"));
    await stopped;
    const again = await startDelivery({ log });
    expect(again.receiver.delivered).toEqual(["alerts-0-0", "alerts-0-1", "alerts-0-2"]);
    await again.task.stop();
  });

  test.each([
    [0, 50],
    [10, 10],
    [400, 1],
  ])("where writing one takes %i ms, %i are written in a second at most", async (writeMs, most) => {
    const { log, task, timers } = await startDelivery();
    appendRecords(log, "alerts", "{}");
    await timers.advance(2000);
    const positions = log.partition("_spoor_connector_offsets", 0);
    const began = positions.endOffset;
    positions.makeDurable = () => timers.clock.advance(writeMs);
    const endMs = timers.clock.monotonicMs() + 1000;
    while (timers.clock.monotonicMs() < endMs) {
      appendRecords(log, "alerts", "{}");
      await timers.advance(10);
    }
    const written = positions.endOffset - began;
    expect(written).toBeLessThanOrEqual(most + 1);
    expect(written).toBeGreaterThanOrEqual(Math.floor(most / 2));
    await task.stop();
  });
});

describe("what is held and left out", () => {
  test("levels and columns filter; what has no level is left out; all is counted", async () => {
    const properties = { "filter.level.min": "high", "filter.columns": "HOST=dc*|srv1" };
    const { log, receiver, task } = await startDelivery({ properties });
    appendRecords(
      log,
      "alerts",
      '{"level":"HIGH","host":"DC7"}',
      '{"LEVEL":"medium","HOST":"dc7"}',
      '{"LEVEL":"critical","HOST":"srv1"}',
      '{"LEVEL":"critical","HOST":"srv10"}',
      '{"HOST":"dc1"}',
      null,
    );
    await turns();
    expect(receiver.delivered).toEqual(["alerts-0-0", "alerts-0-2"]);
    expect(task.figures.of("alerts")).toMatchObject({ read: 6, delivered: 2, filtered: 4 });
    expect(task.lag()).toEqual(new Map([["alerts", 0]]));
    await task.stop();
  });

  test("a limit a minute holds the rest back, and the next message says so", async () => {
    const { log, receiver, task, timers } = await startDelivery({
      properties: { "rate.limit.per.minute": "2" },
    });
    appendRecords(log, "alerts", "{}", "{}", "{}", "{}", "{}");
    await timers.advance(59_000);
    expect(receiver.delivered).toHaveLength(2);
    expect(task.lag()).toEqual(new Map([["alerts", 3]]));
    await timers.advance(2000);
    expect(receiver.delivered).toHaveLength(4);
    expect(receiver.sends[2]!.notice).toBe("held back 60 s by the limit of 2 a minute; 2 more wait");
    await timers.advance(60_000);
    expect(receiver.delivered).toHaveLength(5);
    expect(task.figures.of("alerts").held).toBe(2);
    await task.stop();
  });

  test("records wait for more, no longer than the batch may", async () => {
    const { log, receiver, task, timers } = await startDelivery({ batching: { records: 3, lingerMs: 1000 } });
    appendRecords(log, "alerts", "{}", "{}");
    await timers.advance(900);
    expect(receiver.sends).toHaveLength(0);
    await timers.advance(200);
    expect(receiver.sends[0]!.records).toHaveLength(2);
    appendRecords(log, "alerts", "{}", "{}", "{}");
    await turns();
    expect(receiver.sends[1]!.records).toHaveLength(3);
    await task.stop();
  });
});

test("whatever fails and whenever it is stopped, each record is delivered or a dead letter", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("ok", "retry", "refuse", "throw"), { minLength: 1, maxLength: 25 }),
      fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 3 }),
      fc.integer({ min: 1, max: 4 }),
      async (answers, stops, inFlight) => {
        const timers = new ManualTimers();
        const log = openMemoryLog({ clock: timers.clock });
        const delivered = new Set<string>();
        let asked = 0;
        const answer = (record: SinkRecord): Outcome => {
          const said = answers[asked++ % answers.length];
          if (said === "throw") throw new Error("broken");
          if (said === "retry") return retry("busy");
          if (said === "refuse") return { kind: "refused", reason: "no" };
          delivered.add(record.id);
          return DELIVERED;
        };
        const properties = { "retries.max": "3", ...EARLIEST };
        const start = () =>
          startDelivery({ log, timers, inFlight, batching: { records: 2 }, properties, answer });
        log.createTopic("alerts", { partitions: 1 });
        let run = await start();
        appendRecords(log, "alerts", ...Array.from({ length: 7 }, () => "{}"));
        for (const ms of stops) {
          await timers.advance(ms);
          const stopped = run.task.stop();
          await timers.advance(300);
          await stopped;
          run = await start();
        }
        await timers.advance(600_000);
        await run.task.stop();
        const dead = recordsOf(log, "hook_dead_letters").map(({ headers }) => header(headers, "offset"));
        const all = new Set([...delivered, ...dead.map((offset) => `alerts-0-${offset}`)]);
        expect(all).toEqual(new Set(Array.from({ length: 7 }, (_, i) => `alerts-0-${i}`)));
      },
    ),
    { numRuns: 15 },
  );
});
