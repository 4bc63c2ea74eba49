/** Test support: random expressions and events that have a fair chance to match each other. */
import * as fc from "fast-check";
import { LinearRegex } from "../regex/linear-regex.ts";
import { parseCidr } from "./cidr.ts";
import { RecordFields } from "./event-fields.ts";
import { allOf, anyOf, atLeast, negation } from "./expression.ts";
import type { Expression } from "./expression.ts";
import { ANY_CHARACTER, ANY_TEXT, foldCase } from "./matcher.ts";
import type { GlobPart, Matcher } from "./matcher.ts";

export const FIELDS = ["Image", "CommandLine", "User", "Count", "Time", "Ip"] as const;

const piece = fc.constantFrom(
  "cmd",
  ".exe",
  "\\",
  "C:",
  " -enc",
  "%",
  "_",
  "!",
  "'",
  "Power",
  "SHELL",
  "ü",
  "Ü",
  "*",
  "?",
  "1",
);
const shortText = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(""));
const number = fc.constantFrom("0", "7", "10", "-3", "2.5", "1e2", "0x10", "", "x");
const time = fc.constantFrom(
  "2024-01-01 00:15:00.000",
  "2024-12-30T23:59:59Z",
  "2023-06-15 07:30:00",
  "2021-01-03T12:00:00Z",
  "yesterday",
);
const address = fc.constantFrom(
  "10.0.0.1",
  "10.255.3.4",
  "192.168.1.77",
  "::ffff:10.1.2.3",
  "::1",
  "0:0:0:0:0:0:0:1",
  "fe80::1",
  "FE80:0:0:0:1:2:3:4",
  "fd00::5",
  "2001:db8::1",
  "2001:0db8:0:0:0:0:0:2",
  "11.0.0.1",
  "-",
);

function present<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined, freq: 5 });
}

/** A field that is absent is left out. */
export const eventRecord: fc.Arbitrary<Record<string, string>> = fc
  .record({
    Image: present(shortText),
    CommandLine: present(shortText),
    User: present(shortText),
    Count: present(number),
    Time: present(time),
    Ip: present(address),
  })
  .map((record) =>
    Object.fromEntries(
      Object.entries(record).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  );

export const event = eventRecord.map((record) => new RecordFields(record));

const text = fc.record({ text: shortText, cased: fc.boolean() }).map(({ text: each, cased }) => ({
  text: cased ? each : foldCase(each),
  cased,
}));

const textMatcher: fc.Arbitrary<Matcher> = fc
  .tuple(text, fc.constantFrom("equals", "starts-with", "ends-with", "contains"))
  .map(([each, relation]) => ({ kind: "text", relation, ...each }));

const globMatcher: fc.Arbitrary<Matcher> = fc
  .tuple(
    text,
    text,
    fc.constantFrom<GlobPart[]>([ANY_TEXT], [ANY_CHARACTER], [ANY_TEXT, ANY_CHARACTER]),
    fc.boolean(),
  )
  .map(([head, tail, wild, open]): Matcher => {
    const start: GlobPart[] = open ? [ANY_TEXT] : [];
    const parts = [...start, foldCase(head.text), ...wild, foldCase(tail.text)].filter((part) => part !== "");
    return { kind: "glob", parts, cased: false };
  });

const regexMatcher: fc.Arbitrary<Matcher> = fc
  .tuple(
    fc.constantFrom(
      "cmd",
      String.raw`^C:\\`,
      String.raw`\.exe$`,
      "(?:power|cmd)shell",
      "[^a-z]+$",
      String.raw`\w\d?`,
      "(cmd){2}",
      "a|b|",
      String.raw`\bpower\b`,
      "['%_!]",
      "^$",
      ".x.",
    ),
    fc.constantFrom("", "i", "is"),
  )
  .map(([source, flags]) => ({ kind: "regex", regex: new LinearRegex(source, flags) }));

const cidrMatcher: fc.Arbitrary<Matcher> = fc
  .constantFrom(
    "10.0.0.0/8",
    "192.168.0.0/23",
    "10.0.0.1",
    "0.0.0.0/0",
    "fe80::/10",
    "::1/128",
    "fc00::/7",
    "2001:db8::/32",
  )
  .map((block) => ({ kind: "cidr", block: parseCidr(block)! }));

const compareMatcher: fc.Arbitrary<Matcher> = fc
  .tuple(fc.constantFrom("lt", "lte", "gt", "gte"), fc.constantFrom(0, 7, 10, 2.5))
  .map(([operator, value]) => ({ kind: "compare", operator, value }));

const timeMatcher: fc.Arbitrary<Matcher> = fc
  .tuple(
    fc.constantFrom("minute", "hour", "day", "month", "year"),
    fc.constantFrom("eq", "lt", "gte"),
    fc.constantFrom(0, 1, 12, 23, 30, 2023, 2024),
  )
  .map(([part, operator, value]) => ({ kind: "time", part, operator, value }));

const anyFieldMatcher: fc.Arbitrary<Matcher> = fc.oneof(
  fc.boolean().map((exists): Matcher => ({ kind: "exists", present: exists })),
  fc.constant<Matcher>({ kind: "null" }),
  fc
    .tuple(
      fc.constantFrom("Image", "CommandLine"),
      fc.constantFrom("equals", "starts-with", "ends-with", "contains"),
      fc.boolean(),
    )
    .map(([other, relation, cased]): Matcher => ({ kind: "field", other, relation, cased })),
);

const test: fc.Arbitrary<Expression> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("Image", "CommandLine", "User"),
      fc.oneof(textMatcher, globMatcher, regexMatcher, anyFieldMatcher),
    )
    .map(([field, matcher]): Expression => ({ kind: "test", field, matcher })),
  compareMatcher.map((matcher): Expression => ({ kind: "test", field: "Count", matcher })),
  timeMatcher.map((matcher): Expression => ({ kind: "test", field: "Time", matcher })),
  cidrMatcher.map((matcher): Expression => ({ kind: "test", field: "Ip", matcher })),
);

const keyword: fc.Arbitrary<Expression> = fc.tuple(shortText).map(([each]) => ({
  kind: "test",
  field: undefined,
  matcher: { kind: "text", relation: "contains", text: foldCase(each), cased: false },
}));

function tree(leaf: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
  return fc.letrec<{ node: Expression }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.array(tie("node"), { minLength: 1, maxLength: 4 }).map(allOf),
      fc.array(tie("node"), { minLength: 1, maxLength: 4 }).map(anyOf),
      tie("node").map(negation),
      fc
        .tuple(fc.integer({ min: 1, max: 3 }), fc.array(tie("node"), { minLength: 1, maxLength: 4 }))
        .map(([count, operands]) => atLeast(count, operands)),
      tie("node").map((operand): Expression =>
        operand.kind === "constant" ? operand : { kind: "selection", name: "s", operand },
      ),
    ),
  })).node;
}

export const fieldExpression = tree(test);
export const expression = tree(fc.oneof({ weight: 5, arbitrary: test }, { weight: 1, arbitrary: keyword }));
