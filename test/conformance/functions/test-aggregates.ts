/** Aggregate test functions. Numbers are added; texts count by their length, NULL as 0. */
import { aggregate } from "../../../src/functions/user/public-interface.ts";
import type { FunctionDeclaration } from "../../../src/functions/user/public-interface.ts";

const AB = "STRUCT<A INT, B INT>";

const plus = (left: bigint, right: bigint): bigint => left + right;

function size(text: string | null): bigint {
  return BigInt(text?.length ?? 0);
}

function sizes(texts: readonly (string | null)[]): bigint {
  return texts.reduce((sum, text) => sum + size(text), 0n);
}

/** The start value that an INT literal and STRING literals after it give. */
function startOf(initial: readonly unknown[]): bigint {
  const [start, ...texts] = initial;
  return BigInt(Number(start)) + sizes(texts as readonly string[]);
}

const testUdaf = aggregate({
  name: "TEST_UDAF",
  description: "A sum.",
  overloads: [
    aggregate.overload({
      parameters: [{ name: "x", type: "BIGINT" }],
      returns: "BIGINT",
      initialize: () => 0n,
      aggregate: (sum, x) => sum + x,
      merge: plus,
      undo: (sum, x) => sum - x,
    }),
    aggregate.overload({
      parameters: [{ name: "x", type: "INT" }],
      returns: "BIGINT",
      undo: true,
      bind: (site) => ({
        initialize: () => BigInt(site.config.get("init") ?? "0"),
        aggregate: (sum, x) => sum + BigInt(x),
        merge: plus,
        undo: (sum, x) => sum - BigInt(x),
      }),
    }),
    aggregate.overload({
      parameters: [{ name: "x", type: "DOUBLE" }],
      returns: "DOUBLE",
      initialize: () => 0,
      aggregate: (sum, x) => sum + x,
      merge: (left, right) => left + right,
    }),
    aggregate.overload({
      parameters: [
        { name: "x", type: "STRING" },
        { name: "start", type: "STRING", literal: true },
      ],
      returns: "BIGINT",
      bind: (site) => ({
        initialize: () => size(site.initial[0] as string),
        aggregate: (sum, x) => sum + size(x),
        merge: plus,
      }),
    }),
    aggregate.overload({
      parameters: [{ name: "x", type: AB }],
      returns: AB,
      initialize: () => ({ A: 0, B: 0 }),
      aggregate: (sum, x) => ({ A: (sum.A ?? 0) + (x.A ?? 0), B: (sum.B ?? 0) + (x.B ?? 0) }),
      merge: (left, right) => ({ A: (left.A ?? 0) + (right.A ?? 0), B: (left.B ?? 0) + (right.B ?? 0) }),
    }),
  ],
});

const description = "Numbers and lengths of texts, added up.";

const multiArg = aggregate({
  name: "MULTI_ARG",
  description,
  parameters: [
    { name: "a", type: "BIGINT" },
    { name: "b", type: "STRING" },
    { name: "start", type: "INT", literal: true },
    { name: "texts", type: "STRING", literal: true, variadic: true },
  ],
  returns: "BIGINT",
  nulls: "pass",
  bind: (site) => ({
    initialize: () => startOf(site.initial),
    aggregate: (sum, a, b) => sum + (a ?? 0n) + size(b),
    merge: plus,
  }),
});

const fourArg = aggregate({
  name: "FOUR_ARG",
  description,
  parameters: [
    { name: "a", type: "BIGINT" },
    { name: "b", type: "STRING" },
    { name: "c", type: "STRING" },
    { name: "d", type: "STRING" },
    { name: "start", type: "INT", literal: true },
    { name: "texts", type: "STRING", literal: true, variadic: true },
  ],
  returns: "BIGINT",
  nulls: "pass",
  bind: (site) => ({
    initialize: () => startOf(site.initial),
    aggregate: (sum, a, b, c, d) => sum + (a ?? 0n) + sizes([b, c, d]),
    merge: plus,
  }),
});

const fiveArg = aggregate({
  name: "FIVE_ARG",
  description,
  parameters: [
    { name: "a", type: "BIGINT" },
    { name: "b", type: "STRING" },
    { name: "c", type: "STRING" },
    { name: "d", type: "STRING" },
    { name: "e", type: "INT" },
    { name: "start", type: "INT", literal: true },
    { name: "texts", type: "STRING", literal: true, variadic: true },
  ],
  returns: "BIGINT",
  nulls: "pass",
  bind: (site) => ({
    initialize: () => startOf(site.initial),
    aggregate: (sum, a, b, c, d, e) => sum + (a ?? 0n) + sizes([b, c, d]) + BigInt(e ?? 0),
    merge: plus,
  }),
});

const varArg = aggregate({
  name: "VAR_ARG",
  description,
  parameters: [
    { name: "a", type: "BIGINT" },
    { name: "texts", type: "STRING", variadic: true },
  ],
  returns: "BIGINT",
  nulls: "pass",
  initialize: () => 0n,
  aggregate: (sum, a, ...texts) => sum + (a ?? 0n) + sizes(texts),
  merge: plus,
});

const midVarArg = aggregate({
  name: "MID_VAR_ARG",
  description,
  parameters: [
    { name: "a", type: "BIGINT" },
    { name: "texts", type: "STRING", variadic: true },
    { name: "c", type: "INT", literal: true },
    { name: "d", type: "INT", literal: true },
  ],
  returns: "BIGINT",
  nulls: "pass",
  bind: (site) => ({
    initialize: () => 0n,
    aggregate: (sum, a, ...texts) => sum + (a ?? 0n) + sizes(texts),
    merge: plus,
    map: (sum) => site.initial.reduce<bigint>((total, literal) => total + BigInt(Number(literal)), sum),
  }),
});

const objColArg = aggregate({
  name: "OBJ_COL_ARG",
  description: "The first arguments of the calls without NULL.",
  parameters: [
    { name: "a", type: "INT" },
    { name: "others", type: "ANY", variadic: true },
  ],
  returns: "ARRAY<INT>",
  initialize: () => [],
  aggregate: (list, a) => [...list, a],
  merge: (left, right) => [...left, ...right],
});

const genericVarArg = aggregate({
  name: "GENERIC_VAR_ARG",
  description: "The first arguments of the calls without NULL.",
  parameters: [
    { name: "a", type: "A" },
    { name: "b", type: "B" },
    { name: "others", type: "C", variadic: true },
  ],
  returns: "ARRAY<A>",
  initialize: () => [],
  aggregate: (list, a) => [...list, a],
  merge: (left, right) => [...left, ...right],
});

export const TEST_AGGREGATES: readonly FunctionDeclaration[] = [
  testUdaf,
  multiArg,
  fourArg,
  fiveArg,
  varArg,
  midVarArg,
  objColArg,
  genericVarArg,
];
