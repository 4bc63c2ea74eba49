import type { ErrorEntity } from "../../api/error-entity.ts";
import type { KsqlEntity } from "../../api/entities.ts";
import { SpoorError } from "../../base/errors.ts";
import type { ErrorKind, ErrorPlace } from "../../base/errors.ts";
import { cliErrors } from "../errors.ts";

/**
 * The server's error as one of ours: same code, detail and hint, and its place in the text that was sent.
 * A ksqlDB server gives a message only.
 */
export function serverError(entity: ErrorEntity, sent: SentText | undefined): SpoorError {
  const parts = {
    message: entity.message,
    detail: entity.detail,
    hint: entity.hint,
    place: sent === undefined ? undefined : placeIn(entity, sent),
  };
  if (entity.code === undefined) return cliErrors.SERVER_REFUSED(parts);
  return new SpoorError({ code: entity.code, kind: kindOf(entity), summary: "", cure: "" }, parts);
}

/** Statements as they were sent: a slice, from `start`, of the text that the user wrote. */
export interface SentText {
  readonly text: string;
  readonly start: number;
  /** The whole text that the user wrote, and the file it stands in. */
  readonly whole: string;
  readonly file?: string | undefined;
}

/** Answers of the statements that ran before the failing one. */
export function entitiesBefore(entity: ErrorEntity): readonly KsqlEntity[] {
  return entity["@type"] === "statement_error" ? (entity.entities ?? []) : [];
}

/** True for JSON that has the shape of an error of ksqlDB's API. */
export function isErrorEntity(json: unknown): json is ErrorEntity {
  return typeof json === "object" && json !== null && "error_code" in json && "message" in json;
}

function kindOf(entity: ErrorEntity): ErrorKind {
  const status = Math.floor(entity.error_code / 100);
  if (status === 409) return "state";
  return status >= 500 ? "runtime" : "statement";
}

/** Line and column are counted anew in the whole text: the server saw a slice of it. */
function placeIn(entity: ErrorEntity, sent: SentText): ErrorPlace | undefined {
  const { place } = entity;
  if (place === undefined || place.start > sent.text.length) return undefined;
  const start = sent.start + place.start;
  const before = sent.whole.slice(0, start);
  const line = before.split("\n").length;
  const column = start - (before.lastIndexOf("\n") + 1) + 1;
  const file = place.file ?? sent.file;
  const span = { start, end: start + Math.max(1, place.length), line, column };
  return { text: sent.whole, span, ...(file === undefined ? {} : { file }) };
}
