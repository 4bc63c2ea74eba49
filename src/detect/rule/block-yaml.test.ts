import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import { readBlockYaml } from "./block-yaml.ts";

/** A node as data, with where it stands; where nothing or a literal text ends is not told alike. */
function shapeOf(node: unknown, text: string): unknown {
  const inner = (each: unknown): unknown => shapeOf(each, text);
  if (isMap(node)) return { map: node.items.map(({ key, value }) => [inner(key), inner(value)]) };
  if (isSeq(node)) return { list: node.items.map(inner) };
  if (!isScalar(node) || node.value === null) return null;
  const [start, end] = node.range!;
  return text[start] === "|" ? [node.value, start] : [node.value, start, end];
}

/** What is read must be what the parser reads; what the parser refuses must not be read. */
function agrees(text: string): boolean {
  const node = readBlockYaml(text);
  if (node === undefined) return false;
  const parsed = parseDocument(text, { prettyErrors: false, logLevel: "silent" });
  expect([text, parsed.errors]).toEqual([text, []]);
  expect([text, shapeOf(node, text)]).toEqual([text, shapeOf(parsed.contents, text)]);
  return true;
}

const RULE = String.raw`title: A rule: no # comment in here? yes
id: 545a5da6-f103-4919-a519-e9aec1026ee4 # comment
description: |
    First line
      indented line

    last line
references:
    - https://a.b/c#d
    - 'it''s quoted' # why
    - "double"
logsource:
    category: process_creation
    product: windows
detection:
    # a comment
    selection_a:
        - Image|endswith: '\cmd.exe'
        - OriginalFileName: 'Cmd.Exe'
          Number: 4688
    selection_b:
        CommandLine|contains|all:
        - ' /c '
        - -enc
        - ~
        - 1.5
        - true
    empty:
        Field:
        Other: ''
    keywords:
        - 'a: b'
        - '- x'
    condition: 1 of selection_* and not empty
level: high
`;

describe("the YAML of rules", () => {
  test("is read as the parser reads it", () => {
    expect(agrees(RULE.replace("A rule: no", "A rule, no"))).toBe(true);
    expect(agrees("a: |-\n  x\n  y\n\nb: 1")).toBe(true);
    expect(agrees("'quoted key': 1\na:\n- 1\n- 2\nb: -x\n")).toBe(true);
  });

  test.each([
    "a: [1]\n",
    "a: {b: 1}\n",
    "a: &x 1\nb: *x\n",
    "a: !tag 1\n",
    "a: >\n  folded\n  text\n",
    "a: |+\n  x\n\n",
    "a: one\n  two\n",
    'a: "x\\n"\n',
    "a: 1\n---\nb: 2\n",
    "--- \na: 1\n",
    "a: 1\r\n",
    "\ta: 1\n",
    "a: 1\na: 2\n",
    "a: b: c\n",
    "a:\n    b: 1\n  c: 2\n",
    "- 1\n- 2\n",
    "text\n",
    "",
    "a: 0x1F\n",
    "a:\n- - 1\n",
    "? a\n: b\n",
    "a: 'open\n",
    "a: @x\n",
  ])("is left to the parser: %j", (text) => expect(readBlockYaml(text)).toBeUndefined());

  test("whatever is changed in a rule, nothing is read otherwise than the parser does", () => {
    const piece = fc.constantFrom(
      " ",
      "  ",
      "\n",
      "'",
      '"',
      ":",
      ": ",
      "- ",
      "#",
      " #",
      "|",
      "x",
      "1",
      "[",
      "*",
      "\n    ",
      "null",
      "&a ",
      "-",
      "\\",
      "?",
      ",",
      "~",
    );
    let read = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(RULE.length), fc.nat(3), piece), { minLength: 1, maxLength: 4 }),
        (edits) => {
          let text = RULE.replace("A rule: no", "A rule, no");
          for (const [at, length, inserted] of edits)
            text = text.slice(0, at) + inserted + text.slice(at + length);
          if (agrees(text)) read++;
        },
      ),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(300);
  });
});
