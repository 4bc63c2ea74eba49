/** Scalar test functions. */
import { scalar } from "../../../src/functions/user/public-interface.ts";
import type { FunctionDeclaration } from "../../../src/functions/user/public-interface.ts";

const A = "STRUCT<A STRING>";

const testUdf = scalar({
  name: "TEST_UDF",
  description: "Tells which overload was chosen.",
  overloads: [
    scalar.overload({
      parameters: [
        { name: "i", type: "INT" },
        { name: "s", type: "STRING" },
      ],
      returns: "STRING",
      nulls: "pass",
      evaluate: () => "doStuffIntString",
    }),
    scalar.overload({
      parameters: [
        { name: "l", type: "BIGINT" },
        { name: "s", type: "STRING" },
      ],
      returns: "STRING",
      nulls: "pass",
      evaluate: () => "doStuffLongString",
    }),
    scalar.overload({
      parameters: [
        { name: "l", type: "BIGINT" },
        { name: "m", type: "BIGINT" },
        { name: "s", type: "STRING" },
      ],
      returns: "STRING",
      nulls: "pass",
      evaluate: () => "doStuffLongLongString",
    }),
    scalar.overload({
      parameters: [{ name: "longs", type: "BIGINT", variadic: true }],
      returns: "STRING",
      nulls: "pass",
      evaluate: () => "doStuffLongVarargs",
    }),
    scalar.overload({
      parameters: [{ name: "struct", type: A }],
      returns: "STRING",
      evaluate: (struct) => struct.A,
    }),
    scalar.overload({ parameters: [], returns: A, evaluate: () => ({ A: "foo" }) }),
  ],
});

const badUdf = scalar({
  name: "BAD_UDF",
  description: "Fails.",
  overloads: [
    scalar.overload({
      parameters: [{ name: "i", type: "INT" }],
      returns: "STRING",
      evaluate: () => {
        throw new Error("boom!");
      },
    }),
    scalar.overload({
      parameters: [{ name: "fail", type: "BOOLEAN" }],
      returns: "INT",
      evaluate: (fail) => {
        if (fail) throw new Error("You asked me to throw...");
        return 0;
      },
    }),
    scalar.overload({
      parameters: [{ name: "text", type: "STRING" }],
      returns: "STRING",
      nulls: "pass",
      bind: () => {
        let calls = 0;
        return (text) => (calls++ % 2 === 0 ? null : text);
      },
    }),
  ],
});

/** The result of a branch that must not be looked at elsewhere. */
function guarded<T>(result: T, shouldBeEvaluated: boolean | null): T {
  if (shouldBeEvaluated !== true) throw new Error("this branch was not to be evaluated");
  return result;
}

const guards = {
  description: "Fails where it is not to be evaluated.",
  nulls: "pass",
} as const;

export const TEST_SCALARS: readonly FunctionDeclaration[] = [
  testUdf,
  badUdf,
  scalar({
    ...guards,
    name: "WHENCONDITION",
    parameters: [
      { name: "result", type: "BOOLEAN" },
      { name: "evaluated", type: "BOOLEAN" },
    ],
    returns: "BOOLEAN",
    evaluate: guarded,
  }),
  scalar({
    ...guards,
    name: "WHENRESULT",
    parameters: [
      { name: "result", type: "INT" },
      { name: "evaluated", type: "BOOLEAN" },
    ],
    returns: "INT",
    evaluate: guarded,
  }),
  scalar({
    name: "BACKWARD_CONCAT",
    description: "The second text, then the first.",
    parameters: [
      { name: "first", type: "STRING" },
      { name: "second", type: "STRING" },
    ],
    returns: "STRING",
    evaluate: (first, second) => second + first,
  }),
  scalar({
    name: "TOSTRUCT",
    description: "A struct of the text.",
    parameters: [{ name: "text", type: "STRING" }],
    returns: A,
    nulls: "pass",
    evaluate: (text) => ({ A: text }),
  }),
];
