/** Sums of results by suite, file, format and feature. */
import type { CaseResult } from "./case-result.ts";

export interface Count {
  readonly passed: number;
  readonly total: number;
}

export interface SuiteCounts extends Count {
  readonly suite: string;
  readonly files: ReadonlyMap<string, Count>;
  readonly formats: ReadonlyMap<string, Count>;
  readonly features: ReadonlyMap<string, Count>;
  /** Cases that expect an error. */
  readonly errors: {
    readonly total: number;
    readonly loose: number;
    readonly strict: number;
    readonly kind: number;
  };
  /** Sources that ksqlDB is recorded to have made. */
  readonly recorded: { readonly total: number; readonly agreeing: number };
}

export function suiteCounts(results: readonly CaseResult[]): readonly SuiteCounts[] {
  return [...new Set(results.map(({ suite }) => suite))].map((suite) =>
    countsOf(
      suite,
      results.filter((result) => result.suite === suite),
    ),
  );
}

function countsOf(suite: string, results: readonly CaseResult[]): SuiteCounts {
  const errors = results.flatMap(({ error }) => error ?? []);
  const recorded = results.flatMap((result) => result.recorded ?? []);
  return {
    suite,
    ...countOf(results),
    files: grouped(results, ({ file }) => [file]),
    formats: grouped(results, ({ format }) => [format ?? "none"]),
    features: grouped(results, ({ features }) => features),
    errors: {
      total: errors.length,
      loose: errors.filter(({ loose }) => loose).length,
      strict: errors.filter(({ strict }) => strict).length,
      kind: errors.filter(({ kind }) => kind).length,
    },
    recorded: {
      total: recorded.reduce((sum, { sources }) => sum + sources, 0),
      agreeing: recorded.reduce((sum, { agreeing }) => sum + agreeing, 0),
    },
  };
}

export function countOf(results: readonly CaseResult[]): Count {
  return { passed: results.filter(({ passed }) => passed).length, total: results.length };
}

function grouped(
  results: readonly CaseResult[],
  names: (result: CaseResult) => readonly string[],
): ReadonlyMap<string, Count> {
  const groups = new Map<string, CaseResult[]>();
  for (const result of results) {
    for (const name of names(result)) {
      const group = groups.get(name) ?? [];
      group.push(result);
      groups.set(name, group);
    }
  }
  const sorted = [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return new Map(sorted.map(([name, group]) => [name, countOf(group)]));
}
