/**
 * The signatures of the corpus' test functions, as its description lists them. Planning needs nothing more; the
 * code behind them is never called here.
 */
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  INTEGER,
  STRING,
  arrayType,
  decimalType,
  structType,
} from "../../src/data/types.ts";
import type { SqlType } from "../../src/data/types.ts";
import type {
  Aggregator,
  FunctionDefinition,
  Parameter,
  ParameterType,
  ReturnType,
} from "../../src/functions/definition.ts";
import { FunctionError } from "../../src/functions/definition.ts";
import { FunctionRegistry } from "../../src/functions/registry.ts";

const A: SqlType = structType([{ name: "A", type: STRING }]);
const AB: SqlType = structType([
  { name: "A", type: INTEGER },
  { name: "B", type: INTEGER },
]);

function parameter(type: ParameterType, extra: Partial<Parameter> = {}): Parameter {
  return { name: "x", type, ...extra };
}

function notHere(): never {
  throw new FunctionError("planning calls no functions");
}

function scalar(name: string, ...overloads: readonly [readonly Parameter[], SqlType][]): FunctionDefinition {
  return {
    kind: "scalar",
    name,
    category: "test",
    description: "a test function",
    overloads: overloads.map(([parameters, returns]) => ({ parameters, returns, bind: () => notHere })),
  };
}

function table(name: string, ...overloads: readonly [readonly Parameter[], SqlType][]): FunctionDefinition {
  return {
    kind: "table",
    name,
    category: "test",
    description: "a test function",
    overloads: overloads.map(([parameters, returns]) => ({ parameters, returns, bind: () => notHere })),
  };
}

function aggregator(stateType: SqlType): Aggregator {
  return { stateType, initial: notHere, aggregate: notHere, merge: notHere, result: notHere };
}

function aggregate(
  name: string,
  ...overloads: readonly [readonly Parameter[], ReturnType, boolean][]
): FunctionDefinition {
  return {
    kind: "aggregate",
    name,
    category: "test",
    description: "a test function",
    overloads: overloads.map(([parameters, returns, supportsUndo]) => ({
      parameters,
      returns,
      supportsUndo,
      create: () => aggregator(BIGINT),
    })),
  };
}

const [int, big, double, bool, text] = [INTEGER, BIGINT, DOUBLE, BOOLEAN, STRING].map((type) =>
  parameter(type),
);
const initialInt = parameter(INTEGER, { initial: true });
const initialTexts = parameter(STRING, { initial: true, variadic: true });
const texts = parameter(STRING, { variadic: true });
const kinds: readonly ParameterType[] = [
  INTEGER,
  BIGINT,
  DOUBLE,
  BOOLEAN,
  STRING,
  { kind: "any-decimal" },
  A,
];

const DEFINITIONS: readonly FunctionDefinition[] = [
  scalar(
    "TEST_UDF",
    [[int!, text!], STRING],
    [[big!, text!], STRING],
    [[big!, big!, text!], STRING],
    [[parameter(BIGINT, { variadic: true })], STRING],
    [[parameter(A)], STRING],
    [[], A],
  ),
  scalar("BAD_UDF", [[int!], STRING], [[bool!], INTEGER], [[text!], STRING]),
  scalar("WHENCONDITION", [[bool!, bool!], BOOLEAN]),
  scalar("WHENRESULT", [[int!, bool!], INTEGER]),
  scalar("TOSTRUCT", [[text!], A]),
  table(
    "TEST_UDTF",
    [kinds.map((type) => parameter(type)), STRING],
    [kinds.map((type) => parameter({ kind: "array-of", element: type })), STRING],
    [kinds.map((type) => parameter({ kind: "map-of", key: STRING, value: type })), STRING],
    ...[INTEGER, BIGINT, DOUBLE, BOOLEAN, STRING, A].map((type): [Parameter[], SqlType] => [
      [parameter(type)],
      type,
    ]),
    [[parameter({ kind: "any-decimal" })], decimalType(30, 10)],
  ),
  table("THROWING_UDTF", [[bool!], BOOLEAN]),
  aggregate(
    "TEST_UDAF",
    [[big!], BIGINT, true],
    [[int!], BIGINT, true],
    [[double!], DOUBLE, false],
    [[text!, parameter(STRING, { initial: true })], BIGINT, false],
    [[parameter(AB)], AB, false],
  ),
  aggregate("MULTI_ARG", [[big!, text!, initialInt, initialTexts], BIGINT, false]),
  aggregate("FOUR_ARG", [[big!, text!, text!, text!, initialInt, initialTexts], BIGINT, false]),
  aggregate("FIVE_ARG", [[big!, text!, text!, text!, int!, initialInt, initialTexts], BIGINT, false]),
  aggregate("VAR_ARG", [[big!, texts], BIGINT, false]),
  aggregate("MID_VAR_ARG", [[big!, texts, initialInt, initialInt], BIGINT, false]),
  aggregate("OBJ_COL_ARG", [
    [int!, parameter({ kind: "any" }, { variadic: true })],
    arrayType(INTEGER),
    false,
  ]),
  aggregate("GENERIC_VAR_ARG", [
    [
      parameter({ kind: "generic", name: "A" }),
      parameter({ kind: "generic", name: "B" }),
      parameter({ kind: "generic", name: "C" }, { variadic: true }),
    ],
    { kind: "array-of", element: { kind: "generic", name: "A" } },
    false,
  ]),
];

/** The built-in functions with the corpus' test functions beside them. */
export function corpusFunctions(): FunctionRegistry {
  const registry = FunctionRegistry.builtin().extend();
  for (const definition of DEFINITIONS) registry.add(definition);
  return registry;
}
