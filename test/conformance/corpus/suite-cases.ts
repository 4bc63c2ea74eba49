/** The cases of a suite's file, each with what says how it is run. */
import type { BrokenTest, SqlTest } from "../../../src/testing/sql-test-file.ts";
import type { CorpusCase, SuiteName } from "./case-form.ts";
import { readCases, suiteFiles } from "./corpus-folder.ts";
import { readSchemaCases } from "./schema-file.ts";
import type { SchemaCase } from "./schema-file.ts";
import { isTriples, readSqlTests, readTriples, sqlTestFiles } from "./sql-test-folder.ts";
import type { Triple } from "./sql-test-folder.ts";

export const SUITES: readonly SuiteName[] = ["qtt", "rest", "ksql-5", "schema", "sql-tests"];

interface CaseHead {
  readonly id: string;
  readonly format: string | null;
  readonly features: readonly string[];
}

export type SuiteCase = CaseHead &
  (
    | { readonly kind: "qtt" | "rest" | "ksql-5"; readonly test: CorpusCase }
    | { readonly kind: "schema"; readonly test: SchemaCase }
    | { readonly kind: "sql-test"; readonly test: SqlTest | BrokenTest }
    | { readonly kind: "triple"; readonly test: Triple }
  );

export function filesOfSuite(corpus: string, suite: SuiteName): readonly string[] {
  return suite === "sql-tests" ? sqlTestFiles(corpus) : suiteFiles(corpus, suite);
}

export function readSuiteCases(corpus: string, suite: SuiteName, file: string): readonly SuiteCase[] {
  switch (suite) {
    case "qtt":
    case "rest":
    case "ksql-5":
      return readCases(corpus, suite, file).map((test) => {
        const { id, format, features } = test;
        return { id, format, features, kind: suite, test };
      });
    case "schema":
      return readSchemaCases(corpus, file).map((test) => ({
        id: test.id,
        format: null,
        features: [],
        kind: "schema",
        test,
      }));
    case "sql-tests":
      return isTriples(file) ? tripleCases(corpus, file) : sqlTestCases(corpus, file);
  }
}

function sqlTestCases(corpus: string, file: string): readonly SuiteCase[] {
  const seen = new Map<string, number>();
  return readSqlTests(corpus, file).map((test) => {
    const count = (seen.get(test.name) ?? 0) + 1;
    seen.set(test.name, count);
    const id = `sql-tests: ${file} - ${test.name}${count > 1 ? ` (${count})` : ""}`;
    return { id, format: null, features: [], kind: "sql-test", test };
  });
}

function tripleCases(corpus: string, file: string): readonly SuiteCase[] {
  return readTriples(corpus).map(({ name, triple }) => ({
    id: `sql-tests: ${file} - ${name}`,
    format: null,
    features: [],
    kind: "triple",
    test: triple,
  }));
}
