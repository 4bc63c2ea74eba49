import { describe, expect, test } from "vitest";
import { avroLanguage } from "./avro-language.ts";
import type { ResolvedReference } from "../schema-language.ts";

function written(schema: unknown, references: readonly ResolvedReference[] = [], normalize = false): string {
  const text = typeof schema === "string" ? schema : JSON.stringify(schema);
  return avroLanguage.parse(text, references, { normalize }).text;
}

function reference(name: string, schema: unknown): ResolvedReference {
  const text = { type: "AVRO" as const, schema: JSON.stringify(schema), references: [] };
  return { reference: { name, subject: name, version: 1 }, schema: text };
}

const ordered = (order: readonly string[]) => ({
  type: "bytes",
  ...Object.fromEntries(order.map((name) => [name, name])),
});

const field = (type: unknown, rest = {}) => ({
  type: "record",
  name: "R",
  fields: [{ name: "f", type, ...rest }],
});

describe("the stored form of an Avro schema", () => {
  test.each([
    ["a primitive in any writing", '{ "type" : "string" }', '"string"'],
    ["a bare name", "long", '"long"'],
    ["a logical type", { type: "int", logicalType: "date" }, '{"type":"int","logicalType":"date"}'],
    ["a union", ["null", { type: "long" }], '["null","long"]'],
    ["a type in a type", { type: { type: "array", items: "int" } }, '{"type":"array","items":"int"}'],
  ])("is Avro's own: %s", (_what, schema, text) => {
    expect(written(schema)).toBe(text);
  });

  test("has attributes in one order, and namespaces where they change only", () => {
    const inner = { type: "enum", symbols: ["A", "B"], name: "E", default: "A", doc: "e" };
    const schema = {
      fields: [
        { type: inner, name: "e", doc: "d", aliases: ["x"], default: "B" },
        { name: "again", type: "org.acme.E" },
        { name: "f", type: { type: "fixed", name: "other.F", size: 4 } },
        { name: "self", type: ["null", "R"], default: null, order: "ignore", "connect.default": 1 },
      ],
      name: "org.acme.R",
      type: "record",
      aliases: ["Old"],
    };
    expect(written(schema)).toBe(
      '{"type":"record","name":"R","namespace":"org.acme","fields":[' +
        '{"name":"e","type":{"type":"enum","name":"E","doc":"e","symbols":["A","B"],"default":"A"},"doc":"d","default":"B","aliases":["x"]},' +
        '{"name":"again","type":"E"},' +
        '{"name":"f","type":{"type":"fixed","name":"F","namespace":"other","size":4}},' +
        '{"name":"self","type":["null","R"],"default":null,"order":"ignore","connect.default":1}],"aliases":["Old"]}',
    );
  });

  test("keeps the digits of defaults", () => {
    const text =
      '{"type":"record","name":"R","fields":[{"name":"a","type":"long","default":9223372036854775807},{"name":"b","type":"double","default":1.0}]}';
    expect(written(text)).toBe(text);
  });

  test("is a fixed point", () => {
    const schema = {
      type: "record",
      name: "a.R",
      fields: [{ name: "m", type: { type: "map", values: "R" } }],
    };
    expect(written(written(schema))).toBe(written(schema));
  });

  test("normalized, has properties in order", () => {
    expect(written(ordered(["b", "a"]), [], true)).toBe(written(ordered(["a", "b"]), [], true));
    expect(written(ordered(["b", "a"]))).not.toBe(written(ordered(["a", "b"])));
  });

  test("names referenced types, and has them inside where that is asked for", () => {
    const point = reference("g.Point", {
      type: "record",
      name: "g.Point",
      fields: [{ name: "x", type: "int" }],
    });
    const line = { type: "record", name: "g.Line", fields: [{ name: "from", type: "g.Point" }] };
    expect(written(line, [point])).toContain('"type":"Point"');
    const parsed = avroLanguage.parse(JSON.stringify(line), [point], { normalize: false });
    expect(parsed.formatted("resolved")).toContain('{"type":"record","name":"Point","fields"');
    expect(parsed.formatted("serialized")).toBeUndefined();
  });
});

describe("what is no Avro schema", () => {
  test.each([
    ["{", "the Avro schema is not valid JSON"],
    ["12", "the schema is neither a name, an object nor an array"],
    ['{"type":"strin"}', "'strin' of the schema is not a defined name"],
    ['{"type":"record","name":"R"}', "record 'R' has no array 'fields'"],
    ['{"type":"record","fields":[]}', "the schema, of type 'record', has no 'name'"],
    ['{"type":"record","name":"1R","fields":[]}', "'1R' in the name '1R' is no Avro name"],
    ['{"type":"enum","name":"E","symbols":["A","A"]}', "enum 'E' has symbol 'A' twice"],
    ['{"type":"enum","name":"E","symbols":["A"],"default":"B"}', "the default 'B' is no symbol of enum 'E'"],
    ['["int",["null"]]', "the schema is a union directly in a union"],
    ['["int","int"]', "the schema, a union, has 'int' twice"],
    ['{"type":"fixed","name":"F","size":-1}', "'size' of fixed 'F' is no whole number from 0 to 2147483647"],
    [
      JSON.stringify(field("int", { default: "x" })),
      "the default of field 'f' of record 'R' is no value of 'int'",
    ],
    [
      JSON.stringify(field("int", { default: 2 ** 31 })),
      "the default of field 'f' of record 'R' is no value of 'int'",
    ],
    [JSON.stringify(field("int", { order: "up" })), "'order' of field 'f' of record 'R' is 'up'"],
    ['{"type":"array"}', "the schema, an array, has no 'items'"],
  ])("%s", (text, message) => {
    expect(() => written(text)).toThrow(message);
  });

  test("the near name is suggested, and depth has an end", () => {
    expect(() => written("strng")).toThrow(expect.objectContaining({ hint: "did you mean 'string'?" }));
    const deep = `${'{"type":"array","items":'.repeat(300)}"int"${"}".repeat(300)}`;
    expect(() => written(deep)).toThrow("is nested deeper than 200");
  });
});
