import type { Span } from "../base/errors.ts";
import type { Literal, TypeExpression } from "./ast-expression.ts";

/** The parts that statements which declare a source share. */

export type SourceKind = "STREAM" | "TABLE";

/** One of `WITH (name = literal, …)`: the name is upper-cased unless it was quoted with `…`, "…" or '…'. */
export interface Property {
  readonly name: string;
  readonly value: Literal;
  readonly nameSpan: Span;
  readonly span: Span;
}

/** A declared column; `HEADER('k')` has a `headerKey`. */
export interface TableElement {
  readonly name: string;
  readonly type: TypeExpression;
  readonly constraint?: "KEY" | "PRIMARY KEY" | "HEADERS" | "HEADER" | undefined;
  readonly headerKey?: string | undefined;
  readonly span: Span;
}
