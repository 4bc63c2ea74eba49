import { DuckDBInstance } from "@duckdb/node-api";
import type { DuckDBConnection } from "@duckdb/node-api";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findStep, lastPlan, planned } from "../../../test/plan/planned.ts";
import { recordingContext } from "../../engine/expression/evaluate-both.ts";
import { interpret } from "../../engine/expression/interpreter.ts";
import { evaluate } from "../expression/evaluate.ts";
import { RecordFields } from "../expression/event-fields.ts";
import { eventRecord, fieldExpression, FIELDS } from "../expression/expression-arbitrary.ts";
import { windowsLogSources } from "../log-sources/read-log-sources.ts";
import { loadRules } from "../rule/rule-set.ts";
import type { SigmaRule } from "../rule/sigma-document.ts";
import { printExpression, toDuckDb, toFlink, toKsql } from "./print-sql.ts";
import { duckDb, flink, ksql } from "./sql-dialect.ts";

/** DuckDB stands in for Flink, whose functions are the same but for these names. */
const FLINK_FUNCTIONS = [
  "CREATE MACRO REGEXP(a, b) AS regexp_matches(a, b)",
  "CREATE MACRO CHAR_LENGTH(a) AS length(a)",
];

let duck: DuckDBConnection;

beforeAll(async () => {
  duck = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
  for (const statement of FLINK_FUNCTIONS) await duck.run(statement);
});
afterAll(() => duck.closeSync());

function literal(value: string | undefined): string {
  return value === undefined ? "CAST(NULL AS VARCHAR)" : `'${value.replaceAll("'", "''")}'`;
}

/** For each record, whether the condition is true of it. */
async function duckAnswers(
  condition: string,
  records: readonly Record<string, string>[],
): Promise<boolean[]> {
  const rows = records.map(
    (record, at) => `(${at}, ${FIELDS.map((field) => literal(record[field])).join(", ")})`,
  );
  const columns = ["n", ...FIELDS].map((name) => `"${name}"`).join(", ");
  const answer = await duck.runAndReadAll(
    `SELECT n FROM (VALUES ${rows.join(", ")}) AS t(${columns}) WHERE ${condition.replaceAll("`", '"')} ORDER BY n`,
  );
  const found = new Set(answer.getRows().map(([n]) => Number(n)));
  return records.map((_, at) => found.has(at));
}

function ksqlAnswers(condition: string, records: readonly Record<string, string>[]): boolean[] {
  const columns = FIELDS.map((field) => `\`${field}\` STRING`).join(", ");
  const runner = planned(
    "ksqldb",
    `CREATE STREAM S (K INT KEY, ${columns}) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');`,
    `CREATE STREAM O AS SELECT * FROM S WHERE ${condition};`,
  );
  const { predicate, input } = findStep(lastPlan(runner).root, "filter");
  const names = input.schema.columns.map(({ name }) => name);
  const run = interpret(predicate, recordingContext());
  return records.map((record) => run(names.map((name) => record[name] ?? null)) === true);
}

const records = fc.array(eventRecord, { minLength: 1, maxLength: 12 });
const RUNS = { numRuns: 150 };

describe("a condition means what its expression means", () => {
  test("in DuckDB", async () => {
    await fc.assert(
      fc.asyncProperty(fieldExpression, records, async (expression, rows) => {
        const expected = rows.map((row) => evaluate(expression, new RecordFields(row)));
        const condition = printExpression(expression, duckDb);
        expect([condition, await duckAnswers(condition, rows)]).toEqual([condition, expected]);
      }),
      RUNS,
    );
  });

  test("in Flink's SQL", async () => {
    await fc.assert(
      fc.asyncProperty(fieldExpression, records, async (expression, rows) => {
        const expected = rows.map((row) => evaluate(expression, new RecordFields(row)));
        const condition = printExpression(expression, flink);
        expect([condition, await duckAnswers(condition, rows)]).toEqual([condition, expected]);
      }),
      RUNS,
    );
  });

  test("in ksqlDB", () => {
    fc.assert(
      fc.property(fieldExpression, records, (expression, rows) => {
        const condition = printExpression(expression, ksql);
        fc.pre(condition !== "TRUE" && condition !== "FALSE");
        const expected = rows.map((row) => evaluate(expression, new RecordFields(row)));
        expect([condition, ksqlAnswers(condition, rows)]).toEqual([condition, expected]);
      }),
      RUNS,
    );
  });
});

function rule(detection: string, logSource = "{ product: windows, category: process_creation }"): SigmaRule {
  const set = loadRules([
    { text: `title: t\nlogsource: ${logSource}\ndetection: ${detection}\n`, file: undefined },
  ]);
  expect(set.errors).toEqual([]);
  return set.rules[0]!;
}

const column = (field: string): string | undefined => (field === "Image" ? "process_path" : undefined);

describe("rules", () => {
  const simple = rule(
    String.raw`{ selection: { Image|endswith: '\cmd.exe' }, filter: { User: 'it''s' }, condition: selection and not filter }`,
  );

  test("are printed in the words of each dialect", () => {
    expect(toDuckDb(simple)).toBe(
      String.raw`(lower("Image") LIKE '%\cmd.exe' AND NOT (("User" IS NOT NULL AND lower("User") = 'it''s')))`,
    );
    expect(toKsql(simple)).toBe(
      "((`Image` IS NOT NULL AND LCASE(`Image`) LIKE '%\\cmd.exe') AND NOT ((`User` IS NOT NULL AND LCASE(`User`) = 'it''s')))",
    );
    expect(toFlink(simple)).toBe(
      "(LOWER(`Image`) LIKE '%\\cmd.exe' AND NOT ((`User` IS NOT NULL AND LOWER(`User`) = 'it''s')))",
    );
  });

  test("have no pattern for Flink that it would take for Java code", () => {
    const escaped = rule(String.raw`{ selection: { Image|endswith: '\a_b%.exe' }, condition: selection }`);
    expect(toDuckDb(escaped)).toBe(String.raw`lower("Image") LIKE '%\a!_b!%.exe' ESCAPE '!'`);
    expect(toFlink(escaped)).toBe("REGEXP(LOWER(`Image`), '\\A(?s:.*\\\\a_b%\\.exe)\\z')");
  });

  test("take columns from a mapping, and NULL for fields without one", () => {
    expect(toDuckDb(simple, { column })).toContain("lower(process_path)");
    expect(toDuckDb(simple, { column })).toContain("CAST(NULL AS VARCHAR)");
  });

  test("say which events they are for, and where those have the fields", () => {
    const sql = toDuckDb(
      rule("{ selection: { IntegrityLevel: High, Image: a, User: 'A\\B' }, condition: selection }"),
      {
        logSources: windowsLogSources(),
      },
    );
    expect(sql).toContain(`lower("Channel") IN ('security') AND lower("EventID") IN ('4688')`);
    expect(sql).toContain(`lower("NewProcessName") = 'a'`);
    expect(sql).toContain(`WHEN 'S-1-16-12288' THEN 'High'`);
    expect(sql).toContain(
      String.raw`concat_ws('\', NULLIF("SubjectDomainName", ''), NULLIF("SubjectUserName", ''))`,
    );
  });

  test("look for keywords in the columns given, and are refused without them", () => {
    const keywords = rule("{ keywords: [mimikatz, 100%], condition: keywords }", "{ product: windows }");
    expect(toDuckDb(keywords, { keywordColumns: ["lower(message)"] })).toBe(
      "(lower(lower(message)) LIKE '%mimikatz%' OR lower(lower(message)) LIKE '%100!%%' ESCAPE '!')",
    );
    expect(() => toDuckDb(keywords)).toThrow("keywords stand in no column");
  });

  test("refuse by name what a dialect cannot say", () => {
    const week = rule("{ selection: { Time|week: 3 }, condition: selection }");
    expect(() => toKsql(week)).toThrow("modifier 'week' has no function in ksqlDB");
    expect(toDuckDb(week)).toContain("week(");
    const range = rule("{ selection: { Ip|cidr: '2001:db8:0:8000::/49' }, condition: selection }");
    expect(() => toDuckDb(range)).toThrow("cannot be written as a pattern");
  });
});
