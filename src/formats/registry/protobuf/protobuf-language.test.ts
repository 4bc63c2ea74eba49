import { describe, expect, test } from "vitest";
import type { ResolvedReference } from "../schema-language.ts";
import { decodeDescriptor } from "./protobuf-descriptor.ts";
import { protobufLanguage } from "./protobuf-language.ts";

const NAMES = { reader: "new schema", writer: "old schema" };

function parse(body: string, references: readonly ResolvedReference[] = []) {
  return protobufLanguage.parse(`syntax = "proto3";\n${body}`, references, { normalize: false });
}

function types(reader: string, writer: string): (string | undefined)[] {
  return parse(reader)
    .incompatibilities(parse(writer), NAMES)
    .map((line) => /errorType:'(\w+)'/.exec(line)?.[1]);
}

const proto2Schema = (body: string) =>
  protobufLanguage.parse(`syntax = "proto2"; message M { ${body} }`, [], { normalize: false });

function proto2(reader: string, writer: string): (string | undefined)[] {
  return proto2Schema(reader)
    .incompatibilities(proto2Schema(writer), NAMES)
    .map((line) => /errorType:'(\w+)'/.exec(line)?.[1]);
}

const file = (type: string) => `syntax = "proto3"; package o; message Other { ${type} x = 1; }`;

function reference(name: string, schema: string, version = 1): ResolvedReference {
  return {
    reference: { name, subject: name, version },
    schema: { type: "PROTOBUF", schema, references: [] },
  };
}

const message = (body: string) => `message M { ${body} }`;

describe("reading what another .proto wrote", () => {
  test.each([
    ["a new field", message("int32 a = 1; string b = 2;"), message("int32 a = 1;")],
    ["a field that is gone", message(""), message("int32 a = 1;")],
    ["a new name", message("int32 b = 1;"), message("int32 a = 1;")],
    ["a wider number", message("int64 a = 1;"), message("int32 a = 1;")],
    ["an enum as a number", message("int32 a = 1;"), `enum E { X = 0; } ${message("E a = 1;")}`],
    ["text as bytes", message("bytes a = 1;"), message("string a = 1;")],
    ["a new message", `${message("")} message N {}`, message("")],
    ["a field into a oneof of its own", message("oneof o { int32 a = 1; }"), message("int32 a = 1;")],
    [
      "a oneof with a new field",
      message("oneof o { int32 a = 1; string b = 2; }"),
      message("oneof o { int32 a = 1; }"),
    ],
    ["a oneof that went", message(""), message("oneof o { int32 a = 1; int32 b = 2; }")],
    [
      "a field out of a oneof",
      message("int32 a = 1; oneof o { int32 b = 2; }"),
      message("oneof o { int32 a = 1; int32 b = 2; }"),
    ],
    ["a recursive message", message("M m = 1; int64 a = 2;"), message("M m = 1; int32 a = 2;")],
    ["a wider map", message("map<string, int64> m = 1;"), message("map<string, int32> m = 1;")],
  ])("works: %s", (_what, reader, writer) => {
    expect(types(reader, writer)).toEqual([]);
  });

  test.each([
    ["another package", "package a; message M {}", "package b; message M {}", ["PACKAGE_CHANGED"]],
    ["a message that is gone", "", message(""), ["MESSAGE_REMOVED"]],
    ["a nested message that is gone", message(""), message("message N {}"), ["MESSAGE_REMOVED"]],
    [
      "another kind of number",
      message("sint32 a = 1;"),
      message("int32 a = 1;"),
      ["FIELD_SCALAR_KIND_CHANGED"],
    ],
    [
      "a message for a number",
      message("N a = 1; message N {}"),
      message("int32 a = 1; message N {}"),
      ["FIELD_KIND_CHANGED"],
    ],
    [
      "another message",
      message("A a = 1; message A {} message B {}"),
      message("B a = 1; message A {} message B {}"),
      ["FIELD_NAMED_TYPE_CHANGED"],
    ],
    [
      "fields into one oneof",
      message("oneof o { int32 a = 1; int32 b = 2; }"),
      message("int32 a = 1; int32 b = 2;"),
      ["MULTIPLE_FIELDS_MOVED_TO_ONEOF"],
    ],
    [
      "a field into another's oneof",
      message("oneof o { int32 a = 1; int32 b = 2; }"),
      message("oneof o { int32 a = 1; } int32 b = 2;"),
      ["FIELD_MOVED_TO_EXISTING_ONEOF"],
    ],
    [
      "a oneof's field that is gone",
      message("oneof o { int32 a = 1; }"),
      message("oneof o { int32 a = 1; int32 b = 2; }"),
      ["ONEOF_FIELD_REMOVED"],
    ],
    [
      "a label",
      message("repeated int32 a = 1;"),
      message("optional int32 a = 1;"),
      ["FIELD_NUMERIC_LABEL_CHANGED"],
    ],
    [
      "a map's value",
      message("map<string, string> m = 1;"),
      message("map<string, int32> m = 1;"),
      ["FIELD_SCALAR_KIND_CHANGED"],
    ],
  ])("fails: %s", (_what, reader, writer, expected) => {
    expect(types(reader, writer)).toEqual(expected);
  });

  test("required fields may neither come nor go", () => {
    expect(proto2("required int32 a = 1;", "")).toEqual(["REQUIRED_FIELD_ADDED"]);
    expect(proto2("", "required int32 a = 1;")).toEqual(["REQUIRED_FIELD_REMOVED"]);
    expect(proto2("optional int32 a = 1;", "")).toEqual([]);
    expect(proto2("repeated string a = 1;", "optional string a = 1;")).toEqual([]);
  });

  test("a message that an import defines is compared through it", () => {
    const schema = 'import "o.proto"; message M { o.Other other = 1; }';
    const old = parse(schema, [reference("o.proto", file("int32"))]);
    expect(parse(schema, [reference("o.proto", file("int64"), 2)]).incompatibilities(old, NAMES)).toEqual([]);
    const changed = parse(schema, [reference("o.proto", file("string"), 2)]).incompatibilities(old, NAMES);
    expect(changed.map((line) => /errorType:'(\w+)'/.exec(line)?.[1])).toEqual([
      "FIELD_SCALAR_KIND_CHANGED",
      "FIELD_NAMED_TYPE_CHANGED",
    ]);
  });
});

describe("Protobuf schemas", () => {
  test("are the same where their tokens are", () => {
    const one = protobufLanguage.identity("syntax = 'proto3';\n// why\nmessage M { /* x */ string a=1; }");
    expect(protobufLanguage.identity('syntax="proto3"; message M {\n string a = 1;\n}')).toBe(one);
    expect(protobufLanguage.identity('syntax="proto3"; message M { string b = 1; }')).not.toBe(one);
    expect(protobufLanguage.identity('"a//b"')).toBe('"a//b"');
  });

  test("normalized, have one layout, which is the same schema", () => {
    const text =
      'syntax="proto3"; package a.b; message M { map<string,int32> m=1; repeated M x=2 [deprecated=true]; }';
    const { text: normal } = protobufLanguage.parse(text, [], { normalize: true });
    expect(normal).toBe(
      'syntax = "proto3";\npackage a.b;\nmessage M {\n  map<string, int32> m = 1;\n  repeated M x = 2 [deprecated = true];\n}\n',
    );
    expect(protobufLanguage.identity(normal)).toBe(protobufLanguage.identity(text));
  });

  test("may import what everybody has, and what is referenced", () => {
    expect(() =>
      parse('import "google/protobuf/timestamp.proto"; message M { google.protobuf.Timestamp t = 1; }'),
    ).not.toThrow();
    expect(() =>
      parse('import "confluent/type/decimal.proto"; message M { confluent.type.Decimal d = 1; }'),
    ).not.toThrow();
    expect(() => parse('import "oter.proto"; message M {}', [reference("other.proto", "")])).toThrow(
      expect.objectContaining({
        message: "import 'oter.proto' is not among the schema's references",
        hint: "did you mean 'other.proto'?",
      }),
    );
  });

  test.each([
    ["message {", "illegal"],
    ["message M { Missing a = 1; }", "no such Type or Enum 'Missing'"],
    ["message M { int32 a = 1; int32 b = 1; }", "duplicate id 1"],
    ["message M { int32 a = 0; }", "field 'a' has number 0"],
  ])("that are not valid say why: %s", (body, detail) => {
    expect(() => parse(body)).toThrow(
      expect.objectContaining({ code: "SCHEMA_INVALID", detail: expect.stringContaining(detail) as string }),
    );
  });
});

describe("Protobuf schemas as descriptors", () => {
  const three = `syntax = "proto3";
    package a.b;
    import "google/protobuf/timestamp.proto";
    option java_package = "x";
    message M {
      optional int32 a = 1;
      oneof o { string b = 2; int32 c = 3; }
      map<string, Inner> my_map = 4;
      repeated X x = 5 [packed = false];
      google.protobuf.Timestamp t = 6;
      string js = 13 [json_name = "JS"];
      reserved 8, 20 to 30;
      message Inner { int32 z = 1 [deprecated = true]; }
      enum X { option allow_alias = true; A = 0; B = 1; C = 1; }
    }
    service S { rpc Foo(M) returns (stream M); }`;
  const two = `syntax = "proto2";
    message A {
      required string s = 1 [default = "x"];
      optional E e = 2 [default = B];
      extensions 100 to 199;
      enum E { A = 0; B = 2; }
    }
    extend A { optional int32 more = 100; }`;

  test.each([
    ["proto3", three],
    ["proto2", two],
  ])("are given out and taken again: %s", (_syntax, text) => {
    const parsed = protobufLanguage.parse(text, [], { normalize: false });
    const serialized = parsed.formatted("serialized")!;
    const back = protobufLanguage.parse(serialized, [], { normalize: false });
    expect(back.formatted("serialized")).toBe(serialized);
    expect(back.incompatibilities(parsed, NAMES)).toEqual([]);
    expect(parsed.incompatibilities(back, NAMES)).toEqual([]);
    expect(parsed.formatted("other")).toBeUndefined();
  });

  test("name types in full and put the oneofs of optional fields last, as protoc does", () => {
    const serialized = protobufLanguage.parse(three, [], { normalize: false }).formatted("serialized")!;
    const { messageType, syntax } = decodeDescriptor(Buffer.from(serialized, "base64"));
    const described = messageType![0]!;
    expect([syntax, described.oneofDecl?.map(({ name }) => name)]).toEqual(["proto3", ["o", "_a"]]);
    expect(described.field?.map(({ typeName }) => typeName)).toEqual([
      undefined,
      undefined,
      undefined,
      ".a.b.M.MyMapEntry",
      ".a.b.M.X",
      ".google.protobuf.Timestamp",
      undefined,
    ]);
    expect(described.nestedType?.map(({ name }) => name)).toEqual(["MyMapEntry", "Inner"]);
  });

  test("that are none are refused", () => {
    expect(() => protobufLanguage.parse("AAAA", [], { normalize: false })).toThrow(
      "the Protobuf schema is not valid",
    );
  });
});
