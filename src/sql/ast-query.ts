import type { Span } from "../base/errors.ts";
import type { Expression, TimeUnit } from "./ast-expression.ts";

/**
 * A SELECT as written. In ksqlDB's dialect a query without `refinement` is a pull query when it stands
 * alone and means EMIT CHANGES inside CREATE … AS and INSERT INTO; the analysis decides.
 */
export interface Query {
  readonly kind: "query";
  readonly select: readonly SelectItem[];
  readonly from: Relation;
  readonly window?: WindowExpression | undefined;
  readonly where?: Expression | undefined;
  readonly groupBy?: ExpressionList | undefined;
  readonly partitionBy?: ExpressionList | undefined;
  /**
   * True where PARTITION BY stood after HAVING or at the end, which only KSQL 5 allows: it then names an
   * output column.
   */
  readonly partitionByTrailing?: boolean | undefined;
  readonly having?: Expression | undefined;
  readonly refinement?: "CHANGES" | "FINAL" | undefined;
  readonly limit?: number | undefined;
  readonly span: Span;
}

/** The expressions of GROUP BY or PARTITION BY; may be empty: `GROUP BY ()`. */
export interface ExpressionList {
  readonly expressions: readonly Expression[];
  readonly span: Span;
}

export type SelectItem = SelectExpression | AllColumns | AllFields;

export interface SelectExpression {
  readonly kind: "select-expression";
  readonly expression: Expression;
  readonly alias?: string | undefined;
  readonly span: Span;
}

/** `*`, or `source.*`. */
export interface AllColumns {
  readonly kind: "all-columns";
  readonly source?: string | undefined;
  readonly span: Span;
}

/** `struct->*`. */
export interface AllFields {
  readonly kind: "all-fields";
  readonly base: Expression;
  readonly span: Span;
}

export type Relation = PrimaryRelation | JoinRelation;

/** What joins join. */
export type PrimaryRelation = TableRelation | FunctionRelation;

/** A source by name; the alias defaults to the name (`alias` is what was written only). */
export interface TableRelation {
  readonly kind: "table";
  readonly name: string;
  readonly alias?: string | undefined;
  readonly span: Span;
}

/**
 * `NAME(stream, …)`: the rows that a stream function makes of the streams (Spoor's own; ksqlDB has no such relation). The
 * alias defaults to the function's name.
 */
export interface FunctionRelation {
  readonly kind: "stream-function";
  readonly name: string;
  readonly nameSpan: Span;
  /** At least one; they have no aliases. */
  readonly inputs: readonly TableRelation[];
  readonly alias?: string | undefined;
  readonly span: Span;
}

export type JoinType = "INNER" | "LEFT" | "RIGHT" | "FULL";

/** A join tree is left-deep: `a JOIN b JOIN c` is join(join(a, b), c). */
export interface JoinRelation {
  readonly kind: "join";
  readonly type: JoinType;
  readonly left: Relation;
  readonly right: PrimaryRelation;
  readonly within?: WithinClause | undefined;
  readonly on: Expression;
  readonly span: Span;
}

/** `WITHIN n unit` sets both sides. */
export interface WithinClause {
  readonly before: TimeSpan;
  readonly after: TimeSpan;
  readonly grace?: TimeSpan | undefined;
  readonly span: Span;
}

/** A length of time as written. */
export interface TimeSpan {
  readonly value: number;
  readonly unit: TimeUnit;
}

export type WindowExpression = TumblingWindow | HoppingWindow | SessionWindow;

interface WindowParts {
  /** Upper-cased; grammar allows a name before the window's kind. */
  readonly name?: string | undefined;
  readonly retention?: TimeSpan | undefined;
  readonly grace?: TimeSpan | undefined;
  readonly span: Span;
}

export interface TumblingWindow extends WindowParts {
  readonly kind: "tumbling-window";
  readonly size: TimeSpan;
}

export interface HoppingWindow extends WindowParts {
  readonly kind: "hopping-window";
  readonly size: TimeSpan;
  readonly advance: TimeSpan;
}

export interface SessionWindow extends WindowParts {
  readonly kind: "session-window";
  readonly gap: TimeSpan;
}
