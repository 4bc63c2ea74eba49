import { describe, expect, test } from "vitest";
import type { CaseResult } from "./case-result.ts";
import { conformancePage, recordedCounts, recordedFiles, suitesBelow } from "./conformance-page.ts";

function result(suite: string, file: string, number: number, passed: boolean): CaseResult {
  return { id: `${suite}: ${file} - ${number}`, suite, file, format: null, features: ["join"], passed };
}

const results = [
  result("qtt", "joins", 1, true),
  result("qtt", "joins", 2, false),
  result("qtt", "sum", 1, true),
  result("ksql-5", "joins", 1, true),
];
const page = conformancePage({ results, variations: new Map([["otherwise", { passed: 2, total: 3 }]]) });

describe("the page", () => {
  test("is the same text for the same results", () => {
    expect(conformancePage({ results, variations: new Map([["otherwise", { passed: 2, total: 3 }]]) })).toBe(
      page,
    );
  });

  test("is read again: counts by suite, and by file", () => {
    expect(recordedCounts(page)).toEqual(
      new Map([
        ["qtt", { passed: 2, total: 3 }],
        ["ksql-5", { passed: 1, total: 1 }],
      ]),
    );
    expect(recordedFiles(page, "qtt")).toEqual(
      new Map([
        ["joins", { passed: 1, total: 2 }],
        ["sum", { passed: 1, total: 1 }],
      ]),
    );
  });

  test("names what fails", () => {
    expect(page).toContain("- qtt: joins - 2\n");
  });
});

describe("a run falls below the page", () => {
  test("where a suite passes a smaller part", () => {
    const worse = results.map((one) => ({ ...one, passed: one.suite === "ksql-5" ? false : one.passed }));
    expect(suitesBelow(page, worse)).toEqual(["ksql-5: 0 of 1, below the recorded 1 of 1"]);
  });

  test("and not where it passes as much, or was never recorded", () => {
    expect(suitesBelow(page, [...results, result("rest", "pull", 1, false)])).toEqual([]);
  });
});
