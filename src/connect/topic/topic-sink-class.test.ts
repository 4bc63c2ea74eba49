import { expect, test } from "vitest";
import { recordsOf, sinkRecord } from "../delivery/fake-delivery.ts";
import type { SinkRecord } from "../delivery/sink-record.ts";
import { openSink, planSink } from "../fake-receivers.ts";

test("records are in the other topic as they were", async () => {
  const { receiver, log } = await openSink("topic", { topic: "copies" });
  expect(await receiver.deliver([sinkRecord("any bytes"), sinkRecord("{}")], undefined)).toEqual([
    { kind: "delivered" },
    { kind: "delivered" },
  ]);
  expect(recordsOf(log, "copies")).toMatchObject([
    { key: Buffer.from("key"), value: Buffer.from("any bytes"), timestamp: 1_600_000_000_123 },
    { value: Buffer.from("{}") },
  ]);
  await receiver.close();
});

test("what a compacted topic cannot take is refused alone; a log that takes nothing is tried again", async () => {
  const { receiver, log } = await openSink("topic", { topic: "copies" });
  log.createTopic("copies", { partitions: 1, config: { "cleanup.policy": "compact" } });
  const keyless = Object.assign(Object.create(sinkRecord("b")) as SinkRecord, { key: null });
  const outcomes = await receiver.deliver([sinkRecord("a"), keyless], undefined);
  expect(outcomes.map(({ kind }) => kind)).toEqual(["delivered", "refused"]);
  expect(recordsOf(log, "copies")).toHaveLength(1);
  log.partition = () => {
    throw new Error("the disk is full");
  };
  expect(await receiver.deliver([sinkRecord("a")], undefined)).toEqual([
    { kind: "retry", reason: "topic 'copies' takes nothing: the disk is full" },
  ]);
});

test("a topic is not written to itself", () => {
  expect(() => planSink("topic", { topic: "alerts" })).toThrow(
    expect.objectContaining({ code: "CONNECT_BAD_PROPERTY" }),
  );
});
