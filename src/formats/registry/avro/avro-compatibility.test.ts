import avsc from "avsc";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { avroLanguage } from "./avro-language.ts";

const NAMES = { reader: "new schema", writer: "old schema" };

const parse = (schema: unknown) => avroLanguage.parse(JSON.stringify(schema), [], { normalize: false });

function lines(reader: unknown, writer: unknown): readonly string[] {
  return parse(reader).incompatibilities(parse(writer), NAMES);
}

function types(reader: unknown, writer: unknown): (string | undefined)[] {
  return lines(reader, writer).map((line) => /errorType:'(\w+)'/.exec(line)?.[1]);
}

const record = (...fields: unknown[]) => ({ type: "record", name: "R", fields });
const symbols = (names: string[], rest = {}) => ({ type: "enum", name: "E", symbols: names, ...rest });

const list = (type: unknown) =>
  record({ name: "v", type }, { name: "next", type: ["null", "R"], default: null });

const tower = (leaf: string): unknown => {
  let type: unknown = { type: "record", name: "T0", fields: [{ name: "v", type: leaf }] };
  for (let level = 1; level <= 60; level++) {
    const below = `T${level - 1}`;
    const fields = [
      { name: "a", type: ["null", type] },
      { name: "b", type: ["null", below] },
      { name: "c", type: { type: "map", values: below } },
    ];
    type = { type: "record", name: `T${level}`, fields };
  }
  return type;
};

describe("reading what another Avro schema wrote", () => {
  test.each([
    ["promotions", "double", "int"],
    ["long as float", "float", "long"],
    ["bytes as string", "string", "bytes"],
    ["string as bytes", "bytes", "string"],
    ["into a union", ["null", "long"], "int"],
    ["a union of one into that one", "int", ["int"]],
    ["a smaller union", ["null", "int", "string"], ["string", "null"]],
    ["a new field with a default", record({ name: "a", type: "int", default: 1 }), record()],
    ["a field that is gone", record(), record({ name: "a", type: "int" })],
    [
      "a renamed field",
      record({ name: "b", type: "int", aliases: ["a"] }),
      record({ name: "a", type: "int" }),
    ],
    ["more symbols", symbols(["A", "B"]), symbols(["A"])],
    ["fewer symbols and a default", symbols(["A"], { default: "A" }), symbols(["A", "B"])],
    ["another namespace", { ...record(), namespace: "x" }, { ...record(), namespace: "y" }],
    ["a renamed record", { ...record(), name: "S", aliases: ["R"] }, record()],
    ["a default of null", record({ name: "a", type: ["null", "int"], default: null }), record()],
  ])("works: %s", (_what, reader, writer) => {
    expect(lines(reader, writer)).toEqual([]);
  });

  test.each([
    ["no promotion down", "int", "long", ["TYPE_MISMATCH"]],
    ["float is no long", "long", "float", ["TYPE_MISMATCH"]],
    ["a branch too many", "int", ["int", "null"], ["MISSING_UNION_BRANCH"]],
    ["no branch for it", ["null", "int"], "string", ["MISSING_UNION_BRANCH"]],
    [
      "a new field without default",
      record({ name: "a", type: "int" }),
      record(),
      ["READER_FIELD_MISSING_DEFAULT_VALUE"],
    ],
    ["fewer symbols", symbols(["A"]), symbols(["A", "B"]), ["MISSING_ENUM_SYMBOLS"]],
    ["another name", { ...record(), name: "S" }, record(), ["NAME_MISMATCH"]],
    [
      "another size",
      { type: "fixed", name: "F", size: 2 },
      { type: "fixed", name: "F", size: 3 },
      ["FIXED_SIZE_MISMATCH"],
    ],
    [
      "several at once",
      record({ name: "a", type: "int" }, { name: "b", type: { type: "array", items: "int" } }),
      record({ name: "b", type: { type: "array", items: "string" } }),
      ["READER_FIELD_MISSING_DEFAULT_VALUE", "TYPE_MISMATCH"],
    ],
  ])("fails: %s", (_what, reader, writer, expected) => {
    expect(types(reader, writer)).toEqual(expected);
  });

  test("the message says where and what", () => {
    const reader = record({ name: "p", type: record2("int") });
    const writer = record({ name: "p", type: record2("string") });
    expect(lines(reader, writer)).toEqual([
      "{errorType:'TYPE_MISMATCH', description:'at path '/fields/0/type/fields/0/type': 'int' of the new schema cannot read 'string' of the old schema', additionalInfo:'reader type: INT, writer type: STRING'}",
    ]);
  });

  test("recursive schemas end, and a fault in the recursion is found", () => {
    expect(lines(list("long"), list("int"))).toEqual([]);
    expect(types(list("int"), list("long"))).toContain("TYPE_MISMATCH");
  });

  test("records that are used over and over are compared once", () => {
    expect(lines(tower("long"), tower("int"))).toEqual([]);
    expect(lines(tower("int"), tower("long")).length).toBeLessThanOrEqual(100);
  });
});

function record2(type: unknown) {
  return { type: "record", name: "P", fields: [{ name: "x", type }] };
}

// Union branches have distinct kinds, as Avro wants; named types are named by their place.
const leaf = fc.constantFrom("null", "boolean", "int", "long", "float", "double", "bytes", "string");
const schema = fc.letrec<{ type: unknown; flat: unknown }>((tie) => ({
  flat: fc.oneof(
    { weight: 4, arbitrary: leaf },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("array"), items: tie("type") }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("map"), values: tie("type") }) },
    {
      weight: 2,
      arbitrary: fc
        .uniqueArray(fc.record({ name: fc.constantFrom("a", "b", "c"), type: tie("type") }), {
          selector: (field) => field.name,
          maxLength: 3,
        })
        .map((fields) => ({ type: "record", name: "R", fields })),
    },
    {
      weight: 1,
      arbitrary: fc.subarray(["X", "Y", "Z"], { minLength: 1 }).map((names) => symbols(names)),
    },
  ),
  type: fc.oneof(
    { depthSize: "small" },
    tie("flat"),
    fc.uniqueArray(tie("flat"), { minLength: 1, maxLength: 3, selector: kindOf }),
  ),
})).type;

function kindOf(type: unknown): string {
  return typeof type === "string" ? type : (type as { type: string }).type;
}

/** Nested records and enums of one name would be defined twice. */
function named(type: unknown, place = "N"): unknown {
  if (Array.isArray(type)) return type.map((branch: unknown) => named(branch, place));
  if (typeof type !== "object" || type === null) return type;
  const { items, values, fields, ...rest } = type as Record<string, unknown>;
  return {
    ...rest,
    ...(rest["name"] === undefined ? {} : { name: `${place}${rest["name"] as string}` }),
    ...(items === undefined ? {} : { items: named(items, `${place}I`) }),
    ...(values === undefined ? {} : { values: named(values, `${place}V`) }),
    ...(Array.isArray(fields)
      ? {
          fields: fields.map((field: { name: string; type: unknown }) => ({
            ...field,
            type: named(field.type, `${place}_${field.name}`),
          })),
        }
      : {}),
  };
}

const avscType = (type: unknown) => avsc.Type.forSchema(type as avsc.Schema, { wrapUnions: "always" });

/** The implementation that Avro's JavaScript users have, as an oracle. */
function avscReads(reader: unknown, writer: unknown): boolean {
  const [one, other] = [avscType(reader), avscType(writer)];
  try {
    one.createResolver(other);
    return true;
  } catch {
    return false;
  }
}

test("agrees with avsc on any two schemas", () => {
  fc.assert(
    fc.property(schema, schema, (one, other) => {
      const reader = named(one);
      const writer = named(other);
      expect(lines(reader, writer).length === 0).toBe(avscReads(reader, writer));
      expect(lines(reader, reader)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
