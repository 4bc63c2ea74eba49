import { expect, test } from "vitest";
import { chosenLeaves, parseStatistics, statisticsText } from "./file-statistics.ts";
import type { LeafStatistics } from "./file-statistics.ts";
import type { DeltaStruct, DeltaType } from "./schema.ts";

function schema(fields: Readonly<Record<string, DeltaType>>): DeltaStruct {
  return {
    type: "struct",
    fields: Object.entries(fields).map(([name, type]) => ({ name, type, nullable: true, metadata: {} })),
  };
}

function leaf(name: string, min: string | undefined, max: string | undefined, nullCount = 0): LeafStatistics {
  return { path: name.split("."), min, max, nullCount, hasNan: false };
}

function text(type: DeltaType, min: string, max: string): unknown {
  return JSON.parse(statisticsText(1, [leaf("c", min, max)], schema({ c: type }), { first: 32 }));
}

test("numbers keep every digit", () => {
  const json = statisticsText(
    2,
    [leaf("n", "-9223372036854775808", "9223372036854775807")],
    schema({ n: "long" }),
    { first: 32 },
  );
  expect(json).toBe(
    '{"numRecords":2,"minValues":{"n":-9223372036854775808},"maxValues":{"n":9223372036854775807},"nullCount":{"n":0}}',
  );
});

test("a long text is cut, and the greatest made greater", () => {
  const long = "x".repeat(40);
  expect(text("string", long, long)).toMatchObject({
    minValues: { c: "x".repeat(32) },
    maxValues: { c: `${"x".repeat(32)}\u{10FFFF}` },
  });
});

test("a text is cut between characters, never in one", () => {
  const faces = "\u{1F600}".repeat(33);
  expect(text("string", faces, faces)).toMatchObject({ minValues: { c: "\u{1F600}".repeat(32) } });
});

test("a greatest text that cannot be made greater has no bounds", () => {
  const most = "\u{10FFFF}".repeat(33);
  expect(text("string", "a", most)).toMatchObject({ minValues: {}, maxValues: {} });
});

test("timestamps are cut to milliseconds, the greatest upwards", () => {
  const at = "2026-01-05 08:00:00.123456+00";
  expect(text("timestamp", at, at)).toMatchObject({
    minValues: { c: "2026-01-05T08:00:00.123Z" },
    maxValues: { c: "2026-01-05T08:00:00.124Z" },
  });
  expect(text("timestamp_ntz", "0026-12-31 23:59:59.9999", "0026-12-31 23:59:59.9999")).toMatchObject({
    minValues: { c: "0026-12-31T23:59:59.999" },
    maxValues: { c: "0027-01-01T00:00:00.000" },
  });
});

test("what has no order in JSON has no bounds", () => {
  expect(text("double", "-inf", "inf")).toMatchObject({ minValues: {} });
  expect(text("date", "0044-03-15 (BC)", "2026-01-01")).toMatchObject({ minValues: {} });
  expect(text("boolean", "0", "1")).toMatchObject({ minValues: {}, nullCount: { c: 0 } });
  const nan = { ...leaf("c", "1", "2"), hasNan: true };
  expect(JSON.parse(statisticsText(1, [nan], schema({ c: "double" }), { first: 32 }))).toMatchObject({
    maxValues: {},
  });
});

test("structs nest, and what lies in arrays has none", () => {
  const nested = schema({
    s: schema({ a: "long", t: schema({ b: "string" }) }),
    l: { type: "array", elementType: "long", containsNull: true },
  });
  const leaves = [leaf("s.a", "1", "2"), leaf("s.t.b", "x", "y", 3), leaf("l.element", "1", "9")];
  expect(JSON.parse(statisticsText(5, leaves, nested, { first: 32 }))).toEqual({
    numRecords: 5,
    minValues: { s: { a: 1, t: { b: "x" } } },
    maxValues: { s: { a: 2, t: { b: "y" } } },
    nullCount: { s: { a: 0, t: { b: 3 } } },
  });
});

test("the first columns count, or those that the table names", () => {
  const wide = schema({ a: "long", s: schema({ x: "long", y: "long" }), b: "long" });
  const names = (limits: Parameters<typeof chosenLeaves>[1]): string[] =>
    chosenLeaves(wide, limits).map(({ path }) => path.join("."));
  expect(names({ first: 2 })).toEqual(["a", "s.x"]);
  expect(names({ first: 1, names: ["s", "b"] })).toEqual(["s.x", "s.y", "b"]);
});

test("statistics that cannot be read count as none", () => {
  expect(parseStatistics("{")).toEqual({});
  expect(parseStatistics("3")).toEqual({});
  expect(parseStatistics(undefined)).toEqual({});
});
