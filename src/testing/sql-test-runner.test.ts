import { describe, expect, test } from "vitest";
import { errorText } from "../base/error-text.ts";
import { SpoorError } from "../base/errors.ts";
import { createSqlTestRunner } from "./sql-test-runner.ts";
import type { SqlTestResult } from "./sql-test-runner.ts";

const STREAM = "CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s', value_format='JSON');";

async function results(
  text: string,
  options: { thorough?: boolean; filter?: string } = {},
): Promise<SqlTestResult[]> {
  const runner = await createSqlTestRunner({ thorough: options.thorough ?? false });
  return Array.fromAsync(runner.runFile("my.sql", text, options.filter));
}

/** The failure of a file's only test. */
async function failure(text: string, thorough = false): Promise<SpoorError> {
  const [result] = await results(`--@test: only\n${text}`, { thorough });
  if (result?.failure instanceof SpoorError) return result.failure;
  throw new Error(`${result?.outcome}: ${errorText(result?.failure)}`);
}

describe("a file of tests", () => {
  test("each test has a server of its own, a name and a line", async () => {
    const file = `-- a comment\n--@test: first\n${STREAM}\n--@test: second\n${STREAM}\n`;
    expect((await results(file)).map(({ name, line, outcome }) => ({ name, line, outcome }))).toEqual([
      { name: "first", line: 2, outcome: "passed" },
      { name: "second", line: 4, outcome: "passed" },
    ]);
  });

  test("a filter keeps tests by their names, in any case", async () => {
    const found = await results("--@test: Left join\n--@test: inner JOIN\n--@test: window\n", {
      filter: "join",
    });
    expect(found.map(({ name }) => name)).toEqual(["Left join", "inner JOIN"]);
  });

  test("a file without tests is not passed over in silence", async () => {
    expect((await results(STREAM)).map(({ outcome, name }) => [outcome, name])).toEqual([
      ["skipped", "(no tests)"],
    ]);
  });

  test("an open string spoils its own test only", async () => {
    const found = await results(`--@test: open\nSET 'x = 'y';\n--@test: next\n${STREAM}`);
    expect(found.map(({ outcome }) => outcome)).toEqual(["failed", "passed"]);
  });
});

describe("a failing ASSERT", () => {
  test("marks the value that differs, and shows expected and actual", async () => {
    const error = await failure(`${STREAM}
INSERT INTO s (id, a) VALUES (1, 2);
ASSERT VALUES s (id, a) VALUES (1, 30);`);
    expect(errorText(error)).toBe(`error TEST_RECORD_MISMATCH: expected record does not match actual in 'A'
  --> my.sql, line 4, column 36
  4 | ASSERT VALUES s (id, a) VALUES (1, 30);
    |                                    ^^
  detail: record 1 of topic 's' (partition 0, offset 0)
      column  expected  actual
      ID      1         1
    ≠ A       30        2`);
  });

  test("says which record is missing", async () => {
    const error = await failure(`${STREAM}\nASSERT VALUES s (id) VALUES (1);`);
    expect(error.code).toBe("TEST_RECORD_MISSING");
    expect(error.detail).toBe("expected ID 1");
  });

  test("names columns that are not there", async () => {
    const error = await failure(`${STREAM}\nASSERT VALUES s (ids) VALUES (1);`);
    expect([error.code, error.hint]).toEqual(["PLAN_INVALID_INSERT", "did you mean 'ID'?"]);
  });

  test("shows bytes that are no record of the source", async () => {
    const error = await failure(`${STREAM}
CREATE STREAM raw (id INT KEY, line STRING) WITH (kafka_topic='s', value_format='KAFKA');
INSERT INTO raw (id, line) VALUES (1, 'no json');
ASSERT VALUES s (id, a) VALUES (1, 1);`);
    expect(error.code).toBe("TEST_RECORD_UNREADABLE");
    expect(error.detail).toBe("key 0x00000001, value no json");
  });

  test("of a source shows both descriptions", async () => {
    const error = await failure(
      `${STREAM}\nASSERT STREAM s (id INT KEY, a STRING) WITH (kafka_topic='s', value_format='JSON');`,
    );
    expect(error.message).toBe("expected schema does not match actual for source 'S'");
    expect(error.detail).toBe(
      "\n      expected  ID INTEGER KEY, A STRING\n      actual    ID INTEGER KEY, A INTEGER",
    );
  });
});

describe("expected errors", () => {
  test("a test that does not fail as it should fails", async () => {
    expect((await failure(`--@expected.error: PLAN_UNKNOWN_SOURCE\n${STREAM}`)).code).toBe(
      "TEST_ERROR_MISSING",
    );
  });

  test("another error is shown with its place", async () => {
    const error = await failure(`--@expected.error: SQL_SYNTAX\nDROP STREAM s;`);
    expect(error.code).toBe("TEST_ERROR_MISMATCH");
    expect(error.detail).toContain("--> my.sql, line 3");
  });

  test.each([
    ["PLAN_UNKNOWN_SOURCE", true],
    ["statement", true],
    ["io.confluent.ksql.util.KsqlStatementException", true],
    ["KsqlException", true],
    ["parse", false],
    ["io.confluent.ksql.parser.exception.ParseFailedException", false],
    ["java.lang.AssertionError", false],
  ])("%s", async (name, passes) => {
    const text = `--@test: t\n--@expected.error: ${name}\nCREATE STREAM t AS SELECT * FROM nothing;`;
    expect((await results(text)).map(({ outcome }) => outcome)).toEqual([passes ? "passed" : "failed"]);
  });

  test.each([
    ["stream or table `NOTHING` does not exist", true],
    ["Stream or Table nothing does not exist.", true],
    ["stream or table something does not exist", false],
  ])("a message is a part of the error's, without regard to quotes and case: %s", async (message, passes) => {
    const text = `--@test: t\n--@expected.message: ${message}\nCREATE STREAM t AS SELECT * FROM nothing;`;
    expect((await results(text)).map(({ outcome }) => outcome)).toEqual([passes ? "passed" : "failed"]);
  });

  test("a name that is no error is told", async () => {
    const error = await failure("--@expected.error: KsqlStatmentException\nDROP STREAM s;");
    expect([error.code, error.hint]).toEqual([
      "TEST_BAD_DIRECTIVE",
      "did you mean 'KsqlStatementException'?",
    ]);
  });
});

describe("all ways", () => {
  test("a result that depends on the number of partitions is found", async () => {
    const text = `${STREAM}
CREATE STREAM t AS SELECT id, rowoffset AS at_ FROM s;
INSERT INTO s (id, a) VALUES (1, 1);
INSERT INTO s (id, a) VALUES (2, 2);
INSERT INTO s (id, a) VALUES (3, 3);`;
    expect((await results(`--@test: straight\n${text}`))[0]?.outcome).toBe("passed");
    const error = await failure(text, true);
    expect(error.code).toBe("TEST_WAYS_DIFFER");
    expect(error.message).toBe("the test gives other records partitioned than straight");
    expect(error.detail).toContain("topic 'T'");
  });

  test("a test that says how many partitions it wants is left with them", async () => {
    const text = `--@test: t\n--@partitions: 2\n${STREAM}\nASSERT TOPIC s WITH (partitions=2);
CREATE STREAM t AS SELECT id, rowpartition AS p FROM s;\nINSERT INTO s (id, a) VALUES (1, 1);`;
    expect((await results(text, { thorough: true }))[0]?.outcome).toBe("passed");
  });

  test("properties hold in every way", async () => {
    const text = `--@test: t\n--@property: ksql.persistence.default.format.value=JSON
CREATE STREAM s (id INT KEY, a INT) WITH (kafka_topic='s');
CREATE TABLE t AS SELECT id, COUNT(*) AS n FROM s GROUP BY id;
INSERT INTO s (id, a) VALUES (1, 1);\nINSERT INTO s (id, a) VALUES (1, 1);
ASSERT VALUES t (id, n) VALUES (1, 1);\nASSERT VALUES t (id, n) VALUES (1, 2);`;
    expect((await results(text, { thorough: true })).map(({ failure: f }) => f)).toEqual([undefined]);
  });
});
