import { expect, test } from "vitest";
import { QueryHarness } from "./query-harness.ts";

const SOURCE =
  "CREATE STREAM S (K STRING KEY, A ARRAY<INTEGER>, B ARRAY<STRING>) WITH (kafka_topic='s', value_format='JSON');";

test("a row for each value, shorter lists padded with NULL", () => {
  const query = new QueryHarness(
    `${SOURCE} CREATE STREAM F AS SELECT K, EXPLODE(A) AS X, EXPLODE(B) AS Y FROM S;`,
  );
  query.push("s", "k", { A: [1, 2], B: ["p", "q", "r"] }, 7);
  expect(query.take()).toEqual(["+ K=k X=1 Y=p @7", "+ K=k X=2 Y=q @7", "+ K=k X=null Y=r @7"]);
});

test("a row for which there is nothing gives no rows and is counted", () => {
  const query = new QueryHarness(`${SOURCE} CREATE STREAM F AS SELECT K, EXPLODE(A) AS X FROM S;`);
  query.push("s", "k", { A: [] }, 7).push("s", "k", null, 8);
  expect(query.take()).toEqual([]);
  expect(query.counters.dropped()).toEqual({ filtered: 1, "null-value": 1 });
});
