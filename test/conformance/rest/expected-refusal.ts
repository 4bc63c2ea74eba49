/** The error answer of a case's last request (the corpus' section 6, step 8). */
import type { ExpectedErrorForm } from "../corpus/case-form.ts";
import { isObject, printJson } from "../corpus/lossless-json.ts";
import type { Json } from "../corpus/lossless-json.ts";
import { failed } from "../report/case-result.ts";
import type { CaseVerdict } from "../report/case-result.ts";
import type { Refusal } from "./rest-client.ts";

const TYPES: ReadonlyMap<string, string> = new Map([
  ["KsqlErrorMessage", "generic_error"],
  ["KsqlStatementErrorMessage", "statement_error"],
]);

/**
 * Loose: the request was refused, and where the answer names a statement it is the last one. Kind: besides, status and
 * type of the answer. Strict: besides, ksqlDB's message.
 */
export function judgeRefusal(
  expected: ExpectedErrorForm,
  { status, body }: Refusal,
  statements: readonly string[],
): CaseVerdict {
  const field = (name: string): Json | undefined => (isObject(body) ? body[name] : undefined);
  const statementText = field("statementText");
  const last = statements.at(-1)!.trim().replace(/;$/, "");
  const named = typeof statementText !== "string" || statementText.includes(last);
  if (!named || status >= 500) {
    const none = { loose: false, strict: false, kind: false };
    return {
      ...failed(`another refusal than of the last statement, status ${status}: ${printJson(body)}`),
      error: none,
    };
  }
  const type = TYPES.get((expected.type ?? "").split(".").at(-1)!);
  const sameType = type === undefined || field("@type") === type;
  const sameStatus = expected.status == null || Number(expected.status.text) === status;
  const kind = sameType && sameStatus;
  const message = field("message");
  const strict = kind && typeof message === "string" && message.includes(expected.message ?? "");
  return { passed: true, error: { loose: true, kind, strict } };
}
