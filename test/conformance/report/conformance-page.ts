/** docs/conformance.md: written from results, and read again to see whether a later run falls below it. */
import type { CaseResult } from "./case-result.ts";
import { suiteCounts } from "./counts.ts";
import type { Count, SuiteCounts } from "./counts.ts";
import { percent } from "./text-report.ts";

export interface PageContent {
  readonly results: readonly CaseResult[];
  /** Passed cases of the suite `qtt` with the engine's switches turned, by what they are called. */
  readonly variations: ReadonlyMap<string, Count>;
}

const SUITE_TITLES: Readonly<Record<string, string>> = {
  qtt: "query validation tests: statements and input records → output records, or an error",
  rest: "pull queries, push queries and INSERT VALUES through the HTTP API",
  "ksql-5": "query validation tests of KSQL 5.1, in its dialect",
  schema: "random records of Avro schemas carried through a query unchanged",
  "sql-tests": "SQL test files (`--@test`), as `spoor test` runs them, and statement/input/output triples",
};

export function conformancePage({ results, variations }: PageContent): string {
  const suites = suiteCounts(results);
  return [
    HEAD,
    "## By suite\n",
    table(
      ["suite", "passed", "of", "", "what"],
      suites.map(({ suite, passed, total }) => [
        suite,
        String(passed),
        String(total),
        percent(passed, total),
        SUITE_TITLES[suite] ?? "",
      ]),
    ),
    ...errorSection(suites),
    ...recordedSection(suites),
    ...variationSection(variations),
    ...failureSection(results),
    ...suites.flatMap(groupSections),
  ].join("\n");
}

const HEAD = `# Conformance

ksqlDB's own functional tests, run on Spoor: master at version 8.5 and the old KSQL 5.1, in a flat form, about three quarters of
them. This page is written by the runner:

\`\`\`
npm run conformance -- --write-docs     run everything and write this page
npm run conformance -- --check          fail where a suite falls below this page
npm run conformance -- --help           one suite, one file, one case, other modes
\`\`\`

Each case has a server of its own: statements go through the statement executor, every query through a whole engine, records through the
bytes of their formats, which other code than Spoor's writes and reads. The suite \`rest\` speaks HTTP to a real server. A case that expects an
error passes where the right statement is rejected; whether the message is ksqlDB's word for word is counted apart, since Spoor's
messages are its own. No case is skipped but those that upstream disables, and none is treated by its name.

Exit codes: 0 all cases passed (with \`--check\`: no suite below this page), 1 not so, 2 wrong usage or no corpus. \`--json FILE\` writes counts
and every case with its reason. \`--mode logical\` carries formats with schemas as JSON, to tell what a query gets wrong from what a format does;
a format's own rules (defaults of protobuf and of schemas) then do not hold, so some cases fail that pass with bytes.

The corpus is not part of this repository. Its data are Confluent's, under the Confluent Community License.
`;

function errorSection(suites: readonly SuiteCounts[]): string[] {
  const rows = suites
    .filter(({ errors }) => errors.total > 0)
    .map(({ suite, errors: { total, loose, kind, strict } }) =>
      [suite, total, loose, kind, strict].map(String),
    );
  if (rows.length === 0) return [];
  const head = [
    "suite",
    "cases that expect an error",
    "rejected (loose)",
    "of the same kind",
    "with the same message (strict)",
  ];
  return ["## Errors\n", table(head, rows)];
}

function recordedSection(suites: readonly SuiteCounts[]): string[] {
  const rows = suites
    .filter(({ recorded }) => recorded.total > 0)
    .map(({ suite, recorded: { total, agreeing } }) => [
      suite,
      String(total),
      String(agreeing),
      percent(agreeing, total),
    ]);
  if (rows.length === 0) return [];
  return [
    "## Sources as ksqlDB recorded them\n",
    "Schema, formats, wrapping and windows of the streams and tables that ksqlDB made of the same statements. Not part of passing.\n",
    table(["suite", "sources", "the same", ""], rows),
  ];
}

function variationSection(variations: ReadonlyMap<string, Count>): string[] {
  if (variations.size === 0) return [];
  const rows = [...variations].map(([name, { passed, total }]) => [name, String(passed), String(total)]);
  return [
    "## The same results otherwise\n",
    "The suite `qtt` with switches turned that must not change any result. Two cases may with a restart: their test function counts its calls in memory.\n",
    table(["run", "passed", "of"], rows),
  ];
}

function failureSection(results: readonly CaseResult[]): string[] {
  const failed = results.filter(({ passed }) => !passed);
  if (failed.length === 0) return [];
  return ["## What fails\n", ...failed.map(({ id }) => `- ${id}`), ""];
}

function groupSections({ suite, files, formats, features }: SuiteCounts): string[] {
  const group = (name: string, counts: ReadonlyMap<string, Count>): string[] =>
    counts.size < 2
      ? []
      : [
          `## \`${suite}\` by ${name}\n`,
          table(
            [name, "passed", "of"],
            [...counts].map(([key, { passed, total }]) => [key, String(passed), String(total)]),
          ),
        ];
  return [...group("format", formats), ...group("feature", features), ...group("file", files)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [tableLine(head), tableLine(head.map(() => "---")), ...rows.map(tableLine), ""].join("\n");
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Passed and total by suite as a page records them. */
export function recordedCounts(page: string): ReadonlyMap<string, Count> {
  const section = /## By suite\n([\s\S]*?)(?=\n## |$)/.exec(page)?.[1] ?? "";
  const rows = [...section.matchAll(/^\| ([\w-]+) \| (\d+) \| (\d+) \|/gm)];
  return new Map(
    rows.map(([, suite, passed, total]) => [suite!, { passed: Number(passed), total: Number(total) }]),
  );
}

/** Passed and total by file of a suite. */
export function recordedFiles(page: string, suite: string): ReadonlyMap<string, Count> {
  const section = page.split("\n## ").find((part) => part.startsWith(`\`${suite}\` by file\n`)) ?? "";
  const rows = [...section.matchAll(/^\| ([^|]+?) \| (\d+) \| (\d+) \|$/gm)];
  return new Map(
    rows.map(([, file, passed, total]) => [file!, { passed: Number(passed), total: Number(total) }]),
  );
}

/** Suites that pass a smaller part of their cases than the page says. */
export function suitesBelow(page: string, results: readonly CaseResult[]): readonly string[] {
  const recorded = recordedCounts(page);
  return suiteCounts(results).flatMap(({ suite, passed, total }) => {
    const before = recorded.get(suite);
    if (before === undefined || passed * before.total >= before.passed * total) return [];
    return [`${suite}: ${passed} of ${total}, below the recorded ${before.passed} of ${before.total}`];
  });
}
