import { describe, expect, test } from "vitest";
import { Decimal } from "../data/decimal.ts";
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  BYTES,
  decimalType,
  DOUBLE,
  INTEGER,
  mapType,
  STRING,
  typeText,
  type SqlType,
} from "../data/types.ts";
import { ANY, arrayOf, overload, parameter, T, variadic } from "./define.ts";
import type { Parameter, ScalarFunction } from "./definition.ts";
import { resolveOverload, type ArgumentShape } from "./overload-resolution.ts";
import { FunctionRegistry } from "./registry.ts";

function functionOf(...signatures: readonly (readonly Parameter[])[]): ScalarFunction {
  return {
    kind: "scalar",
    name: "F",
    category: "TEST",
    description: "A test.",
    overloads: signatures.map((parameters, i) => overload(parameters, INTEGER, () => i)),
  };
}

/** Which overload is chosen. */
function choose(definition: ScalarFunction, ...args: readonly ArgumentShape[]): number {
  return definition.overloads.indexOf(resolveOverload(definition, args).overload);
}

function scalar(name: string): ScalarFunction {
  const definition = FunctionRegistry.builtin().get(name);
  if (definition.kind !== "scalar") throw new Error(`${name} is no scalar function`);
  return definition;
}

const p = (type: SqlType) => parameter("x", type);

describe("choosing an overload", () => {
  test("exact types go before casts", () => {
    const f = functionOf([p(BIGINT)], [p(INTEGER)], [p(DOUBLE)]);
    expect([BIGINT, INTEGER, DOUBLE].map((type) => choose(f, type))).toEqual([0, 1, 2]);
  });

  test("casts widen, and two ways to widen are ambiguous", () => {
    expect(choose(functionOf([p(STRING)], [p(DOUBLE)]), INTEGER)).toBe(1);
    expect(() => choose(functionOf([p(BIGINT)], [p(DOUBLE)]), INTEGER)).toThrow(
      "cannot be resolved due to ambiguous method parameters (INTEGER)",
    );
  });

  test("fixed parameters go before variadic ones, and longer ones before shorter", () => {
    const f = functionOf([variadic("x", INTEGER)], [p(INTEGER)], [p(INTEGER), variadic("x", INTEGER)]);
    expect(choose(f, INTEGER)).toBe(1);
    expect(choose(f, INTEGER, INTEGER)).toBe(2);
    expect(choose(f)).toBe(0);
  });

  test("concrete types go before type variables, and ANY comes last", () => {
    const f = functionOf([parameter("x", T)], [p(INTEGER)]);
    expect([choose(f, INTEGER), choose(f, STRING)]).toEqual([1, 0]);
    const g = functionOf([variadic("x", ANY)], [variadic("x", T)]);
    expect([choose(g, INTEGER, INTEGER), choose(g, INTEGER, STRING)]).toEqual([1, 0]);
  });

  test("a variadic parameter may stand in the middle", () => {
    const f = functionOf([p(INTEGER), variadic("x", STRING), p(BOOLEAN)]);
    const resolution = resolveOverload(f, [INTEGER, STRING, STRING, BOOLEAN]);
    expect(resolution.argumentTypes).toEqual([INTEGER, STRING, STRING, BOOLEAN]);
    expect(() => choose(f, INTEGER, INTEGER, BOOLEAN)).toThrow("does not accept parameters");
  });

  test("NULL fits everything", () => {
    expect(choose(functionOf([p(INTEGER), p(STRING)]), null, STRING)).toBe(0);
    expect(() => choose(scalar("GREATEST"), null, null)).toThrow("ambiguous method parameters (null, null)");
  });

  test("type variables bind to one type", () => {
    const contains = scalar("ARRAY_CONTAINS");
    expect(choose(contains, arrayType(STRING), STRING)).toBe(0);
    expect(() => choose(contains, arrayType(BIGINT), INTEGER)).toThrow(
      "does not accept parameters (ARRAY<BIGINT>, INTEGER)",
    );
    expect(typeText(resolveOverload(scalar("COALESCE"), [null, BYTES, null]).returnType)).toBe("BYTES");
    expect(() => resolveOverload(scalar("COALESCE"), [null, null])).toThrow("can't be told");
  });

  test("the error lists what there is", () => {
    expect(() => choose(scalar("LPAD"), STRING)).toThrow(
      expect.objectContaining({
        code: "FUNCTION_ARGUMENTS",
        kind: "statement",
        detail:
          "valid alternatives are:\nLPAD(STRING input, INTEGER length, STRING padding)\nLPAD(BYTES input, INTEGER length, BYTES padding)",
      }),
    );
  });
});

describe("types of a resolution", () => {
  test("arguments are told what to be cast to", () => {
    const f = functionOf([
      p(DOUBLE),
      parameter("l", arrayOf(BIGINT)),
      parameter("d", { kind: "any-decimal" }),
    ]);
    const { argumentTypes } = resolveOverload(f, [INTEGER, arrayType(INTEGER), BIGINT]);
    expect(argumentTypes.map((type) => typeText(type!))).toEqual([
      "DOUBLE",
      "ARRAY<BIGINT>",
      "DECIMAL(19, 0)",
    ]);
  });

  test("lambdas are typed by the arguments before them", () => {
    const seen: string[] = [];
    const { argumentTypes, returnType } = resolveOverload(
      scalar("TRANSFORM"),
      [mapType(STRING, DOUBLE), { kind: "lambda", inputs: 2 }, { kind: "lambda", inputs: 2 }],
      [],
      (argument, inputs) => {
        seen.push(`${argument}: ${inputs.map(typeText).join(", ")}`);
        return argument === 1 ? STRING : BOOLEAN;
      },
    );
    expect(seen).toEqual(["1: STRING, DOUBLE", "2: STRING, DOUBLE"]);
    expect(typeText(returnType)).toBe("MAP<STRING, BOOLEAN>");
    expect(argumentTypes.slice(1)).toEqual([STRING, BOOLEAN]);
  });

  test("a lambda must give what the function needs", () => {
    const args: ArgumentShape[] = [arrayType(INTEGER), { kind: "lambda", inputs: 1 }];
    expect(() => resolveOverload(scalar("FILTER"), args, [], () => STRING)).toThrow(
      "must have a result of another type",
    );
    expect(() =>
      resolveOverload(scalar("FILTER"), [arrayType(INTEGER), { kind: "lambda", inputs: 3 }]),
    ).toThrow("does not accept parameters (ARRAY<INTEGER>, LAMBDA)");
  });

  test("a return type may depend on arguments and literals", () => {
    const { returnType } = resolveOverload(
      scalar("GREATEST"),
      [decimalType(4, 2), decimalType(5, 1)],
      [Decimal.parse("1.00"), undefined],
    );
    expect(typeText(returnType)).toBe("DECIMAL(6, 2)");
  });
});

test("aggregates take no implicit casts", () => {
  const registry = FunctionRegistry.builtin();
  const histogram = registry.get("HISTOGRAM");
  if (histogram.kind !== "aggregate") throw new Error("HISTOGRAM is an aggregate");
  expect(() => resolveOverload(histogram, [INTEGER])).toThrow("does not accept parameters (INTEGER)");
});

describe("the registry", () => {
  test("finds by name and alias in any case, and suggests near names", () => {
    const registry = FunctionRegistry.builtin();
    expect(registry.find("arraycontains")?.name).toBe("ARRAY_CONTAINS");
    expect(() => registry.get("UPCASE")).toThrow(
      expect.objectContaining({ code: "FUNCTION_UNKNOWN", hint: "did you mean 'UCASE'?" }),
    );
    expect(registry.find("F")).toBeUndefined();
  });

  test("children hide nothing from their parent and refuse doubles", () => {
    const child = FunctionRegistry.builtin().extend();
    const f = functionOf([p(INTEGER)]);
    child.add(f);
    expect(child.find("f")).toBe(f);
    expect(child.find("LCASE")).toBeDefined();
    expect(FunctionRegistry.builtin().find("F")).toBeUndefined();
    expect(() => child.add(f)).toThrow(expect.objectContaining({ code: "FUNCTION_DUPLICATE" }));
    child.add({ ...f, name: "LCASE" });
    expect(child.find("lcase")?.category).toBe("TEST");
    expect(child.names()).toContain("F");
    expect(child.names().length).toBe(FunctionRegistry.builtin().names().length + 1);
  });
});
