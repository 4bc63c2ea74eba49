import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  civilFromDays,
  dateText,
  daysFromCivil,
  daysInMonth,
  floorMod,
  isLeapYear,
  parseDateText,
  parseTimestampText,
  parseTimeText,
  parseZoneOffset,
  timestampText,
  timeText,
} from "./civil-time.ts";
import { ValueError } from "./value-error.ts";

test("days and civil dates are one another's inverse, and agree with Date", () => {
  fc.assert(
    fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (days) => {
      const { year, month, day } = civilFromDays(days);
      expect(daysFromCivil(year, month, day)).toBe(days);
      const date = new Date(days * 86_400_000);
      expect([year, month, day]).toEqual([date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]);
    }),
  );
});

test("leap years and months", () => {
  expect([1900, 2000, 2023, 2024].map(isLeapYear)).toEqual([false, true, false, true]);
  expect([1, 2, 4, 12].map((month) => daysInMonth(2023, month))).toEqual([31, 28, 30, 31]);
  expect([-1, -7, 7, 0].map((value) => floorMod(value, 7))).toEqual([6, 0, 0, 0]);
});

test("timestamps read back from their text", () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (ms) => {
      expect(parseTimestampText(timestampText(ms))).toBe(ms);
    }),
  );
});

describe("timestamp texts", () => {
  test.each([
    ["2020-05-26T23:59:58.001", "2020-05-26T23:59:58.001"],
    ["2020-05-26", "2020-05-26T00:00:00.000"],
    ["2020-05", "2020-05-01T00:00:00.000"],
    ["2020", "2020-01-01T00:00:00.000"],
    ["2020-05-26T23:59", "2020-05-26T23:59:00.000"],
    ["2020-05-26T23", "2020-05-26T23:00:00.000"],
    ["2020-05-26T24:00", "2020-05-27T00:00:00.000"],
    ["2020-05-26T23:59:58.1", "2020-05-26T23:59:58.100"],
    ["2020-05-26T12:00Z", "2020-05-26T12:00:00.000"],
    ["2020-05-26T12:00+0200", "2020-05-26T10:00:00.000"],
    ["2020-05-26T12:00:00-05:30", "2020-05-26T17:30:00.000"],
    ["2021-02-31", "2021-02-28T00:00:00.000"],
  ])("%s is %s", (text, expected) => {
    expect(timestampText(parseTimestampText(text))).toBe(expected);
  });

  test.each([
    "",
    "x",
    "2020-5-26",
    "2020-13-01",
    "2020-05-26 12:00",
    "2020-05-26T25:00",
    "2020-05-26T12:00+99",
    "0000",
  ])("'%s' is none", (text) => {
    expect(() => parseTimestampText(text)).toThrow(ValueError);
  });

  test("years beyond four digits have a sign", () => {
    expect(timestampText(253_402_300_800_000)).toBe("+10000-01-01T00:00:00.000");
    expect(dateText(daysFromCivil(-5, 1, 2))).toBe("-0005-01-02");
    expect(dateText(daysFromCivil(12345, 1, 2))).toBe("+12345-01-02");
  });
});

test("dates", () => {
  expect(parseDateText("2021-08")).toBe(daysFromCivil(2021, 8, 1));
  expect(parseDateText("-0005-01-02")).toBe(daysFromCivil(-5, 1, 2));
  for (const bad of ["2021-02-29", "21-01-01", "2021-1-1", "+2021-01-01", "a"]) {
    expect(() => parseDateText(bad)).toThrow(ValueError);
  }
});

test("times of day", () => {
  expect(parseTimeText("01:34")).toBe(5_640_000);
  expect(parseTimeText("01:34:20.1239")).toBe(5_660_123);
  for (const bad of ["24:00", "1:34", "01:60", "01", "01:34:61"]) {
    expect(() => parseTimeText(bad)).toThrow(ValueError);
  }
  expect([0, 5_660_123, 86_399_999].map(timeText)).toEqual(["00:00", "01:34:20", "23:59:59"]);
});

test("zone offsets", () => {
  const hours = ["+2", "+02", "+0200", "+02:00", "-0530", "+18:00", "+020000", "+02:00:00"];
  expect(hours.map((text) => parseZoneOffset(text)! / 3_600_000)).toEqual([2, 2, 2, 2, -5.5, 18, 2, 2]);
  expect(["", "2", "+19", "+0260", "+1:00", "Z"].map(parseZoneOffset)).toEqual(Array(6).fill(undefined));
});
