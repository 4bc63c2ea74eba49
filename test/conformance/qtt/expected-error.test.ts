import { describe, expect, test } from "vitest";
import { SpoorError } from "../../../src/base/errors.ts";
import type { ErrorKind } from "../../../src/base/errors.ts";
import { judgeFailure, judgeRejection } from "./expected-error.ts";
import { QueryFailure } from "./query-run.ts";

function error(kind: ErrorKind, message: string, detail?: string): SpoorError {
  return new SpoorError({ code: "PLAN_X", kind, summary: "", cure: "" }, { message, detail });
}

const expected = {
  type: "io.confluent.ksql.util.KsqlStatementException",
  message: "Cannot add INT",
} as const;
const statements = ["CREATE 1;", "CREATE 2;"];

describe("an expected rejection", () => {
  test("passes at the last statement, whatever the words", () => {
    const verdict = judgeRejection(expected, statements, { index: 1, error: error("statement", "no") });
    expect(verdict).toEqual({ passed: true, error: { loose: true, strict: false, kind: true } });
  });

  test("is strict where the words are somewhere in what the user sees", () => {
    const rejection = { index: 1, error: error("statement", "no", "Cannot add INT to STRING") };
    expect(judgeRejection(expected, statements, rejection).error?.strict).toBe(true);
    const statement = { type: expected.type, message: "Statement: CREATE 2;" };
    expect(judgeRejection(statement, statements, rejection).error?.strict).toBe(true);
  });

  test("fails at an earlier statement, and where there is none", () => {
    expect(judgeRejection(expected, statements, { index: 0, error: error("statement", "no") }).passed).toBe(
      false,
    );
    expect(judgeRejection(expected, statements, undefined).passed).toBe(false);
  });

  test("fails where the statement met a bug instead", () => {
    const bug = { index: 1, error: new TypeError("Cannot add INT") };
    expect(judgeRejection(expected, statements, bug).passed).toBe(false);
  });

  test("tells syntax from the rest", () => {
    const syntax = { type: "io.confluent.ksql.parser.exception.ParseFailedException" };
    const at = (kind: ErrorKind) =>
      judgeRejection(syntax, statements, { index: 1, error: error(kind, "no") }).error?.kind;
    expect([at("parse"), at("statement")]).toEqual([true, false]);
  });
});

test("an expected failure while processing needs a query that failed", () => {
  const form = { type: "org.apache.kafka.streams.errors.StreamsException", message: "boom" };
  expect(judgeFailure(form, undefined).passed).toBe(false);
  expect(judgeFailure(form, new QueryFailure("boom!"))).toEqual({
    passed: true,
    error: { loose: true, strict: true, kind: true },
  });
});
