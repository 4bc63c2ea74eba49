/** What the fuzzer found once, and the rules it learnt from DuckDB's answers: each case in all ways, as test/sql. */
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { errorText } from "../../src/base/error-text.ts";
import { createSqlTestRunner } from "../../src/testing/sql-test-runner.ts";

const folder = fileURLToPath(new URL("found", import.meta.url));
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".sql"))
  .toSorted();

test.each(files)("%s", { timeout: 120_000 }, async (file) => {
  const runner = await createSqlTestRunner({ thorough: true, workingDirectory: folder });
  const outcomes: string[] = [];
  for await (const result of runner.runFile(file, readFileSync(`${folder}/${file}`, "utf8"), undefined)) {
    const { name, line, outcome, failure } = result;
    outcomes.push(outcome === "passed" ? "passed" : `${name} (${file}:${line})\n${errorText(failure)}`);
  }
  expect(outcomes.length).toBeGreaterThan(0);
  expect(outcomes.filter((outcome) => outcome !== "passed")).toEqual([]);
});
