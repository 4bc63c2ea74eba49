/** What the runner prints. */
import type { CaseResult } from "./case-result.ts";
import type { SuiteCounts } from "./counts.ts";

export function failureText({ id, reason }: CaseResult): string {
  return `✗ ${id}\n    ${reason ?? "no reason"}`;
}

export function suiteText(counts: SuiteCounts): string {
  const { suite, passed, total, errors, recorded } = counts;
  const lines = [`${suite}: ${passed} of ${total} (${percent(passed, total)})`];
  if (errors.total > 0) {
    const { loose, strict, kind } = errors;
    lines.push(
      `  errors: ${loose} of ${errors.total} rejected at the right statement, ${kind} of the right kind, ${strict} with ksqlDB's message`,
    );
  }
  if (recorded.total > 0) {
    lines.push(`  recorded sources: ${recorded.agreeing} of ${recorded.total} as ksqlDB made them`);
  }
  return lines.join("\n");
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;
}
