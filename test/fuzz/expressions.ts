/**
 * Random expressions that mean the same in ksqlDB and DuckDB, written in both. Where the meanings differ the DuckDB form says
 * what ksqlDB means; DIFFERENCES.md lists where and why. Leaves come first, so that failures shrink to them.
 */
import * as fc from "fast-check";
import { anyOf, call, isNull, term, whole, type Term, type TermType } from "./term.ts";

export interface ColumnOf {
  readonly name: string;
  readonly type: TermType;
}

export type Terms = Record<
  "boolean" | "integer" | "bigint" | "double" | "decimal" | "string",
  fc.Arbitrary<Term>
>;

const texts = fc.constantFrom("a", "", "ab", "B", "a b", " a ", "%", "_", "é", "12", "-7", "x1", "it's");
const patterns = fc.constantFrom("a%", "%", "_", "%b", "%a%", "a_", "", "_%_");

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function literals(type: TermType): fc.Arbitrary<Term> {
  switch (type) {
    case "BOOLEAN":
      return fc.boolean().map((b) => term(type, String(b).toUpperCase(), String(b)));
    case "INTEGER":
      return fc
        .constantFrom(0, 1, 2, 3, -1, 7, 100, 2147483647, -2147483647)
        .map((n) => term(type, n < 0 ? `(${n})` : String(n), `CAST('${n}' AS INTEGER)`));
    case "BIGINT":
      return fc
        .constantFrom("4294967296", "-4294967297", "9223372036854775807", "3000000000")
        .map((n) => term(type, n.startsWith("-") ? `(${n})` : n, `CAST('${n}' AS BIGINT)`));
    case "DOUBLE":
      return fc
        .constantFrom("0.0E0", "1.5E0", "-2.25E0", "1.0E10", "3.0E0")
        .map((d) => term(type, d.startsWith("-") ? `(${d})` : d, `CAST('${d}' AS DOUBLE)`));
    case "DECIMAL":
      return fc
        .constantFrom("1.50", "0.01", "99.99", "-3.25")
        .map((d) => term(type, d.startsWith("-") ? `(${d})` : d, `CAST('${d}' AS DECIMAL(4, 2))`));
    case "STRING":
      return texts.map((text) => term(type, quoted(text), quoted(text)));
  }
}

function leaf(type: TermType, columns: readonly ColumnOf[]): fc.Arbitrary<Term> {
  const own = columns.filter((column) => column.type === type).map(({ name }) => term(type, name, name));
  if (own.length === 0) return literals(type);
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...own) },
    { weight: 1, arbitrary: literals(type) },
  );
}

/** Wraps around as Java's integers do. */
function wrapped(type: "INTEGER" | "BIGINT", value: string): string {
  const bits = type === "INTEGER" ? "4294967296" : "18446744073709551616";
  const half = type === "INTEGER" ? "2147483648" : "9223372036854775808";
  const [m, h] = [`CAST('${bits}' AS HUGEINT)`, `CAST('${half}' AS HUGEINT)`];
  return `CAST((((${value}) + ${h}) % ${m} + ${m}) % ${m} - ${h} AS ${type})`;
}

function huge(value: string): string {
  return `CAST(${value} AS HUGEINT)`;
}

type Operator = "+" | "-" | "*" | "/" | "%";

function integerArithmetic(type: "INTEGER" | "BIGINT", left: Term, operator: Operator, right: Term): Term {
  const ksql = `(${left.ksql} ${operator} ${right.ksql})`;
  const halts = [left.halts, right.halts, isNull(left.value), isNull(right.value)];
  const divides = operator === "/" || operator === "%";
  if (divides) halts.push(`(COALESCE(${right.value}, 1) = 0)`);
  const divisor = divides ? `NULLIF(${huge(right.value)}, 0)` : huge(right.value);
  const value = `${huge(left.value)} ${operator === "/" ? "//" : operator} ${divisor}`;
  return term(type, ksql, wrapped(type, value), halts);
}

/** Doubles stay far from overflow; a quotient by zero is IEEE's in both. */
function doubleArithmetic(left: Term, operator: Operator, right: Term): Term {
  const ksql = `(${left.ksql} ${operator} ${right.ksql})`;
  const value = `(CAST(${left.value} AS DOUBLE) ${operator} CAST(${right.value} AS DOUBLE))`;
  return term("DOUBLE", ksql, value, [left.halts, right.halts, isNull(left.value), isNull(right.value)]);
}

function decimalArithmetic(left: Term, operator: Operator, right: Term): Term {
  const ksql = `(${left.ksql} ${operator} ${right.ksql})`;
  const halts = [left.halts, right.halts, isNull(left.value), isNull(right.value)];
  return term("DECIMAL", ksql, `(${left.value} ${operator} ${right.value})`, halts);
}

function asDouble(value: string): string {
  return `CAST(${value} AS DOUBLE)`;
}

/** Comparisons with NULL are false, and what is asked of NaN is false. */
function compared(left: Term, operator: string, right: Term): string {
  const inexact = left.type === "DOUBLE" || right.type === "DOUBLE";
  const test = inexact
    ? `(${asDouble(left.value)} ${operator} ${asDouble(right.value)} AND NOT isnan(${asDouble(left.value)}) AND NOT isnan(${asDouble(right.value)}))`
    : `(${left.value} ${operator} ${right.value})`;
  return `COALESCE(${test}, FALSE)`;
}

function comparison(left: Term, operator: string, right: Term): Term {
  const unread = `(NOT ${isNull(left.value)} AND ${right.halts})`;
  const halts = [left.halts, right.halts === "FALSE" ? "FALSE" : unread];
  return term("BOOLEAN", `(${left.ksql} ${operator} ${right.ksql})`, compared(left, operator, right), halts);
}

function distinct(left: Term, right: Term, negated: boolean): Term {
  const words = `IS ${negated ? "NOT " : ""}DISTINCT FROM`;
  const value = `(${left.value} ${words} ${right.value})`;
  return term("BOOLEAN", `(${left.ksql} ${words} ${right.ksql})`, value, [left.halts, right.halts]);
}

function logical(left: Term, operator: "AND" | "OR", right: Term): Term {
  const decided = operator === "AND" ? `(NOT ${left.value})` : `(${left.value})`;
  const halts = [
    left.halts,
    isNull(left.value),
    `(NOT COALESCE(${decided}, FALSE) AND ${anyOf([right.halts, isNull(right.value)])})`,
  ];
  return term(
    "BOOLEAN",
    `(${left.ksql} ${operator} ${right.ksql})`,
    `(${left.value} ${operator} ${right.value})`,
    halts,
  );
}

function searchedCase(
  branches: readonly (readonly [when: Term, then: Term])[],
  otherwise: Term | undefined,
): Term {
  const { type } = branches[0]![1];
  const ksql = branches.map(([when, then]) => `WHEN ${when.ksql} THEN ${then.ksql}`).join(" ");
  const value = branches.map(([when, then]) => `WHEN ${when.value} THEN ${then.value}`).join(" ");
  const halts = branches
    .map(
      ([when, then]) =>
        `WHEN ${anyOf([when.halts, isNull(when.value)])} THEN TRUE WHEN ${when.value} THEN ${then.halts}`,
    )
    .join(" ");
  return term(
    type,
    `CASE ${ksql}${otherwise === undefined ? "" : ` ELSE ${otherwise.ksql}`} END`,
    `(CASE ${value} ELSE ${otherwise?.value ?? "NULL"} END)`,
    [`(CASE ${halts} ELSE ${otherwise?.halts ?? "FALSE"} END)`],
  );
}

function between(operand: Term, low: Term, high: Term, negated: boolean): Term {
  const within = `(${compared(operand, ">=", low)} AND ${compared(operand, "<=", high)})`;
  const ksql = `(${operand.ksql} ${negated ? "NOT " : ""}BETWEEN ${low.ksql} AND ${high.ksql})`;
  const halts = [
    operand.halts,
    `(NOT ${isNull(operand.value)} AND ${low.halts})`,
    `(${compared(operand, ">=", low)} AND ${high.halts})`,
  ];
  return term("BOOLEAN", ksql, negated ? `(NOT ${within})` : within, halts);
}

function inList(operand: Term, items: readonly Term[], negated: boolean): Term {
  const ksql = `(${operand.ksql} ${negated ? "NOT " : ""}IN (${items.map((item) => item.ksql).join(", ")}))`;
  const value = `(${items.map((item) => compared(operand, "=", item)).join(" OR ")})`;
  return term("BOOLEAN", ksql, negated ? `(NOT ${value})` : value, [
    operand.halts,
    ...items.map((i) => i.halts),
  ]);
}

function like(operand: Term, pattern: string, negated: boolean): Term {
  const words = `${negated ? "NOT " : ""}LIKE ${quoted(pattern)}`;
  const halts = [operand.halts, isNull(operand.value)];
  return term("BOOLEAN", `(${operand.ksql} ${words})`, `(${operand.value} ${words})`, halts);
}

/** An explicit CAST fails alone: what it can't convert is NULL. */
function cast(operand: Term, type: TermType, sql: string, value: (operand: string) => string): Term {
  return term(type, `CAST(${operand.ksql} AS ${sql})`, value(whole(operand)), [], true);
}

function negate(operand: Term): Term {
  const type = operand.type as "INTEGER" | "BIGINT";
  return term(type, `(-${operand.ksql})`, wrapped(type, `-${huge(operand.value)}`), [
    operand.halts,
    isNull(operand.value),
  ]);
}

const WHOLE_NUMBER = "'^[+-]?[0-9]{1,18}$'";

function integerOfText(text: string): string {
  return `(CASE WHEN regexp_matches(${text}, ${WHOLE_NUMBER}) THEN TRY_CAST(${text} AS INTEGER) ELSE NULL END)`;
}

function node(...choices: fc.Arbitrary<Term>[]): fc.Arbitrary<Term> {
  return fc.oneof({ maxDepth: 3, depthSize: "medium", withCrossShrink: true }, ...choices);
}

export function terms(columns: readonly ColumnOf[]): Terms {
  return fc.letrec<Record<keyof Terms, Term>>((tie) => {
    const numbers = fc.oneof(tie("integer"), tie("bigint"), tie("double"), tie("decimal"));
    return {
      boolean: booleans(columns, tie, numbers),
      integer: integers(columns, tie),
      bigint: bigints(columns, tie),
      double: doubles(columns, tie),
      decimal: decimals(columns),
      string: strings(columns, tie),
    };
  });
}

type Tie = (name: keyof Terms) => fc.Arbitrary<Term>;

const orders = fc.constantFrom("=", "<>", "<", "<=", ">", ">=");
const operators = fc.constantFrom<Operator>("+", "-", "*", "/", "%");
const exact = fc.constantFrom<Operator>("+", "-", "*");

function cases(tie: Tie, of: keyof Terms): fc.Arbitrary<Term> {
  const branches = fc.array(fc.tuple(tie("boolean"), tie(of)), { minLength: 1, maxLength: 2 });
  return fc.tuple(branches, fc.option(tie(of), { nil: undefined })).map(([b, e]) => searchedCase(b, e));
}

/** Functions that every type has. */
function chosen(tie: Tie, of: keyof Terms): fc.Arbitrary<Term>[] {
  const pair = fc.tuple(tie(of), tie(of));
  return [
    cases(tie, of),
    pair.map(([a, b]) =>
      call(a.type, `COALESCE(${a.ksql}, ${b.ksql})`, [a, b], (x, y) => `COALESCE(${x}, ${y})`),
    ),
    pair.map(([a, b]) =>
      call(a.type, `IFNULL(${a.ksql}, ${b.ksql})`, [a, b], (x, y) => `COALESCE(${x}, ${y})`),
    ),
  ];
}

function booleans(columns: readonly ColumnOf[], tie: Tie, numbers: fc.Arbitrary<Term>): fc.Arbitrary<Term> {
  const text = tie("string");
  const any = fc.oneof(numbers, text, tie("boolean"));
  return node(
    leaf("BOOLEAN", columns),
    fc.tuple(numbers, orders, numbers).map(([a, o, b]) => comparison(a, o, b)),
    fc.tuple(text, orders, text).map(([a, o, b]) => comparison(a, o, b)),
    fc
      .tuple(tie("boolean"), fc.constantFrom("AND", "OR"), tie("boolean"))
      .map(([a, o, b]) => logical(a, o, b)),
    tie("boolean").map((b) =>
      term("BOOLEAN", `(NOT ${b.ksql})`, `(NOT ${b.value})`, [b.halts, isNull(b.value)]),
    ),
    fc.tuple(any, fc.boolean()).map(([a, negated]) => {
      const words = `IS ${negated ? "NOT " : ""}NULL`;
      return term("BOOLEAN", `(${a.ksql} ${words})`, `(${a.value} ${words})`, [a.halts]);
    }),
    fc.tuple(tie("integer"), tie("integer"), fc.boolean()).map(([a, b, n]) => distinct(a, b, n)),
    fc.tuple(text, text, fc.boolean()).map(([a, b, n]) => distinct(a, b, n)),
    fc
      .tuple(tie("integer"), tie("integer"), tie("integer"), fc.boolean())
      .map(([a, low, high, negated]) => between(a, low, high, negated)),
    fc
      .tuple(tie("integer"), fc.array(tie("integer"), { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([a, items, negated]) => inList(a, items, negated)),
    fc
      .tuple(text, fc.array(text, { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([a, items, negated]) => inList(a, items, negated)),
    fc.tuple(text, patterns, fc.boolean()).map(([a, pattern, negated]) => like(a, pattern, negated)),
    ...chosen(tie, "boolean"),
  );
}

function integers(columns: readonly ColumnOf[], tie: Tie): fc.Arbitrary<Term> {
  const text = tie("string");
  return node(
    leaf("INTEGER", columns),
    fc
      .tuple(tie("integer"), operators, tie("integer"))
      .map(([a, o, b]) => integerArithmetic("INTEGER", a, o, b)),
    tie("integer").map(negate),
    text.map((a) => call("INTEGER", `LEN(${a.ksql})`, [a], (x) => `CAST(length(${x}) AS INTEGER)`)),
    fc
      .tuple(text, fc.constantFrom("a", "b", "ab", " "))
      .map(([a, b]) =>
        call(
          "INTEGER",
          `INSTR(${a.ksql}, ${quoted(b)})`,
          [a],
          (x) => `CAST(COALESCE(instr(${x}, ${quoted(b)}), 0) AS INTEGER)`,
        ),
      ),
    text.map((a) => cast(a, "INTEGER", "INT", integerOfText)),
    tie("bigint").map((a) => cast(a, "INTEGER", "INT", (x) => wrapped("INTEGER", huge(x)))),
    tie("decimal").map((a) => cast(a, "INTEGER", "INT", (x) => wrapped("INTEGER", huge(`trunc(${x})`)))),
    ...chosen(tie, "integer"),
  );
}

function bigints(columns: readonly ColumnOf[], tie: Tie): fc.Arbitrary<Term> {
  const either = fc.oneof(tie("bigint"), tie("integer"));
  return node(
    leaf("BIGINT", columns),
    fc.tuple(tie("bigint"), operators, either).map(([a, o, b]) => integerArithmetic("BIGINT", a, o, b)),
    fc.tuple(either, operators, tie("bigint")).map(([a, o, b]) => integerArithmetic("BIGINT", a, o, b)),
    tie("bigint").map(negate),
    tie("integer").map((a) => cast(a, "BIGINT", "BIGINT", (x) => `CAST(${x} AS BIGINT)`)),
    ...chosen(tie, "bigint"),
  );
}

function doubles(columns: readonly ColumnOf[], tie: Tie): fc.Arbitrary<Term> {
  const leaves = leaf("DOUBLE", columns);
  return node(
    leaves,
    fc
      .tuple(leaves, fc.constantFrom<Operator>("+", "-", "*", "/"), fc.oneof(leaves, tie("integer")))
      .map(([a, o, b]) => doubleArithmetic(a, o, b)),
    leaves.map((a) => call("DOUBLE", `FLOOR(${a.ksql})`, [a], (x) => `floor(${x})`)),
    leaves.map((a) => call("DOUBLE", `ABS(${a.ksql})`, [a], (x) => `abs(${x})`)),
    tie("integer").map((a) => cast(a, "DOUBLE", "DOUBLE", (x) => `CAST(${x} AS DOUBLE)`)),
    tie("decimal").map((a) => cast(a, "DOUBLE", "DOUBLE", (x) => `CAST(CAST(${x} AS VARCHAR) AS DOUBLE)`)),
    ...chosen(tie, "double"),
  );
}

function decimals(columns: readonly ColumnOf[]): fc.Arbitrary<Term> {
  const leaves = leaf("DECIMAL", columns);
  return node(
    leaves,
    fc.tuple(leaves, exact, leaves).map(([a, o, b]) => decimalArithmetic(a, o, b)),
  );
}

function strings(columns: readonly ColumnOf[], tie: Tie): fc.Arbitrary<Term> {
  const text = tie("string");
  const simple = (name: string, duck: string) =>
    text.map((a) => call("STRING", `${name}(${a.ksql})`, [a], (x) => `${duck}(${x})`));
  return node(
    leaf("STRING", columns),
    simple("UCASE", "upper"),
    simple("LCASE", "lower"),
    simple("TRIM", "trim"),
    fc
      .tuple(text, text)
      .map(([a, b]) =>
        term("STRING", `(${a.ksql} + ${b.ksql})`, `(${a.value} || ${b.value})`, [
          a.halts,
          b.halts,
          isNull(a.value),
          isNull(b.value),
        ]),
      ),
    fc
      .tuple(text, text)
      .map(([a, b]) =>
        call("STRING", `CONCAT(${a.ksql}, ${b.ksql})`, [a, b], (x, y) => `concat(${x}, ${y})`),
      ),
    fc
      .tuple(text, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 4 }))
      .map(([a, at, length]) =>
        call(
          "STRING",
          `SUBSTRING(${a.ksql}, ${at}, ${length})`,
          [a],
          (x) => `substring(${x}, ${at}, ${length})`,
        ),
      ),
    fc
      .tuple(text, fc.constantFrom("a", "ab", " "), fc.constantFrom("", "b", "aa"))
      .map(([a, old, now]) =>
        call(
          "STRING",
          `REPLACE(${a.ksql}, ${quoted(old)}, ${quoted(now)})`,
          [a],
          (x) => `replace(${x}, ${quoted(old)}, ${quoted(now)})`,
        ),
      ),
    fc
      .tuple(text, fc.integer({ min: 0, max: 5 }), fc.constantFrom("LPAD", "RPAD"))
      .map(([a, length, name]) =>
        call(
          "STRING",
          `${name}(${a.ksql}, ${length}, '*')`,
          [a],
          (x) => `${name.toLowerCase()}(${x}, ${length}, '*')`,
        ),
      ),
    fc
      .oneof(tie("integer"), tie("bigint"))
      .map((a) => cast(a, "STRING", "STRING", (x) => `CAST(${x} AS VARCHAR)`)),
    tie("boolean").map((a) => cast(a, "STRING", "STRING", (x) => `CAST(${x} AS VARCHAR)`)),
    ...chosen(tie, "string"),
  );
}

/** Any of the types. */
export function anyTerm(all: Terms): fc.Arbitrary<Term> {
  return fc.oneof(all.integer, all.string, all.boolean, all.bigint, all.double, all.decimal);
}
