/** Runs a `--@test` of the corpus through what `spoor test` runs (the corpus' section 6d). */
import { systemClock } from "../../../src/base/clock.ts";
import { verdict } from "../../../src/testing/expected-error.ts";
import type { BrokenTest, SqlTest } from "../../../src/testing/sql-test-file.ts";
import { runTest } from "../../../src/testing/test-run.ts";
import { STRAIGHT } from "../../../src/testing/ways.ts";
import type { Way } from "../../../src/testing/ways.ts";
import { scriptFolder, sqlTestPath } from "../corpus/sql-test-folder.ts";
import type { RunSettings } from "../qtt/run-settings.ts";
import { PASSED, failed } from "../report/case-result.ts";
import type { CaseVerdict } from "../report/case-result.ts";
import { errorText } from "../report/error-text.ts";

export async function runSqlTestCase(
  test: SqlTest | BrokenTest,
  corpus: string,
  settings: RunSettings,
): Promise<CaseVerdict> {
  if ("problem" in test) return failed(errorText(test.problem));
  const files = { testFile: sqlTestPath(corpus, test.file), root: scriptFolder(corpus) };
  const { error } = await runTest(test, wayOf(settings), files, systemClock);
  const { expectedError, expectedMessage } = test.settings;
  if (expectedError === undefined && expectedMessage === undefined) {
    return error === undefined ? PASSED : failed(errorText(error));
  }
  if (error === undefined) {
    const none = { loose: false, strict: false, kind: false };
    return {
      ...failed(`not rejected, though: ${expectedMessage?.value ?? expectedError?.value}`),
      error: none,
    };
  }
  const kind = verdict({ ...test.settings, expectedMessage: undefined }, error) === undefined;
  const strict = verdict(test.settings, error) === undefined;
  const agreement = { error: { loose: kind, kind, strict } };
  return kind
    ? { ...PASSED, ...agreement }
    : { ...failed(`the wrong error: ${errorText(error)}`), ...agreement };
}

function wayOf({ restart, fastPath }: RunSettings): Way {
  return { ...STRAIGHT, bytePipelines: fastPath, restarts: restart };
}
