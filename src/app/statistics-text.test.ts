import { describe, expect, test } from "vitest";
import type { QueryStatistics } from "../api/runtime-statistics.ts";
import { errorStatisticsText, statisticsText } from "./statistics-text.ts";

const QUERY: QueryStatistics = {
  queryId: "CSAS_A_1",
  state: "RUNNING",
  consumed: { messages: 10, bytes: 1000, messagesPerSecond: 2.5 },
  produced: { messages: 7, bytes: 700, messagesPerSecond: 1.25 },
  lastMessageMs: 1000,
  dropped: [
    { reason: "filtered", count: 1, unexpected: false },
    { reason: "undecodable", count: 2, unexpected: true },
  ],
  notes: {},
  samples: [],
  lastError: { message: "no JSON object", atMs: 2000 },
  lag: 3,
  stores: [],
};
const TOPIC = { name: "t", partitions: 1, records: 7, bytes: 700, lastTimestampMs: null };

describe("statistics as text", () => {
  test("the topic first, then who writes, then who reads", () => {
    const text = statisticsText({
      topic: TOPIC,
      readBy: [{ ...QUERY, queryId: "CSAS_B_2" }],
      writtenBy: [QUERY],
    });
    expect(text.split("\n")).toEqual([
      "total-messages: 7  total-bytes: 700  last-message: n/a",
      "CSAS_A_1: written: 7  messages-per-sec: 1.25  bytes: 700  last-message: 1970-01-01T00:00:01.000Z",
      "CSAS_B_2: read: 10  messages-per-sec: 2.50  bytes: 1000  lag: 3",
    ]);
  });

  test("what a query counts beside its records stands behind it", () => {
    const noted = { ...QUERY, notes: { "hits too late for correlations": 3 } };
    const text = statisticsText({ topic: TOPIC, readBy: [noted], writtenBy: [noted] });
    expect(text.split("\n").filter((one) => one.includes("hits"))).toEqual([
      "CSAS_A_1: hits too late for correlations: 3",
    ]);
  });

  test("failures by reason, each query once, without what the statement asked for", () => {
    expect(errorStatisticsText({ topic: TOPIC, readBy: [QUERY], writtenBy: [QUERY] })).toBe(
      "CSAS_A_1: dropped-messages: 2  undecodable: 2  last-failed: 1970-01-01T00:00:02.000Z  last-error: no JSON object",
    );
    const sample = { reason: "undecodable", topic: "s", partition: 1, detail: "no JSON object" };
    const samples = [4, 9].map((offset) => ({ ...sample, offset }));
    const sampled = { ...QUERY, samples };
    const [, ...more] = errorStatisticsText({ topic: TOPIC, readBy: [sampled], writtenBy: [] }).split("\n");
    expect(more).toEqual(["CSAS_A_1: undecodable at s-1@4: no JSON object"]);
    const fine = { ...QUERY, dropped: [], lastError: null };
    expect(errorStatisticsText({ topic: TOPIC, readBy: [fine], writtenBy: [] })).toBe("");
  });
});
