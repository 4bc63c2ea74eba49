/** An error as a reason of failure: short, and with what a user would see. */
import { SpoorError } from "../../../src/base/errors.ts";

export function errorText(error: unknown): string {
  if (!(error instanceof SpoorError)) {
    return error instanceof Error
      ? (error.stack ?? error.message).split("\n").slice(0, 4).join(" | ")
      : String(error);
  }
  return [`${error.code}: ${error.message}`, error.detail].filter((part) => part !== undefined).join("; ");
}

/** All that a user is shown of an error, for a search of ksqlDB's words in it. */
export function shownText(error: unknown, statement: string): string {
  if (!(error instanceof SpoorError)) return `${String(error)}\nStatement: ${statement}`;
  const causes: string[] = [];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) causes.push(cause.message);
  const parts = [error.message, error.detail, error.hint, ...causes];
  return `${parts.filter((part) => part !== undefined).join("\n")}\nStatement: ${statement}`;
}
