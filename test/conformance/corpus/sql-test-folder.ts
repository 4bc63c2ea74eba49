/** The suite `sql-tests`: `.sql` files with `--@test`, and triples of statements, inputs and outputs. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { splitStatements } from "../../../src/sql/split.ts";
import { sqlTests } from "../../../src/testing/sql-test-file.ts";
import type { BrokenTest, SqlTest } from "../../../src/testing/sql-test-file.ts";
import type { CaseRecord, CorpusCase } from "./case-form.ts";
import { isObject, parseJson } from "./lossless-json.ts";
import type { Json } from "./lossless-json.ts";

const SUITE = "sql-tests";
const TRIPLES = "test-runner";
/** For reading (docs), or run by tests (scripts). */
const NO_TESTS = ["docs", "scripts", TRIPLES];

export interface Triple {
  /** Under `incorrect`: it must be reported as failing or invalid. */
  readonly mustFail: boolean;
  /** Why its files are no case. */
  readonly invalid?: string;
  readonly test: CorpusCase;
}

/** Test files by their path in the suite; triples are one file more. */
export function sqlTestFiles(corpus: string): readonly string[] {
  const folder = join(corpus, SUITE);
  if (!existsSync(folder)) return [];
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".sql") && !NO_TESTS.includes(path.split("/")[0]!));
  const triples = existsSync(join(folder, TRIPLES)) ? [TRIPLES] : [];
  return [...paths.toSorted(), ...triples];
}

export function isTriples(file: string): boolean {
  return file === TRIPLES;
}

export function sqlTestPath(corpus: string, file: string): string {
  return join(corpus, SUITE, file);
}

/** Where `RUN SCRIPT '/name.sql'` finds its file. */
export function scriptFolder(corpus: string): string {
  return join(corpus, SUITE, "scripts");
}

export function readSqlTests(corpus: string, file: string): readonly (SqlTest | BrokenTest)[] {
  return sqlTests(file, readFileSync(sqlTestPath(corpus, file), "utf8"), "ksqldb");
}

export function readTriples(corpus: string): readonly { readonly name: string; readonly triple: Triple }[] {
  const folder = join(corpus, SUITE, TRIPLES);
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith("/statements.sql"))
    .map((path) => path.slice(0, -"/statements.sql".length))
    .toSorted()
    .map((name) => ({ name, triple: readTriple(join(folder, name), name) }));
}

function readTriple(folder: string, name: string): Triple {
  const read = (file: string): string | undefined =>
    existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : undefined;
  const inputs = records(read("input.json"), "inputs");
  const outputs = records(read("output.json"), "outputs");
  const invalid = [inputs, outputs].find((part) => typeof part === "string");
  return {
    mustFail: name.startsWith("incorrect/"),
    ...(invalid === undefined ? {} : { invalid: String(invalid) }),
    test: {
      id: name,
      name,
      format: null,
      features: [],
      statements: splitStatements(read("statements.sql") ?? "").map(({ text }) => text),
      properties: {},
      topics: [],
      inputs: typeof inputs === "string" ? [] : inputs,
      outputs: typeof outputs === "string" ? [] : outputs,
      expectedError: null,
    },
  };
}

/** The records of a file, or why it has none. No file: no records. */
function records(text: string | undefined, name: string): readonly CaseRecord[] | string {
  if (text === undefined) return [];
  let value: Json;
  try {
    value = parseJson(text);
  } catch (error) {
    return `no JSON in the file of ${name}: ${error instanceof Error ? error.message : String(error)}`;
  }
  const list = isObject(value) ? value[name] : undefined;
  if (!Array.isArray(list)) return `the file has no '${name}'`;
  return list.length === 0 ? `the file's '${name}' are empty` : (list as unknown as readonly CaseRecord[]);
}
