import { expect, test } from "vitest";
import { MinuteHint } from "./minute-hint.ts";

test("finds the minute where shapes of documents have it", () => {
  const hint = new MinuteHint();
  expect(hint.of('{"@timestamp":"2024-05-01T08:01:02.003Z","winlog":{}}')).toBe("2024-05-01T08:01");
  expect(hint.of('{"EventTime": "2024-05-01 08:02:02"}')).toBe("2024-05-01 08:02");
  expect(hint.of("<Event><System><TimeCreated SystemTime='2024-05-01T08:03:02Z'/>")).toBe("2024-05-01T08:03");
  expect(hint.of('{"@timestamp":"2024-05-01T08:04:02.003Z"}')).toBe("2024-05-01T08:04");
});

test("says nothing of texts that have none", () => {
  const hint = new MinuteHint();
  expect(hint.of("{}")).toBe("");
  expect(hint.of('{"EventTime":1714550401250}')).toBe("");
  expect(hint.of('{"EventTime"')).toBe("");
});
