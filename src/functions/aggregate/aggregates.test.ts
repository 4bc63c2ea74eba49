import { describe, expect, test } from "vitest";
import { compareValues } from "../../data/compare.ts";
import type { Value } from "../../data/values.ts";
import { aggregateCall, aggregateText } from "../testing/evaluate-aggregate.ts";

/** One call of every aggregate, with rows that have NULLs and repetitions. */
const CALLS = [
  "COUNT(X) -- X: 'a', NULL, 'b', 'a'",
  "COUNT() -- X: 'a', NULL, 'b'",
  "COUNT_DISTINCT(X) -- X: 'a', NULL, 'b', 'a'",
  "SUM(X) -- X: 1, NULL, 2, 4",
  "SUM(X) -- X: 1.25, NULL, 2.00",
  "SUM(X) -- X: 1.5E0, NULL, 2E0",
  "SUM_LIST(X) -- X: ARRAY[1, NULL], NULL, ARRAY[2]",
  "AVG(X) -- X: 1, NULL, 2",
  "AVG(X) -- X: 1.5E0, NULL, 2E0",
  "MIN(X) -- X: 2, NULL, 1",
  "MAX(X) -- X: 'a', NULL, 'b'",
  "TOPK(X, 2) -- X: 1, 3, NULL, 2",
  "TOPK(X, Y, 2) -- X: 1, 3, NULL, 2; Y: 'a', 'b', 'c', NULL",
  "TOPKDISTINCT(X, 2) -- X: 1, 3, NULL, 3, 2",
  "COLLECT_LIST(X) -- X: 1, NULL, 1, 2",
  "COLLECT_SET(X) -- X: 1, NULL, 1, 2",
  "HISTOGRAM(X) -- X: 'a', NULL, 'b', 'a'",
  "ATTR(X) -- X: 'a', NULL, 'a'",
  "EARLIEST_BY_OFFSET(X) -- X: NULL, 1, 2",
  "EARLIEST_BY_OFFSET(X, 2, FALSE) -- X: NULL, 1, 2",
  "LATEST_BY_OFFSET(X, FALSE) -- X: 1, 2, NULL",
  "LATEST_BY_OFFSET(X, 2) -- X: 1, 2, NULL, 3",
  "STDDEV_SAMPLE(X) -- X: 1, NULL, 3, 8",
  "STDDEV_SAMP(X) -- X: 1E0, NULL, 3E0, 8E0",
  "CORRELATION(X, Y) -- X: 1, 2, NULL, 4; Y: 2, NULL, 5, 7",
];

describe.each(CALLS)("%s", (sql) => {
  const { aggregator, rows } = aggregateCall(sql);
  const add = (state: Value, from: number, to: number): Value =>
    rows.slice(from, to).reduce<Value>((before, row) => aggregator.aggregate(row, before), state);

  test("does not change states in place", () => {
    const states: Value[] = [aggregator.initial()];
    for (const row of rows) states.push(aggregator.aggregate(row, states.at(-1)!));
    const copies = structuredClone(states.map(asPlain));
    for (const state of states) rows.forEach((row) => aggregator.aggregate(row, state));
    for (const state of states) aggregator.merge(state, states.at(-1)!);
    expect(states.map(asPlain)).toEqual(copies);
  });

  test("undoing gives back the result before", () => {
    if (aggregator.undo === undefined) return expect(sql).toMatch(/^(?!SUM|COUNT\(|AVG)/);
    for (let i = 0; i < rows.length; i++) {
      const before = add(aggregator.initial(), 0, i);
      const after = aggregator.aggregate(rows[i]!, before);
      const undone = aggregator.undo(rows[i]!, after);
      expect(asPlain(aggregator.result(undone))).toEqual(asPlain(aggregator.result(before)));
    }
  });

  test("merging is associative, and the initial state adds nothing", () => {
    const { merge, result } = aggregator;
    const parts = [0, 1, 2].map((i) => add(aggregator.initial(), i, i === 2 ? rows.length : i + 1));
    const [a, b, c] = parts as [Value, Value, Value];
    expect(asPlain(result(merge(merge(a, b), c)))).toEqual(asPlain(result(merge(a, merge(b, c)))));
    expect(asPlain(result(merge(merge(a, b), c)))).toEqual(
      asPlain(result(add(aggregator.initial(), 0, rows.length))),
    );
    expect(asPlain(result(merge(a, aggregator.initial())))).toEqual(asPlain(result(a)));
  });

  test("its states have the declared type", () => {
    const state = add(aggregator.initial(), 0, rows.length);
    expect(compareValues(aggregator.stateType, state, state)).toBe(0);
  });
});

/** Class instances as plain objects, so that clones compare. */
function asPlain(value: Value): unknown {
  if (value instanceof Map) return Array.from(value, ([key, item]) => [asPlain(key), asPlain(item)]);
  if (Array.isArray(value)) return value.map(asPlain);
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array)
    ? String(value)
    : value;
}

describe("limits", () => {
  const properties = new Map([
    ["ksql.functions.collect_list.limit", "2"],
    ["ksql.functions.collect_set.limit", "1"],
  ]);

  test("lists and sets stop at their limit", () => {
    expect(aggregateText("COLLECT_LIST(X) -- X: 1, 2, 3", { properties })).toBe("[1, 2]");
    expect(aggregateText("COLLECT_SET(X) -- X: 1, 2, 3", { properties })).toBe("[1]");
    const { aggregator } = aggregateCall("COLLECT_LIST(X) -- X: 1", { properties });
    expect(aggregator.merge([1, 2], [3])).toEqual([1, 2]);
  });

  test("a histogram has at most 1000 texts, but counts those on", () => {
    const { aggregator } = aggregateCall("HISTOGRAM(X) -- X: 'a'");
    let state = aggregator.initial();
    for (let i = 0; i < 1001; i++) state = aggregator.aggregate([`t${i}`], state);
    state = aggregator.aggregate(["t0"], aggregator.aggregate(["new"], state));
    const counts = aggregator.result(state) as ReadonlyMap<Value, Value>;
    expect([counts.size, counts.get("t0"), counts.has("new")]).toEqual([1000, 2n, false]);
  });

  test("sizes must be literals that make sense", () => {
    expect(() => aggregateText("TOPK(X, 0) -- X: 1")).toThrow("TOPK needs a whole number from 1");
    expect(() => aggregateText("LATEST_BY_OFFSET(X, 0) -- X: 1")).toThrow("from 1");
  });
});

function overNull(call: string): string {
  return aggregateText(`${call} -- X: CAST(NULL AS INTEGER)`);
}

describe("sums at the edge", () => {
  test("integers wrap around", () => {
    expect(aggregateText("SUM(X) -- X: 2147483647, 1")).toBe("-2147483648");
    expect(aggregateText("SUM(X) -- X: 9223372036854775807, 1")).toBe("-9223372036854775808");
    expect(aggregateText("AVG(X) -- X: 2147483647, 2147483647")).toBe("2.147483647E9");
  });

  test("a decimal sum that does not fit is an error", () => {
    expect(() => aggregateText("SUM(X) -- X: 9.99, 0.01")).toThrow("numeric field overflow");
  });

  test("nothing gives 0, NULL or an empty list", () => {
    expect(
      ["SUM(X)", "AVG(X)", "MAX(X)", "TOPK(X, 1)", "STDDEV_SAMPLE(X)", "LATEST_BY_OFFSET(X)"].map(overNull),
    ).toEqual(["0", "0.0", "NULL", "[]", "0.0", "NULL"]);
  });
});

test("COUNT_DISTINCT stays near the truth", () => {
  const { aggregator } = aggregateCall("COUNT_DISTINCT(X) -- X: 'a'");
  let state = aggregator.initial();
  const estimates = new Map<number, number>();
  for (let i = 1; i <= 60_000; i++) {
    state = aggregator.aggregate([`value ${i % 30_000}`], state);
    if (i === 10 || i === 1000 || i === 60_000) estimates.set(i, Number(aggregator.result(state)));
  }
  expect(estimates.get(10)).toBe(10);
  expect(Math.abs(estimates.get(1000)! - 1000)).toBeLessThan(20);
  expect(Math.abs(estimates.get(60_000)! - 30_000)).toBeLessThan(900);
});
