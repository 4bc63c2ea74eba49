import { readFile, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { CommandRun, Invocation } from "../command-definition.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import type { ExitCode } from "../exit-codes.ts";
import { outLine } from "../io.ts";
import { errorJson, errorReport } from "../render/error-report.ts";
import { durationText, plural } from "../render/quantity.ts";
import type { LoadTestRunner, SqlTestResult } from "./sql-test-runner.ts";

const loadRunner: LoadTestRunner = async () => {
  const testing = await import("../../testing/sql-test-runner.ts");
  return testing.createSqlTestRunner();
};

export const runTest: CommandRun = (invocation) => runSqlTests(invocation, loadRunner);

/** Runs every test of the files and folders; the runner is handed in. */
export async function runSqlTests(invocation: Invocation, load: LoadTestRunner): Promise<ExitCode> {
  const { options, interrupted, clock, workingDirectory } = invocation;
  const paths: string[] = [];
  for (const path of invocation.arguments) paths.push(...(await sqlFiles(workingDirectory, path)));
  const runner = await load();
  const startedMs = clock.monotonicMs();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const path of paths) {
    const text = await readFile(resolve(workingDirectory, path), "utf8");
    for await (const result of runner.runFile(path, text, options.text("filter"))) {
      counts[result.outcome]++;
      report(invocation, result);
      if (interrupted.aborted) return exitCodes.interrupted;
    }
  }
  const words = [`${plural(counts.passed, "test")} passed`];
  if (counts.failed > 0) words.push(`${counts.failed} failed`);
  if (counts.skipped > 0) words.push(`${counts.skipped} skipped`);
  invocation.io.err(`${words.join(", ")}, ${durationText(clock.monotonicMs() - startedMs)}\n`);
  return counts.failed > 0 ? exitCodes.findings : exitCodes.ok;
}

async function sqlFiles(workingDirectory: string, path: string): Promise<string[]> {
  try {
    const full = resolve(workingDirectory, path);
    if (!(await stat(full)).isDirectory()) return [path];
    const names = await readdir(full, { recursive: true });
    return names
      .filter((name) => name.endsWith(".sql"))
      .toSorted()
      .map((name) => join(path, name));
  } catch (error) {
    throw cliErrors.FILE_UNREADABLE({
      message: `cannot read '${path}'`,
      detail: error instanceof Error ? error.message : String(error),
      hint: "name a test file, or a folder of .sql files",
      cause: error,
    });
  }
}

const marks = { passed: "✓", failed: "✗", skipped: "-" } as const;
const asciiMarks = { passed: "ok", failed: "FAILED", skipped: "skipped" } as const;
const styles = { passed: "good", failed: "bad", skipped: "dim" } as const;

function report({ io, options }: Invocation, result: SqlTestResult): void {
  const { outcome, name, file, line, failure, elapsedMs } = result;
  if (options.flag("json")) {
    const error = failure === undefined ? null : (JSON.parse(errorJson(failure)) as { error: unknown }).error;
    outLine(io, JSON.stringify({ name, file, line, outcome, elapsedMs, error }));
    return;
  }
  const mark = io.paintOut(styles[outcome], (io.unicode ? marks : asciiMarks)[outcome]);
  outLine(io, `${mark} ${name} ${io.paintOut("dim", `${file}:${line} ${durationText(elapsedMs)}`)}`);
  if (failure === undefined) return;
  for (const text of errorReport(failure, io.paintOut).split("\n")) outLine(io, `    ${text}`);
}
