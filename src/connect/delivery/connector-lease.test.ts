import { describe, expect, test } from "vitest";
import type { TopicLog } from "../../log/topic-log.ts";
import { openMemoryLog } from "../../log/memory-log.ts";
import { holderAfter } from "./connector-lease.ts";
import type { LeaseClaim } from "./connector-lease.ts";
import { OFFSETS_TOPIC } from "./connector-offsets.ts";
import { ManualTimers, appendRecords, startDelivery } from "./fake-delivery.ts";
import { DELIVERED } from "./receiver.ts";

const claim = (owner: string, atMs: number, untilMs: number): LeaseClaim => ({ owner, atMs, untilMs });

describe("who holds a lease", () => {
  test.each<[string, LeaseClaim[], string | undefined]>([
    ["the first", [claim("a", 0, 30), claim("b", 1, 31)], "a"],
    ["a holder that renews", [claim("a", 0, 30), claim("a", 20, 50), claim("b", 31, 61)], "a"],
    ["who claims after it ran out", [claim("a", 0, 30), claim("b", 30, 60), claim("a", 31, 61)], "b"],
    ["who claims after it was given back", [claim("a", 0, 30), claim("a", 5, 0), claim("b", 6, 36)], "b"],
    ["not by giving back another's", [claim("a", 0, 30), claim("b", 5, 0)], "a"],
  ])("%s", (_, claims, owner) => {
    expect(claims.reduce<LeaseClaim | undefined>(holderAfter, undefined)?.owner).toBe(owner);
  });
});

/** A log whose offsets topic says, as a cluster's does, that others have it too. */
function sharedLog(timers: ManualTimers): TopicLog {
  const log = openMemoryLog({ clock: timers.clock });
  const partition = log.partition.bind(log);
  log.partition = (topic, index) => {
    const found = partition(topic, index);
    if (topic === OFFSETS_TOPIC)
      Object.defineProperty(found, "fetchesLater", { value: true, configurable: true });
    return found;
  };
  log.createTopic("alerts", { partitions: 1 });
  return log;
}

describe("two servers with one connector", () => {
  test("one delivers; when it stops the other goes on, and nothing is sent twice", async () => {
    const timers = new ManualTimers();
    const log = sharedLog(timers);
    const first = await startDelivery({ log, timers, owner: "server-1" });
    const second = await startDelivery({ log, timers, owner: "server-2" });
    await timers.advance(500);
    expect([first.task.state, second.task.state]).toEqual(["RUNNING", "UNASSIGNED"]);
    appendRecords(log, "alerts", "{}", "{}");
    await timers.advance(120_000);
    expect([first.receiver.delivered.length, second.receiver.delivered.length]).toEqual([2, 0]);
    const stopped = first.task.stop();
    await timers.advance(1000);
    await stopped;
    appendRecords(log, "alerts", "{}");
    await timers.advance(5000);
    expect(second.receiver.delivered).toEqual(["alerts-0-2"]);
    expect(second.task.state).toBe("RUNNING");
    const ended = second.task.stop();
    await timers.advance(1000);
    await ended;
  });

  test("one that hangs loses the lease: it stops sending and writes no position any more", async () => {
    const timers = new ManualTimers();
    const log = sharedLog(timers);
    const hanging = await startDelivery({ log, timers, owner: "server-1" });
    const offsets = log.partition(OFFSETS_TOPIC, 0);
    const append = offsets.appendBuilder.bind(offsets);
    let isCutOff = false;
    offsets.appendBuilder = (builder) => {
      const text = builder.bytes.toString("latin1", 0, builder.byteLength);
      if (isCutOff && (text.includes("server-1") || !text.includes("owner"))) throw new Error("cut off");
      return append(builder);
    };
    isCutOff = true;
    appendRecords(log, "alerts", "{}");
    await timers.advance(100);
    const other = await startDelivery({ log, timers, owner: "server-2" });
    await timers.advance(60_000);
    expect(hanging.task.state).not.toBe("RUNNING");
    isCutOff = false;
    await timers.advance(5000);
    expect(other.task.state).toBe("RUNNING");
    hanging.receiver.answer = () => {
      throw new Error("it has lost the lease");
    };
    other.receiver.answer = () => DELIVERED;
    appendRecords(log, "alerts", "{}");
    await timers.advance(60_000);
    expect(other.receiver.delivered.at(-1)).toBe("alerts-0-1");
    expect(hanging.task.state).toBe("UNASSIGNED");
    for (const { task } of [hanging, other]) {
      const ended = task.stop();
      await timers.advance(1000);
      await ended;
    }
  });
});
