import { expect, test } from "vitest";
import { dateOf, microsText, millisText, recordTimeText } from "./time-text.ts";

test("instants are texts in UTC, to the millisecond, or further where there is more", () => {
  expect(millisText(1_700_000_000_250)).toBe("2023-11-14T22:13:20.250Z");
  expect(microsText(1_700_000_000_250_000)).toBe("2023-11-14T22:13:20.250Z");
  expect(microsText(1_700_000_000_250_001)).toBe("2023-11-14T22:13:20.250001Z");
  expect(dateOf(millisText(0))).toBe("1970-01-01");
});

test("a record's time may be anything that a sender writes; what is no time has no text", () => {
  expect(recordTimeText(0)).toBe("1970-01-01T00:00:00.000Z");
  expect(recordTimeText(Date.UTC(9999, 11, 31))).toBe("9999-12-31T00:00:00.000Z");
  for (const ms of [-1, Date.UTC(10_000, 0), 8.64e15 + 1, 9.2e18, Number.NaN])
    expect(recordTimeText(ms)).toBeUndefined();
});
