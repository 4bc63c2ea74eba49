/**
 * What `spoor test` asks of the data-driven runner in src/testing, which runs each test of a file in a server of
 * its own, in memory.
 */
export interface SqlTestRunner {
  /** Runs a file's tests in order; `filter` keeps those whose name has the text. */
  runFile(file: string, text: string, filter: string | undefined): AsyncIterable<SqlTestResult>;
}

export interface SqlTestResult {
  readonly name: string;
  readonly file: string;
  /** Line of the test's header, from 1. */
  readonly line: number;
  readonly outcome: "passed" | "failed" | "skipped";
  /** Why it failed: a SpoorError with its place, or a difference. */
  readonly failure?: unknown;
  readonly elapsedMs: number;
}

/** The runner's module; loaded only when tests are run, since it brings the engine along. */
export type LoadTestRunner = () => Promise<SqlTestRunner>;
