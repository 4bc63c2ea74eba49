/** Random documents, whole and broken: the scanner finds what the oracle finds, and never leaves its memory. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonScanner } from "./json-scanner.ts";
import type { ScanField } from "./scan-tree.ts";
import { scanByOracle } from "./testing/scan-oracle.ts";
import type { OracleAnswer, OracleWatcher } from "./testing/scan-oracle.ts";

const NAMES = [
  "a",
  "A",
  "bb",
  "Image",
  "ProcessGuid",
  "fifteen letters",
  "a name of more than sixteen bytes",
  "é",
  "",
  "x\\y",
  'q"',
];

const space = fc.oneof(
  { weight: 4, arbitrary: fc.constant("") },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(" ", "\n", "\t", "\r"), maxLength: 70 }) },
);

/** The string as JSON, with more escapes than needed where `escapes` says so. */
function jsonText(value: string, escapes: boolean): string {
  if (!escapes) return JSON.stringify(value);
  return `"${[...Array(value.length).keys()]
    .map((i) => `\\u${value.charCodeAt(i).toString(16).padStart(4, "0")}`)
    .join("")}"`;
}

const text = fc
  .tuple(
    fc.string({ unit: fc.constantFrom("x", '"', "\\", "é", "{", "}", ",", "\n", "abcdefgh"), maxLength: 40 }),
    fc.boolean(),
  )
  .map(([value, escapes]) => jsonText(value, escapes));

const name = fc
  .tuple(
    fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: "binary", maxLength: 20 })),
    fc.nat(7),
    fc.boolean(),
  )
  .map(([value, escapes, upper]) => jsonText(upper ? value.toUpperCase() : value, escapes === 0));

const scalar = fc.oneof(
  text,
  fc.constantFrom("null", "true", "false", "0", "-1.5e3", "12345678901234567890.5"),
);

const { json: document } = fc.letrec<{ json: string; value: string; array: string }>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, scalar, tie("json"), tie("array")),
  array: fc
    .array(fc.tuple(space, tie("value"), space), { maxLength: 4 })
    .map((items) => `[${items.map((parts) => parts.join("")).join(",")}]`),
  json: fc
    .array(fc.tuple(space, name, space, space, tie("value"), space), { maxLength: 8 })
    .map((members) => {
      const texts = members.map(([a, key, b, c, value, d]) => `${a}${key}${b}:${c}${value}${d}`);
      return `{${texts.join(",")}}`;
    }),
}));

/** Fields with random names from NAMES; slots are counted over the whole tree. */
const tree = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), fc.subarray(NAMES), fc.nat(2)), { maxLength: 6 })
  .map((roots) => {
    let slots = 0;
    const fields = roots.map(([root, inner, kind]): ScanField => {
      const slot = kind === 0 ? -1 : slots++;
      if (kind === 1) return { name: root, slot };
      return { name: root, slot, fields: inner.map((field) => ({ name: field, slot: slots++ })) };
    });
    return { fields, slots };
  });

/** One way to break a text: cut, flip a bit, put a byte over another. */
const damage = fc.record({
  kind: fc.constantFrom("none", "cut", "flip", "put"),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  bit: fc.nat(7),
  byte: fc.constantFrom(...Buffer.from('"\\{}[]:, n\0')),
});
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

function damaged(bytes: Buffer, { kind, at, bit, byte }: Damage): Buffer {
  const position = Math.floor(at * bytes.length);
  if (kind === "none") return bytes;
  if (kind === "cut") return bytes.subarray(0, position);
  const copy = Buffer.from(bytes);
  copy[position] = kind === "put" ? byte : copy[position]! ^ (1 << bit);
  return copy;
}

function scanAnswer(scanner: JsonScanner, bytes: Buffer, start: number, end: number): OracleAnswer {
  if (!scanner.scan(bytes, start, end)) return scanner.rejected ? "rejected" : "broken";
  expect(scanner.rejected).toBe(false);
  return Array.from({ length: scanner.slots.length / 2 }, (_, slot) => {
    const from = scanner.slots[2 * slot]!;
    return from < 0 ? [-1, -1] : [from, scanner.slots[2 * slot + 1]!];
  });
}

const SURROUNDINGS = ["", '"', "}", '"}', ',"a":1}', "\\", " "];

describe("the scanner and the oracle agree", () => {
  test("on documents one by one, whatever stands around them", () => {
    fc.assert(
      fc.property(
        tree,
        document,
        damage,
        fc.constantFrom(...SURROUNDINGS),
        fc.constantFrom(...SURROUNDINGS),
        ({ fields, slots }, json, harm, before, behind) => {
          const message = damaged(Buffer.from(json), harm);
          const bytes = Buffer.concat([Buffer.from(before), message, Buffer.from(behind)]);
          const start = before.length;
          const end = start + message.length;
          const scanner = new JsonScanner({ fields }, slots);
          const expected = scanByOracle(fields, slots, bytes, start, end);
          expect(scanAnswer(scanner, bytes, start, end)).toEqual(expected);
          scanner.enter(bytes);
          expect(scanAnswer(scanner, bytes, start, end)).toEqual(expected);
        },
      ),
      { numRuns: 3000 },
    );
  });

  test("on blocks of documents, watched", () => {
    fc.assert(
      fc.property(
        tree,
        fc.array(fc.tuple(document, damage), { minLength: 1, maxLength: 6 }),
        fc.nat(5),
        ({ fields, slots }, documents, odd) => {
          const messages = documents.map(([json, harm]) => damaged(Buffer.from(json), harm));
          const block = Buffer.concat(messages);
          const likes: OracleWatcher = (slot, start, end) => (slot + end - start) % 6 !== odd;
          const scanner = new JsonScanner({ fields }, slots);
          const other = new JsonScanner({ fields }, slots);
          for (const { slot } of fields) {
            if (slot < 0) continue;
            scanner.watch(slot, () => {
              // Another scan in the midst of one changes nothing.
              other.scan(messages[0]!, 0, messages[0]!.length);
              const start = scanner.slots[2 * slot]!;
              return start < 0 ? likes(slot, -1, -1) : likes(slot, start, scanner.slots[2 * slot + 1]!);
            });
          }
          scanner.enter(block);
          let start = 0;
          for (const message of messages) {
            const end = start + message.length;
            expect(scanAnswer(scanner, block, start, end)).toEqual(
              scanByOracle(fields, slots, block, start, end, likes),
            );
            start = end;
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
