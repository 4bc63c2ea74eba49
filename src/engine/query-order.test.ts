import { describe, expect, test } from "vitest";
import { QueryOrder } from "./query-order.ts";
import type { OrderedQuery } from "./query-order.ts";

function query(id: string, inputs: readonly string[], sink: string): OrderedQuery {
  return { id, plan: { sink: { topic: sink } }, reads: (topic) => inputs.includes(topic) };
}

describe("the order of queries", () => {
  test("a query waits for every writer of its inputs, made before or after it", () => {
    const order = new QueryOrder([
      query("1", ["a"], "t"),
      query("2", ["s", "t"], "j"),
      query("3", ["b"], "t"),
    ]);
    expect(order.writersOf("2")).toEqual(["1", "3"]);
    expect(order.writersOf("1")).toEqual([]);
    expect(order.isAwaited("3")).toBe(true);
    expect(order.isAwaited("1")).toBe(false);
  });

  test("it does not wait for what reads its own output, nor the other way round in a circle", () => {
    const order = new QueryOrder([query("1", ["a", "c"], "b"), query("2", ["b"], "c")]);
    expect(order.writersOf("1")).toEqual([]);
    expect(order.writersOf("2")).toEqual([]);
    const longer = new QueryOrder([
      query("1", ["c", "x"], "a"),
      query("2", ["a"], "b"),
      query("3", ["b"], "c"),
      query("4", ["y"], "x"),
    ]);
    expect(longer.writersOf("1")).toEqual(["4"]);
    expect(longer.writersOf("2")).toEqual([]);
  });

  test("a query that writes the topic it reads does not wait for itself", () => {
    expect(new QueryOrder([query("1", ["a"], "a")]).writersOf("1")).toEqual([]);
  });
});
