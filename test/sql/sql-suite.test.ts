/** Every .sql file of this folder, each test in all ways: the same as `spoor test --thorough test/sql`. */
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { errorText } from "../../src/base/error-text.ts";
import { createSqlTestRunner } from "../../src/testing/sql-test-runner.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".sql"))
  .toSorted();

describe("SQL tests pass in every way", () => {
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
});
