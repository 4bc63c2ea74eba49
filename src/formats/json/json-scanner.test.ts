import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonScanner } from "./json-scanner.ts";
import type { ScanField } from "./scan-tree.ts";

function scan(text: string, fields: readonly ScanField[], slots: number): (string | undefined)[] | undefined {
  // Other bytes stand before and behind, as in a batch.
  const bytes = Buffer.from(`"]}${text}{["`, "utf8");
  const end = bytes.length - 3;
  const scanner = new JsonScanner({ fields }, slots);
  if (!scanner.scan(bytes, 3, end)) return undefined;
  return Array.from({ length: slots }, (_, i) => {
    const start = scanner.slots[2 * i]!;
    return start < 0 ? undefined : bytes.toString("utf8", start, scanner.slots[2 * i + 1]!);
  });
}

const AB: readonly ScanField[] = [
  { name: "a", slot: 0 },
  { name: "b", slot: -1, fields: [{ name: "c", slot: 1 }] },
];

describe("the scanner finds", () => {
  test.each<[string, (string | undefined)[]]>([
    [`{"a":1,"b":{"c":"x"}}`, ["1", `"x"`]],
    [`{ "b" : { "c" : [1,{"d":"}"}] } , "a" : "q\\"uo\\\\" }`, [`"q\\"uo\\\\"`, `[1,{"d":"}"}]`]],
    [`{"A":true,"B":{"C":false}}`, ["true", "false"]],
    [`{"a":null,"b":null}`, [undefined, undefined]],
    [`{"b":7,"a":-1.5e3}`, ["-1.5e3", undefined]],
    [`{"a":1,"a":2}`, ["1", undefined]],
    [`{}`, [undefined, undefined]],
    [`{"\\u0061":1}`, ["1", undefined]],
    [`{"aa":1,"":2,"c":3}`, [undefined, undefined]],
    [`{"x":[1,"]"],"a":"\\\\"}`, [`"\\\\"`, undefined]],
  ])("in %s", (text, expected) => {
    expect(scan(text, AB, 2)).toEqual(expected);
  });

  test("long strings, whatever quotes and backslashes they hold", () => {
    const value = JSON.stringify(`${"x".repeat(100)}"\\"\\\\${"y".repeat(100)}\\`);
    expect(scan(`{"z":${value},"a":${value}}`, AB, 2)).toEqual([value, undefined]);
  });

  test("names of any length", () => {
    for (let length = 0; length < 70; length++) {
      const name = "n".repeat(length);
      const fields = [{ name, slot: 0 }];
      expect(scan(`{"${name}n":1,"${name.toUpperCase()}":2,"${name.slice(1)}m":3}`, fields, 1)).toEqual([
        "2",
      ]);
    }
  });

  test("names that differ by case alone, exactly", () => {
    const fields = [
      { name: "a", slot: 0 },
      { name: "A", slot: 1 },
    ];
    expect(scan(`{"A":1,"a":2}`, fields, 2)).toEqual(["2", "1"]);
  });
});

describe("the scanner refuses", () => {
  test.each([
    "",
    "null",
    "[]",
    `"a"`,
    "{",
    `{"a"}`,
    `{"a":}`,
    `{"a":1`,
    `{"a":1,}`,
    `{"a":1 "b":2}`,
    `{"a":1}}`,
    `{"a":1}x`,
    `{"a":"x}`,
    `{"x":{"y":[1}`,
    `{a:1}`,
    `{"a":tru}`,
    `{"a":nul}`,
    `{"a":+1}`,
    `{"x":"\\"}`,
    `{"x":[\\"],"a":1,"b":2}`,
    `{"x":[\\1,${"2".repeat(70)}],"a":1,"b":2}`,
  ])("%s", (text) => {
    expect(scan(text, AB, 2)).toBeUndefined();
  });
});

test.each([
  ["a string", `{"b":1,"a":"x}`, `"`],
  ["an array", `{"b":1,"a":[[1}`, `]`],
  ["an object", `{"b":1,"a":{"c":{}`, `}`],
  ["a name", `{"b":1,"a}`, `":1}`],
])("a watcher is not asked about %s that ends behind the text", (_, text, behind) => {
  const bytes = Buffer.from(text + behind);
  const names = ["a", "a}"];
  const scanner = new JsonScanner({ fields: names.map((name, slot) => ({ name, slot })) }, names.length);
  for (const slot of names.keys()) scanner.watch(slot, () => false);
  scanner.enter(bytes);
  expect([scanner.scan(bytes, 0, text.length), scanner.rejected]).toEqual([false, false]);
});

test("any object: the slots are what JSON.parse finds", () => {
  const names = ["a", "bb", "Image", "ProcessGuid", "ProcessId", "é", "user_name"];
  const object = fc.dictionary(
    fc.oneof(
      fc.constantFrom(...names),
      fc.string().filter((name) => name !== "__proto__"),
    ),
    fc.jsonValue({ maxDepth: 3 }),
  );
  const fields = names.map((name, slot) => ({ name, slot }));
  fc.assert(
    fc.property(object, fc.constantFrom(undefined, 1, "\t"), (value, space) => {
      const unique = new Set(Object.keys(value).map((key) => key.toLowerCase()));
      fc.pre(unique.size === Object.keys(value).length);
      const found = scan(JSON.stringify(value, undefined, space), fields, names.length);
      expect(found).toBeDefined();
      for (const [slot, name] of names.entries()) {
        const key = Object.keys(value).find((other) => other.toLowerCase() === name.toLowerCase());
        const expected = key === undefined ? undefined : (value[key] ?? undefined);
        const text = found![slot];
        expect(text === undefined ? undefined : JSON.parse(text)).toEqual(
          expected === undefined ? undefined : JSON.parse(JSON.stringify(expected)),
        );
      }
    }),
    { numRuns: 400 },
  );
});

test("a text cut anywhere is refused, and never read beyond its end", () => {
  const text = `{"a":"x\\"y","b":{"c":[1,2,{"d":null}],"e":"${"z".repeat(60)}"},"f":-12.5}`;
  for (let end = 0; end < text.length; end++) expect(scan(text.slice(0, end), AB, 2)).toBeUndefined();
  expect(scan(text, AB, 2)).toBeDefined();
});
