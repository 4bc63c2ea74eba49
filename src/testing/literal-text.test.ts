import { expect, test } from "vitest";
import {
  BIGINT,
  BYTES,
  DATE,
  DOUBLE,
  INTEGER,
  STRING,
  TIMESTAMP,
  arrayType,
  mapType,
  structType,
} from "../data/types.ts";
import type { SqlType } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import { literalText } from "./literal-text.ts";

const point = structType([
  { name: "X", type: INTEGER },
  { name: "NOTE", type: STRING },
]);

test.each<[SqlType, Value, string]>([
  [INTEGER, null, "NULL"],
  [BIGINT, 3_000_000_000n, "3000000000"],
  [DOUBLE, 2, "2.0"],
  [STRING, "it's", "'it''s'"],
  [BYTES, Buffer.from("MZ"), "'TVo='"],
  [DATE, 19_782, "'2024-02-29'"],
  [TIMESTAMP, 1000, "'1970-01-01T00:00:01.000'"],
  [arrayType(STRING), ["a", null], "ARRAY['a', NULL]"],
  [mapType(STRING, INTEGER), new Map([["k", 1]]), "MAP('k' := 1)"],
  [point, [1, "x"], "STRUCT(X := 1, NOTE := 'x')"],
])("%#: a value is written as a test would write it", (type, value, text) => {
  expect(literalText(type, value)).toBe(text);
});
