/** The results for other programs. */
import type { CaseResult } from "./case-result.ts";
import { suiteCounts } from "./counts.ts";

export function jsonReport(results: readonly CaseResult[]): string {
  const suites = Object.fromEntries(
    suiteCounts(results).map(({ suite, passed, total, errors, recorded }) => [
      suite,
      { passed, total, errors, recorded },
    ]),
  );
  return `${JSON.stringify({ suites, cases: results }, null, 1)}\n`;
}
