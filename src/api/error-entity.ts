/**
 * Errors as ksqlDB's clients read them (`@type`, `error_code`, `message`), with the parts of Spoor's error
 * catalogue beside them: a client that knows only ksqlDB ignores the rest.
 */
import type { KsqlEntity } from "./entities.ts";

/** HTTP status × 100 + n: the part before the last two digits is the response's status. */
export const ERROR_CODES = {
  badRequest: 40000,
  badStatement: 40001,
  /** The statement belongs to /query or /query-stream. */
  queryEndpoint: 40002,
  maxPushQueries: 40003,
  unauthorized: 40100,
  forbidden: 40300,
  notFound: 40400,
  notAcceptable: 40600,
  conflict: 40900,
  tooLarge: 41300,
  unsupportedMedia: 41500,
  assertionFailed: 41700,
  tooMany: 42900,
  serverError: 50000,
  unavailable: 50300,
  catchUpTimeout: 50301,
  shuttingDown: 50303,
} as const;

export type ErrorCode = (typeof ERROR_CODES)[keyof typeof ERROR_CODES];

/** A place in the statement's text; line and column count from 1, `length` is in UTF-16 units. */
export interface ErrorPlaceEntity {
  readonly line: number;
  readonly column: number;
  readonly length: number;
  /** UTF-16 offset of the place in the text that was sent. */
  readonly start: number;
  /** The file that the text came from (RUN SCRIPT), where there is one. */
  readonly file?: string;
}

interface ErrorEntityBase {
  readonly error_code: number;
  /** Short, lower case, without a full stop. */
  readonly message: string;
  /** Catalogue code, e.g. `SQL_UNKNOWN_COLUMN`; docs/errors.md explains it. */
  readonly code?: string;
  readonly detail?: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly place?: ErrorPlaceEntity;
}

export interface GenericError extends ErrorEntityBase {
  readonly "@type": "generic_error";
}

/** `entities` are the answers of the statements before the failing one: those stay executed. */
export interface StatementError extends ErrorEntityBase {
  readonly "@type": "statement_error";
  readonly statementText: string;
  readonly entities: readonly KsqlEntity[];
}

export type ErrorEntity = GenericError | StatementError;

export function httpStatus(errorCode: number): number {
  return Math.floor(errorCode / 100);
}
