import { describe, expect, test } from "vitest";
import { countOf, findCase, shortIdLength, timeOf } from "./desk-case.ts";
import { parseExactJson } from "../client/exact-json.ts";
import { spanMs, timeMs } from "./time-options.ts";

const NAMES = ["a1b2c3d4", "a1b2c3ff", "ffffffff"].map((caseId) => ({ caseId, title: "Rule", host: "ws01" }));

describe("a case by the first letters of its id", () => {
  test("is found where no other begins so", () => {
    expect(findCase(NAMES, "F").caseId).toBe("ffffffff");
    expect(findCase(NAMES, "a1b2c3d4").caseId).toBe("a1b2c3d4");
    expect(findCase([...NAMES, { caseId: "ff", title: "", host: "" }], "ff").caseId).toBe("ff");
  });

  test("is refused with what it could mean", () => {
    expect(() => findCase(NAMES, "a1")).toThrow("2 cases begin with 'a1'");
    expect(() => findCase(NAMES, "")).toThrow("there is no case ''");
    expect(() => findCase(NAMES, "fffffe")).toThrow(
      expect.objectContaining({ hint: "did you mean 'ffffff'?" }),
    );
    expect(() => findCase([], "a1")).toThrow(
      expect.objectContaining({ hint: "'spoor alerts list --state all' lists them" }),
    );
  });

  test("shows as many letters as tell it from all others", () => {
    expect(shortIdLength([])).toBe(6);
    expect(shortIdLength(NAMES.map(({ caseId }) => caseId))).toBe(7);
    expect(shortIdLength(["abc", "abc"])).toBe(6);
  });
});

test("the server's times and counts are read in every form that they have", () => {
  expect(timeOf("2024-05-01T08:00:00.000")).toBe(Date.UTC(2024, 4, 1, 8));
  expect(timeOf("2024-05-01T10:00:00+02:00")).toBe(Date.UTC(2024, 4, 1, 8));
  expect([timeOf(5), timeOf(null), timeOf("soon")]).toEqual([5, undefined, undefined]);
  expect(countOf(parseExactJson("12345678901234568"))).toBe(2 ** 53 + 3338479646493576);
  expect([countOf(3), countOf(null)]).toEqual([3, 0]);
});

test("spans and times of the command line", () => {
  expect([spanMs("90s", "for"), spanMs("4h", "for"), spanMs("2d", "for"), spanMs("30 min", "for")]).toEqual([
    90_000, 14_400_000, 172_800_000, 1_800_000,
  ]);
  for (const wrong of ["4", "h", "4y", "-4h", "1e3h", "10000w"])
    expect(() => spanMs(wrong, "for")).toThrow(`'${wrong}'`);
  expect(timeMs("2024-05-01", "until")).toBe(Date.UTC(2024, 4, 1));
  expect(timeMs("2024-05-01 12:30", "until")).toBe(Date.UTC(2024, 4, 1, 12, 30));
  expect(timeMs("2024-05-01T12:30:05+02:00", "until")).toBe(Date.UTC(2024, 4, 1, 10, 30, 5));
  for (const wrong of ["tomorrow", "2024-13-01", "12:30"])
    expect(() => timeMs(wrong, "until")).toThrow(`'${wrong}'`);
});
