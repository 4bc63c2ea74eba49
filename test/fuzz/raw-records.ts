/**
 * JSON values as no INSERT writes them: escapes, blanks, fields that are twice there or unknown or of another type, numbers in
 * every spelling, and texts that are no JSON. What a decoder makes of them must not depend on which one it is.
 */
import * as fc from "fast-check";
import type { Source } from "./scenario.ts";

/** Separated by blanks. */
const NUMBERS =
  "0 -0 7 -3 2147483647 2147483648 -2147483649 9223372036854775807 9223372036854775808 1.5 -2.25 0.1 1e2 1E-3 12345678901234567890123 1.50 100.0 9999.994 1e400 -0.0";

/** As JSON spells them, one a line. */
const TEXTS = String.raw`
"a"
""
"ab"
" a "
"12"
"-7"
"1.5"
"true"
"it's"
"x%_"
"é"
"\u00e9"
"\u0061"
"a\"b"
"\\"
"\n\t"
"\/"
"😀"
"\ud83d\ude00"
"\ud83d"
"\u0000"
"C:\\Windows\\cmd.exe"
"AQID"
"2024-02-29"
"}{,:"
`;

const numbers = fc.constantFrom(...NUMBERS.split(" "));
const texts = fc.constantFrom(...TEXTS.trim().split("\n"));

const scalars = fc.oneof(numbers, texts, fc.constantFrom("true", "false", "null"));

const values: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: scalars },
  { weight: 1, arbitrary: fc.array(scalars, { maxLength: 3 }).map((items) => `[${items.join(",")}]`) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.tuple(fc.constantFrom('"a"', '"N"', '"n"', '"S"', '"Q"', '"\\u004e"'), scalars), {
        maxLength: 3,
      })
      .map((entries) => `{${entries.map(([name, value]) => `${name}:${value}`).join(", ")}}`),
  },
);

const broken = fc.constantFrom(
  '{"I":1',
  "{",
  "}",
  "[]",
  "1",
  "null",
  '"a"',
  '{"I" 1}',
  '{"I":}',
  '{"I":1,}',
  "{'I':1}",
  '{"I":1} x',
  '{"I":01}',
  '{"I":tru}',
  '{"X":"a',
);

function valueFor(sql: string): fc.Arbitrary<string> {
  const own: fc.Arbitrary<string> =
    sql === "INT" || sql === "BIGINT" || sql === "DOUBLE" || sql.startsWith("DECIMAL")
      ? numbers
      : sql === "STRING"
        ? texts
        : sql === "BOOLEAN"
          ? fc.constantFrom("true", "false")
          : sql === "ARRAY<INT>"
            ? fc.constantFrom("[]", "[1, 2]", "[null,-3]", "[ 1.5 ]")
            : sql.startsWith("MAP")
              ? fc.constantFrom("{}", '{"a":1}', '{"a":1,"a":2,"":null}', '{"\\u0061" : 5000000000}')
              : sql.startsWith("STRUCT")
                ? fc.constantFrom(
                    "{}",
                    '{"N":1,"S":"x","Q":["u"]}',
                    '{"n":1}',
                    '{"S":null,"Z":{"N":2}}',
                    '{"Q":[1,"2",true]}',
                  )
                : sql === "TIMESTAMP"
                  ? fc.constantFrom("0", "1709210096789", "-1")
                  : sql === "DATE"
                    ? fc.constantFrom("0", "19782", "-1")
                    : fc.constantFrom('"AQID"', '""');
  return fc.oneof(
    { weight: 8, arbitrary: own },
    { weight: 1, arbitrary: fc.constant("null") },
    { weight: 1, arbitrary: values },
  );
}

const blank = fc.constantFrom("", "", "", " ", "\t");

/** Lines `key:value` of a stream's topic. */
export function rawLines(source: Source, maxLength: number): fc.Arbitrary<readonly string[]> {
  const fields = [...source.columns.slice(1), ...source.others];
  const field = fc
    .constantFrom(...fields)
    .chain(({ name, sql }) =>
      fc.tuple(
        fc.constantFrom(
          name,
          name,
          name,
          name,
          name.toLowerCase(),
          `\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}`,
          "other",
        ),
        valueFor(sql),
        blank,
      ),
    );
  const whole = fc
    .tuple(fc.array(field, { maxLength: 8 }), blank)
    .map(
      ([list, gap]) =>
        `{${gap}${list.map(([name, value, space]) => `"${name}"${space}:${space}${value}`).join(`,${gap}`)}}`,
    );
  const value = fc.oneof({ weight: 12, arbitrary: whole }, { weight: 1, arbitrary: broken });
  return fc.array(
    fc.tuple(fc.constantFrom("k1", "k2", "é"), value).map(([key, text]) => `${key}:${text}`),
    { minLength: 1, maxLength },
  );
}
