/** The conformance runner: `npm run conformance -- --help`. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SpoorError } from "../../src/base/errors.ts";
import { USAGE, runnerOptions } from "./command-line.ts";
import type { RunnerOptions } from "./command-line.ts";
import { corpusSuites } from "./corpus/corpus-folder.ts";
import { filesOfSuite, readSuiteCases } from "./corpus/suite-cases.ts";
import { runInPool } from "./pool/case-pool.ts";
import type { RunSettings } from "./qtt/run-settings.ts";
import type { PlannedCases } from "./pool/case-pool.ts";
import type { CaseResult } from "./report/case-result.ts";
import { conformancePage, suitesBelow } from "./report/conformance-page.ts";
import { countOf, suiteCounts } from "./report/counts.ts";
import type { Count } from "./report/counts.ts";
import { jsonReport } from "./report/json-report.ts";
import { failureText, suiteText } from "./report/text-report.ts";

const PAGE = fileURLToPath(new URL("../../docs/conformance.md", import.meta.url));

const VARIATIONS: readonly (readonly [string, Partial<RunSettings>])[] = [
  ["on operators, without byte pipelines", { fastPath: false }],
  ["expressions interpreted, without generated code", { fastPath: false, interpreted: true }],
  ["every query stopped and restarted from disk in the middle of its inputs", { restart: true }],
];

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function plannedCases(options: RunnerOptions): readonly PlannedCases[] {
  const { corpus, suites, file: only, caseId, settings } = options;
  corpusSuites(corpus);
  return suites.flatMap((suite) =>
    filesOfSuite(corpus, suite)
      .filter((file) => only === undefined || file === only)
      .map((file) => {
        const cases = readSuiteCases(corpus, suite, file);
        const indexes = selected(cases, caseId);
        return { batch: { corpus, suite, file, settings }, cases, indexes };
      })
      .filter(({ indexes }) => indexes.length > 0),
  );
}

/** Those of the id; where none has it, those whose ids contain it. */
function selected(cases: PlannedCases["cases"], caseId: string | undefined): readonly number[] {
  const all = cases.map((_, index) => index);
  if (caseId === undefined) return all;
  const exact = all.filter((index) => cases[index]!.id === caseId);
  return exact.length > 0 ? exact : all.filter((index) => cases[index]!.id.includes(caseId));
}

/** In the corpus' order, whichever worker was first. */
function ordered(results: readonly CaseResult[], plans: readonly PlannedCases[]): readonly CaseResult[] {
  const places = new Map(plans.flatMap(({ cases }) => cases).map(({ id }, place) => [id, place]));
  return results.toSorted((a, b) => places.get(a.id)! - places.get(b.id)!);
}

async function resultsOf(options: RunnerOptions): Promise<readonly CaseResult[]> {
  const plans = plannedCases(options);
  return ordered(await runInPool(plans, options), plans);
}

async function run(options: RunnerOptions): Promise<number> {
  const results = await resultsOf(options);
  if (options.jsonFile !== undefined) writeFileSync(options.jsonFile, jsonReport(results));
  if (options.failures) for (const result of results) if (!result.passed) say(failureText(result));
  for (const counts of suiteCounts(results)) say(suiteText(counts));
  if (options.writeDocs)
    writeFileSync(PAGE, conformancePage({ results, variations: await variations(options) }));
  const below = options.check ? suitesBelow(readFileSync(PAGE, "utf8"), results) : undefined;
  for (const line of below ?? []) say(`below docs/conformance.md: ${line}`);
  const { passed, total } = countOf(results);
  say(`${passed} passed, ${total - passed} failed`);
  if (total === 0) return EXIT_FAILED;
  return (below === undefined ? passed === total : below.length === 0) ? 0 : EXIT_FAILED;
}

/** The suite `qtt` once more with each switch that must not change a result. */
async function variations(options: RunnerOptions): Promise<ReadonlyMap<string, Count>> {
  const counts = new Map<string, Count>();
  for (const [name, change] of VARIATIONS) {
    const settings = { ...options.settings, ...change };
    counts.set(name, countOf(await resultsOf({ ...options, suites: ["qtt"], settings })));
  }
  return counts;
}

async function main(): Promise<number> {
  try {
    const options = runnerOptions(process.argv.slice(2));
    if (options === "help") {
      say(USAGE);
      return 0;
    }
    return await run(options);
  } catch (error) {
    if (!(error instanceof SpoorError)) throw error;
    process.stderr.write(
      `error: ${error.message}\n${error.hint === undefined ? "" : `hint: ${error.hint}\n`}`,
    );
    return EXIT_USAGE;
  }
}

process.exitCode = await main();
