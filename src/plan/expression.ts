/**
 * Resolved, typed expressions: what analysis makes of the AST, and what the interpreter, the code generator
 * and the SQL printers of other engines read.
 *
 * Invariants, established by analysis and not checked again: every node knows its SQL type; operands already
 * have the types an operation needs (implicit coercions are explicit `cast` nodes with `implicit: true`); a
 * column is an index into the schema of the step the expression belongs to; functions are resolved to an
 * overload.
 *
 * NULL and failure (ksqlDB's rules; `engine/expression/evaluation-context.ts` has them whole): a comparison, BETWEEN
 * or IN with a NULL operand is false; a NULL operand of arithmetic, NOT, AND, OR, LIKE, a CASE condition or a
 * subscript makes the enclosing item NULL; a part that fails makes the nearest boundary NULL (a predicate: false) and
 * is counted.
 */
import type { SqlType } from "../data/types.ts";
import type { Value } from "../data/values.ts";
import type { AggregateOverload, ScalarOverload, TableFunctionOverload } from "../functions/definition.ts";

export type ComparisonOperator = "=" | "<>" | "<" | "<=" | ">" | ">=" | "distinct" | "not-distinct";
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";

export type Expression =
  | { readonly kind: "literal"; readonly type: SqlType; readonly value: Value }
  | { readonly kind: "column"; readonly type: SqlType; readonly index: number; readonly name: string }
  | {
      readonly kind: "field";
      readonly type: SqlType;
      readonly base: Expression;
      /** Position of the field in the base's STRUCT type. */
      readonly index: number;
      readonly name: string;
    }
  | {
      readonly kind: "subscript";
      readonly type: SqlType;
      readonly base: Expression;
      readonly subscript: Expression;
      /** KSQL 5 counts array elements from 0, ksqlDB from 1 and from the end by negative numbers. */
      readonly firstIndex: 0 | 1;
    }
  | CallExpression
  | { readonly kind: "lambda-parameter"; readonly type: SqlType; readonly name: string }
  | {
      readonly kind: "comparison";
      readonly type: SqlType;
      readonly operator: ComparisonOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "logical";
      readonly type: SqlType;
      readonly operator: "and" | "or";
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "not"; readonly type: SqlType; readonly operand: Expression }
  | {
      readonly kind: "is-null";
      readonly type: SqlType;
      readonly operand: Expression;
      readonly negated: boolean;
    }
  | {
      readonly kind: "between";
      readonly type: SqlType;
      readonly operand: Expression;
      readonly low: Expression;
      readonly high: Expression;
      readonly negated: boolean;
    }
  | {
      readonly kind: "in";
      readonly type: SqlType;
      readonly operand: Expression;
      readonly items: readonly Expression[];
      readonly negated: boolean;
    }
  | {
      readonly kind: "like";
      readonly type: SqlType;
      readonly operand: Expression;
      readonly pattern: Expression;
      readonly escape: string | undefined;
      readonly negated: boolean;
    }
  | {
      readonly kind: "arithmetic";
      readonly type: SqlType;
      readonly operator: ArithmeticOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "negate"; readonly type: SqlType; readonly operand: Expression }
  | {
      /** Lazy: a branch's value is evaluated only when its condition is the first that holds. */
      readonly kind: "case";
      readonly type: SqlType;
      readonly branches: readonly { readonly when: Expression; readonly then: Expression }[];
      readonly otherwise: Expression | undefined;
    }
  | {
      readonly kind: "cast";
      readonly type: SqlType;
      readonly operand: Expression;
      readonly implicit: boolean;
    }
  | { readonly kind: "array"; readonly type: SqlType; readonly items: readonly Expression[] }
  | {
      readonly kind: "map";
      readonly type: SqlType;
      readonly entries: readonly { readonly key: Expression; readonly value: Expression }[];
    }
  | { readonly kind: "struct"; readonly type: SqlType; readonly fields: readonly Expression[] };

export interface LambdaExpression {
  readonly kind: "lambda";
  /** The type of the body. */
  readonly type: SqlType;
  readonly parameters: readonly { readonly name: string; readonly type: SqlType }[];
  readonly body: Expression;
}

export interface CallExpression {
  readonly kind: "call";
  readonly type: SqlType;
  /** Upper case, the definition's own name (never an alias). */
  readonly name: string;
  readonly overload: ScalarOverload;
  /** A bare time unit (DAYS) is a STRING literal of its word. */
  readonly args: readonly (Expression | LambdaExpression)[];
}

/** One aggregate of a GROUP BY. `args` read the aggregation's input schema; initial (literal) arguments are in `initials`. */
export interface AggregateCall {
  readonly name: string;
  readonly type: SqlType;
  readonly overload: AggregateOverload;
  readonly args: readonly Expression[];
  /** Types of all arguments, those in `initials` too. */
  readonly argumentTypes: readonly SqlType[];
  /** Values of the literal arguments that configure the aggregate, in order. */
  readonly initials: readonly Value[];
}

/** One table function of a SELECT; each input row becomes as many rows as the longest of them gives. */
export interface TableFunctionCall {
  readonly name: string;
  readonly type: SqlType;
  readonly overload: TableFunctionOverload;
  readonly args: readonly Expression[];
}
