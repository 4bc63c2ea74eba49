/**
 * A few cases of each suite, of files that docs/conformance.md records as passing whole. All of the corpus runs with
 * `npm run conformance`.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { SuiteName } from "./corpus/case-form.ts";
import { defaultCorpus } from "./corpus/corpus-folder.ts";
import { SUITES, filesOfSuite, readSuiteCases } from "./corpus/suite-cases.ts";
import { runCase } from "./pool/run-case.ts";
import { USUAL_SETTINGS } from "./qtt/run-settings.ts";
import { recordedFiles } from "./report/conformance-page.ts";

/** Every n-th file of a suite, the first case of each. */
const EVERY_FILE = 8;

const corpus = defaultCorpus();
const present = existsSync(corpus);
if (!present && process.env["CI"] === "true") {
  throw new Error("the conformance corpus is missing; set SPOOR_SHARED");
}
const page = readFileSync(fileURLToPath(new URL("../../docs/conformance.md", import.meta.url)), "utf8");

async function failures(
  suite: SuiteName,
): Promise<{ readonly ran: number; readonly failed: readonly string[] }> {
  const whole = new Set(
    [...recordedFiles(page, suite)].flatMap(([file, { passed, total }]) => (passed === total ? [file] : [])),
  );
  const files = filesOfSuite(corpus, suite).filter((file) => whole.has(file));
  const failed: string[] = [];
  let ran = 0;
  for (let i = 0; i < files.length; i += EVERY_FILE) {
    const [first] = readSuiteCases(corpus, suite, files[i]!);
    if (first === undefined) continue;
    ran += 1;
    const result = await runCase({ corpus, suite, file: files[i]! }, first, USUAL_SETTINGS);
    if (!result.passed) failed.push(`${result.id}: ${result.reason}`);
  }
  return { ran, failed };
}

describe.skipIf(!present)("the conformance corpus (needs the folder 'shared', or SPOOR_SHARED)", () => {
  test.each(SUITES)("%s", async (suite) => {
    const { ran, failed } = await failures(suite);
    expect(failed).toEqual([]);
    expect(ran).toBeGreaterThan(0);
  });
});
