/**
 * Runs data-driven SQL tests: the form of ksqlDB's testing tool (statements, INSERT VALUES, ASSERT) with Spoor's directives.
 * docs/testing.md describes it. Each test has a server of its own; see `ways.ts` for how often it runs.
 */
import { resolve } from "node:path";
import { errorText } from "../base/error-text.ts";
import { SpoorError } from "../base/errors.ts";
import { systemClock } from "../base/clock.ts";
import type { Clock } from "../base/clock.ts";
import { testErrors } from "./errors.ts";
import { expectsError, indented, verdict } from "./expected-error.ts";
import { sqlTests } from "./sql-test-file.ts";
import type { BrokenTest, SqlTest } from "./sql-test-file.ts";
import { outputDifference } from "./topic-outputs.ts";
import { runTest } from "./test-run.ts";
import type { TestFiles, TestOutcome } from "./test-run.ts";
import { OTHER_WAYS, STRAIGHT } from "./ways.ts";
import type { Way } from "./ways.ts";

export interface SqlTestResult {
  readonly name: string;
  readonly file: string;
  /** Line of the test's header, from 1. */
  readonly line: number;
  /** `skipped`: a file without tests. */
  readonly outcome: "passed" | "failed" | "skipped";
  readonly failure?: unknown;
  readonly elapsedMs: number;
}

export interface SqlTestRunner {
  /** Runs a file's tests in order; `filter` keeps those whose name has the text, in any case. */
  runFile(file: string, text: string, filter: string | undefined): AsyncIterable<SqlTestResult>;
}

export interface SqlTestRunnerOptions {
  /** Every way, not only `straight`. */
  readonly thorough?: boolean;
  /** What relative paths of test files start from. Default: the process's. */
  readonly workingDirectory?: string;
  /** Measures how long tests take. */
  readonly timer?: Clock;
}

export async function createSqlTestRunner(options: SqlTestRunnerOptions = {}): Promise<SqlTestRunner> {
  const { thorough = false, workingDirectory = ".", timer = systemClock } = options;
  return {
    runFile: async function* (file, text, filter) {
      const tests = sqlTests(file, text);
      if (tests.length === 0) yield { name: "(no tests)", file, line: 1, outcome: "skipped", elapsedMs: 0 };
      for (const test of tests) {
        if (filter !== undefined && !test.name.toLowerCase().includes(filter.toLowerCase())) continue;
        const startedMs = timer.monotonicMs();
        const failure = await failureOf(test, thorough, { testFile: resolve(workingDirectory, file) }, timer);
        const { name, line } = test;
        const head = { name, file, line, elapsedMs: timer.monotonicMs() - startedMs };
        yield failure === undefined
          ? { ...head, outcome: "passed" }
          : { ...head, outcome: "failed", failure };
      }
    },
  };
}

/** Undefined: the test passed. */
async function failureOf(
  test: SqlTest | BrokenTest,
  thorough: boolean,
  files: TestFiles,
  timer: Clock,
): Promise<unknown> {
  if ("problem" in test) return test.problem;
  const straight = await runTest(test, STRAIGHT, files, timer);
  const failure = verdict(test.settings, straight.error);
  if (failure !== undefined || !thorough) return failure;
  for (const way of OTHER_WAYS) {
    if (!applies(way, test, straight)) continue;
    const outcome = await runTest(test, way, files, timer);
    const difference = waysDiffer(test, way, straight, outcome);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** More partitions are not tried where the test has its own, or where it is to fail at a record's place. */
function applies(way: Way, test: SqlTest, straight: TestOutcome): boolean {
  if (way.name !== "partitioned") return true;
  const { error } = straight;
  return (
    test.settings.partitions === undefined &&
    !(error instanceof SpoorError && error.code.startsWith("TEST_RECORD"))
  );
}

function waysDiffer(
  test: SqlTest,
  way: Way,
  straight: TestOutcome,
  outcome: TestOutcome,
): SpoorError | undefined {
  const failure = verdict(test.settings, outcome.error);
  if (failure !== undefined) {
    return testErrors.WAYS_DIFFER({
      message: `the test passes straight and fails ${way.name}`,
      detail: `\n${indented(errorText(failure))}`,
      place: failure instanceof SpoorError ? failure.place : undefined,
    });
  }
  // What stands in the topics when a statement failed as it should is compared as well.
  const difference = outputDifference(straight.outputs, outcome.outputs, way.name === "partitioned");
  if (difference === undefined) return undefined;
  return testErrors.WAYS_DIFFER({
    message: `the test gives other records ${way.name} than straight`,
    detail: difference,
    hint: expectsError(test.settings) ? "the test ends at the error it expects" : undefined,
  });
}
