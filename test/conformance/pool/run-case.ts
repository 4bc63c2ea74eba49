/** How a case of each suite is run. */
import type { SuiteCase } from "../corpus/suite-cases.ts";
import { testFunctions } from "../functions/test-functions.ts";
import { runKsql5Case } from "../ksql-5/ksql5-case.ts";
import { runQttCase } from "../qtt/qtt-case.ts";
import type { RunSettings } from "../qtt/run-settings.ts";
import { failed } from "../report/case-result.ts";
import type { CaseResult, CaseVerdict } from "../report/case-result.ts";
import { errorText } from "../report/error-text.ts";
import { runRestCase } from "../rest/rest-case.ts";
import { runSchemaCase } from "../schema/schema-case.ts";
import { runSqlTestCase } from "../sql-tests/sql-test-case.ts";
import { runTriple } from "../sql-tests/triple-case.ts";

export interface CaseOrigin {
  readonly corpus: string;
  readonly suite: string;
  readonly file: string;
}

export async function runCase(
  origin: CaseOrigin,
  test: SuiteCase,
  settings: RunSettings,
): Promise<CaseResult> {
  const { suite, file, corpus } = origin;
  const verdict = await verdictOf(test, corpus, settings);
  return { id: test.id, suite, file, format: test.format, features: test.features, ...verdict };
}

async function verdictOf(test: SuiteCase, corpus: string, settings: RunSettings): Promise<CaseVerdict> {
  const functions = testFunctions();
  try {
    switch (test.kind) {
      case "qtt":
        return await runQttCase(test.test, settings, functions);
      case "ksql-5":
        return await runKsql5Case(test.test, settings, functions);
      case "sql-test":
        return await runSqlTestCase(test.test, corpus, settings);
      case "triple":
        return await runTriple(test.test, settings, functions);
      case "rest":
        return await runRestCase(test.test, settings);
      case "schema":
        return await runSchemaCase(test.test, settings, functions);
    }
  } catch (error) {
    return failed(`the runner failed: ${errorText(error)}`);
  }
}
