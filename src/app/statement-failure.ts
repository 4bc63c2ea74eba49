/** A statement of a request failed: the error, the statement, and what the ones before it answered. */
import { ERROR_CODES } from "../api/error-entity.ts";
import type { ErrorCode } from "../api/error-entity.ts";
import type { KsqlEntity } from "../api/entities.ts";
import { SpoorError } from "../base/errors.ts";

export class StatementFailure extends Error {
  override readonly name = "StatementFailure";
  /** What went wrong; anything but a SpoorError is a bug. */
  readonly error: unknown;
  readonly errorCode: ErrorCode;
  readonly statementText: string;
  /** Answers of the statements that stay executed. */
  readonly entities: readonly KsqlEntity[];

  constructor(error: unknown, statementText: string, entities: readonly KsqlEntity[], errorCode?: ErrorCode) {
    super(error instanceof Error ? error.message : String(error), { cause: error });
    this.error = error;
    this.errorCode = errorCode ?? statementErrorCode(error);
    this.statementText = statementText;
    this.entities = entities;
  }
}

/** Disk and network failures are the server's; everything else about a statement is its writer's. */
function statementErrorCode(error: unknown): ErrorCode {
  const blame = error instanceof SpoorError && error.kind !== "io";
  return blame ? ERROR_CODES.badStatement : ERROR_CODES.serverError;
}
