/**
 * The error catalogue: every error a user can meet is declared once with {@link defineErrors} (in the
 * `errors.ts` of the module that raises it) and raised as a {@link SpoorError}.
 *
 * An error has a stable code, a primary message (short, lower case, no full stop, names quoted with '…'),
 * an optional detail (what was found), a hint (the cure), and, where the cause is a text the user wrote, the
 * place in it. `docs/errors.md` is generated from {@link errorCatalogue}.
 */

/** Half-open range of UTF-16 offsets in the text it points into; line and column count from 1. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/**
 * What stage refused: `parse` the text is no statement; `statement` analysis or planning rejected it;
 * `runtime` a running query or record; `io` disk or network; `usage` flags and configuration;
 * `state` the request conflicts with what exists or runs.
 */
export type ErrorKind = "parse" | "statement" | "runtime" | "io" | "usage" | "state";

export interface ErrorDefinition {
  readonly code: string;
  readonly kind: ErrorKind;
  /** One sentence for the reference page: when this is raised. */
  readonly summary: string;
  /** One sentence for the reference page: what to do. */
  readonly cure: string;
}

export interface ErrorPlace {
  /** The text that `span` points into: a statement, a YAML file. */
  readonly text: string;
  readonly span: Span;
  /** The name of the file the text came from, where there is one. */
  readonly file?: string;
}

export interface ErrorParts {
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly place?: ErrorPlace | undefined;
  readonly cause?: unknown;
}

export class SpoorError extends Error {
  override readonly name = "SpoorError";
  readonly code: string;
  readonly kind: ErrorKind;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly place: ErrorPlace | undefined;

  constructor(definition: ErrorDefinition, parts: ErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = definition.code;
    this.kind = definition.kind;
    this.detail = parts.detail;
    this.hint = parts.hint;
    this.place = parts.place;
  }

  /** The same error with a place, if it has none yet (an inner layer may not know the text). */
  at(place: ErrorPlace): SpoorError {
    if (this.place !== undefined) return this;
    return new SpoorError(
      { code: this.code, kind: this.kind, summary: "", cure: "" },
      { message: this.message, detail: this.detail, hint: this.hint, place, cause: this.cause },
    );
  }
}

const catalogue = new Map<string, ErrorDefinition>();

/**
 * Declares errors under codes `<AREA>_<NAME>` and returns one constructor for each.
 * @throws AssertionError-like Error when a code is declared twice.
 */
export function defineErrors<N extends string>(
  area: string,
  definitions: Record<N, Omit<ErrorDefinition, "code">>,
): Record<N, (parts: ErrorParts) => SpoorError> {
  const constructors = {} as Record<N, (parts: ErrorParts) => SpoorError>;
  for (const name of Object.keys(definitions) as N[]) {
    const definition: ErrorDefinition = { code: `${area}_${name}`, ...definitions[name] };
    if (catalogue.has(definition.code)) throw new Error(`error code ${definition.code} is declared twice`);
    catalogue.set(definition.code, definition);
    constructors[name] = (parts) => new SpoorError(definition, parts);
  }
  return constructors;
}

/** All errors declared by the modules loaded so far, by code. */
export function errorCatalogue(): readonly ErrorDefinition[] {
  return [...catalogue.values()].toSorted((a, b) => (a.code < b.code ? -1 : 1));
}
