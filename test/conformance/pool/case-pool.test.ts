import { expect, test } from "vitest";
import { SpoorError } from "../../../src/base/errors.ts";
import { corpusSuites } from "../corpus/corpus-folder.ts";
import type { SuiteCase } from "../corpus/suite-cases.ts";
import { USUAL_SETTINGS } from "../qtt/run-settings.ts";
import { runInPool } from "./case-pool.ts";
import type { PlannedCases } from "./case-pool.ts";

const NOWHERE = "/no/such/corpus";

function plan(...ids: readonly string[]): PlannedCases {
  const cases = ids.map((id): SuiteCase => {
    const empty = { id, name: id, format: null, features: [], statements: [], properties: {}, topics: [] };
    return {
      id,
      format: null,
      features: [],
      kind: "qtt",
      test: { ...empty, inputs: [], outputs: [], expectedError: null },
    };
  });
  const batch = { corpus: NOWHERE, suite: "qtt", file: "none", settings: USUAL_SETTINGS } as const;
  return { batch, cases, indexes: [...cases.keys()] };
}

test("a worker that dies fails its case with the reason, and the next case has another", async () => {
  const results = await runInPool([plan("a", "b")], { workers: 1, caseTimeoutMs: 20_000 });
  expect(results.map(({ id, passed }) => [id, passed])).toEqual([
    ["a", false],
    ["b", false],
  ]);
  for (const { reason } of results) expect(reason).toMatch(/the worker died .*no such file/s);
});

test("a worker that does not answer is stopped", async () => {
  const [result] = await runInPool([plan("a")], { workers: 1, caseTimeoutMs: 1 });
  expect(result).toMatchObject({ id: "a", passed: false, reason: "no answer within 0.001 s" });
});

test("a folder without a corpus is refused, with what to do", () => {
  expect(() => corpusSuites(NOWHERE)).toThrow(SpoorError);
  expect(() => corpusSuites(NOWHERE)).toThrow(`no conformance corpus in '${NOWHERE}'`);
});
