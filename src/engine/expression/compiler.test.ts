import { describe, expect, test } from "vitest";
import { arrayType, BOOLEAN, INTEGER, STRING } from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { CallContext, ScalarOverload } from "../../functions/definition.ts";
import type { Expression } from "../../plan/expression.ts";
import { compileAll, compileExpression, compilePredicate, compileProjection } from "./compiler.ts";
import { evaluateBoth, recordingContext, valueOfBoth } from "./evaluate-both.ts";
import {
  arithmetic,
  call,
  cast,
  column,
  comparison,
  lambda,
  like,
  literal,
  logical,
  parameter,
} from "./expression-nodes.ts";
import { TRANSFORM } from "./test-functions.ts";

const one = literal(1, INTEGER);

describe("compileExpression", () => {
  test("tells which columns it reads and reads each once", () => {
    const a = column(7, INTEGER);
    const compiled = compileExpression(
      arithmetic(arithmetic(a, "*", a), "+", column(2, INTEGER)),
      recordingContext(),
    );
    expect(compiled.columns).toEqual([2, 7]);
    expect(compiled.source.match(/row\[7\]/g)).toHaveLength(1);
    expect(compiled.evaluate([null, null, 1, null, null, null, null, 3])).toBe(10);
  });

  test.each(["'; throw 1; //", "`${process.exit(1)}`", "\\", "\u2028", "*/", 'a"b', "</script>"])(
    "keeps the text %j out of the program",
    (text) => {
      const same = comparison(column(0, STRING), "=", literal(text, STRING));
      const expression = logical(
        same,
        "and",
        like(column(0, STRING), literal(`${text.replaceAll("%", "")}%`, STRING)),
      );
      const compiled = compileExpression(expression, recordingContext());
      expect(compiled.source).not.toContain(text);
      expect(compiled.evaluate([text])).toBe(true);
      expect(compiled.evaluate(["other"])).toBe(false);
    },
  );

  test("names from the statement don't reach the program", () => {
    const hostile = "x) => { throw 1 }; (y";
    const type = arrayType(INTEGER);
    const doubled = lambda(
      [[hostile, INTEGER]],
      arithmetic(parameter(hostile, INTEGER), "*", literal(2, INTEGER)),
    );
    const named: Expression = { kind: "column", type, index: 0, name: hostile };
    expect(valueOfBoth(call("TRANSFORM", TRANSFORM, type, [named, doubled]), [[1, 2]])).toEqual([2, 4]);
  });

  test("lambdas see columns and outer parameters, and inner names win", () => {
    const type = arrayType(INTEGER);
    const x = parameter("X", INTEGER);
    const inner = call("TRANSFORM", TRANSFORM, type, [
      column(1, type),
      lambda(
        [["Y", INTEGER]],
        arithmetic(arithmetic(x, "*", parameter("Y", INTEGER)), "+", column(2, INTEGER)),
      ),
    ]);
    const last: Expression = {
      kind: "subscript",
      type: INTEGER,
      base: inner,
      subscript: literal(-1, INTEGER),
      firstIndex: 1,
    };
    const outer = call("TRANSFORM", TRANSFORM, type, [column(0, type), lambda([["X", INTEGER]], last)]);
    expect(valueOfBoth(outer, [[1, 2], [10, 20], 3])).toEqual([23, 43]);
    const shadowing = call("TRANSFORM", TRANSFORM, type, [column(1, type), lambda([["X", INTEGER]], x)]);
    const base: Expression = { ...last, base: shadowing };
    const shadowed = call("TRANSFORM", TRANSFORM, type, [column(0, type), lambda([["X", INTEGER]], base)]);
    expect(
      valueOfBoth(shadowed, [
        [1, 2],
        [10, 20],
      ]),
    ).toEqual([20, 20]);
  });

  test("binds a function once, with what it may know", () => {
    const seen: CallContext[] = [];
    const overload: ScalarOverload = {
      parameters: [],
      returns: INTEGER,
      bind: (context) => {
        seen.push(context);
        return () => 1;
      },
    };
    const args = [column(0, STRING), literal("x", STRING), cast(literal("5", STRING), INTEGER, true)];
    const context = recordingContext([["ksql.functions.f.limit", "3"]]);
    const compiled = compileExpression(call("F", overload, INTEGER, args), context);
    for (const text of ["a", "b", null]) compiled.evaluate([text]);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      argumentTypes: [STRING, STRING, INTEGER],
      returnType: INTEGER,
      literals: [undefined, "x", 5],
      properties: new Map([["ksql.functions.f.limit", "3"]]),
    });
  });

  test("compiles a long chain of OR", () => {
    let chain: Expression = comparison(column(0, INTEGER), "=", literal(0, INTEGER));
    for (let i = 1; i < 1000; i++)
      chain = logical(chain, "or", comparison(column(0, INTEGER), "=", literal(i, INTEGER)));
    const holds = compilePredicate(chain, recordingContext());
    expect([0, 999, 1000, null].map((value) => holds([value]))).toEqual([true, true, false, false]);
  });
});

describe("compileAll", () => {
  test("an item that fails is NULL and the others have their values", () => {
    const context = recordingContext();
    const quotient = arithmetic(one, "/", column(0, INTEGER));
    const project = compileAll(
      [column(0, INTEGER), quotient, arithmetic(column(0, INTEGER), "+", one), one],
      context,
    );
    const out: Value[] = [9, 9, 9, 9];
    project([0], out);
    expect(out).toEqual([0, null, 1, 1]);
    project([null], out);
    expect(out).toEqual([null, null, null, 1]);
    expect(context.failures).toEqual([{ message: "division by zero", text: "(1 / C0)" }]);
  });

  test.each([0, 1, 48, 49, 500])("%i items", (count) => {
    const items = Array.from({ length: count }, (_, i) => arithmetic(column(i, INTEGER), "+", one));
    const { project, columns } = compileProjection(items, recordingContext());
    const out: Value[] = [];
    project(
      items.map((_, i) => i),
      out,
    );
    expect(out).toEqual(items.map((_, i) => i + 1));
    expect(columns).toEqual(items.map((_, i) => i));
  });
});

test("a condition that is a column", () => {
  expect(evaluateBoth(column(0, BOOLEAN), [true]).value).toBe(true);
  const holds = compilePredicate(column(0, BOOLEAN), recordingContext());
  expect([true, false, null].map((value) => holds([value]))).toEqual([true, false, false]);
});
