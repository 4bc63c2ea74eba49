import { describe, expect, test } from "vitest";
import {
  expectedSchemas,
  lacksFunction,
  planCase,
  readCases,
  schemaOf,
  suiteFolder,
  wrongFormats,
} from "./corpus.ts";
import type { CorpusCase, PlannedCase } from "./corpus.ts";

interface Rates {
  readonly planned: number;
  readonly plannable: number;
  readonly schemas: number;
  readonly knownSchemas: number;
  readonly refused: number;
  readonly toRefuse: number;
  /** Left out of the rates: they call functions that are not there. */
  readonly withoutFunctions: number;
  readonly wrongFormats: readonly string[];
  readonly failures: readonly string[];
}

function measure(cases: readonly CorpusCase[], dialect: "ksqldb" | "ksql5"): Rates {
  const failures: string[] = [];
  const formats: string[] = [];
  let [planned, plannable, schemas, knownSchemas, refused, toRefuse, withoutFunctions] = [
    0, 0, 0, 0, 0, 0, 0,
  ];
  for (const corpusCase of cases) {
    const result = planCase(corpusCase, dialect);
    const { expectedError } = corpusCase;
    if (expectedError !== undefined && expectedError !== null && expectedError.stage === "statement") {
      toRefuse++;
      if (result.refusedAt === corpusCase.statements.length - 1) refused++;
      else failures.push(`${corpusCase.id}: not refused where it should be`);
      continue;
    }
    if (lacksFunction(result)) {
      withoutFunctions++;
      continue;
    }
    plannable++;
    if (result.refusedAt !== undefined) {
      failures.push(`${corpusCase.id}: ${String(result.error)}`);
      continue;
    }
    planned++;
    formats.push(...wrongFormats(corpusCase, result));
    const wrong = wrongSchemas(corpusCase, result);
    knownSchemas += expectedSchemas(corpusCase).length;
    schemas += expectedSchemas(corpusCase).length - wrong.length;
    failures.push(...wrong);
  }
  return {
    planned,
    plannable,
    schemas,
    knownSchemas,
    refused,
    toRefuse,
    withoutFunctions,
    wrongFormats: formats,
    failures,
  };
}

function wrongSchemas(corpusCase: CorpusCase, { runner }: PlannedCase): string[] {
  return expectedSchemas(corpusCase).flatMap(({ name, schema }) => {
    const found = schemaOf(runner.metastore.source(name));
    return found === schema ? [] : [`${corpusCase.id}: ${name} is ${found}, not ${schema}`];
  });
}

/** The suite's folder; where it is missing the test is skipped, and fails in CI. */
function corpus(suite: string): string | undefined {
  const folder = suiteFolder(suite);
  if (folder === undefined && process.env["CI"] === "true")
    throw new Error("the conformance corpus is missing");
  return folder;
}

describe("planning the conformance corpus", () => {
  const qtt = corpus("qtt");
  test.skipIf(qtt === undefined)(
    "query validation tests, ksqlDB's dialect",
    () => {
      const rates = measure(readCases(qtt!), "ksqldb");
      expect(rates.plannable + rates.withoutFunctions, "cases that must plan").toBeGreaterThan(1200);
      expect(rates.planned / rates.plannable, rates.failures.join("\n")).toBeGreaterThanOrEqual(0.99);
      expect(rates.schemas / rates.knownSchemas, rates.failures.join("\n")).toBeGreaterThanOrEqual(0.99);
      expect(rates.refused / rates.toRefuse, rates.failures.join("\n")).toBeGreaterThanOrEqual(0.98);
    },
    120_000,
  );

  const ksql5 = corpus("ksql-5");
  test.skipIf(ksql5 === undefined)(
    "query validation tests of KSQL 5",
    () => {
      const rates = measure(readCases(ksql5!), "ksql5");
      expect(rates.plannable + rates.withoutFunctions, "cases that must plan").toBeGreaterThan(100);
      expect(rates.planned / rates.plannable, rates.failures.join("\n")).toBeGreaterThanOrEqual(0.98);
      expect(rates.refused / rates.toRefuse, rates.failures.join("\n")).toBe(1);
    },
    60_000,
  );

  const rest = corpus("rest");
  test.skipIf(rest === undefined)(
    "REST query validation tests: pull and push queries",
    () => {
      const rates = measure(readCases(rest!).map(statementErrors), "ksqldb");
      expect(rates.planned / rates.plannable, rates.failures.join("\n")).toBeGreaterThanOrEqual(0.98);
      expect(rates.refused / rates.toRefuse, rates.failures.join("\n")).toBeGreaterThanOrEqual(0.98);
    },
    60_000,
  );
});

/** The REST suite's errors have no stage: the last request fails, by a statement. */
function statementErrors(corpusCase: CorpusCase): CorpusCase {
  const { expectedError } = corpusCase;
  return expectedError === null || expectedError === undefined
    ? corpusCase
    : { ...corpusCase, expectedError: { stage: "statement" } };
}
