import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileTimestampBytesParser, JavaPattern } from "./java-pattern.ts";
import { instantOfLocal, timeZone } from "./time-zone.ts";

function parse(pattern: string, text: string, zone = "UTC"): string {
  return new Date(new JavaPattern(pattern).parseTimestamp(text, timeZone(zone))).toISOString();
}

describe("reading timestamps", () => {
  test.each([
    ["yyyy-MM-dd HH:mm:ss.SSS", "2019-05-18 17:58:38.123", "2019-05-18T17:58:38.123Z"],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSX", "2019-05-18t17:58:38.123+02", "2019-05-18T15:58:38.123Z"],
    ["yyyyMMddHHmmssSSS", "20190518175838123", "2019-05-18T17:58:38.123Z"],
    ["yyyy-MM-dd HH:mm:ss.SSSSSSSSS", "2019-05-18 17:58:38.123456789", "2019-05-18T17:58:38.123Z"],
    ["yyyy", "2019", "2019-01-01T00:00:00.000Z"],
    ["yyyy-MM", "2019-05", "2019-05-01T00:00:00.000Z"],
    ["HH:mm", "10:20", "1970-01-01T10:20:00.000Z"],
    ["mm:ss", "10:20", "1970-01-01T00:10:20.000Z"],
    ["yy-M-d", "19-5-8", "2019-05-08T00:00:00.000Z"],
    ["EEE, d MMM yyyy h:mm a", "SAT, 18 may 2019 5:58 pm", "2019-05-18T17:58:00.000Z"],
    ["EEEE d MMMM uuuu", "Saturday 18 May 2019", "2019-05-18T00:00:00.000Z"],
    ["yyyy-DDD", "2020-366", "2020-12-31T00:00:00.000Z"],
    ["yyyy-MM-dd[ HH:mm[:ss]]", "2019-05-18", "2019-05-18T00:00:00.000Z"],
    ["yyyy-MM-dd[ HH:mm[:ss]]", "2019-05-18 10:11", "2019-05-18T10:11:00.000Z"],
    ["yyyy-MM-dd HH:mm:ss VV", "2019-07-01 10:00:00 Europe/Paris", "2019-07-01T08:00:00.000Z"],
    ["yyyy-MM-dd HH:mm:ss zzz", "2019-01-01 10:00:00 PST", "2019-01-01T18:00:00.000Z"],
    ["yyyy-MM-dd HH:mm Z", "2019-01-01 10:00 -0730", "2019-01-01T17:30:00.000Z"],
    ["yyyy-MM-dd HH:mm O", "2019-01-01 10:00 GMT+2", "2019-01-01T08:00:00.000Z"],
    ["yyyy-MM-dd HH:mm", "2019-05-18 24:00", "2019-05-19T00:00:00.000Z"],
    ["yyyy-MM-dd", "2019-02-31", "2019-02-28T00:00:00.000Z"],
    ["G yyyy-MM-dd", "AD 0099-01-01", "0099-01-01T00:00:00.000Z"],
    ["YYYY-'W'ww-e", "2019-W20-7", "2019-05-18T00:00:00.000Z"],
    ["''yyyy''", "'2019'", "2019-01-01T00:00:00.000Z"],
    ["ppppH", "   7", "1970-01-01T07:00:00.000Z"],
    ["K a", "11 PM", "1970-01-01T23:00:00.000Z"],
    ["A", "3600000", "1970-01-01T01:00:00.000Z"],
  ])("%s reads %s", (pattern, text, expected) => {
    expect(parse(pattern, text)).toBe(expected);
  });

  test.each([
    ["yyyy-MM-dd", "2019-5-18"],
    ["yyyy-MM-dd", "2019-05-18 "],
    ["yyyy-MM-dd", "2019-13-18"],
    ["yyyy-MM-dd", "2019-05-32"],
    ["yyyy-MM-dd", "0000-05-01"],
    ["yyyy-MM-dd", "12019-05-01"],
    ["yyyy-MM-dd HH:mm", "2019-05-18 24:01"],
    ["yyyy-MM-dd HH:mm:ss.SSS", "2019-05-18 17:58:60.123"],
    ["yyyy-MM-dd HH:mm:ss.SSS", "2019-05-18 17:58:38.12"],
    ["yyyy-MM-dd E", "2019-05-18 Sun"],
    ["yyyy-DDD", "2019-366"],
    ["DDD", "366"],
    ["h a", "13 PM"],
    ["dd dd", "01 02"],
    ["yyyy-MM-dd VV", "2019-05-18 Nowhere/City"],
    ["MMM", "Foo"],
  ])("%s refuses %s", (pattern, text) => {
    expect(() => parse(pattern, text)).toThrow(expect.objectContaining({ name: "FunctionError" }));
  });

  test("gaps move on, and of times shown twice the first counts", () => {
    expect(parse("yyyy-MM-dd HH:mm", "2021-03-28 02:30", "Europe/Paris")).toBe("2021-03-28T01:30:00.000Z");
    expect(parse("yyyy-MM-dd HH:mm", "2021-10-31 02:30", "Europe/Paris")).toBe("2021-10-31T00:30:00.000Z");
    expect(instantOfLocal(timeZone("+05:30"), 0)).toBe(-19_800_000);
  });
});

describe("writing", () => {
  const moment = Date.UTC(2019, 4, 18, 17, 5, 9, 7);
  test.each([
    ["yyyy-MM-dd HH:mm:ss.SSS", "UTC", "2019-05-18 17:05:09.007"],
    ["EEEE EEE EEEEE, MMMM MMM M", "UTC", "Saturday Sat S, May May 5"],
    ["h:mm a, K, k", "UTC", "5:05 PM, 5, 17"],
    ["D Q QQQ QQQQ w W e", "UTC", "138 2 Q2 2nd quarter 20 3 7"],
    ["yy u G GGGG", "UTC", "19 2019 AD Anno Domini"],
    ["S SS SSSSSS n", "UTC", "0 00 007000 7000000"],
    ["X XX XXX x Z O VV z", "UTC", "Z Z Z +00 +0000 GMT UTC UTC"],
    [
      "X XX XXX x Z ZZZZZ O VV z",
      "Asia/Kolkata",
      "+0530 +0530 +05:30 +0530 +0530 +05:30 GMT+5:30 Asia/Kolkata IST",
    ],
    ["pppH'x'''", "UTC", " 17x'"],
    ["A g", "UTC", "61509007 58621"],
  ])("%s in %s", (pattern, zone, expected) => {
    expect(new JavaPattern(pattern).formatTimestamp(moment, timeZone(zone))).toBe(expected);
  });

  test("a date has no time and a time no date, but optional parts are left out", () => {
    expect(new JavaPattern("yyyy-MM-dd[ HH]").formatDate(0)).toBe("1970-01-01");
    expect(() => new JavaPattern("HH").formatDate(0)).toThrow("no time fields");
    expect(() => new JavaPattern("yyyy").formatTime(0)).toThrow("no date fields");
  });
});

test.each(["{", "yyyy-bb", "ddd", "'open", "]", "p", "yyyyyyyyyyyyyyyyyyyyyyyy", "HHH"])(
  "'%s' is no pattern",
  (pattern) => {
    expect(() => new JavaPattern(pattern)).toThrow(
      expect.objectContaining({ code: "FUNCTION_INVALID_ARGUMENT" }),
    );
  },
);

test.each([
  "yyyy-MM-dd HH:mm:ss.SSS",
  "yyyyMMddHHmmssSSS",
  "d/M/u, H:m:s.SSS",
  "EEE dd MMM yyyy hh:mm:ss.SSS a XXX",
  "yyyy-DDD'T'A",
  "G yyyy MMMM d N",
])("what %s writes it reads back", (pattern) => {
  const compiled = new JavaPattern(pattern);
  const zone = timeZone("+03:00");
  const range = { min: Date.UTC(1000, 0), max: Date.UTC(9999, 11, 31) };
  fc.assert(
    fc.property(fc.integer(range), (ms) => {
      expect(compiled.parseTimestamp(compiled.formatTimestamp(ms, zone), zone)).toBe(ms);
    }),
  );
});

function digits(max: number, width: number) {
  return fc.integer({ min: 0, max }).map((n) => String(n).padStart(width, "0"));
}

describe("the fast way on bytes", () => {
  test("agrees with the thorough way, or leaves it to that", () => {
    const pattern = "yyyy-MM-dd HH:mm:ss.SSS";
    const fast = compileTimestampBytesParser(pattern)!;
    const slow = new JavaPattern(`[${pattern}]`);
    const texts = fc
      .tuple(
        digits(9999, 4),
        digits(13, 2),
        digits(32, 2),
        digits(25, 2),
        digits(61, 2),
        digits(61, 2),
        digits(999, 3),
      )
      .map(([y, mo, d, h, mi, s, ms]) => `${y}-${mo}-${d} ${h}:${mi}:${s}.${ms}`);
    fc.assert(
      fc.property(texts, (text) => {
        const result = fast(Buffer.from(`x${text}y`), 1, text.length + 1);
        if (!Number.isNaN(result)) expect(slow.parseTimestamp(text)).toBe(result);
      }),
    );
    expect(fast(Buffer.from("2019-05-18 17:58:38.123"), 0, 23)).toBe(1_558_202_318_123);
    expect(fast(Buffer.from("2019-05-18T17:58:38.123"), 0, 23)).toBeNaN();
    expect(fast(Buffer.from("2019-05-18 17:58:38.12x"), 0, 23)).toBeNaN();
    expect(fast(Buffer.from("2019-02-31 17:58:38.123"), 0, 23)).toBeNaN();
  });

  test("cuts fractions finer than milliseconds", () => {
    const fast = compileTimestampBytesParser("yyyy-MM-dd HH:mm:ss.SSSSSS")!;
    expect(fast(Buffer.from("1970-01-01 00:00:00.001999"), 0, 26)).toBe(1);
    expect(fast(Buffer.from("1970-01-01 00:00:00.123000"), 0, 26)).toBe(123);
    const tenths = compileTimestampBytesParser("yyyy-MM-dd HH:mm:ss.S")!;
    expect(tenths(Buffer.from("1970-01-01 00:00:00.7"), 0, 21)).toBe(700);
  });

  test.each(["yyyy-MM-dd HH:mm:ss.SSSX", "y-M-d", "HH:mm", "yy-MM-dd", "yyyy-MM-dd mm", "MMM yyyy"])(
    "is not there for %s",
    (pattern) => {
      expect(compileTimestampBytesParser(pattern)).toBeUndefined();
    },
  );
});
