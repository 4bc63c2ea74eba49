/**
 * An expression in both dialects. `value` is DuckDB's, and never fails there. Where ksqlDB ends an evaluation early (a
 * failure, or a NULL operand), SQL goes on with NULL: `halts` says in DuckDB's SQL when that is, and the nearest
 * boundary makes NULL of it (src/engine/expression/evaluation-context.ts has the rules).
 */
export type TermType = "BOOLEAN" | "INTEGER" | "BIGINT" | "DOUBLE" | "DECIMAL" | "STRING";

export interface Term {
  readonly type: TermType;
  readonly ksql: string;
  readonly value: string;
  readonly halts: string;
  /** As an argument of a function it fails alone. */
  readonly boundary: boolean;
}

const NEVER = "FALSE";

export function term(
  type: TermType,
  ksql: string,
  value: string,
  halts: readonly string[] = [],
  boundary = false,
): Term {
  return { type, ksql, value, halts: anyOf(halts), boundary };
}

export function anyOf(conditions: readonly string[]): string {
  const possible = [...new Set(conditions)].filter((condition) => condition !== NEVER);
  return possible.length === 0 ? NEVER : possible.length === 1 ? possible[0]! : `(${possible.join(" OR ")})`;
}

export function isNull(value: string): string {
  return `((${value}) IS NULL)`;
}

/** The value of a part that fails alone: NULL where it halts. */
export function whole({ value, halts }: Term): string {
  return halts === NEVER ? value : `(CASE WHEN ${halts} THEN NULL ELSE ${value} END)`;
}

/** An argument of a function: its value, and when it ends the whole call's evaluation. */
export function argument(arg: Term): { readonly value: string; readonly halts: string } {
  return arg.boundary ? { value: whole(arg), halts: NEVER } : arg;
}

/** A call whose DuckDB form is `value` of the arguments' values. */
export function call(
  type: TermType,
  ksql: string,
  args: readonly Term[],
  value: (...args: string[]) => string,
): Term {
  const given = args.map(argument);
  return term(
    type,
    ksql,
    value(...given.map((arg) => arg.value)),
    given.map((arg) => arg.halts),
    true,
  );
}
