/** Any error as ksqlDB's error entity; the entity's code gives the response's status. */
import { ERROR_CODES, httpStatus } from "../api/error-entity.ts";
import type { ErrorCode, ErrorEntity, ErrorPlaceEntity, GenericError } from "../api/error-entity.ts";
import { KSQL_JSON } from "../api/media-types.ts";
import { StatementFailure } from "../app/statement-failure.ts";
import { SpoorError } from "../base/errors.ts";
import type { ErrorPlace } from "../base/errors.ts";
import type { FastifyReply } from "fastify";
import { serverErrors } from "./errors.ts";

/** Errors whose meaning HTTP has a status for; the rest follow from their kind. */
const CODES_BY_ERROR: Readonly<Record<string, ErrorCode>> = {
  LOG_UNKNOWN_TOPIC: ERROR_CODES.notFound,
  APP_MISSING_TOPIC: ERROR_CODES.notFound,
  LOG_TOPIC_EXISTS: ERROR_CODES.conflict,
  APP_TOPIC_IN_USE: ERROR_CODES.conflict,
  APP_UNKNOWN_SOURCE: ERROR_CODES.badStatement,
  APP_TOPIC_PROTECTED: ERROR_CODES.badStatement,
  APP_TOO_MANY_QUERIES: ERROR_CODES.maxPushQueries,
  APP_CATCH_UP_TIMEOUT: ERROR_CODES.catchUpTimeout,
  HUNT_TOO_MANY: ERROR_CODES.tooMany,
  HUNT_ID_TAKEN: ERROR_CODES.conflict,
  HUNT_UNKNOWN_HUNT: ERROR_CODES.notFound,
  HUNT_FILE_FORBIDDEN: ERROR_CODES.forbidden,
  HUNT_CONVERSION: ERROR_CODES.badStatement,
  HUNT_CANCELLED: ERROR_CODES.badStatement,
  HUNT_MEMORY: ERROR_CODES.badStatement,
  HUNT_TIMED_OUT: ERROR_CODES.badStatement,
  SERVER_UNKNOWN_ROUTE: ERROR_CODES.notFound,
  SERVER_UNKNOWN_QUERY: ERROR_CODES.notFound,
  SERVER_UNKNOWN_COMMAND: ERROR_CODES.notFound,
  SERVER_BODY_TOO_LARGE: ERROR_CODES.tooLarge,
  SERVER_NOT_ACCEPTABLE: ERROR_CODES.notAcceptable,
  SERVER_FOREIGN_ORIGIN: ERROR_CODES.forbidden,
  SERVER_UNAUTHORIZED: ERROR_CODES.unauthorized,
  SERVER_UNAVAILABLE: ERROR_CODES.shuttingDown,
};

export function errorEntity(error: unknown): ErrorEntity {
  if (error instanceof StatementFailure) {
    return {
      ...genericError(error.error, error.errorCode),
      "@type": "statement_error",
      statementText: error.statementText,
      entities: error.entities,
    };
  }
  return genericError(error, undefined);
}

export function sendError(reply: FastifyReply, entity: ErrorEntity): FastifyReply {
  return reply.code(httpStatus(entity.error_code)).type(KSQL_JSON).send(JSON.stringify(entity));
}

function genericError(error: unknown, errorCode: ErrorCode | undefined): GenericError {
  const known = asSpoorError(error);
  if (known === undefined) {
    return {
      "@type": "generic_error",
      error_code: errorCode ?? ERROR_CODES.serverError,
      message: error instanceof Error ? error.message : String(error),
      code: "INTERNAL",
      hint: "this is a bug in Spoor: please report it with the server's log",
    };
  }
  return {
    "@type": "generic_error",
    error_code: errorCode ?? codeOf(known),
    message: known.message,
    code: known.code,
    ...(known.detail === undefined ? {} : { detail: known.detail }),
    ...(known.hint === undefined ? {} : { hint: known.hint }),
    ...(known.place === undefined ? {} : { place: placeEntity(known.place) }),
  };
}

function codeOf(error: SpoorError): ErrorCode {
  const byError = CODES_BY_ERROR[error.code];
  if (byError !== undefined) return byError;
  return error.kind === "io" || error.kind === "runtime" ? ERROR_CODES.serverError : ERROR_CODES.badRequest;
}

function placeEntity(place: ErrorPlace): ErrorPlaceEntity {
  const { span, file } = place;
  return {
    line: span.line,
    column: span.column,
    length: Math.max(1, span.end - span.start),
    start: span.start,
    ...(file === undefined ? {} : { file }),
  };
}

/** Spoor's errors as they are; what the HTTP layer raises (bad JSON, too large) under the server's own codes. */
function asSpoorError(error: unknown): SpoorError | undefined {
  if (error instanceof SpoorError) return error;
  if (!(error instanceof Error) || !("statusCode" in error)) return undefined;
  if (error.statusCode === 413) {
    return serverErrors.BODY_TOO_LARGE({ message: "the body is too large", detail: error.message });
  }
  if (typeof error.statusCode === "number" && error.statusCode >= 400 && error.statusCode < 500) {
    return serverErrors.BAD_REQUEST({ message: "the request cannot be read", detail: error.message });
  }
  return undefined;
}
