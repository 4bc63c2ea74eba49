import { expect, test } from "vitest";
import { FunctionError } from "../../functions/definition.ts";
import { EventReader } from "./event-reader.ts";

const FIRST = '{"EventID": 1, "Channel": "Security", "SubjectUserName": "ann"}';
const SECOND = '{"EventID": 2, "Channel": "Security", "SubjectUserName": "bob"}';

test("a text is read once as long as no other comes between", () => {
  const reader = new EventReader();
  const first = reader.read(FIRST);
  expect(reader.read(FIRST.slice())).toBe(first);
  expect(reader.read(SECOND).get("SubjectUserName")).toBe("bob");
  expect(reader.read(FIRST).get("SubjectUserName")).toBe("ann");
});

test.each([
  ["text", "plain text", /^the event is no JSON: /],
  ["a list", "[{}]", /^the event is no JSON object$/],
  ["null", "null", /^the event is no JSON object$/],
  ["another document", '{"a": 1}', /no Windows event of a known shape; it has 'a'/],
  ["broken XML", "<Event><System></Event>", /./],
])("%s fails each time it is asked for, and not what comes after", (_, text, message) => {
  const reader = new EventReader();
  for (let i = 0; i < 2; i++) {
    expect(() => reader.read(text)).toThrow(FunctionError);
    expect(() => reader.read(text)).toThrow(message);
  }
  expect(reader.read(FIRST).get("EventID")).toBe(1);
});
