/** Dates and times of day by a date pattern: FORMAT_DATE, PARSE_DATE, FORMAT_TIME, PARSE_TIME and the older pair. */
import { MS_PER_DAY } from "../../../data/civil-time.ts";
import { DATE, INTEGER, STRING, TIME, type SqlType } from "../../../data/types.ts";
import { FunctionError, type ScalarFunction, type ScalarOverload } from "../../definition.ts";
import { boundOverload, parameter } from "../../define.ts";
import { checkLiteralPattern, PatternCache, type JavaPattern } from "../../time/java-pattern.ts";
import type { ParseOptions } from "../../time/pattern-parse.ts";

const PATTERN = parameter("pattern", STRING, "a pattern of Java's DateTimeFormatter");

function reader(
  result: SqlType,
  read: (pattern: JavaPattern, text: string) => number,
  options: ParseOptions = {},
): ScalarOverload {
  return boundOverload([parameter("text", STRING, "the text to read"), PATTERN], result, (context) => {
    checkLiteralPattern(context.literals[1]);
    const patterns = new PatternCache(options);
    return (text: string, pattern: string) => read(patterns.get(pattern), text);
  });
}

function writer(type: SqlType, write: (pattern: JavaPattern, value: number) => string): ScalarOverload {
  return boundOverload([parameter("value", type, "what to write"), PATTERN], STRING, (context) => {
    checkLiteralPattern(context.literals[1]);
    const patterns = new PatternCache();
    return (value: number, pattern: string) => write(patterns.get(pattern), value);
  });
}

const dateToString: ScalarFunction = {
  kind: "scalar",
  name: "DATETOSTRING",
  category: "DATE / TIME",
  description: "Writes a number of days since 1970-01-01 by a date pattern.",
  examples: [{ sql: "DATETOSTRING(18843, 'yyyy-MM-dd')", result: "2021-08-04" }],
  overloads: [writer(INTEGER, (pattern, days) => pattern.formatDate(days))],
};

const stringToDate: ScalarFunction = {
  kind: "scalar",
  name: "STRINGTODATE",
  category: "DATE / TIME",
  description: "Reads a text by a date pattern and gives the days since 1970-01-01.",
  examples: [{ sql: "STRINGTODATE('4 Aug 2021', 'd MMM yyyy')", result: "18843" }],
  overloads: [reader(INTEGER, (pattern, text) => pattern.parseDate(text))],
};

const formatDate: ScalarFunction = {
  kind: "scalar",
  name: "FORMAT_DATE",
  category: "DATE / TIME",
  description: "Writes a DATE by a date pattern.",
  examples: [{ sql: "FORMAT_DATE(CAST('2021-08-04' AS DATE), 'dd/MM/yy')", result: "04/08/21" }],
  overloads: [writer(DATE, (pattern, days) => pattern.formatDate(days))],
};

const parseDate: ScalarFunction = {
  kind: "scalar",
  name: "PARSE_DATE",
  category: "DATE / TIME",
  description:
    "Reads a text by a date pattern as a DATE. Parts that the pattern does not have are those of 1970-01-01; text behind what it takes is not looked at.",
  examples: [
    { sql: "PARSE_DATE('2021/8/4', 'yyyy/MM/dd')", result: "2021-08-04" },
    { sql: "PARSE_DATE('2021', 'yyyy')", result: "2021-01-01" },
    { sql: "PARSE_DATE('2021-08-04T10:00', 'yyyy-MM-dd')", result: "2021-08-04" },
  ],
  overloads: [
    reader(
      DATE,
      (pattern, text) => {
        const ms = pattern.parseTimestamp(text);
        if (ms % MS_PER_DAY !== 0) throw new FunctionError("date format contains time field");
        return ms / MS_PER_DAY;
      },
      { lenientWidths: true, ignoreRest: true },
    ),
  ],
};

const formatTime: ScalarFunction = {
  kind: "scalar",
  name: "FORMAT_TIME",
  category: "DATE / TIME",
  description: "Writes a TIME by a date pattern.",
  examples: [{ sql: "FORMAT_TIME(CAST('17:05:09' AS TIME), 'h:mm a')", result: "5:05 PM" }],
  overloads: [writer(TIME, (pattern, ms) => pattern.formatTime(ms))],
};

const parseTime: ScalarFunction = {
  kind: "scalar",
  name: "PARSE_TIME",
  category: "DATE / TIME",
  description: "Reads a text by a date pattern, which must have no date in it, as a TIME.",
  examples: [{ sql: "PARSE_TIME('5:05 pm', 'h:mm a')", result: "17:05" }],
  overloads: [reader(TIME, (pattern, text) => pattern.parseTime(text))],
};

export const dateTextFunctions = [dateToString, stringToDate, formatDate, parseDate, formatTime, parseTime];
