import type { Span } from "../base/errors.ts";
import type { DecimalType, PrimitiveKind } from "../data/types.ts";

/**
 * Expressions as they were written, one variant a construct of ksqlDB's grammar; nothing is resolved yet.
 *
 * Invariants: nodes are immutable plain data; `span` points into the whole text given to the parser; names
 * are final (upper-cased unless they were quoted). Parentheses leave no node. A missing optional part is
 * `undefined` or left out: both mean the same.
 */
export type Expression =
  | Literal
  | ColumnExpression
  | DereferenceExpression
  | SubscriptExpression
  | ComparisonExpression
  | ArithmeticExpression
  | ArithmeticUnaryExpression
  | ConcatExpression
  | LogicalExpression
  | NotExpression
  | IsNullExpression
  | BetweenExpression
  | InExpression
  | LikeExpression
  | SimpleCaseExpression
  | SearchedCaseExpression
  | CastExpression
  | CallExpression
  | LambdaExpression
  | LambdaVariable
  | ArrayLiteral
  | MapLiteral
  | StructLiteral
  | IntervalUnitExpression;

export type Literal =
  | NullLiteral
  | BooleanLiteral
  | IntegerLiteral
  | DecimalLiteral
  | DoubleLiteral
  | StringLiteral;

export interface NullLiteral {
  readonly kind: "null-literal";
  readonly span: Span;
}

export interface BooleanLiteral {
  readonly kind: "boolean-literal";
  readonly value: boolean;
  readonly span: Span;
}

/** A whole number: an INTEGER where 32 bits hold it, else a BIGINT. `-5` is a literal with value −5n. */
export interface IntegerLiteral {
  readonly kind: "integer-literal";
  readonly value: bigint;
  readonly span: Span;
}

/** An exact number; `text` as written with its sign (`1.50`), so that the scale is kept. */
export interface DecimalLiteral {
  readonly kind: "decimal-literal";
  readonly text: string;
  readonly span: Span;
}

/** A number with an exponent (`1E3`). */
export interface DoubleLiteral {
  readonly kind: "double-literal";
  readonly text: string;
  readonly value: number;
  readonly span: Span;
}

/** `value` has no quotes and no doubled quotes. */
export interface StringLiteral {
  readonly kind: "string-literal";
  readonly value: string;
  readonly span: Span;
}

/** `name` or `source.name`; `source` is a source's name or alias. */
export interface ColumnExpression {
  readonly kind: "column";
  readonly source?: string | undefined;
  readonly name: string;
  readonly span: Span;
}

/** `base->field`. */
export interface DereferenceExpression {
  readonly kind: "dereference";
  readonly base: Expression;
  readonly field: string;
  readonly span: Span;
}

/** `base[index]`, for arrays and maps. */
export interface SubscriptExpression {
  readonly kind: "subscript";
  readonly base: Expression;
  readonly index: Expression;
  readonly span: Span;
}

export type ComparisonOperator =
  | "="
  | "<>"
  | "<"
  | "<="
  | ">"
  | ">="
  | "is distinct from"
  | "is not distinct from";

export interface ComparisonExpression {
  readonly kind: "comparison";
  readonly op: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";

export interface ArithmeticExpression {
  readonly kind: "arithmetic";
  readonly op: ArithmeticOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

export interface ArithmeticUnaryExpression {
  readonly kind: "arithmetic-unary";
  readonly op: "+" | "-";
  readonly operand: Expression;
  readonly span: Span;
}

/** `left || right`: means CONCAT(left, right). */
export interface ConcatExpression {
  readonly kind: "concat";
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

export interface LogicalExpression {
  readonly kind: "logical";
  readonly op: "and" | "or";
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

export interface NotExpression {
  readonly kind: "not";
  readonly operand: Expression;
  readonly span: Span;
}

export interface IsNullExpression {
  readonly kind: "is-null";
  readonly negated: boolean;
  readonly operand: Expression;
  readonly span: Span;
}

export interface BetweenExpression {
  readonly kind: "between";
  readonly negated: boolean;
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
  readonly span: Span;
}

export interface InExpression {
  readonly kind: "in";
  readonly negated: boolean;
  readonly operand: Expression;
  /** At least one. */
  readonly values: readonly Expression[];
  readonly span: Span;
}

export interface LikeExpression {
  readonly kind: "like";
  readonly negated: boolean;
  readonly operand: Expression;
  readonly pattern: Expression;
  /** One character. */
  readonly escape?: string | undefined;
  readonly span: Span;
}

export interface WhenClause {
  readonly condition: Expression;
  readonly result: Expression;
}

/** `CASE operand WHEN value THEN …`: a `condition` is the value that the operand is compared with. */
export interface SimpleCaseExpression {
  readonly kind: "simple-case";
  readonly operand: Expression;
  readonly whens: readonly WhenClause[];
  readonly otherwise?: Expression | undefined;
  readonly span: Span;
}

export interface SearchedCaseExpression {
  readonly kind: "searched-case";
  readonly whens: readonly WhenClause[];
  readonly otherwise?: Expression | undefined;
  readonly span: Span;
}

export interface CastExpression {
  readonly kind: "cast";
  readonly operand: Expression;
  readonly type: TypeExpression;
  readonly span: Span;
}

/** A function call; `star` marks `COUNT(*)`, whose `args` are empty. Lambdas come last in `args`. */
export interface CallExpression {
  readonly kind: "call";
  readonly name: string;
  readonly args: readonly Expression[];
  readonly star?: boolean | undefined;
  readonly span: Span;
}

/** `x => body`, `(x, y) => body`; occurs as an argument of a call only. */
export interface LambdaExpression {
  readonly kind: "lambda";
  readonly params: readonly string[];
  readonly body: Expression;
  readonly span: Span;
}

/** A name bound by an enclosing lambda. */
export interface LambdaVariable {
  readonly kind: "lambda-variable";
  readonly name: string;
  readonly span: Span;
}

export interface ArrayLiteral {
  readonly kind: "array-literal";
  readonly elements: readonly Expression[];
  readonly span: Span;
}

export interface MapEntry {
  readonly key: Expression;
  readonly value: Expression;
}

export interface MapLiteral {
  readonly kind: "map-literal";
  readonly entries: readonly MapEntry[];
  readonly span: Span;
}

export interface StructLiteralField {
  readonly name: string;
  readonly value: Expression;
}

export interface StructLiteral {
  readonly kind: "struct-literal";
  readonly fields: readonly StructLiteralField[];
  readonly span: Span;
}

export type TimeUnit = "DAYS" | "HOURS" | "MINUTES" | "SECONDS" | "MILLISECONDS";

/** A bare unit word as an argument: `DATEADD(DAYS, 1, d)`. Singular words are stored as their plural. */
export interface IntervalUnitExpression {
  readonly kind: "interval-unit";
  readonly unit: TimeUnit;
  readonly span: Span;
}

/**
 * A type as written: an {@link SqlType}, or one that still holds names made by CREATE TYPE. Every SqlType
 * is a TypeExpression; `resolveType` goes the other way.
 */
export type TypeExpression =
  | { readonly kind: PrimitiveKind }
  | DecimalType
  | { readonly kind: "ARRAY"; readonly element: TypeExpression }
  | { readonly kind: "MAP"; readonly key: TypeExpression; readonly value: TypeExpression }
  | { readonly kind: "STRUCT"; readonly fields: readonly StructFieldExpression[] }
  | NamedType;

export interface StructFieldExpression {
  readonly name: string;
  readonly type: TypeExpression;
}

export interface NamedType {
  readonly kind: "named-type";
  readonly name: string;
  readonly span: Span;
}
