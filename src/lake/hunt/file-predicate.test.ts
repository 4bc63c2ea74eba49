import { afterAll, beforeAll, expect, test } from "vitest";
import type { DeltaStruct } from "../delta/schema.ts";
import { filePredicate } from "./file-predicate.ts";
import { HuntDatabase } from "./hunt-database.ts";
import { readQuestion } from "./statement-guard.ts";

const field = (name: string, type: string) => ({ name, type, nullable: true, metadata: {} });
const schema: DeltaStruct = {
  type: "struct",
  fields: [field("n", "long"), field("text", "string"), field("day", "date")],
};

let database: HuntDatabase;

beforeAll(async () => {
  database = await HuntDatabase.open({ folders: [], memoryBytes: 0, threads: 1, sparkNulls: false });
});

afterAll(() => database.close());

const compare = (column: string, op: string, value: unknown) => ({ kind: "compare", column, op, value });

test.each([
  ["FROM t WHERE N = 5 AND text = 'x'", [compare("n", "=", 5), compare("text", "=", "x")]],
  ["FROM t WHERE 5 < n", [compare("n", ">", 5)]],
  [
    "FROM t WHERE n BETWEEN 1 AND 2",
    [{ kind: "and", terms: [compare("n", ">=", 1), compare("n", "<=", 2)] }],
  ],
  ["FROM t WHERE n IN (1, 2)", [{ kind: "in", column: "n", values: [1, 2] }]],
  ["FROM t WHERE day >= DATE '2020-01-01'", [compare("day", ">=", "2020-01-01")]],
  ["FROM t x JOIN u ON true WHERE x.n = 1 AND u.n = 2", [compare("n", "=", 1)]],
  ["SELECT (SELECT max(n) FROM t WHERE n < 3) FROM u WHERE n > 7", [compare("n", "<", 3)]],
  ["FROM t WHERE n = 1 OR text = 'x'", undefined],
  ["FROM t WHERE NOT n = 1", undefined],
  ["FROM t JOIN u ON true WHERE n = 1", undefined],
  ["FROM t WHERE text = CAST('5' AS INTEGER)", undefined],
  ["FROM t WHERE n + 1 = 2 AND n = 1.5 AND lower(text) = 'x' AND n NOT IN (1, 2) AND other = 1", undefined],
  ["FROM u WHERE n = 1", undefined],
])("%s", async (sql, terms) => {
  const { tree, names } = await readQuestion(database, sql, () => undefined);
  const use = names.tables.find(({ name }) => name === "t") ?? { name: "t", alias: "" };
  expect(filePredicate(tree, use, schema)).toEqual(terms === undefined ? undefined : { kind: "and", terms });
});
