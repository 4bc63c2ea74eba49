import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, test } from "vitest";
import { SpoorError } from "../../../base/errors.ts";
import { errorText } from "../../../base/error-text.ts";
import { parseTransformList } from "./transform-list.ts";
import { transformSelect } from "./transform-select.ts";

const LIST = `transform_cols = [
    # what happened
    {"new": ["event_message", "EXPR=case when (event_id = 1) then 'it''s started' when (\`event_id\` = 5) then 'ended' end"]},
    {'rename': ['winlog:event_id', 'event_id']},
    {"rename": ["winlog:Image", "process_path"]},
    {"new": ["schema", "LITERAL = 1.0"]},
    {"new": ["empty", "LITERAL="]},
    {"new": ["loud", "EXPR = upper(event_message)"]},
]`;

function failure(text: string): string {
  try {
    parseTransformList(text, "list.json");
  } catch (error) {
    if (error instanceof SpoorError) return errorText(error);
    throw error;
  }
  return "no error";
}

test("a list as the notebooks write it", () => {
  expect(parseTransformList(LIST)).toEqual({
    renames: [
      { from: "winlog:event_id", to: "event_id" },
      { from: "winlog:Image", to: "process_path" },
    ],
    news: [
      {
        column: "event_message",
        kind: "expression",
        text: "case when (event_id = 1) then 'it''s started' when (`event_id` = 5) then 'ended' end",
      },
      { column: "schema", kind: "literal", text: " 1.0" },
      { column: "empty", kind: "literal", text: "" },
      { column: "loud", kind: "expression", text: "upper(event_message)" },
    ],
    columns: ["empty", "event_id", "event_message", "loud", "process_path", "schema"],
  });
});

test("its SELECT gives the listed columns, sorted, over renamed ones; what is missing is null and named", async () => {
  const source = `(SELECT 1 AS "winlog:event_id", 'old' AS schema UNION ALL SELECT 5, 'old')`;
  const select = transformSelect(parseTransformList(LIST), source, ["winlog:event_id", "schema"]);
  expect(select.missing).toEqual(["winlog:Image"]);
  const connection = await (await DuckDBInstance.create()).connect();
  const result = await connection.runAndReadAll(`${select.sql} ORDER BY event_id`);
  expect(result.columnNames()).toEqual(select.columns);
  expect(result.getRows()).toEqual([
    ["", 1, "it's started", "IT'S STARTED", null, " 1.0"],
    ["", 5, "ended", "ENDED", null, " 1.0"],
  ]);
  connection.closeSync();
});

describe("what is wrong is said, with its place", () => {
  test.each([
    [
      '[{"new": ["event_message", "Network Connection"]}]',
      "neither 'EXPR=' nor 'LITERAL='",
      '"LITERAL=Network Connection"',
    ],
    ['[{"new": ["a", "EXRP=1"]}]', "neither", "did you mean 'EXPR'?"],
    ['[{"new": ["a", "EXPR= "]}]', "empty expression", "line 1, column 16"],
    ['[{"renam": ["a", "b"]}]', "not 'renam'", "did you mean 'rename'?"],
    ['[{"rename": ["a"]}]', "takes a list of two texts", "line 1, column 13"],
    ['[{"rename": ["a", ""]}]', "name is empty", "line 1, column 19"],
    ['[{"rename": ["a", "x"]},\n {"new": ["X", "EXPR=1"]}]', "column 'X' is made twice", "line 2, column 11"],
    ['{"rename": {"a": "b"}}', "a transform list is a list of entries", "list.json, line 1"],
    ['[{"rename": ["a", "b"]', "cannot be read", "line 1"],
    ["[]", "a transform list is a list of entries", "line 1"],
    ['["a"]', "an object with one key", "line 1, column 2"],
  ])("%s", (text, message, words) => {
    expect(failure(text)).toContain("MODEL_TRANSFORM_LIST");
    expect(failure(text)).toContain(message);
    expect(failure(text)).toContain(words);
  });
});
