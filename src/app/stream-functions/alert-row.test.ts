import { expect, test } from "vitest";
import type { CorrelationHit } from "../../detect/correlation/correlation-item.ts";
import type { CorrelationRule } from "../../detect/rule/sigma-document.ts";
import { correlationReasons } from "./alert-row.ts";

const RULE = {
  type: "event_count",
  timespanMs: 60_000,
  condition: { bounds: [{ operator: "gte", value: 2 }], fields: [] },
} as unknown as CorrelationRule;

const hit = (firstMs: number, lastMs: number): CorrelationHit => ({
  key: "many",
  group: { User: "ann" },
  firstMs,
  lastMs,
  timeMs: lastMs,
  items: 2,
  measured: 2,
  references: [],
  fields: {},
});

test("reasons of a correlation say what was counted and when", () => {
  expect(correlationReasons(RULE, ["Failed"], hit(0, 1000))).toEqual([
    "event_count: 2, wanted >= 2, within 60 s",
    "2 hits of 'Failed' from 1970-01-01T00:00:00.000Z to 1970-01-01T00:00:01.000Z",
    "User = ann",
  ]);
});

test("a time that no date can hold is told as it is", () => {
  expect(correlationReasons(RULE, ["Failed"], hit(0, 9e15))[1]).toContain("to 9000000000000000 ms");
});
