/** Runs a triple of statements, inputs and outputs as a query validation test. */
import type { FunctionRegistry } from "../../../src/functions/registry.ts";
import type { Triple } from "../corpus/sql-test-folder.ts";
import { runQttCase } from "../qtt/qtt-case.ts";
import type { RunSettings } from "../qtt/run-settings.ts";
import { PASSED, failed } from "../report/case-result.ts";
import type { CaseVerdict } from "../report/case-result.ts";

export async function runTriple(
  triple: Triple,
  settings: RunSettings,
  functions: FunctionRegistry,
): Promise<CaseVerdict> {
  const { invalid, mustFail, test } = triple;
  const verdict = invalid === undefined ? await runQttCase(test, settings, functions) : failed(invalid);
  if (!mustFail) return verdict;
  return verdict.passed ? failed("passes, though it is wrong") : PASSED;
}
