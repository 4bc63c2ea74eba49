/** Skipping is judged by the rows themselves: a file that is left out holds none that the predicate wants. */
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fakeLake, rowLines } from "../fake-lake.ts";
import type { FakeLake } from "../fake-lake.ts";
import { localFiles, scanQuery } from "../parquet/parquet-scan.ts";
import { SeededRandom } from "../../base/random.ts";
import { matchingFiles, shareOf } from "./file-skipping.ts";
import { predicateSql } from "./predicate.ts";
import type { Comparison, Predicate, PredicateValue } from "./predicate.ts";
import type { DeltaTable } from "./table.ts";

const VALUES: Readonly<Record<string, readonly (PredicateValue | null)[]>> = {
  p: [null, "a", "b/c", "é"],
  d: [null, "2026-01-01", "2026-01-02"],
  n: [null, -5, 0, 7, "9007199254740993", "9007199254740992", "-9223372036854775808"],
  x: [null, -1.5, 0, 3.25, "NaN", "Infinity", 1e300],
  ok: [null, true, false],
  at: [
    null,
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00.000001Z",
    "2026-01-01T00:00:00.0005Z",
    "1969-12-31T23:59:59.999999Z",
  ],
  text: [
    null,
    "",
    "abc",
    "z".repeat(32),
    `${"z".repeat(32)}a`,
    `${"z".repeat(31)}\u{1F600}x`,
    `${"z".repeat(32)}\u{10FFFF}`,
    "é".repeat(40),
    "\uFFFD".repeat(33),
  ],
};

const TYPES: Readonly<Record<string, string>> = {
  p: "string",
  d: "date",
  n: "long",
  x: "double",
  ok: "boolean",
  at: "timestamp",
  text: "string",
};

let fake: FakeLake;
let table: DeltaTable;

beforeAll(async () => {
  fake = await fakeLake();
  const columns = Object.entries(TYPES).map(([name, type]) => ({ name, type }));
  table = await fake.create({ columns, partitionColumns: ["p", "d"] });
  const random = new SeededRandom(5);
  for (let i = 0; i < 25; i++) {
    const rows = Array.from({ length: random.int(1, 3) }, () =>
      Object.fromEntries(Object.entries(VALUES).map(([name, values]) => [name, random.pick(values)])),
    );
    await table.append(rowLines(...rows));
  }
});

afterAll(() => fake.close());

const comparable = (column: string): readonly PredicateValue[] =>
  VALUES[column]!.filter(
    (value): value is PredicateValue => value !== null && value !== "NaN" && value !== "Infinity",
  );

const leaf: fc.Arbitrary<Predicate> = fc.constantFrom(...Object.keys(VALUES)).chain((column) => {
  const value = fc.constantFrom(...comparable(column));
  const op = fc.constantFrom<Comparison>("=", "<", "<=", ">", ">=");
  return fc.oneof(
    fc.record({ kind: fc.constant("compare" as const), column: fc.constant(column), op, value }),
    fc.record({
      kind: fc.constant("in" as const),
      column: fc.constant(column),
      values: fc.array(value, { maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constantFrom("isNull" as const, "isNotNull" as const),
      column: fc.constant(column),
    }),
  );
});

const predicate: fc.Arbitrary<Predicate> = fc.letrec<{ tree: Predicate }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      terms: fc.array(tie("tree"), { maxLength: 3 }),
    }),
  ),
})).tree;

async function count(files: Parameters<typeof localFiles>[1], condition: string): Promise<number> {
  const scan = scanQuery(table.snapshot, await localFiles(table.store, files));
  const [row] = await fake.lake.database.rows(`SELECT count(*) AS n FROM (${scan}) WHERE ${condition}`);
  return Number(row?.["n"]);
}

test("no file with a wanted row is left out, and of a file that matches whole every row matches", async () => {
  let skipped = 0;
  let whole = 0;
  await fc.assert(
    fc.asyncProperty(predicate, async (wanted) => {
      const { snapshot } = table;
      const condition = predicateSql(wanted, snapshot.schema);
      const chosen = matchingFiles(snapshot, wanted);
      const left = [...snapshot.files.values()].filter((file) => !chosen.includes(file));
      const all = chosen.filter((file) => shareOf(file, wanted, snapshot) === "all");
      expect(await count(left, condition)).toBe(0);
      expect(await count(all, `(${condition}) IS NOT TRUE`)).toBe(0);
      skipped += left.length;
      whole += all.length;
    }),
    { numRuns: 150, seed: 3 },
  );
  expect(skipped).toBeGreaterThan(500);
  expect(whole).toBeGreaterThan(50);
});

function rejected(wrong: Predicate, code: string): void {
  expect(() => predicateSql(wrong, table.snapshot.schema)).toThrow(expect.objectContaining({ code }));
}

describe("predicates", () => {
  test("that compare with a value of another type are refused", () => {
    rejected({ kind: "compare", column: "d", op: "=", value: "yesterday" }, "LAKE_PREDICATE_INVALID");
    rejected({ kind: "compare", column: "n", op: "=", value: "1 OR 1=1" }, "LAKE_PREDICATE_INVALID");
    rejected({ kind: "compare", column: "text", op: "=", value: 5 }, "LAKE_PREDICATE_INVALID");
    rejected({ kind: "compare", column: "at", op: "<", value: "2026-01-01" }, "LAKE_PREDICATE_INVALID");
  });

  test("that name an unknown column say which is near", () => {
    expect(() => predicateSql({ kind: "isNull", column: "txet" }, table.snapshot.schema)).toThrow(
      expect.objectContaining({ code: "LAKE_COLUMN_UNKNOWN", hint: "did you mean 'text'?" }),
    );
  });

  test("carry quotes as values", async () => {
    const odd: Predicate = { kind: "compare", column: "text", op: "=", value: "' OR TRUE --" };
    expect(await count(table.snapshot.files.values(), predicateSql(odd, table.snapshot.schema))).toBe(0);
  });
});
