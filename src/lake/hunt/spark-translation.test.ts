import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quotedText } from "../duckdb/sql-text.ts";
import { translateSpark } from "./spark-translation.ts";
import { sparkText } from "./spark-texts.ts";

const raw = String.raw;

describe("Spark SQL in DuckDB's words", () => {
  test.each([
    ["SELECT `@timestamp`, `a``b` FROM t", 'SELECT "@timestamp", "a`b" FROM t'],
    ['WHERE a = "it\'s"', "WHERE a = 'it''s'"],
    [raw`WHERE a = "NT\\SYSTEM" 'x'`, raw`WHERE a = 'NT\SYSTEMx'`],
    [raw`WHERE a = r'c:\x'`, raw`WHERE a = 'c:\x'`],
    [raw`a LIKE '%\\\\pipe\\%'`, raw`a LIKE '%\\pipe\%' ESCAPE '\'`],
    [raw`a LIKE '\\pshost%'`, raw`a LIKE '\\pshost%' ESCAPE '\'`],
    ["a NOT LIKE '%x' ESCAPE '/'", "a NOT LIKE '%x' ESCAPE '/'"],
    ["a LIKE concat('%', b) AND c", raw`a LIKE concat('%', b) ESCAPE '\' AND c`],
    ["lower(a) RLIKE '.*x'", "lower(a) ~ '(?s:.*)(?:.*x)(?s:.*)'"],
    ["a NOT RLIKE 'x'", "a  !~ '(?s:.*)(?:x)(?s:.*)'"],
    ["NOT a REGEXP b.c", "NOT a ~ ('(?s:.*)(?:' || b.c || ')(?s:.*)')"],
    ["CAST(a AS STRING) == b", "TRY_CAST(a AS VARCHAR) = b"],
    ["CAST(CAST(a AS LONG) AS INT)", "TRY_CAST(TRY_CAST(a AS BIGINT) AS INT)"],
    ["split(a, 'x')[1]", "spark_split(a, 'x')[2]"],
    ["a[b]", "a[(b) + 1]"],
    ["m['key']", "m['key']"],
    ["a <=> b AND !c", "a IS NOT DISTINCT FROM b AND NOT c"],
    ["x LEFT ANTI JOIN y", "x  ANTI JOIN y"],
    ["SELECT 1 MINUS SELECT 2", "SELECT 1 EXCEPT SELECT 2"],
    ["7 DIV 2", "7 // 2"],
    ["current_timestamp()", "current_timestamp"],
    ["t.split(a)", "t.split(a)"],
    ["REVERSE(SPLIT(a, ','))[0]", "list_reverse(spark_split(a, ','))[1]"],
    ['-- `a` RLIKE\n/* "b" */ c', '-- `a` RLIKE\n/* "b" */ c'],
  ])("%s", (spark, duckdb) => {
    expect(translateSpark(spark).text).toBe(duckdb);
  });

  test("nothing within a text is translated", () => {
    const words = fc.constantFrom(
      "`a`",
      "RLIKE",
      " LIKE 'x'".replaceAll("'", ""),
      "CAST(",
      "[0]",
      "==",
      "--",
      "/*",
      "split(",
      " ",
    );
    fc.assert(
      fc.property(fc.array(words), (parts) => {
        const text = parts.join("");
        expect(translateSpark(`SELECT '${text}'`).text).toBe(`SELECT ${quotedText(text)}`);
      }),
    );
  });

  test.each([
    [
      "SELECT c FROM t LATERAL VIEW explode(split(a, ',')) b AS c WHERE c = 'x'",
      "CROSS JOIN LATERAL (SELECT unnest(",
      ") AS c) AS b WHERE",
    ],
    [
      "FROM t LATERAL VIEW OUTER explode(a) `b c` AS `d` LATERAL VIEW explode(e) f",
      'LEFT JOIN LATERAL (SELECT unnest(a) AS "d") AS "b c" ON TRUE CROSS JOIN LATERAL (SELECT unnest(e) AS col) AS f',
      "",
    ],
    ["FROM t LATERAL VIEW explode(a) WHERE col = 1", 'unnest(a) AS col) AS "exploded 2" WHERE', ""],
  ])("a list's elements as rows: %s", (sql, first, second) => {
    const { text } = translateSpark(sql);
    expect(text).toContain(first);
    expect(text).toContain(second);
  });

  test.each([
    ["SELECT * FROM t LATERAL VIEW posexplode(a) b AS p, c", "LATERAL VIEW"],
    ["SELECT * FROM t LATERAL VIEW explode(a) b AS k, v", "LATERAL VIEW of several columns"],
    ["SELECT * FROM t SORT BY a", "SORT BY"],
    ["a LIKE ANY ('x', 'y')", "LIKE ANY"],
  ])("what is not translated is told: %s", (sql, what) => {
    expect(() => translateSpark(sql)).toThrow(`Spark's ${what} is not translated`);
  });

  test("a text that is not closed is told where it begins", () => {
    expect(() => translateSpark("SELECT 'a")).toThrow(
      expect.objectContaining({
        code: "HUNT_SYNTAX",
        place: expect.objectContaining({ span: expect.objectContaining({ start: 7 }) }),
      }),
    );
  });
});

test("escapes of Spark's texts", () => {
  expect(sparkText(raw`'\n\t\0\101é\\ \' \% \_ \q'`)).toBe(`\n\t\0Aé\\ ' \\% \\_ q`);
});
