/** Transactions that are open in a partition though the coordinator knows nothing of them are ended at the start. */
import { describe, expect, test } from "vitest";
import { markerWire, transactionalWire } from "../../log/transactions/fake-producer-batch.ts";
import { FakeHost } from "../state-topics/fake-host.ts";
import { FakeTransactionalProducer, readCommitted } from "./fake-transactional-producer.ts";

describe("a transaction that nobody knows", () => {
  test("is aborted, and readers go on", () => {
    const host = new FakeHost();
    host.topic("t").appendWire(transactionalWire(99n, [["k", "lost"]]));
    host.produce(host.partition("t"), { values: ["behind"] });
    expect(readCommitted(host, host.partition("t"))).toEqual([]);
    host.kill();
    expect(host.transactions.hangingTransactions).toBe(1);
    expect(readCommitted(host, host.partition("t"))).toEqual(["behind"]);
    host.kill();
    expect(host.transactions.hangingTransactions).toBe(0);
  });

  test("is committed where it was, and a loss of power took its marker", async () => {
    const host = new FakeHost();
    host.topic("t", {}, 2);
    const producer = new FakeTransactionalProducer(host);
    await producer.init();
    await producer.add("t", [0, 1]);
    producer.send("t", 0, "a");
    producer.send("t", 1, "b");
    await producer.end(true);
    host.partition("t", 1).truncateTo(1);
    host.kill();
    expect(host.transactions.hangingTransactions).toBe(1);
    expect(readCommitted(host, host.partition("t", 0))).toEqual(["a"]);
    expect(readCommitted(host, host.partition("t", 1))).toEqual(["b"]);
  });

  test("is none where the coordinator has it: it goes on", async () => {
    const host = new FakeHost();
    host.topic("t");
    const producer = new FakeTransactionalProducer(host);
    await producer.init();
    await producer.add("t");
    producer.send("t", 0, "a");
    host.kill();
    expect(host.transactions.hangingTransactions).toBe(0);
    expect(producer.send("t", 0, "b")).toMatchObject({ kind: "append" });
    expect(await producer.end(true)).toBe(0);
    expect(readCommitted(host, host.partition("t"))).toEqual(["a", "b"]);
  });
});

test("a marker without its transaction changes nothing", () => {
  const host = new FakeHost();
  host.topic("t").appendWire(markerWire(99n, false));
  host.produce(host.partition("t"), { values: ["there"] });
  host.kill();
  expect(readCommitted(host, host.partition("t"))).toEqual(["there"]);
});
