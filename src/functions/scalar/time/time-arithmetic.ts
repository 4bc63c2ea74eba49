/** Adding and taking away a number of days, hours, … and moving between time zones and numbers. */
import { floorMod, MS_PER_DAY } from "../../../data/civil-time.ts";
import { BIGINT, DATE, INTEGER, STRING, TIME, TIMESTAMP, type SqlType } from "../../../data/types.ts";
import { FunctionError, type ScalarFunction } from "../../definition.ts";
import { boundOverload, INTERVAL_UNIT, overload, parameter } from "../../define.ts";
import { timeZone } from "../../time/time-zone.ts";

const UNIT_MS: Record<string, number> = {
  MILLISECOND: 1,
  SECOND: 1000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: MS_PER_DAY,
};

function unitMs(unit: string): number {
  const ms = UNIT_MS[unit.toUpperCase().replace(/S$/, "")];
  if (ms === undefined) throw new FunctionError(`'${unit}' is no unit of time`);
  return ms;
}

function shift(
  name: string,
  type: SqlType,
  what: string,
  sign: 1 | -1,
  move: (value: number, ms: number) => number,
  example: { readonly sql: string; readonly result: string },
): ScalarFunction {
  return {
    kind: "scalar",
    name,
    category: "DATE / TIME",
    description: `${sign > 0 ? "Adds a span of time to" : "Takes a span of time from"} a ${what}.`,
    examples: [example],
    overloads: [
      overload(
        [
          parameter("unit", INTERVAL_UNIT, "DAYS, HOURS, MINUTES, SECONDS or MILLISECONDS"),
          parameter("interval", INTEGER, "how many of them"),
          parameter("value", type),
        ],
        type,
        (unit: string, interval: number, value: number) => move(value, sign * interval * unitMs(unit)),
      ),
    ],
  };
}

/** Whole days only: what is short of a day counts towards 1970. */
function moveDate(days: number, ms: number): number {
  return Math.trunc((days * MS_PER_DAY + ms) / MS_PER_DAY) + 0;
}

/** Past midnight the clock goes on at zero. */
function moveTime(msOfDay: number, ms: number): number {
  return floorMod(msOfDay + ms, MS_PER_DAY);
}

function moveTimestamp(timestamp: number, ms: number): number {
  return timestamp + ms;
}

const shifts = [
  shift("DATEADD", DATE, "date", 1, moveDate, {
    sql: "DATEADD(DAYS, 10, CAST('2021-08-25' AS DATE))",
    result: "2021-09-04",
  }),
  shift("DATESUB", DATE, "date", -1, moveDate, {
    sql: "DATESUB(DAYS, 25, CAST('2021-08-25' AS DATE))",
    result: "2021-07-31",
  }),
  shift("TIMEADD", TIME, "time of day, going on at 00:00 after midnight", 1, moveTime, {
    sql: "TIMEADD(HOURS, 2, CAST('23:30' AS TIME))",
    result: "01:30",
  }),
  shift("TIMESUB", TIME, "time of day, going on at 24:00 before midnight", -1, moveTime, {
    sql: "TIMESUB(MINUTES, 31, CAST('00:30' AS TIME))",
    result: "23:59",
  }),
  shift("TIMESTAMPADD", TIMESTAMP, "timestamp", 1, moveTimestamp, {
    sql: "TIMESTAMPADD(MILLISECONDS, 1, CAST('1999-12-31T23:59:59.999' AS TIMESTAMP))",
    result: "2000-01-01T00:00:00.000",
  }),
  shift("TIMESTAMPSUB", TIMESTAMP, "timestamp", -1, moveTimestamp, {
    sql: "TIMESTAMPSUB(SECONDS, 5, CAST('2000-01-01T00:00:00' AS TIMESTAMP))",
    result: "1999-12-31T23:59:55.000",
  }),
];

const convertTz: ScalarFunction = {
  kind: "scalar",
  name: "CONVERT_TZ",
  category: "DATE / TIME",
  description:
    "Reads a timestamp as the clock of one time zone and gives what the clock of another one shows then.",
  examples: [
    {
      sql: "CONVERT_TZ(CAST('2021-01-01T12:00' AS TIMESTAMP), 'UTC', 'America/New_York')",
      result: "2021-01-01T07:00:00.000",
    },
  ],
  overloads: [
    overload(
      [
        parameter("timestamp", TIMESTAMP),
        parameter("fromTimeZone", STRING, "the zone the timestamp is in"),
        parameter("toTimeZone", STRING, "the zone wanted"),
      ],
      TIMESTAMP,
      (ms: number, from: string, to: string) => ms + timeZone(to).offsetAt(ms) - timeZone(from).offsetAt(ms),
    ),
  ],
};

const fromDays: ScalarFunction = {
  kind: "scalar",
  name: "FROM_DAYS",
  category: "DATE / TIME",
  description: "The DATE of a number of days since 1970-01-01.",
  examples: [{ sql: "FROM_DAYS(18843)", result: "2021-08-04" }],
  overloads: [overload([parameter("days", INTEGER)], DATE, (days: number) => days)],
};

const fromUnixTime: ScalarFunction = {
  kind: "scalar",
  name: "FROM_UNIXTIME",
  category: "DATE / TIME",
  description: "The TIMESTAMP of a number of milliseconds since 1970-01-01T00:00Z.",
  examples: [{ sql: "FROM_UNIXTIME(1558202318123)", result: "2019-05-18T17:58:38.123" }],
  overloads: [overload([parameter("milliseconds", BIGINT)], TIMESTAMP, Number)],
};

const unixDate: ScalarFunction = {
  kind: "scalar",
  name: "UNIX_DATE",
  category: "DATE / TIME",
  description: "The number of days since 1970-01-01 of a DATE, or of today.",
  examples: [{ sql: "UNIX_DATE(CAST('2021-08-04' AS DATE))", result: "18843" }],
  volatile: true,
  overloads: [
    boundOverload(
      [],
      INTEGER,
      ({ nowMs }) =>
        () =>
          Math.floor(nowMs() / MS_PER_DAY),
    ),
    overload([parameter("date", DATE)], INTEGER, (days: number) => days),
  ],
};

const unixTimestamp: ScalarFunction = {
  kind: "scalar",
  name: "UNIX_TIMESTAMP",
  category: "DATE / TIME",
  description: "The number of milliseconds since 1970-01-01T00:00Z of a TIMESTAMP, or of now.",
  examples: [
    { sql: "UNIX_TIMESTAMP(CAST('2019-05-18T17:58:38.123' AS TIMESTAMP))", result: "1558202318123" },
  ],
  volatile: true,
  overloads: [
    boundOverload(
      [],
      BIGINT,
      ({ nowMs }) =>
        () =>
          BigInt(Math.floor(nowMs())),
    ),
    overload([parameter("timestamp", TIMESTAMP)], BIGINT, (ms: number) => BigInt(ms)),
  ],
};

export const timeArithmeticFunctions = [
  ...shifts,
  convertTz,
  fromDays,
  fromUnixTime,
  unixDate,
  unixTimestamp,
];
