import { describe, expect, test } from "vitest";
import type { ResolvedReference } from "../schema-language.ts";
import { jsonSchemaLanguage } from "./json-schema-language.ts";
import { maximumMatching } from "./maximum-matching.ts";

const NAMES = { reader: "new schema", writer: "old schema" };

function parse(schema: unknown, references: readonly ResolvedReference[] = []) {
  return jsonSchemaLanguage.parse(JSON.stringify(schema), references, { normalize: false });
}

function types(reader: unknown, writer: unknown): (string | undefined)[] {
  return parse(reader)
    .incompatibilities(parse(writer), NAMES)
    .map((line) => /errorType:'(\w+)'/.exec(line)?.[1]);
}

const open = (properties: object, rest = {}) => ({ type: "object", properties, ...rest });
const closed = (properties: object, rest = {}) => ({
  ...open(properties, rest),
  additionalProperties: false,
});
const int = { type: "integer" };
const text = { type: "string" };

const tree = (value: unknown) => ({
  $ref: "#/definitions/node",
  definitions: {
    node: closed({ value, children: { type: "array", items: { $ref: "#/definitions/node" } } }),
  },
});

describe("reading what is valid for another JSON Schema", () => {
  test.each([
    ["a looser bound", { type: "string", maxLength: 5 }, { type: "string", maxLength: 3 }],
    ["a bound that is gone", { type: "number" }, { type: "number", minimum: 3 }],
    ["numbers for integers", { type: "number" }, int],
    ["more values", { enum: ["a", "b"] }, { enum: ["a"] }],
    ["anything", {}, text],
    ["true for a type", true, int],
    ["a choice that has it", { type: ["string", "null"] }, text],
    ["more choices", { oneOf: [int, text, { type: "null" }] }, { oneOf: [text, int] }],
    ["a property of a closed model", closed({ a: int, b: text }), closed({ a: int })],
    ["a required one with default", closed({ a: { ...int, default: 1 } }, { required: ["a"] }), closed({})],
    ["a property gone from an open model", open({}), open({ a: int })],
    ["an untyped one into an open model", open({ a: {} }), open({})],
    ["not required any more", open({ a: int }), open({ a: int }, { required: ["a"] })],
    ["an opened model", open({ a: int }), closed({ a: int })],
    [
      "a covered property",
      open({ a: int }, { additionalProperties: { type: "number" } }),
      open({ a: int, b: int }, { additionalProperties: { type: "number" } }),
    ],
    ["looser items", { type: "array", items: { type: "number" } }, { type: "array", items: int }],
    ["a finer step", { type: "number", multipleOf: 0.1 }, { type: "number", multipleOf: 0.3 }],
    ["less excluded", { not: { type: "string", maxLength: 2 } }, { not: text }],
    ["titles", { ...int, title: "x", description: "y" }, int],
    ["connect's decimals", { ...text, "connect.type": "bytes" }, { type: "number", "connect.type": "bytes" }],
  ])("works: %s", (_what, reader, writer) => {
    expect(types(reader, writer)).toEqual([]);
  });

  test.each([
    ["another type", text, int, ["TYPE_CHANGED"]],
    ["integers for numbers", int, { type: "number" }, ["TYPE_NARROWED"]],
    ["a new bound", { type: "string", maxLength: 3 }, text, ["MAX_LENGTH_ADDED"]],
    [
      "a tighter bound",
      { type: "number", minimum: 4 },
      { type: "number", minimum: 3 },
      ["MINIMUM_INCREASED"],
    ],
    ["a pattern", { type: "string", pattern: "a" }, text, ["PATTERN_ADDED"]],
    ["fewer values", { enum: ["a"] }, { enum: ["a", "b"] }, ["ENUM_ARRAY_NARROWED"]],
    ["other values", { enum: ["c"] }, { enum: ["a", "b"] }, ["ENUM_ARRAY_CHANGED"]],
    ["another constant", { const: 1 }, { const: 2 }, ["ENUM_ARRAY_CHANGED"]],
    ["fewer choices", { oneOf: [int] }, { oneOf: [int, text] }, ["SUM_TYPE_NARROWED"]],
    [
      "other choices",
      { oneOf: [int, { type: "boolean" }] },
      { oneOf: [int, text] },
      ["TYPE_CHANGED", "COMBINED_TYPE_SUBSCHEMAS_CHANGED"],
    ],
    [
      "more conditions",
      { allOf: [open({}), { required: ["a"] }, closed({})] },
      { allOf: [open({}), closed({})] },
      ["PRODUCT_TYPE_EXTENDED"],
    ],
    [
      "a property of an open model",
      open({ a: int }),
      open({}),
      ["OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL"],
    ],
    [
      "a property gone from a closed model",
      closed({}),
      closed({ a: int }),
      ["PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL"],
    ],
    [
      "a required property",
      closed({ a: int }, { required: ["a"] }),
      closed({}),
      ["REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL"],
    ],
    [
      "a property required now",
      open({ a: int }, { required: ["a"] }),
      open({ a: int }),
      ["REQUIRED_ATTRIBUTE_ADDED"],
    ],
    ["a closed model", closed({}), open({}), ["ADDITIONAL_PROPERTIES_REMOVED"]],
    [
      "a narrower pattern property",
      open({ x_a: int }, { additionalProperties: false }),
      open({}, { additionalProperties: false, patternProperties: { "^x_": text } }),
      ["TYPE_CHANGED", "PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL"],
    ],
    ["unique items", { type: "array", uniqueItems: true }, { type: "array" }, ["UNIQUE_ITEMS_ADDED"]],
    ["items of a type", { type: "array", items: int }, { type: "array" }, ["SCHEMA_ADDED"]],
    [
      "an item gone",
      { type: "array", prefixItems: [int], items: false },
      { type: "array", prefixItems: [int, int], items: false },
      ["ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL"],
    ],
    ["more excluded", { not: text }, { not: { type: "string", maxLength: 2 } }, ["NOT_TYPE_EXTENDED"]],
    ["a dependency", open({}, { dependentRequired: { a: ["b"] } }), open({}), ["DEPENDENCY_ARRAY_ADDED"]],
    [
      "one of two kinds in one object",
      { type: "string", enum: ["a"] },
      { type: "string", enum: ["a", "b"] },
      ["ENUM_ARRAY_NARROWED", "COMBINED_TYPE_SUBSCHEMAS_CHANGED"],
    ],
  ])("fails: %s", (_what, reader, writer, expected) => {
    expect(types(reader, writer)).toEqual(expected);
  });

  test("the message says where", () => {
    const [line] = parse(open({ a: open({ b: text }) })).incompatibilities(
      parse(open({ a: open({ b: int }) })),
      NAMES,
    );
    expect(line).toBe(
      "{errorType:'TYPE_CHANGED', description:'at path '#/properties/a/properties/b': number was written where string is read'}",
    );
  });

  test("recursive schemas end, and a fault in them is found", () => {
    expect(types(tree({ type: "number" }), tree(int))).toEqual([]);
    expect(types(tree(text), tree(int))).toEqual(["TYPE_CHANGED"]);
    expect(types({ $ref: "#" }, { $ref: "#" })).toEqual([]);
  });
});

describe("JSON Schema documents", () => {
  test("are stored without spaces, in their order, with their digits", () => {
    const { text: stored } = jsonSchemaLanguage.parse('{ "type": "number",\n "maximum": 1.0 }', [], {
      normalize: false,
    });
    expect(stored).toBe('{"type":"number","maximum":1.0}');
    const { text: normal } = jsonSchemaLanguage.parse('{"type":"number","maximum":1.0}', [], {
      normalize: true,
    });
    expect(normal).toBe('{"maximum":1,"type":"number"}');
  });

  test("refer to parts, anchors, ids and references", () => {
    const other: ResolvedReference = {
      reference: { name: "http://acme.org/int.json", subject: "int", version: 1 },
      schema: { type: "JSON", schema: JSON.stringify({ ...int, $defs: { t: text } }), references: [] },
    };
    const schema = (rest: object) => ({
      $id: "http://acme.org/x.json",
      $defs: { a: { $anchor: "A", ...text } },
      ...rest,
    });
    for (const $ref of [
      "#/$defs/a",
      "#A",
      "int.json",
      "http://acme.org/int.json#/$defs/t",
      "http://acme.org/x.json#/$defs/a",
    ]) {
      expect(() => parse(schema({ properties: { p: { $ref } } }), [other])).not.toThrow();
    }
    const reader = parse(schema({ properties: { p: { $ref: "int.json" } } }), [other]);
    const writer = parse(schema({ properties: { p: { $ref: "#A" } } }), [other]);
    expect(reader.incompatibilities(writer, NAMES)).toHaveLength(1);
  });

  test.each([
    ["{", "the JSON schema is not valid JSON"],
    ["3", "# is neither an object nor true nor false"],
    ['{"type":"strin"}', "'strin' at # is no type of JSON Schema"],
    ['{"properties":{"a":{"type":"int"}}}', "'int' at #/properties/a is no type of JSON Schema"],
    ['{"required":"a"}', "'required' at # is no array of names"],
    ['{"enum":"a"}', "'enum' at # is no array"],
    ['{"oneOf":[]}', "'oneOf' at # is no array of schemas"],
    ['{"properties":[]}', "'properties' at # is no object"],
    ['{"$ref":"#/definitions/x"}', "'#/definitions/x' at # leads nowhere"],
    ['{"$ref":"http://elsewhere.org/x"}', "'http://elsewhere.org/x' at # leads nowhere"],
  ])("that are not valid say why: %s", (schema, message) => {
    expect(() => jsonSchemaLanguage.parse(schema, [], { normalize: false })).toThrow(message);
  });
});

test("the largest matching gives up a first choice for a second", () => {
  expect(maximumMatching([[0, 1], [0]], 2)).toBe(2);
  expect(maximumMatching([[0], [0]], 1)).toBe(1);
  expect(maximumMatching([[], [0]], 1)).toBe(1);
});
