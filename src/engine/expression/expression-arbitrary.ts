/** Test support: random well-typed expressions over the schema of row-arbitrary.ts; failing operations are common. */
import * as fc from "fast-check";
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  INTEGER,
  STRING,
  TIME,
  TIMESTAMP,
  type SqlType,
} from "../../data/types.ts";
import type { Expression } from "../../plan/expression.ts";
import {
  arithmetic,
  between,
  call,
  cast,
  column,
  comparison,
  field,
  inList,
  isNull,
  lambda,
  like,
  literal,
  logical,
  not,
  searchedCase,
  subscript,
} from "./expression-nodes.ts";
import { COUNTS, INTEGERS, nullable, PERSON, PRICE, RATE, SCHEMA, valueOf } from "./row-arbitrary.ts";
import { FIRST_NON_NULL, REFUSE_NEGATIVE, TRANSFORM } from "./test-functions.ts";

type Tree = fc.Arbitrary<Expression>;
type Trees = Record<
  | "boolean"
  | "integer"
  | "bigint"
  | "double"
  | "decimal"
  | "string"
  | "bytes"
  | "date"
  | "time"
  | "timestamp"
  | "integers"
  | "counts"
  | "person"
  | "any",
  Expression
>;

function leaf(type: SqlType): Tree {
  const columns = SCHEMA.flatMap((other, i) => (other === type ? [column(i, type)] : []));
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...columns) },
    { weight: 2, arbitrary: nullable(valueOf(type)).map((value) => literal(value, type)) },
  );
}

/** Puts a lambda's parameter in the place of a column, so that bodies use both. */
function withParameter(tree: Expression, index: number, name: string): Expression {
  const replaced = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(replaced);
    if (typeof part !== "object" || part === null || Object.getPrototypeOf(part) !== Object.prototype)
      return part;
    const { kind, index: at } = part as { kind?: unknown; index?: unknown };
    if (kind === "literal") return part;
    if (kind === "column" && at === index) return { kind: "lambda-parameter", type: INTEGER, name };
    return Object.fromEntries(
      Object.entries(part).map(([key, value]) => [
        key,
        key === "type" || key === "overload" ? value : replaced(value),
      ]),
    );
  };
  return replaced(tree) as Expression;
}

const orders = fc.constantFrom("=", "<>", "<", "<=", ">", ">=", "distinct", "not-distinct");
const equalities = fc.constantFrom("=", "<>", "distinct", "not-distinct");
const operators = fc.constantFrom("+", "-", "*", "/", "%");
const patterns = fc
  .array(fc.constantFrom("%", "_", "a", "b", "!", "%%", "x", "\n"), { maxLength: 5 })
  .map((parts) => parts.join(""));

function arithmeticOf(left: Tree, right: Tree): Tree {
  return fc.tuple(left, operators, right).map(([a, operator, b]) => arithmetic(a, operator, b));
}

function negation(operand: Tree): Tree {
  return operand.map((inner): Expression => ({ kind: "negate", type: inner.type, operand: inner }));
}

function caseOf(condition: Tree, result: Tree): Tree {
  return fc
    .tuple(
      fc.array(fc.tuple(condition, result), { minLength: 1, maxLength: 3 }),
      fc.option(result, { nil: undefined }),
    )
    .map(([branches, otherwise]) => searchedCase(branches, otherwise));
}

function comparisonOf(
  left: Tree,
  right: Tree,
  operator: fc.Arbitrary<"=" | "<>" | "<" | "<=" | ">" | ">=" | "distinct" | "not-distinct">,
): Tree {
  return fc.tuple(left, operator, right).map(([a, o, b]) => comparison(a, o, b));
}

/** Leaves come first: they are what is left at the greatest depth. */
function node(...choices: fc.Arbitrary<Expression>[]): fc.Arbitrary<Expression> {
  return fc.oneof({ maxDepth: 5, depthSize: "large", depthIdentifier: "expression" }, ...choices);
}

/** Trees of every type, at most a few levels deep. */
export const expressions = fc.letrec<Trees>((tie) => {
  const numbers = fc.oneof(tie("integer"), tie("bigint"), tie("double"), tie("decimal"));
  const ordered = [
    [numbers, numbers],
    [tie("string"), tie("string")],
    [tie("bytes"), tie("bytes")],
    [tie("date"), tie("timestamp")],
    [tie("timestamp"), tie("string")],
    [tie("time"), tie("time")],
  ] as const;
  const equal = [
    [tie("boolean"), tie("boolean")],
    [tie("integers"), tie("integers")],
    [tie("counts"), tie("counts")],
    [tie("person"), tie("person")],
  ] as const;
  const members = [tie("integer"), tie("bigint"), tie("double"), tie("string"), tie("bytes"), tie("person")];
  return {
    boolean: node(
      leaf(BOOLEAN),
      ...ordered.map(([left, right]) => comparisonOf(left, right, orders)),
      ...equal.map(([left, right]) => comparisonOf(left, right, equalities)),
      fc
        .tuple(tie("boolean"), fc.constantFrom("and", "or"), tie("boolean"))
        .map(([a, o, b]) => logical(a, o, b)),
      tie("boolean").map(not),
      fc.tuple(tie("any"), fc.boolean()).map(([operand, negated]) => isNull(operand, negated)),
      fc
        .tuple(numbers, numbers, numbers, fc.boolean())
        .map(([v, low, high, negated]) => between(v, low, high, negated)),
      ...members.map((member) =>
        fc
          .tuple(member, fc.array(member, { minLength: 1, maxLength: 12 }), fc.boolean())
          .map(([operand, items, negated]) => inList(operand, items, negated)),
      ),
      fc
        .tuple(
          tie("string"),
          fc.oneof(
            patterns.map((p) => literal(p, STRING)),
            tie("string"),
          ),
          fc.constantFrom(undefined, "!"),
          fc.boolean(),
        )
        .map(([operand, pattern, escape, negated]) => like(operand, pattern, escape, negated)),
      caseOf(tie("boolean"), tie("boolean")),
    ),
    integer: node(
      leaf(INTEGER),
      arithmeticOf(tie("integer"), tie("integer")),
      negation(tie("integer")),
      caseOf(tie("boolean"), tie("integer")),
      fc
        .oneof(tie("string"), tie("bigint"), tie("double"), tie("decimal"))
        .map((operand) => cast(operand, INTEGER)),
      fc
        .tuple(tie("integers"), tie("integer"), fc.constantFrom(0 as const, 1 as const))
        .map(([a, i, first]) => subscript(a, i, first)),
      tie("person").map((person) => field(person, 0)),
      tie("integer").map((argument) => call("REFUSE_NEGATIVE", REFUSE_NEGATIVE, INTEGER, [argument])),
      fc
        .array(tie("integer"), { minLength: 1, maxLength: 3 })
        .map((args) => call("FIRST_NON_NULL", FIRST_NON_NULL, INTEGER, args)),
    ),
    bigint: node(
      leaf(BIGINT),
      arithmeticOf(tie("bigint"), fc.oneof(tie("bigint"), tie("integer"))),
      negation(tie("bigint")),
      fc
        .tuple(fc.oneof(tie("integer"), tie("string"), tie("double")), fc.boolean())
        .map(([operand, implicit]) => cast(operand, BIGINT, implicit)),
      fc.tuple(tie("counts"), tie("string")).map(([map, at]) => subscript(map, at)),
      caseOf(tie("boolean"), tie("bigint")),
    ),
    double: node(
      leaf(DOUBLE),
      arithmeticOf(tie("double"), numbers),
      negation(tie("double")),
      fc
        .tuple(fc.oneof(tie("integer"), tie("bigint"), tie("string")), fc.boolean())
        .map(([operand, implicit]) => cast(operand, DOUBLE, implicit)),
    ),
    decimal: node(
      fc.oneof(leaf(PRICE), leaf(RATE)),
      arithmeticOf(tie("decimal"), fc.oneof(tie("decimal"), tie("integer"))),
      negation(tie("decimal")),
      fc.tuple(numbers, fc.constantFrom(PRICE, RATE)).map(([operand, type]) => cast(operand, type)),
    ),
    string: node(
      leaf(STRING),
      fc.tuple(tie("string"), tie("string")).map(([a, b]) => arithmetic(a, "+", b)),
      tie("person").map((person) => field(person, 1)),
      tie("any")
        .filter((operand) => operand.type.kind !== "BYTES")
        .map((operand) => cast(operand, STRING)),
      caseOf(tie("boolean"), tie("string")),
    ),
    bytes: node(leaf(BYTES)),
    date: node(
      leaf(DATE),
      tie("timestamp").map((operand) => cast(operand, DATE)),
    ),
    time: node(
      leaf(TIME),
      tie("timestamp").map((operand) => cast(operand, TIME)),
    ),
    timestamp: node(
      leaf(TIMESTAMP),
      fc.oneof(tie("date"), tie("string")).map((operand) => cast(operand, TIMESTAMP)),
    ),
    integers: node(
      leaf(INTEGERS),
      fc
        .array(tie("integer"), { maxLength: 3 })
        .map((items): Expression => ({ kind: "array", type: INTEGERS, items })),
      fc
        .tuple(tie("integers"), tie("integer"), fc.constantFrom(1, 2), fc.constantFrom("X", "Y"))
        .map(([array, body, index, name]) =>
          call("TRANSFORM", TRANSFORM, INTEGERS, [
            array,
            lambda([[name, INTEGER]], withParameter(body, index, name)),
          ]),
        ),
    ),
    counts: node(
      leaf(COUNTS),
      fc
        .array(fc.record({ key: tie("string"), value: tie("bigint") }), { maxLength: 3 })
        .map((entries): Expression => ({ kind: "map", type: COUNTS, entries })),
    ),
    person: node(
      leaf(PERSON),
      fc
        .tuple(tie("integer"), tie("string"))
        .map((fields): Expression => ({ kind: "struct", type: PERSON, fields })),
    ),
    any: node(
      leaf(INTEGER),
      tie("boolean"),
      tie("integer"),
      tie("bigint"),
      tie("double"),
      tie("decimal"),
      tie("string"),
      tie("bytes"),
      tie("date"),
      tie("time"),
      tie("timestamp"),
      tie("integers"),
      tie("counts"),
      tie("person"),
    ),
  };
});
