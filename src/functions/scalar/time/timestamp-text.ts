/** TIMESTAMPTOSTRING, STRINGTOTIMESTAMP, FORMAT_TIMESTAMP, PARSE_TIMESTAMP: timestamps by a date pattern. */
import { BIGINT, STRING, TIMESTAMP, type SqlType } from "../../../data/types.ts";
import type { CallContext, ScalarFunction, ScalarOverload } from "../../definition.ts";
import { boundOverload, parameter } from "../../define.ts";
import { checkLiteralPattern, PatternCache } from "../../time/java-pattern.ts";
import { timeZone, UTC } from "../../time/time-zone.ts";

const PATTERN = parameter("pattern", STRING, "a pattern of Java's DateTimeFormatter");
const ZONE = parameter("timeZone", STRING, "a zone such as 'UTC', 'Europe/Paris' or '+02:00'");

function patternsFor(context: CallContext): PatternCache {
  checkLiteralPattern(context.literals[1]);
  return new PatternCache();
}

/** The overloads with and without a zone that read texts. */
function parsers(result: SqlType, fromMs: (ms: number) => number | bigint): readonly ScalarOverload[] {
  const text = parameter("text", STRING, "the text to read");
  return [
    boundOverload([text, PATTERN], result, (context) => {
      const patterns = patternsFor(context);
      return (value: string, pattern: string) => fromMs(patterns.get(pattern).parseTimestamp(value));
    }),
    boundOverload([text, PATTERN, ZONE], result, (context) => {
      const patterns = patternsFor(context);
      return (value: string, pattern: string, zone: string) =>
        fromMs(patterns.get(pattern).parseTimestamp(value, timeZone(zone)));
    }),
  ];
}

/** The overloads with and without a zone that write texts. */
function formatters<V extends number | bigint>(
  type: SqlType,
  name: string,
  toMs: (value: V) => number,
): readonly ScalarOverload[] {
  const time = parameter(name, type, "the time to write");
  return [
    boundOverload([time, PATTERN], STRING, (context) => {
      const patterns = patternsFor(context);
      return (value: V, pattern: string) => patterns.get(pattern).formatTimestamp(toMs(value), UTC);
    }),
    boundOverload([time, PATTERN, ZONE], STRING, (context) => {
      const patterns = patternsFor(context);
      return (value: V, pattern: string, zone: string) =>
        patterns.get(pattern).formatTimestamp(toMs(value), timeZone(zone));
    }),
  ];
}

export const stringToTimestamp: ScalarFunction = {
  kind: "scalar",
  name: "STRINGTOTIMESTAMP",
  category: "DATE / TIME",
  description:
    "Reads a text by a date pattern and gives the milliseconds since 1970-01-01T00:00Z. The time is UTC unless the text or the third argument names a zone.",
  examples: [
    {
      sql: "STRINGTOTIMESTAMP('2019-05-18 17:58:38.123', 'yyyy-MM-dd HH:mm:ss.SSS')",
      result: "1558202318123",
    },
    {
      sql: "STRINGTOTIMESTAMP('2019-05-18T10:58:38-0700', 'yyyy-MM-dd''T''HH:mm:ssZ')",
      result: "1558202318000",
    },
    { sql: "STRINGTOTIMESTAMP('18/05/2019', 'dd/MM/yyyy', 'Europe/Paris')", result: "1558130400000" },
  ],
  overloads: parsers(BIGINT, BigInt),
};

export const parseTimestamp: ScalarFunction = {
  kind: "scalar",
  name: "PARSE_TIMESTAMP",
  category: "DATE / TIME",
  description:
    "Reads a text by a date pattern as a TIMESTAMP, in UTC unless the text or the third argument names a zone.",
  examples: [
    { sql: "PARSE_TIMESTAMP('2021-08-18 10:00', 'yyyy-MM-dd HH:mm')", result: "2021-08-18T10:00:00.000" },
    {
      sql: "PARSE_TIMESTAMP('2021-08-18 10:00', 'yyyy-MM-dd HH:mm', 'America/New_York')",
      result: "2021-08-18T14:00:00.000",
    },
  ],
  overloads: parsers(TIMESTAMP, (ms) => ms),
};

export const timestampToString: ScalarFunction = {
  kind: "scalar",
  name: "TIMESTAMPTOSTRING",
  category: "DATE / TIME",
  description: "Writes milliseconds since 1970-01-01T00:00Z by a date pattern, in UTC or in the zone given.",
  examples: [
    { sql: "TIMESTAMPTOSTRING(1558202318123, 'yyyy-MM-dd HH:mm:ss.SSS')", result: "2019-05-18 17:58:38.123" },
    { sql: "TIMESTAMPTOSTRING(1558202318123, 'EEE d MMM, h a', 'Europe/Paris')", result: "Sat 18 May, 7 PM" },
  ],
  overloads: formatters<bigint>(BIGINT, "milliseconds", Number),
};

export const formatTimestamp: ScalarFunction = {
  kind: "scalar",
  name: "FORMAT_TIMESTAMP",
  category: "DATE / TIME",
  description: "Writes a TIMESTAMP by a date pattern, in UTC or in the zone given.",
  examples: [
    {
      sql: "FORMAT_TIMESTAMP(CAST('2021-08-18T14:00' AS TIMESTAMP), 'dd.MM.yyyy HH:mm')",
      result: "18.08.2021 14:00",
    },
  ],
  overloads: formatters<number>(TIMESTAMP, "timestamp", (ms) => ms),
};

export const timestampTextFunctions = [stringToTimestamp, parseTimestamp, timestampToString, formatTimestamp];
