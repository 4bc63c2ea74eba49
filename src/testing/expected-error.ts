/**
 * `--@expected.error` and `--@expected.message`: whether a test failed as it should. The error is a code of the catalogue, a
 * kind (`parse`, `statement`, `runtime` …), or an exception class of ksqlDB's, with or without its package.
 */
import { errorText } from "../base/error-text.ts";
import { SpoorError } from "../base/errors.ts";
import type { ErrorKind } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import { testErrors } from "./errors.ts";
import type { DirectiveLine, SqlTestSettings } from "./sql-test-directives.ts";

const KINDS: readonly ErrorKind[] = ["parse", "statement", "runtime", "io", "usage", "state"];

const isRowAssertion = ({ code }: SpoorError): boolean => code.startsWith("TEST_RECORD_");

/** ksqlDB's classes; subclasses match, as there. */
const CLASSES: ReadonlyMap<string, (error: SpoorError) => boolean> = new Map([
  ["ParseFailedException", ({ kind }: SpoorError) => kind === "parse"],
  [
    "KsqlStatementException",
    (error: SpoorError) => error.kind !== "runtime" && !error.code.startsWith("TEST_"),
  ],
  ["KsqlException", (error: SpoorError) => error.kind !== "runtime" && !isRowAssertion(error)],
  ["StreamsException", ({ kind }: SpoorError) => kind === "runtime"],
  ["AssertionError", isRowAssertion],
]);

export function expectsError(settings: SqlTestSettings): boolean {
  return settings.expectedError !== undefined || settings.expectedMessage !== undefined;
}

/**
 * The verdict over a test that ended with `error` (undefined: without one).
 * @returns why it failed; undefined where it passed
 */
export function verdict(settings: SqlTestSettings, error: unknown): unknown {
  const { expectedError, expectedMessage } = settings;
  const line = expectedError ?? expectedMessage;
  if (line === undefined) return error;
  if (error === undefined) {
    return testErrors.ERROR_MISSING({
      message: "the test was to fail, and did not",
      detail: `expected ${line.value}`,
      place: line.place,
    });
  }
  if (!(error instanceof SpoorError)) return error;
  if (expectedError !== undefined) {
    const wrong = wrongError(expectedError, error);
    if (wrong !== undefined) return wrong;
  }
  if (expectedMessage === undefined || says(error, expectedMessage.value)) return undefined;
  return mismatch(expectedMessage, error);
}

function wrongError(line: DirectiveLine, error: SpoorError): SpoorError | undefined {
  const name = line.value.split(".").at(-1)!;
  if (/^[A-Z0-9]+_[A-Z0-9_]+$/.test(name)) return name === error.code ? undefined : mismatch(line, error);
  const kind = KINDS.find((known) => known === name.toLowerCase());
  if (kind !== undefined) return kind === error.kind ? undefined : mismatch(line, error);
  const matches = CLASSES.get(name);
  if (matches !== undefined) return matches(error) ? undefined : mismatch(line, error);
  return testErrors.BAD_DIRECTIVE({
    message: `'${line.value}' names no error`,
    detail: `the test failed with ${error.code}`,
    hint: didYouMean(name, [...KINDS, ...CLASSES.keys()]) ?? "name a code such as PLAN_UNKNOWN_COLUMN",
    place: line.place,
  });
}

/** Quotes, case and a full stop do not matter: ksqlDB writes the same message with neither or with others. */
function says({ message, detail, hint }: SpoorError, wanted: string): boolean {
  return plain([message, detail, hint].join("\n")).includes(plain(wanted).replace(/\.$/, ""));
}

function plain(text: string): string {
  return text.replaceAll(/["'`]/g, "").toLowerCase();
}

function mismatch(line: DirectiveLine, error: SpoorError): SpoorError {
  return testErrors.ERROR_MISMATCH({
    message: "the test was to fail otherwise than it did",
    detail: `\n${indented(errorText(error))}`,
    place: line.place,
  });
}

export function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `      ${line}`)
    .join("\n");
}
