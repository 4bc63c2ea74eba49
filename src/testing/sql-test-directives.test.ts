import { describe, expect, test } from "vitest";
import { SpoorError } from "../base/errors.ts";
import { directiveLines, sqlTestSettings } from "./sql-test-directives.ts";
import { sqlTests } from "./sql-test-file.ts";

const settings = (text: string) => sqlTestSettings(directiveLines(text, "my.sql"));

function problem(text: string): SpoorError {
  try {
    settings(text);
  } catch (error) {
    if (error instanceof SpoorError) return error;
  }
  throw new Error("no error");
}

describe("directives", () => {
  test("are read with their values", () => {
    const read = settings(
      "--@dialect: ksql5\n  --@partitions: 3\n--@complete\n--@property: auto.offset.reset = latest\n--@load: my events.ndjson winlogbeat",
    );
    expect(read).toMatchObject({ dialect: "ksql5", partitions: 3, complete: true });
    expect(Object.fromEntries(read.properties)).toEqual({
      "ksql.dialect": "ksql5",
      "ksql.streams.auto.offset.reset": "latest",
    });
    expect(read.loads).toMatchObject([
      { path: "my events.ndjson", topic: "winlogbeat", place: { span: { line: 5 } } },
    ]);
  });

  test("have defaults", () => {
    expect(settings("SELECT 1;")).toMatchObject({
      dialect: "auto",
      partitions: undefined,
      complete: false,
      loads: [],
    });
  });

  test.each([
    ["--@expectederror: x", "there is no directive '--@expectederror'", "did you mean 'expected.error'?"],
    ["--@dialect: mysql", "no dialect is called 'mysql'", "one of auto, ksqldb, ksql5"],
    ["--@partitions: 0", "partitions can't be '0'", "a number from 1 to 64"],
    ["--@partitions: many", "partitions can't be 'many'", "a number from 1 to 64"],
    ["--@property: nothing", "a property is written name=value", "--@property: spoor.join.order=event-time"],
    ["--@property: colour=blue", "no property is called 'colour'", "SHOW PROPERTIES lists them"],
    ["--@load: events.ndjson", "load takes a file and a topic", "--@load: events.ndjson winlogbeat"],
    ["--@complete: perhaps", "complete can't be 'perhaps'", "true or false"],
  ])("%s is refused", (line, message, hint) => {
    expect(problem(`\n${line}`)).toMatchObject({
      code: "TEST_BAD_DIRECTIVE",
      message,
      hint,
      place: { span: { line: 2 } },
    });
  });

  test("before the first test hold for all; a test's own win", () => {
    const [first, second] = sqlTests(
      "my.sql",
      "--@dialect: ksqldb\n--@test: a\n--@test: b\n--@dialect: ksql5\n",
    );
    expect(first).toMatchObject({ name: "a", settings: { dialect: "ksqldb" } });
    expect(second).toMatchObject({ name: "b", settings: { dialect: "ksql5" } });
  });

  test("a wrong one fails its test, not the file", () => {
    const [first, second] = sqlTests("my.sql", "--@test: a\n--@dialct: ksqldb\n--@test: b\n");
    expect(first).toMatchObject({ name: "a", problem: { code: "TEST_BAD_DIRECTIVE" } });
    expect(second).toMatchObject({ name: "b", steps: [] });
  });
});

describe("steps", () => {
  test("a load stands where it is written among the statements", () => {
    const text = "--@test: a\nSET 'x'='y';\n--@load: e.ndjson t\nSET 'x'='z';\nSET 'x' 'z';\n";
    const [only] = sqlTests("my.sql", text);
    expect(only).toMatchObject({
      steps: [{ kind: "statement" }, { kind: "load" }, { kind: "statement" }, { kind: "invalid" }],
    });
  });

  test("places point into the whole file", () => {
    const text = "--@test: a\nDROP STREAM x;\n--@test: b\n  DROP STREAM y;\n";
    const [, second] = sqlTests("my.sql", text);
    expect(second).toMatchObject({
      line: 3,
      steps: [{ span: { line: 4, column: 3, start: text.indexOf("DROP STREAM y") } }],
    });
  });
});
