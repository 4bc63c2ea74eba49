import { describe, expect, test } from "vitest";
import { typeText } from "../../data/types.ts";
import { parameterTypeText } from "../signature-text.ts";
import { parameterType, sqlType } from "./declared-type.ts";
import { aggregate, scalar, table } from "./public-interface.ts";

describe("types in SQL's words", () => {
  test.each([
    ["int", "INTEGER"],
    ["Varchar", "STRING"],
    ["DECIMAL(10,2)", "DECIMAL(10, 2)"],
    ["DECIMAL", "DECIMAL"],
    ["array<map<string, T1>>", "ARRAY<MAP<STRING, T1>>"],
    ["STRUCT<a INT, `b c` ARRAY<DATE>>", "STRUCT<A INTEGER, `b c` ARRAY<DATE>>"],
    ["STRUCT", "STRUCT"],
    ["ANY", "ANY"],
    ["(T, U) => BOOLEAN", "LAMBDA (T, U) => BOOLEAN"],
    ["LAMBDA (T) => ARRAY<U>", "LAMBDA (T) => ARRAY<U>"],
  ])("%s is %s", (text, printed) => {
    expect(parameterTypeText(parameterType(text))).toBe(printed);
  });

  test.each([
    ["", "it ends too early"],
    ["INTT", "'INTT' is no type"],
    ["ARRAY<INT", "'>' is missing at its end"],
    ["MAP<STRING>", "',' is missing before '>'"],
    ["INT INT", "'INT' is too much"],
    ["STRING...", "'...' can't be read"],
    ["DECIMAL(2, 3)", "DECIMAL(2, 3) is no type"],
    ["STRUCT<A T>", "field 'A' stands for many types"],
    ["STRUCT<A INT, a INT>", "field 'A' is there twice"],
    ["ARRAY<".repeat(100), "nested too deeply"],
  ])("'%s' is refused: %s", (text, why) => {
    expect(() => parameterType(text)).toThrow(why);
  });

  test("a type of values has nothing that stands for many", () => {
    expect(typeText(sqlType("MAP<STRING, BIGINT>"))).toBe("MAP<STRING, BIGINT>");
    expect(() => sqlType("ARRAY<T>")).toThrow("stands for many types");
  });
});

/** Declarations as a module in JavaScript may write them, which no compiler has seen. */
const declare = { scalar, aggregate, table } as unknown as Record<string, (declared: unknown) => unknown>;
const good = { name: "F", description: "D.", parameters: [{ name: "x", type: "INT" }], returns: "INT" };
const run = () => 1;

describe("declarations", () => {
  test.each([
    ["scalar", undefined, "takes one object"],
    ["scalar", { ...good, name: "a b", evaluate: run }, "needs a name of letters"],
    ["scalar", { ...good, description: " ", evaluate: run }, "description must be a text"],
    ["scalar", { ...good, evalute: run }, "has no property 'evalute'"],
    ["scalar", { ...good }, "has no evaluate"],
    ["scalar", { ...good, evaluate: 3 }, "evaluate must be a function, not 3"],
    ["scalar", { ...good, evaluate: async () => 1 }, "evaluate can't be async"],
    ["scalar", { ...good, evaluate: run, bind: run }, "has both bind and evaluate"],
    ["scalar", { ...good, nulls: "maybe", evaluate: run }, "nulls must be 'skip' or 'pass', not 'maybe'"],
    ["scalar", { ...good, parameters: "INT", evaluate: run }, "parameters must be a list"],
    ["scalar", { ...good, parameters: [{ name: "x" }], evaluate: run }, "parameter 'x' has no type"],
    [
      "scalar",
      { ...good, parameters: [{ name: "x", type: 3 }], evaluate: run },
      "neither a text nor a SQL type",
    ],
    [
      "scalar",
      { ...good, parameters: [{ name: "x", type: "INT", literal: true }], evaluate: run },
      "only those of aggregates",
    ],
    ["scalar", { ...good, returns: "T", evaluate: run }, "type variable 'T' is not among"],
    ["scalar", { ...good, returns: "ANY", evaluate: run }, "stands for many types"],
    ["scalar", { ...good, returns: undefined, evaluate: run }, "has no returns"],
    ["scalar", { ...good, examples: [{ sql: "F(1)" }], evaluate: run }, "an example must be { sql, result }"],
    [
      "scalar",
      { name: "F", description: "D.", overloads: [{ ...good }] },
      "must be made with scalar.overload",
    ],
    ["scalar", { name: "F", description: "D.", overloads: [] }, "has no overloads"],
    ["table", { ...good, rows: run, evaluate: run }, "has no property 'evaluate'"],
    ["aggregate", { ...good, initialize: run, aggregate: run }, "has no merge"],
    ["aggregate", { ...good, initialize: run, aggregate: run, merge: run, undo: true }, "has no undo"],
    ["aggregate", { ...good, state: "T", initialize: run, aggregate: run, merge: run }, "type variable 'T'"],
  ])("%s(%o) is refused: %s", (kind, declared, why) => {
    expect(() => declare[kind]!(declared)).toThrow(why);
  });

  test("two variadic parameters and two equal overloads are refused", () => {
    const parameters = [
      { name: "a", type: "INT", variadic: true },
      { name: "b", type: "STRING", variadic: true },
    ];
    expect(() => declare["scalar"]!({ ...good, parameters, evaluate: run })).toThrow("2 variadic parameters");
    const overload = scalar.overload({ parameters: [], returns: "INT", evaluate: run });
    expect(() => scalar({ name: "F", description: "D.", overloads: [overload, overload] })).toThrow(
      "two overloads for ()",
    );
  });
});
