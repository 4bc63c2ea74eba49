import { expect, test } from "vitest";
import { parseJson } from "../corpus/lossless-json.ts";
import type { Json } from "../corpus/lossless-json.ts";
import { protoRowsDifference } from "./proto-rows.ts";

const SCHEMA = `syntax = "proto3";

message Row {
  int64 ID = 1;
  repeated Entry M = 2;
  repeated int32 L = 3;

  message Entry {
    string key = 1;
    int32 value = 2;
  }
}
`;

const HEADER = { header: { protoSchema: SCHEMA } };

/** ID 1, entries a → 1 and b → 0, L [1, 2] in this order. */
const BYTES = Buffer.from([8, 1, 18, 5, 10, 1, 0x61, 16, 1, 18, 3, 10, 1, 0x62, 26, 2, 1, 2]).toString(
  "base64",
);

function difference(row: string): string | undefined {
  const expected = parseJson(JSON.stringify([HEADER, { row }]));
  const actual = parseJson(JSON.stringify([HEADER, { row: { protobufBytes: BYTES } }]));
  return protoRowsDifference(expected, actual as readonly Json[]);
}

const ENTRY_A = 'M {\n  key: "a"\n  value: 1\n}\n';
const ENTRY_B = 'M {\n  key: "b"\n}\n';

test("rows are compared as text; entries of a map in any order", () => {
  expect(difference(`ID: 1\n${ENTRY_A}${ENTRY_B}L: 1\nL: 2\n`)).toBeUndefined();
  expect(difference(`ID: 1\n${ENTRY_B}${ENTRY_A}L: 1\nL: 2\n`)).toBeUndefined();
  expect(difference(`ID: 1\n${ENTRY_A}${ENTRY_B}L: 2\nL: 1\n`)).toContain("instead of");
  expect(difference(`ID: 2\n${ENTRY_A}${ENTRY_B}L: 1\nL: 2\n`)).toContain("instead of");
});
