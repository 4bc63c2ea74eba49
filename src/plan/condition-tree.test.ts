import { expect, test } from "vitest";
import { findStep, lastPlan, planned } from "../../test/plan/planned.ts";
import { explainPlan } from "./explain.ts";
import { conditionLines } from "./condition-tree.ts";

const S = "CREATE STREAM S (A STRING, B STRING) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');";

function linesOf(condition: string): string[] {
  const runner = planned("auto", S, `CREATE STREAM X AS SELECT A FROM S WHERE ${condition};`);
  return conditionLines(findStep(lastPlan(runner).root, "filter").predicate);
}

test("a short condition is a line", () => {
  expect(linesOf("A = 'x' AND NOT B LIKE '%y'")).toEqual(["((A = 'x') AND (NOT (B LIKE '%y')))"]);
});

test("a long one is a tree, operands of one operator side by side", () => {
  const long = "x".repeat(40);
  const condition = `A = '${long}' AND B = '${long}' AND (A = 'a' OR B = 'b') AND NOT (A = '${long}' OR B = '${long}' OR A = 'c')`;
  expect(linesOf(condition)).toEqual([
    "AND",
    `    (A = '${long}')`,
    `    (B = '${long}')`,
    "    ((A = 'a') OR (B = 'b'))",
    "    NOT",
    "        OR",
    `            (A = '${long}')`,
    `            (B = '${long}')`,
    "            (A = 'c')",
  ]);
  const runner = planned("auto", S, `CREATE STREAM X AS SELECT A FROM S WHERE ${condition};`);
  expect(explainPlan(lastPlan(runner))).toContain(`        WHERE AND\n            (A = '${long}')\n`);
});
