import * as fc from "fast-check";
import type { Expression, Literal, TypeExpression } from "../../src/sql/ast-expression.ts";
import type { PrimaryRelation, Query, Relation, SelectItem, TimeSpan } from "../../src/sql/ast-query.ts";
import type { Property, TableElement } from "../../src/sql/ast-declaration.ts";
import type { Statement } from "../../src/sql/ast-statement.ts";

/** Random syntax trees that a text can have, with names and strings that are hard to print. */

const span = { start: 0, end: 0, line: 1, column: 1 };

const name = fc.constantFrom(
  ..."A B_1 ID a `x FROM Select ARRAY MAP STRUCT DAY EMIT PARTITION 1X 1E3 KEY COLUMN TABLES ESCAPE É".split(
    " ",
  ),
  'a"b',
  "two words",
  "it's",
  "",
);
const sourceName = fc.constantFrom("S1", "s-2", "SELECT", "EMIT", "PARTITION", "TABLES", "FUNCTION", "9");
const text = fc.oneof(fc.string(), fc.constantFrom("'", "''", "--", "/*", ";", "\n", "a'b"));
const unit = fc.constantFrom("DAYS", "HOURS", "MINUTES", "SECONDS", "MILLISECONDS");

export const literal: fc.Arbitrary<Literal> = fc.oneof(
  fc.constant<Literal>({ kind: "null-literal", span }),
  fc.boolean().map((value): Literal => ({ kind: "boolean-literal", value, span })),
  fc
    .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    .map((value): Literal => ({ kind: "integer-literal", value, span })),
  fc
    .constantFrom("1.", "-1.50", ".5", "-.0", "12345678901234567890.1")
    .map((t): Literal => ({ kind: "decimal-literal", text: t, span })),
  fc
    .constantFrom("1e3", "-1.5E-3", ".5e+1")
    .map((t): Literal => ({ kind: "double-literal", text: t, value: Number(t), span })),
  text.map((value): Literal => ({ kind: "string-literal", value, span })),
);

export const type: fc.Arbitrary<TypeExpression> = fc.letrec<{ type: TypeExpression }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<TypeExpression>(
      { kind: "INTEGER" },
      { kind: "STRING" },
      { kind: "DECIMAL", precision: 4, scale: 2 },
    ),
    fc
      .constantFrom("MONEY", "my type", "ARRAY")
      .map((n): TypeExpression => ({ kind: "named-type", name: n, span })),
    tie("type").map((element): TypeExpression => ({ kind: "ARRAY", element })),
    fc.tuple(tie("type"), tie("type")).map(([key, value]): TypeExpression => ({ kind: "MAP", key, value })),
    fc
      .uniqueArray(fc.record({ name, type: tie("type") }), { maxLength: 3, selector: (field) => field.name })
      .map((fields): TypeExpression => ({ kind: "STRUCT", fields })),
  ),
})).type;

const comparison = fc.constantFrom(
  "=",
  "<>",
  "<",
  "<=",
  ">",
  ">=",
  "is distinct from",
  "is not distinct from",
);

export const expression: fc.Arbitrary<Expression> = fc.letrec<{ e: Expression }>((tie) => {
  const e = tie("e");
  const negated = fc.boolean();
  const whens = fc.array(fc.record({ condition: e, result: e }), { minLength: 1, maxLength: 2 });
  const otherwise = fc.option(e, { nil: undefined });
  const lambda = fc
    .tuple(fc.constantFrom(["P1"], ["P1", "P2"]), fc.constantFrom("P1", "OTHER"), e)
    .map(([params, used, body]): Expression => {
      const variable: Expression =
        used === "P1" ? { kind: "lambda-variable", name: used, span } : { kind: "column", name: used, span };
      return { kind: "lambda", params, body: { kind: "concat", left: variable, right: body, span }, span };
    });
  const unitArgument = unit.map((u): Expression => ({ kind: "interval-unit", unit: u, span }));
  return {
    e: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      literal,
      fc.record({ kind: fc.constant("column" as const), name, span: fc.constant(span) }),
      fc.record({ kind: fc.constant("column" as const), source: name, name, span: fc.constant(span) }),
      fc
        .tuple(fc.constantFrom("+", "-", "*", "/", "%"), e, e)
        .map(([op, left, right]): Expression => ({ kind: "arithmetic", op, left, right, span })),
      fc
        .tuple(fc.constantFrom("+", "-"), e)
        .map(([op, operand]): Expression => ({ kind: "arithmetic-unary", op, operand, span })),
      fc.tuple(e, e).map(([left, right]): Expression => ({ kind: "concat", left, right, span })),
      fc
        .tuple(fc.constantFrom("and", "or"), e, e)
        .map(([op, left, right]): Expression => ({ kind: "logical", op, left, right, span })),
      e.map((operand): Expression => ({ kind: "not", operand, span })),
      fc
        .tuple(comparison, e, e)
        .map(([op, left, right]): Expression => ({ kind: "comparison", op, left, right, span })),
      fc
        .tuple(negated, e)
        .map(([n, operand]): Expression => ({ kind: "is-null", negated: n, operand, span })),
      fc.tuple(negated, e, e, e).map(([n, operand, low, high]): Expression => ({
        kind: "between",
        negated: n,
        operand,
        low,
        high,
        span,
      })),
      fc
        .tuple(negated, e, fc.array(e, { minLength: 1, maxLength: 3 }))
        .map(([n, operand, values]): Expression => ({ kind: "in", negated: n, operand, values, span })),
      fc
        .tuple(negated, e, e, fc.constantFrom(undefined, "!", "'"))
        .map(([n, operand, pattern, escape]): Expression => ({
          kind: "like",
          negated: n,
          operand,
          pattern,
          escape,
          span,
        })),
      fc.tuple(e, name).map(([base, field]): Expression => ({ kind: "dereference", base, field, span })),
      fc.tuple(e, e).map(([base, index]): Expression => ({ kind: "subscript", base, index, span })),
      fc
        .tuple(whens, otherwise)
        .map(([w, o]): Expression => ({ kind: "searched-case", whens: w, otherwise: o, span })),
      fc.tuple(e, whens, otherwise).map(([operand, w, o]): Expression => ({
        kind: "simple-case",
        operand,
        whens: w,
        otherwise: o,
        span,
      })),
      fc.tuple(e, type).map(([operand, t]): Expression => ({ kind: "cast", operand, type: t, span })),
      fc
        .tuple(
          name,
          fc.array(fc.oneof(e, unitArgument), { maxLength: 3 }),
          fc.array(lambda, { maxLength: 2 }),
        )
        .map(([n, args, lambdas]): Expression => ({
          kind: "call",
          name: n,
          args: args.length === 0 ? [] : [...args, ...lambdas],
          span,
        })),
      name.map((n): Expression => ({ kind: "call", name: n, args: [], star: true, span })),
      fc
        .array(e, { maxLength: 3 })
        .map((elements): Expression => ({ kind: "array-literal", elements, span })),
      fc.array(e, { maxLength: 3 }).map((values): Expression => ({
        kind: "map-literal",
        entries: values.map((value, i) => ({ key: stringLiteral(String(i)), value })),
        span,
      })),
      fc
        .array(fc.record({ name, value: e }), { maxLength: 3 })
        .map((fields): Expression => ({ kind: "struct-literal", fields, span })),
    ),
  };
}).e;

function stringLiteral(value: string): Expression {
  return { kind: "string-literal", value, span };
}

const timeSpan: fc.Arbitrary<TimeSpan> = fc.record({ value: fc.nat(), unit });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

/** Without qualified names, so that it may stand in any statement. */
const plain = expression.filter(
  (tree) => !JSON.stringify(tree, (_key, v: unknown) => (typeof v === "bigint" ? 0 : v)).includes('"source"'),
);

const selectItem: fc.Arbitrary<SelectItem> = fc.oneof(
  fc.record({
    kind: fc.constant("select-expression" as const),
    expression: plain,
    alias: maybe(name),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("all-columns" as const),
    source: fc.constantFrom(undefined, "S1"),
    span: fc.constant(span),
  }),
  fc.record({ kind: fc.constant("all-fields" as const), base: plain, span: fc.constant(span) }),
);

const inputs = fc.array(
  sourceName.map((input) => ({ kind: "table" as const, name: input, span })),
  { minLength: 1, maxLength: 3 },
);

const primary: fc.Arbitrary<PrimaryRelation> = fc.oneof(
  fc
    .record({ name: sourceName, alias: maybe(sourceName) })
    .map((table) => ({ kind: "table" as const, ...table, span })),
  fc.record({ name: sourceName, alias: maybe(sourceName), inputs }).map((call) => ({
    kind: "stream-function" as const,
    ...call,
    nameSpan: span,
    span,
  })),
);

const joined = fc.record({
  type: fc.constantFrom("INNER", "LEFT", "RIGHT", "FULL"),
  right: primary,
  within: maybe(
    fc.record({ before: timeSpan, after: timeSpan, grace: maybe(timeSpan), span: fc.constant(span) }),
  ),
  on: plain,
});

const relation: fc.Arbitrary<Relation> = fc
  .tuple(primary, fc.array(joined, { maxLength: 3 }))
  .map(([first, joins]) =>
    joins.reduce<Relation>(
      (left, { type: joinType, right, within, on }) => ({
        kind: "join",
        type: joinType,
        left,
        right,
        within,
        on,
        span,
      }),
      { ...first, name: "S1" },
    ),
  );

const windowParts = {
  name: fc.constantFrom(undefined, "W"),
  retention: maybe(timeSpan),
  grace: maybe(timeSpan),
  span: fc.constant(span),
};
const window = fc.oneof(
  fc.record({ kind: fc.constant("tumbling-window" as const), size: timeSpan, ...windowParts }),
  fc.record({
    kind: fc.constant("hopping-window" as const),
    size: timeSpan,
    advance: timeSpan,
    ...windowParts,
  }),
  fc.record({ kind: fc.constant("session-window" as const), gap: timeSpan, ...windowParts }),
);

/** One expression only: two equal ones would be an error. */
const list = plain.map((e) => ({ expressions: [e], span }));

export const query: fc.Arbitrary<Query> = fc.record({
  kind: fc.constant("query" as const),
  select: fc.array(selectItem, { minLength: 1, maxLength: 3 }),
  from: relation,
  window: maybe(window),
  where: maybe(plain),
  groupBy: maybe(list),
  partitionBy: maybe(list),
  having: maybe(plain),
  refinement: fc.constantFrom(undefined, "CHANGES", "FINAL"),
  limit: maybe(fc.nat()),
  span: fc.constant(span),
});

const properties: fc.Arbitrary<Property[]> = fc
  .uniqueArray(fc.record({ name, value: literal }), { maxLength: 3, selector: (property) => property.name })
  .map((all) => all.map((property) => ({ ...property, nameSpan: span, span })));

const elements: fc.Arbitrary<TableElement[]> = fc
  .uniqueArray(
    fc.record({ name, type, constraint: fc.constantFrom(undefined, "KEY"), span: fc.constant(span) }),
    { maxLength: 4, selector: (element) => element.name },
  )
  .map((all): TableElement[] => all);

const head = {
  sourceKind: fc.constant("STREAM" as const),
  ifNotExists: fc.boolean(),
  orReplace: fc.boolean(),
  name: sourceName,
  nameSpan: fc.constant(span),
  span: fc.constant(span),
};

export const statement: fc.Arbitrary<Statement> = fc.oneof(
  query,
  fc.record({
    kind: fc.constant("create-source" as const),
    ...head,
    readOnly: fc.boolean(),
    elements,
    properties,
  }),
  fc.record({
    kind: fc.constant("create-as-select" as const),
    ...head,
    properties,
    query: query.map((q) => ({ ...q, limit: undefined })),
  }),
  fc.record({
    kind: fc.constant("insert-into" as const),
    name: sourceName,
    nameSpan: fc.constant(span),
    properties,
    query,
    span: fc.constant(span),
  }),
  fc.array(fc.tuple(name, plain), { minLength: 1, maxLength: 3 }).map((pairs): Statement => ({
    kind: "insert-values",
    name: "S",
    nameSpan: span,
    columns: pairs.map(([n]) => n),
    values: pairs.map(([, v]) => v),
    span,
  })),
  fc.record({
    kind: fc.constant("create-type" as const),
    ifNotExists: fc.boolean(),
    name,
    type,
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("create-connector" as const),
    direction: fc.constantFrom("SOURCE", "SINK"),
    ifNotExists: fc.boolean(),
    name,
    properties: properties.filter((p) => p.length > 0),
    span: fc.constant(span),
  }),
  fc.record({
    kind: fc.constant("print-topic" as const),
    topic: text,
    fromBeginning: fc.boolean(),
    interval: maybe(fc.integer({ min: 1, max: 9 })),
    limit: maybe(fc.nat()),
    span: fc.constant(span),
  }),
  fc.record({ kind: fc.constant("set-property" as const), name: text, value: text, span: fc.constant(span) }),
  fc.record({
    kind: fc.constant("describe-source" as const),
    name: sourceName,
    nameSpan: fc.constant(span),
    extended: fc.boolean(),
    span: fc.constant(span),
  }),
);

/** Whether a stream function stands anywhere in FROM: ksqlDB's own dialect has none. */
export function hasStreamFunction(tree: unknown): boolean {
  if (typeof tree !== "object" || tree === null) return false;
  if ("kind" in tree && tree.kind === "stream-function") return true;
  return Object.values(tree).some(hasStreamFunction);
}
