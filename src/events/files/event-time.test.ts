import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventTimeMs } from "./event-time.ts";

function timeOf(text: string): number {
  const line = Buffer.from(`{"before":1}${text}{"@timestamp":"1999-01-01T00:00:00Z"}`);
  return eventTimeMs(line, 12, line.length - 37);
}

const AT = Date.UTC(2019, 2, 19, 19, 31, 56, 948);

describe("the time of an event", () => {
  test.each([
    ['{"@timestamp":"2019-03-19T19:31:56.948Z","x":1}', AT],
    ['{"x":1, "@timestamp" : "2019-03-19T19:31:56.948Z"}', AT],
    ['{"@timestamp":"2019-03-19T15:31:56.948-04:00"}', AT],
    ['{"@timestamp":"2019-03-19T21:31:56.948123456+0200"}', AT],
    ['{"EventTime":"2019-03-19 19:31:56"}', AT - 948],
    ['{"EventTime":"2001-01-01 00:00:00","@timestamp":"2019-03-19T19:31:56.948Z"}', AT],
    ['{"TimeCreated":"\\/Date(1553023916948)\\/"}', AT],
    ['{"TimeCreated":{"SystemTime":"2019-03-19T19:31:56.948Z"}}', AT],
    ['{"@timestamp":1553023916.948}', AT],
    ['{"@timestamp":1553023916948}', AT],
  ])("%s", (text, expected) => {
    expect(timeOf(text)).toBe(expected);
  });

  test.each([
    "{}",
    '{"@timestamp":"yesterday"}',
    '{"@timestamp":"2019-13-19T19:31:56Z"}',
    '{"@timestamp":null}',
    '{"message":"\\"@timestamp\\":\\"2019-03-19T19:31:56Z\\""}',
    '{"@timestamp"',
  ])("%s has none", (text) => {
    expect(timeOf(text)).toBeNaN();
  });

  test("agrees with Date for every time from 1970 to 2100", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) }), (ms) => {
        expect(timeOf(`{"@timestamp":"${new Date(ms).toISOString()}"}`)).toBe(ms);
      }),
    );
  });
});
