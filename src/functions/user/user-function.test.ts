import { describe, expect, test } from "vitest";
import { Decimal } from "../../data/decimal.ts";
import { BIGINT, decimalType, INTEGER, STRING, structType, type SqlType } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { AggregateOverload, CallContext, FunctionDefinition, ScalarOverload } from "../definition.ts";
import { resolveOverload, type Resolution } from "../overload-resolution.ts";
import { FunctionRegistry } from "../registry.ts";
import { aggregateText, tableText } from "../testing/evaluate-aggregate.ts";
import { evaluateText } from "../testing/evaluate.ts";
import type { FunctionDeclaration } from "./declaration.ts";
import { aggregate, scalar, table } from "./public-interface.ts";
import { addUserFunctions } from "./user-function.ts";

function registryWith(...declarations: FunctionDeclaration[]): FunctionRegistry {
  const registry = FunctionRegistry.builtin().extend();
  addUserFunctions(registry, declarations);
  return registry;
}

function callContext<O extends FunctionDefinition["overloads"][number]>(
  resolution: Resolution<O>,
  more: Partial<CallContext>,
): CallContext {
  return {
    argumentTypes: resolution.argumentTypes.map((type) => type ?? STRING),
    returnType: resolution.returnType,
    literals: [],
    properties: new Map(),
    nowMs: () => 0,
    random: () => 0,
    ...more,
  };
}

/** The function as a statement would call it with arguments of these types. */
function bound(declaration: FunctionDeclaration, types: readonly SqlType[], more: Partial<CallContext> = {}) {
  const definition = registryWith(declaration).get(declaration.facts.name);
  if (definition.kind !== "scalar") throw new Error("no scalar function");
  const resolution = resolveOverload<ScalarOverload>(definition, types, more.literals);
  return resolution.overload.bind(callContext(resolution, more));
}

function aggregatorOf(
  declaration: FunctionDeclaration,
  types: readonly SqlType[],
  more: Partial<CallContext> = {},
) {
  const definition = registryWith(declaration).get(declaration.facts.name);
  if (definition.kind !== "aggregate") throw new Error("no aggregate");
  const resolution = resolveOverload<AggregateOverload>(definition, types, more.literals);
  return resolution.overload.create(callContext(resolution, more));
}

function constant(name: string): FunctionDeclaration {
  return scalar({ name, description: "Mine.", parameters: [], returns: "INT", evaluate: () => 1 });
}

function saying(result: string, ...types: string[]) {
  return scalar.overload({
    parameters: types.map((type, i) => ({ name: `p${i}`, type })),
    returns: "STRING",
    evaluate: () => result,
  });
}

/** Without end below zero. */
function* upTo(n: number): Generator<number> {
  const end = n < 0 ? Number.POSITIVE_INFINITY : n;
  for (let i = 1; i <= end; i++) yield i;
}

function identity(type: string, result: unknown) {
  return scalar({
    name: "F",
    description: "Gives what the test says.",
    parameters: [],
    returns: type,
    evaluate: () => result as string,
  });
}

describe("overloads", () => {
  const functions = registryWith(
    scalar({
      name: "TEST_UDF",
      description: "Says which overload it is.",
      overloads: [
        saying("INT, STRING", "INT", "STRING"),
        saying("BIGINT, STRING", "BIGINT", "STRING"),
        scalar.overload({
          parameters: [{ name: "x", type: "BIGINT", variadic: true }],
          returns: "STRING",
          evaluate: (...all) => `${all.length} BIGINTs`,
        }),
        scalar.overload({ parameters: [], returns: "STRUCT<A STRING>", evaluate: () => ({ A: "foo" }) }),
        scalar.overload({
          parameters: [{ name: "s", type: "STRUCT<A STRING>" }],
          returns: "STRING",
          evaluate: ({ A }) => A,
        }),
      ],
    }),
  );
  test.each([
    ["TEST_UDF(1, 'a')", "INT, STRING"],
    ["TEST_UDF(5000000000, 'a')", "BIGINT, STRING"],
    ["TEST_UDF(1, 2, 3)", "3 BIGINTs"],
    ["TEST_UDF()", "Struct{A=foo}"],
    ["TEST_UDF(STRUCT(A := 'bar'))", "bar"],
  ])("%s is %s", (sql, result) => {
    expect(evaluateText(sql, { functions })).toBe(result);
  });
});

describe("arguments", () => {
  test("NULL is skipped or passed, as declared", () => {
    const declared = {
      description: "Length.",
      parameters: [{ name: "x", type: "STRING" }],
      returns: "INT",
    } as const;
    const functions = registryWith(
      scalar({ ...declared, name: "SKIPS", evaluate: (x) => x.length }),
      scalar({ ...declared, name: "SEES", nulls: "pass", evaluate: (x) => x?.length ?? -1 }),
    );
    expect(evaluateText("SKIPS(NULL)", { functions })).toBe("NULL");
    expect(evaluateText("SEES(NULL)", { functions })).toBe("-1");
  });

  test("a lambda is a function of values as the user knows them", () => {
    const functions = registryWith(
      scalar({
        name: "MAP_NAMES",
        description: "What a lambda makes of structs.",
        parameters: [
          { name: "list", type: "ARRAY<T>" },
          { name: "f", type: "LAMBDA (T) => U" },
        ],
        returns: "ARRAY<U>",
        evaluate: (list, f) => list.map((item) => f(item)),
      }),
    );
    const sql = "MAP_NAMES(ARRAY[STRUCT(A := 1), STRUCT(A := 2)], x => STRUCT(S := x))";
    expect(evaluateText(sql, { functions })).toBe("[Struct{S=Struct{A=1}}, Struct{S=Struct{A=2}}]");
  });

  test("a call site knows its literals, its types and its configuration", () => {
    const declared = scalar({
      name: "site",
      description: "Tells.",
      parameters: [
        { name: "x", type: "ANY" },
        { name: "y", type: "INT" },
      ],
      returns: (types) => types[0]!,
      bind: ({ argumentTypes, literals, returnType, config }) => {
        const text = [argumentTypes[0]!.kind, returnType.kind, literals[1], config.get("k"), config.get("g")];
        return () => text.join(" ");
      },
    });
    const properties = new Map([
      ["ksql.functions.site.k", "mine"],
      ["ksql.functions._global_.k", "all"],
      ["ksql.functions._global_.g", "all"],
      ["ksql.functions.other.k", "other"],
    ]);
    const call = bound(declared, [STRING, INTEGER], { literals: [undefined, 7], properties });
    expect(call("a", 7)).toBe("STRING STRING 7 mine all");
  });

  test("a function that refuses its call site refuses the statement", () => {
    const declared = scalar({
      name: "F",
      description: "Refuses.",
      parameters: [],
      returns: "INT",
      bind: () => {
        throw new Error("no key 'k'");
      },
    });
    expect(() => bound(declared, [])).toThrow("function 'F' can't be called like this: no key 'k'");
  });
});

describe("results", () => {
  const cases: [type: string, given: unknown, value: Value][] = [
    ["BIGINT", 5, 5n],
    ["BIGINT", 5n, 5n],
    ["INT", -0, 0],
    ["STRING", undefined, null],
    ["DOUBLE", Number.NaN, Number.NaN],
    ["DECIMAL(5, 2)", Decimal.parse("1.5"), Decimal.parse("1.50")],
    ["TIMESTAMP", new Date(86_400_000), 86_400_000],
    ["MAP<STRING, BIGINT>", { a: 1 }, new Map([["a", 1n]])],
    ["ARRAY<STRUCT<A INT, B STRING>>", [{ B: "b" }, null], [[null, "b"], null]],
    ["STRUCT<`__proto__` INT>", JSON.parse('{"__proto__": 3}'), [3]],
  ];
  test.each(cases)("%s: %o is taken", (type, given, value) => {
    expect(bound(identity(type, given), [])()).toEqual(value);
  });

  test.each([
    ["INT", 1.5, "function 'F' returned 1.5, which is no INTEGER"],
    ["INT", 2 ** 31, "function 'F' returned 2147483648, which is no INTEGER"],
    ["INT", "1", "function 'F' returned '1', which is no INTEGER"],
    ["BIGINT", 2n ** 63n, "function 'F' returned 9223372036854775808n, which is no BIGINT"],
    ["BIGINT", 2 ** 53, "function 'F' returned 9007199254740992, which is no BIGINT"],
    ["DECIMAL(3, 1)", 1.5, "function 'F' returned 1.5, which is no DECIMAL(3, 1): return a Decimal"],
    [
      "DECIMAL(3, 1)",
      Decimal.parse("1.25"),
      'which is no DECIMAL(3, 1): round it first: setScale(1, "HALF_UP")',
    ],
    ["DECIMAL(3, 1)", Decimal.parse("100"), "which is no DECIMAL(3, 1): it has too many digits"],
    ["TIME", 86_400_000, "function 'F' returned 86400000, which is no TIME"],
    ["TIMESTAMP", new Date(Number.NaN), "which is no TIMESTAMP"],
    ["STRING", Promise.resolve("a"), "a function must answer at once, without promises"],
    ["ARRAY<MAP<STRING, INT>>", [{}, { a: "b" }], "function 'F' returned at [1][a] 'b', which is no INTEGER"],
    ["STRUCT<NAME STRING>", { NAMES: "a" }, "it has no field 'NAMES'; did you mean 'NAME'?"],
  ] as const)("%s: %o is refused", (type, given, message) => {
    expect(() => bound(identity(type, given), [])()).toThrow(message);
  });

  test("what a function throws names it", () => {
    const declared = scalar({
      name: "F",
      description: "Throws.",
      parameters: [],
      returns: "INT",
      evaluate: () => {
        throw new TypeError("boom!");
      },
    });
    expect(() => bound(declared, [])()).toThrow("function 'F' failed: boom!");
  });

  test("containers go both ways", () => {
    const type = structType([
      { name: "A", type: BIGINT },
      { name: "D", type: decimalType(4, 2) },
    ]);
    const declared = scalar({
      name: "F",
      description: "The same again.",
      parameters: [
        { name: "x", type: "MAP<STRING, ARRAY<STRUCT<A BIGINT, D DECIMAL(4, 2)>>>" },
        { name: "b", type: "BYTES" },
      ],
      returns: "MAP<STRING, ARRAY<STRUCT<A BIGINT, D DECIMAL(4, 2)>>>",
      evaluate: (x, b) => {
        expect(x.get("k")![0]).toEqual({ A: 1n, D: Decimal.parse("1.25") });
        expect(b.toString("hex")).toBe("0102");
        return x;
      },
    });
    const value = new Map([["k", [[1n, Decimal.parse("1.25")]]]]);
    const types: SqlType[] = [
      { kind: "MAP", key: STRING, value: { kind: "ARRAY", element: type } },
      { kind: "BYTES" },
    ];
    expect(bound(declared, types)(value, new Uint8Array([1, 2]))).toEqual(value);
  });
});

describe("aggregates", () => {
  const midVarArg = aggregate({
    name: "MID_VAR_ARG",
    description: "A sum, of texts their lengths; the two last are added once.",
    parameters: [
      { name: "a", type: "BIGINT" },
      { name: "b", type: "STRING", variadic: true },
      { name: "c", type: "INT", literal: true },
      { name: "d", type: "INT", literal: true },
    ],
    returns: "BIGINT",
    nulls: "pass",
    bind: ({ initial }) => ({
      initialize: () => 0n,
      aggregate: (sum, a, ...texts) =>
        sum + (a ?? 0n) + BigInt(texts.reduce((length, text) => length + (text?.length ?? 0), 0)),
      merge: (left, right) => left + right,
      map: (sum) => sum + BigInt(initial[0] as number) + BigInt(initial[1] as number),
    }),
  });
  const collect = aggregate({
    name: "COLLECT",
    description: "A list, changed in place.",
    parameters: [{ name: "a", type: "A" }],
    returns: "ARRAY<A>",
    initialize: () => [],
    aggregate: (list, a) => {
      list.push(a);
      return list;
    },
    undo: (list, a) => list.filter((item) => item !== a),
    merge: (left, right) => [...left, ...right],
  });

  test("variadic in the middle, literals behind", () => {
    const types = [BIGINT, STRING, STRING, INTEGER, INTEGER];
    const literals = [undefined, undefined, undefined, 10, 20];
    const aggregator = aggregatorOf(midVarArg, types, { literals });
    const state = aggregator.aggregate(
      [1n, "ab", null],
      aggregator.aggregate([null, "c", "d"], aggregator.initial()),
    );
    expect([state, aggregator.result(state)]).toEqual([5n, 35n]);
  });

  test("a state may be changed in place: the engine's stays as it is", () => {
    const functions = registryWith(collect);
    expect(aggregateText("COLLECT(X) -- X: 'a', NULL, 'b'", { functions })).toBe("[a, b]");
    const aggregator = aggregatorOf(collect, [STRING]);
    const first = aggregator.initial();
    const one = aggregator.aggregate(["a"], first);
    expect([first, one, aggregator.undo!(["a"], one), aggregator.merge(one, ["b"])]).toEqual([
      [],
      ["a"],
      [],
      ["a", "b"],
    ]);
  });

  test("a state of another type than the result needs map", () => {
    const declared = aggregate({
      name: "F",
      description: "No map.",
      parameters: [{ name: "x", type: "INT" }],
      state: "BIGINT",
      returns: "STRING",
      initialize: () => 0n,
      aggregate: (state) => state,
      merge: (left) => left,
    });
    expect(() => aggregateText("F(X) -- X: 1", { functions: registryWith(declared) })).toThrow(
      "its state is BIGINT, its result STRING, and map is missing",
    );
  });
});

test("table functions give rows; an endless one ends at its limit", () => {
  const functions = registryWith(
    table({
      name: "COUNT_TO",
      description: "1, 2, 3 and so on; without end below zero.",
      parameters: [{ name: "n", type: "INT" }],
      returns: "INT",
      rows: upTo,
    }),
  );
  expect(tableText("COUNT_TO(3)", { functions })).toBe("1; 2; 3");
  expect(tableText("COUNT_TO(NULL)", { functions })).toBe("");
  expect(() => tableText("COUNT_TO(-1)", { functions })).toThrow("more than 1000000 rows");
});

describe("names", () => {
  test.each(["ucase", "COLLECT_LIST", "explode"])("%s is taken", (name) => {
    const declared = scalar({
      name,
      description: "Mine.",
      parameters: [],
      returns: "INT",
      evaluate: () => 1,
    });
    expect(() => registryWith(declared)).toThrow(`function '${name.toUpperCase()}' exists already`);
  });

  test("a clash adds nothing of its module", () => {
    const registry = FunctionRegistry.builtin().extend();
    expect(() => addUserFunctions(registry, [constant("GOOD"), constant("UCASE")])).toThrow("'UCASE'");
    expect(() => addUserFunctions(registry, [constant("GOOD"), constant("good")])).toThrow("declared twice");
    expect(() =>
      addUserFunctions(registry, [constant("CASE")], { reservedWords: new Set(["CASE"]) }),
    ).toThrow("grammar");
    expect(registry.find("GOOD")).toBeUndefined();
  });
});
