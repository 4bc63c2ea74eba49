/** The corpus' section 4: the last statement, and only it, must be rejected; or the inputs must stop a query. */
import { SpoorError } from "../../../src/base/errors.ts";
import type { ExpectedErrorForm } from "../corpus/case-form.ts";
import type { CaseVerdict } from "../report/case-result.ts";
import { failed } from "../report/case-result.ts";
import { errorText, shownText } from "../report/error-text.ts";

export interface Rejection {
  readonly index: number;
  readonly error: unknown;
}

export function judgeRejection(
  expected: ExpectedErrorForm,
  statements: readonly string[],
  rejection: Rejection | undefined,
): CaseVerdict {
  const last = statements.length - 1;
  const none = { loose: false, strict: false, kind: false };
  if (rejection === undefined) {
    return { ...failed(`not rejected, though: ${expected.message ?? expected.type}`), error: none };
  }
  const { index, error } = rejection;
  if (!(error instanceof SpoorError)) {
    return { ...failed(`a bug instead of a rejection: ${errorText(error)}`), error: none };
  }
  if (index !== last) {
    return {
      ...failed(`statement ${index + 1} of ${last + 1} is rejected: ${errorText(error)}`),
      error: none,
    };
  }
  return {
    passed: true,
    error: { loose: true, ...closeness(expected, error, statements[last]!) },
  };
}

export function judgeFailure(expected: ExpectedErrorForm, failure: Error | undefined): CaseVerdict {
  const none = { loose: false, strict: false, kind: false };
  if (failure === undefined) {
    return { ...failed(`no query failed, though: ${expected.message ?? expected.type}`), error: none };
  }
  const wanted = [expected.message, expected.causeMessage].filter((text) => text !== undefined);
  const strict = wanted.every((text) => shownText(failure, "").includes(text));
  return { passed: true, error: { loose: true, strict, kind: true } };
}

function closeness(
  expected: ExpectedErrorForm,
  error: SpoorError,
  statement: string,
): { strict: boolean; kind: boolean } {
  const text = shownText(error, statement);
  const wanted = [expected.message, expected.causeMessage].filter((part) => part !== undefined);
  return {
    strict: wanted.every((part) => text.includes(part)),
    kind: kindAgrees(expected.type ?? "", error),
  };
}

/** `ParseFailedException` is syntax; `KsqlStatementException` and `KsqlException` include it. */
function kindAgrees(type: string, { kind }: SpoorError): boolean {
  if (type.endsWith("ParseFailedException")) return kind === "parse";
  if (type.endsWith("StreamsException")) return kind === "runtime";
  return kind === "parse" || kind === "statement" || kind === "state" || kind === "usage";
}
