import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { splitStatements } from "../../sql/split.ts";
import { parseStatement } from "../../sql/parser.ts";
import { deskNames, deskScript, eventsStatement, eventStreamName } from "./desk-script.ts";

test("examples/alerts.sql is the script that 'spoor alerts init' runs", () => {
  const example = readFileSync(new URL("../../../examples/alerts.sql", import.meta.url), "utf8");
  expect(example).toBe(deskScript("winlogbeat"));
});

test("the script makes all that the commands ask for", () => {
  const made = splitStatements(deskScript("winlogbeat")).flatMap(({ text }) => {
    parseStatement(text);
    return /^CREATE (?:STREAM|TABLE) IF NOT EXISTS (\w+)/m.exec(text)?.[1] ?? [];
  });
  expect(made).toEqual(["WINLOGBEAT_EVENTS", ...Object.values(deskNames)]);
});

test.each([
  ["winlogbeat", "WINLOGBEAT_EVENTS"],
  ["wef.security-2024", "WEF_SECURITY_2024_EVENTS"],
  ["7days", "T_7DAYS_EVENTS"],
])("the stream of topic %s is %s", (topic, stream) => {
  expect(eventStreamName(topic)).toBe(stream);
});

test("a topic that is there keeps its partitions; quotes in names are no way into the statement", () => {
  expect(eventsStatement("a", undefined)).not.toContain("PARTITIONS");
  expect(eventsStatement("it's", 1)).toContain("KAFKA_TOPIC = 'it''s'");
});
