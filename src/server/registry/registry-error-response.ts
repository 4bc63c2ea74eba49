/** Errors as clients of Confluent's registry read them: `error_code` (HTTP status × 100 + n) and `message`. */
import { SpoorError } from "../../base/errors.ts";
import type { FastifyReply } from "fastify";
import { errorEntity } from "../error-response.ts";

export const REGISTRY_JSON = "application/vnd.schemaregistry.v1+json";

export interface RegistryErrorEntity {
  readonly error_code: number;
  readonly message: string;
}

const CODES: Readonly<Record<string, number>> = {
  SCHEMA_UNKNOWN_SUBJECT: 40401,
  SCHEMA_UNKNOWN_VERSION: 40402,
  SCHEMA_UNKNOWN: 40403,
  SCHEMA_SUBJECT_DELETED: 40404,
  SCHEMA_SUBJECT_NOT_DELETED: 40405,
  SCHEMA_VERSION_DELETED: 40406,
  SCHEMA_VERSION_NOT_DELETED: 40407,
  SCHEMA_LEVEL_NOT_SET: 40408,
  SCHEMA_MODE_NOT_SET: 40409,
  SCHEMA_INCOMPATIBLE: 409,
  SCHEMA_INVALID: 42201,
  SCHEMA_REFERENCE_UNKNOWN: 42201,
  SCHEMA_INVALID_VERSION: 42202,
  SCHEMA_INVALID_LEVEL: 42203,
  SCHEMA_INVALID_MODE: 42204,
  SCHEMA_NOT_PERMITTED: 42205,
  SCHEMA_REFERENCED: 42206,
  SCHEMA_INVALID_SUBJECT: 42208,
  SCHEMA_TOO_LARGE: 42209,
  SCHEMA_STORE_FAILED: 50001,
  SCHEMA_REQUEST_INVALID: 422,
};

/** What else fails has the code that ksqlDB's API gives it, without its last two digits. */
export function registryErrorEntity(error: unknown): RegistryErrorEntity {
  if (!(error instanceof SpoorError)) {
    const entity = errorEntity(error);
    return { error_code: Math.floor(entity.error_code / 100), message: entity.message };
  }
  const { message, detail, hint } = error;
  const parts = [
    message,
    ...(detail === undefined ? [] : [`details: ${detail}`]),
    ...(hint === undefined ? [] : [hint]),
  ];
  const code = CODES[error.code] ?? Math.floor(errorEntity(error).error_code / 100);
  return { error_code: code, message: parts.join("; ") };
}

export function sendRegistryError(reply: FastifyReply, entity: RegistryErrorEntity): FastifyReply {
  const { error_code: code } = entity;
  return sendRegistryJson(reply.code(code < 1000 ? code : Math.floor(code / 100)), entity);
}

/** As bytes, since the type stands for itself, without a charset behind it. */
export function sendRegistryJson(reply: FastifyReply, body: unknown): FastifyReply {
  return reply.type(REGISTRY_JSON).send(Buffer.from(JSON.stringify(body)));
}
