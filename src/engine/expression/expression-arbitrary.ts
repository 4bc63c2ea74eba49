/**
 * Test support: random well-typed expressions over a fixed schema, and random rows of it. NULLs, edges of the number
 * types and failing operations are common on purpose.
 */
import fc from "fast-check";
import { Decimal } from "../../data/decimal.ts";
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  decimalType,
  DOUBLE,
  INTEGER,
  mapType,
  STRING,
  structType,
  TIME,
  TIMESTAMP,
  type SqlType,
} from "../../data/types.ts";
import type { Value } from "../../data/values.ts";
import type { Expression } from "../../plan/expression.ts";
import {
  arithmetic,
  between,
  call,
  cast,
  column,
  comparison,
  field,
  FIRST_NON_NULL,
  inList,
  isNull,
  lambda,
  like,
  literal,
  logical,
  not,
  REFUSE_NEGATIVE,
  searchedCase,
  subscript,
  TRANSFORM,
} from "./expression-nodes.ts";

const PRICE = decimalType(6, 2);
const RATE = decimalType(4, 3);
const INTEGERS = arrayType(INTEGER);
const COUNTS = mapType(STRING, BIGINT);
const PERSON = structType([
  { name: "AGE", type: INTEGER },
  { name: "NAME", type: STRING },
]);

export const SCHEMA: readonly SqlType[] = [
  BOOLEAN,
  INTEGER,
  INTEGER,
  BIGINT,
  DOUBLE,
  PRICE,
  RATE,
  STRING,
  STRING,
  BYTES,
  DATE,
  TIME,
  TIMESTAMP,
  INTEGERS,
  COUNTS,
  PERSON,
];

const integer = fc.oneof(
  fc.integer({ min: -3, max: 5 }),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1),
  fc.integer(),
);
const bigint = fc.oneof(
  fc.bigInt({ min: -3n, max: 5n }),
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const double = fc.oneof(fc.constantFrom(0, -0, 1, 2.5, NaN, Infinity, -Infinity, 1e300), fc.double());
const text = fc.oneof(
  fc.constantFrom("", "a", "ab", "ABC", "a%b", "a_b", "1", " 42 ", "2024-01-02", "true", "😀x", "x\ny"),
  fc.string({ maxLength: 6 }),
);
const key = fc.constantFrom("a", "b", "c");

function valueOf(type: SqlType): fc.Arbitrary<Exclude<Value, null>> {
  switch (type.kind) {
    case "BOOLEAN":
      return fc.boolean();
    case "INTEGER":
      return integer;
    case "BIGINT":
      return bigint;
    case "DOUBLE":
      return double;
    case "DECIMAL": {
      const limit = 10n ** BigInt(type.precision) - 1n;
      const unscaled = fc.oneof(
        fc.constantFrom(0n, 1n, 10n ** BigInt(type.scale)),
        fc.bigInt({ min: -limit, max: limit }),
      );
      return unscaled.map((digits) => new Decimal(digits, type.scale));
    }
    case "STRING":
      return text;
    case "BYTES":
      return fc.uint8Array({ maxLength: 3 });
    case "DATE":
      return fc.integer({ min: -1000, max: 30_000 });
    case "TIME":
      return fc.integer({ min: 0, max: 86_399_999 });
    case "TIMESTAMP":
      return fc.integer({ min: -(10 ** 11), max: 2 * 10 ** 12 });
    case "ARRAY":
      return fc.array(nullable(valueOf(type.element)), { maxLength: 4 });
    case "MAP":
      return fc
        .array(fc.tuple(key, nullable(valueOf(type.value))), { maxLength: 3 })
        .map((entries) => new Map(entries));
    case "STRUCT":
      return fc.tuple(...type.fields.map((member) => nullable(valueOf(member.type))));
  }
}

function nullable(values: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 4, arbitrary: values });
}

export const rows: fc.Arbitrary<readonly Value[]> = fc.tuple(
  ...SCHEMA.map((type) => nullable(valueOf(type))),
);

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
function withParameter(node: Expression, index: number, name: string): Expression {
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
  return replaced(node) as Expression;
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
  return operand.map((node): Expression => ({ kind: "negate", type: node.type, operand: node }));
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

/** Trees of every type, at most a few levels deep. */
export const expressions = fc.letrec<Trees>((tie) => {
  const node = (...choices: fc.Arbitrary<Expression>[]) =>
    fc.oneof({ maxDepth: 4, depthIdentifier: "expression" }, ...choices);
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
