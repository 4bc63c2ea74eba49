import { array, assert, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { SpoorError } from "../../base/errors.ts";
import { isExactNumber, parseExactJson } from "./exact-json.ts";
import { StreamedRowCutter, parseHeaderSchema } from "./streamed-rows.ts";

const body = [
  '[{"header":{"queryId":"q","schema":"`A` STRING"}}',
  ',\n{"row":{"columns":["a]},\\n{"]}}',
  ',\n{"row":{"columns":["\\\\"],"tombstone":true}}',
  ',\n{"finalMessage":"Limit Reached"}]\n',
].join("");
const elements = JSON.parse(body) as unknown[];

describe("the cutter of /query's body", () => {
  test("gives the same elements however the body is cut", () => {
    assert(
      property(array(integer({ min: 0, max: body.length }), { maxLength: 12 }), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), body.length];
        const cutter = new StreamedRowCutter();
        const rows = places.slice(1).flatMap((end, i) => cutter.push(body.slice(places[i], end)));
        rows.push(...cutter.finish());
        expect(rows).toEqual(elements);
      }),
    );
  });

  test("gives a row out before its comma has come", () => {
    const cutter = new StreamedRowCutter();
    expect(cutter.push('[{"header":{"queryId":"q","schema":""}}')).toHaveLength(1);
    expect(cutter.push(',\n{"row":{"columns":[1]}}')).toEqual([{ row: { columns: [1] } }]);
  });

  test("reads ksqlDB's own framing and bare errors", () => {
    const cutter = new StreamedRowCutter();
    expect(cutter.push('[{"row":{"columns":[1]}},\n\n{"row":{"columns":[2]}},\n')).toHaveLength(2);
    const error = { "@type": "generic_error", error_code: 50000, message: "boom" };
    expect(cutter.push(`${JSON.stringify(error)}\n`)).toEqual([{ errorMessage: error }]);
  });

  test("a body that is no JSON is an error that shows it", () => {
    expect(() => new StreamedRowCutter().push("{oops}\n")).toThrow(SpoorError);
  });
});

test("the header's schema is cut at commas outside of brackets and names", () => {
  expect(parseHeaderSchema("`K``,` STRING KEY, `S` STRUCT<`a` INTEGER, b DECIMAL(4, 2)>, V BIGINT")).toEqual([
    { name: "K`,", type: "STRING" },
    { name: "S", type: "STRUCT<`a` INTEGER, b DECIMAL(4, 2)>" },
    { name: "V", type: "BIGINT" },
  ]);
  expect(parseHeaderSchema("")).toEqual([]);
});

test("numbers keep the digits they came with", () => {
  const text = '{"a":[9007199254740993,1.50,-0.0,1e3,12],"s":"1.50"}';
  const parsed = parseExactJson(text) as { a: unknown[] };
  expect(JSON.stringify(parsed)).toBe(text);
  expect(parsed.a.map(isExactNumber)).toEqual([true, true, true, true, false]);
});
