import { expectTypeOf, test } from "vitest";
import {
  aggregate,
  scalar,
  table,
  type Decimal,
  type StateOf,
  type UserValue,
  type ValueOf,
} from "./public-interface.ts";

test("the compiler knows arguments and results by the words of their types", () => {
  scalar({
    name: "F",
    description: "types",
    parameters: [
      { name: "a", type: "BIGINT" },
      { name: "b", type: "STRING", variadic: true },
      { name: "c", type: "ARRAY<DECIMAL(10, 2)>" },
    ],
    returns: "MAP<STRING, INT>",
    evaluate: (...args) => {
      expectTypeOf(args).toEqualTypeOf<[bigint, ...string[], readonly (Decimal | null)[]]>();
      return { a: 1 };
    },
  });
  scalar({
    name: "G",
    description: "types",
    parameters: [{ name: "a", type: "STRUCT<A INT, B MAP<STRING, ARRAY<BYTES>>>" }],
    returns: "BIGINT",
    nulls: "pass",
    evaluate: (a) => {
      expectTypeOf(a).toEqualTypeOf<{
        readonly A: number | null;
        readonly B: ReadonlyMap<string, readonly (Buffer | null)[] | null> | null;
      } | null>();
      return a === null ? null : 1;
    },
  });
  aggregate({
    name: "H",
    description: "types",
    parameters: [
      { name: "a", type: "T" },
      { name: "n", type: "INT", literal: true },
    ],
    returns: "ARRAY<T>",
    initialize: () => [],
    aggregate: (state, value, ...rest) => {
      expectTypeOf(state).toEqualTypeOf<UserValue[]>();
      expectTypeOf(value).toEqualTypeOf<UserValue>();
      expectTypeOf(rest).toEqualTypeOf<[]>();
      return [...state, value];
    },
    merge: (left, right) => [...left, ...right],
  });
  table({
    name: "I",
    description: "types",
    parameters: [{ name: "text", type: "STRING" }],
    returns: "STRUCT<WORD STRING, AT INT>",
    rows: (text) => {
      expectTypeOf(text).toEqualTypeOf<string>();
      return text.split(" ").map((word) => ({ WORD: word, AT: text.indexOf(word) }));
    },
  });
  expectTypeOf<ValueOf<"int">>().toEqualTypeOf<number>();
  expectTypeOf<StateOf<"STRUCT<SUM DOUBLE, N BIGINT>">>().toEqualTypeOf<{
    SUM: number | null;
    N: bigint | null;
  }>();
});
