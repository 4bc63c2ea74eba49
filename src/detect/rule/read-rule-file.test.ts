import { describe, expect, test } from "vitest";
import { errorText } from "../../base/error-text.ts";
import { evaluate } from "../expression/evaluate.ts";
import { RecordFields } from "../expression/event-fields.ts";
import { readRuleFile, RULE_FILE_BYTES_MAX } from "./read-rule-file.ts";
import type { SigmaDocument, SigmaRule } from "./sigma-document.ts";

function documents(text: string): readonly SigmaDocument[] {
  const read = readRuleFile({ text, file: "rules.yml" });
  expect(read.errors.map(errorText)).toEqual([]);
  return read.documents;
}

function errors(text: string): string {
  return readRuleFile({ text, file: "rules.yml" }).errors.map(errorText).join("\n");
}

function rule(text: string): SigmaRule {
  const [document] = documents(text);
  if (document?.kind !== "rule") throw new Error("no rule");
  return document;
}

const HEAD = "title: t\nlogsource: { product: windows }\n";

/** The events, written as the selections that hold for them, for which a condition holds. */
function held(condition: string, selections: readonly string[], events: readonly string[]): string[] {
  const maps = selections.map((name) => `  ${name}: { ${name}: y }\n`).join("");
  const { expression } = rule(`${HEAD}detection:\n${maps}  condition: ${condition}\n`);
  return events.filter((event) => {
    const fields = Object.fromEntries(event.split(" ").map((name) => [name, "y"]));
    return evaluate(expression, new RecordFields(fields));
  });
}

describe("conditions", () => {
  const abc = ["a", "b", "c"];
  const all = ["a", "b", "c", "a b", "a c", "b c", "a b c", "-"];

  test.each([
    ["a or b and c", ["a", "a b", "a c", "b c", "a b c"]],
    ["(a or b) and c", ["a c", "b c", "a b c"]],
    ["not a and b", ["b", "b c"]],
    ["not (a or b)", ["c", "-"]],
    ["NOT a AND NOT b", ["c", "-"]],
    ["not not a", ["a", "a b", "a c", "a b c"]],
    ["1 of them", ["a", "b", "c", "a b", "a c", "b c", "a b c"]],
    ["any of them", ["a", "b", "c", "a b", "a c", "b c", "a b c"]],
    ["all of them", ["a b c"]],
    ["2 of them", ["a b", "a c", "b c", "a b c"]],
    ["not 1 of them", ["-"]],
    ["[a and b, c]", ["c", "a b", "a c", "b c", "a b c"]],
  ])("%s", (condition, expected) => expect(held(condition, abc, all)).toEqual(expected));

  test("patterns choose selections; names that start with an underscore are not among 'them'", () => {
    const names = ["sel_x", "sel_y", "_hidden", "other"];
    expect(held("all of sel_*", names, ["sel_x", "sel_x sel_y"])).toEqual(["sel_x sel_y"]);
    expect(held("1 of *_x", names, ["sel_x", "sel_y"])).toEqual(["sel_x"]);
    expect(held("1 of them", names, ["_hidden", "other"])).toEqual(["other"]);
    expect(held("1 of _*", names, ["_hidden", "other"])).toEqual(["_hidden"]);
  });

  test("unused selections are told", () => {
    const text = `${HEAD}detection: { a: { x: 1 }, b: { x: 2 }, _c: { x: 3 }, condition: 1 of a* }\n`;
    expect(rule(text).unusedSelections).toEqual(["b", "_c"]);
  });

  test.each([
    ["selection and", "the condition ends too early", "column 14"],
    ["selection selection", "unexpected 'selection'", "column 24"],
    ["(selection", "a parenthesis is not closed", "column 14"],
    ["selection)", "unexpected ')'", "column 23"],
    ["selectoin", "selection 'selectoin' does not exist", "did you mean 'selection'?"],
    ["1 of filter_*", "no selection matches 'filter_*'", "selections are: selection"],
    ["2 of them", "'2 of them' asks for more than the 1 there are", "lower the number"],
    ["0 of them", "'0 of' matches everything", "write 'not 1 of'"],
    ["1 of", "'of' needs a pattern", "write '1 of them'"],
    [
      "selection | count() > 5",
      "aggregations in conditions are not part of Sigma 2",
      "write a correlation rule",
    ],
    ["and selection", "unexpected 'and'", "name a selection here"],
    ["''", "the condition is empty", "name a selection"],
    ["{ a: b }", "the condition is no text", "write a text"],
  ])("refused: %s", (condition, message, detail) => {
    const text = errors(`${HEAD}detection:\n  selection: { x: 1 }\n  condition: ${condition}\n`);
    expect(text).toContain(message);
    expect(text).toContain(detail);
  });
});

const selectionHolds = (selection: string, event: Record<string, string>): boolean =>
  evaluate(
    rule(`${HEAD}detection:\n  s:\n${selection.replaceAll(/^/gm, "    ")}\n  condition: s\n`).expression,
    new RecordFields(event),
  );

describe("selections", () => {
  test("a map is all of its items, a list of maps one of them", () => {
    expect(selectionHolds("A: 1\nB: 2", { A: "1", B: "2" })).toBe(true);
    expect(selectionHolds("A: 1\nB: 2", { A: "1" })).toBe(false);
    expect(selectionHolds("- A: 1\n  B: 2\n- C: 3", { C: "3" })).toBe(true);
    expect(selectionHolds("- A: 1\n  B: 2\n- C: 3", { A: "1" })).toBe(false);
  });

  test("a list of texts is keywords, and may be mixed with maps", () => {
    expect(selectionHolds("- evil\n- 4 2", { A: "Some EVIL text" })).toBe(true);
    expect(selectionHolds("- evil", { A: "good" })).toBe(false);
    expect(selectionHolds("- evil\n- A: 1", { A: "1" })).toBe(true);
    expect(selectionHolds("mimikatz", { A: "xMimiKatz.exe" })).toBe(true);
  });

  test("anchors and aliases of YAML are followed, but not without end", () => {
    const shared = `${HEAD}detection:\n  a: { F: &list [x, y] }\n  b: { G: *list }\n  condition: b\n`;
    expect(evaluate(rule(shared).expression, new RecordFields({ G: "y" }))).toBe(true);
    let bomb = "x0: &x0 [a, b]\n";
    for (let level = 1; level < 8; level++)
      bomb += `x${level}: &x${level} [${Array.from({ length: 10 }, () => `*x${level - 1}`).join(", ")}]\n`;
    expect(errors(`${bomb}${HEAD}detection: { s: *x7, condition: s }\n`)).toMatch(/aliases|nested/);
  });
});

const one = (title: string): string =>
  `title: ${title}\nlogsource: { product: windows }\ndetection: { s: { A: 1 }, condition: s }\n`;

describe("files", () => {
  test("hold several documents, and one that is wrong does not keep the others", () => {
    const read = readRuleFile({ text: `${one("a")}---\ntitle: b\n---\n${one("c")}---\n`, file: undefined });
    expect(read.documents.map(({ metadata }) => metadata.title)).toEqual(["a", "c"]);
    expect(read.errors.map(({ message }) => message)).toEqual(["the rule has no 'logsource'"]);
  });

  test("a collection shares what its global document says; repeat goes on from the rule before", () => {
    const found = documents(`action: global
title: shared
level: high
logsource: { product: windows, service: system }
detection: { s: { A: 1 } }
---
detection: { s: { B: 2 }, condition: s }
---
action: repeat
title: again
detection: { t: { C: 3 }, condition: s and t }
---
action: reset
---
${one("own")}`);
    expect(found.map(({ metadata }) => [metadata.title, metadata.level])).toEqual([
      ["shared", "high"],
      ["again", "high"],
      ["own", undefined],
    ]);
    const holds = (at: number, event: Record<string, string>): boolean =>
      evaluate((found[at] as SigmaRule).expression, new RecordFields(event));
    expect(holds(0, { A: "1", B: "2" })).toBe(true);
    expect(holds(0, { B: "2" })).toBe(false);
    expect(holds(1, { A: "1", B: "2", C: "3" })).toBe(true);
    expect(errors("action: globl\ntitle: x\n")).toContain("actions are: global, reset, repeat");
  });

  test("metadata are read, fields of one's own kept", () => {
    const { metadata, logSource } = rule(`title: A title
id: 545a5da6-f103-4919-a519-e9aec1026ee4
name: a_name
related: [{ id: 6c82cf5c-090d-4d57-9188-533577631108, type: similar }]
status: test
description: What it is for
license: MIT
references: [https://a.b]
author: Someone
date: 2024-05-09
modified: 2025-01-02
tags: [attack.t1059.001, attack.execution]
logsource: { category: process_creation, product: windows, definition: needs 4688 }
detection: { s: { A: 1 }, condition: s }
fields: [A]
falsepositives: Unlikely
level: critical
scope: [server]
ticket: 42
`);
    expect(metadata).toMatchObject({
      title: "A title",
      name: "a_name",
      related: [{ id: "6c82cf5c-090d-4d57-9188-533577631108", type: "similar" }],
      status: "test",
      level: "critical",
      date: "2024-05-09",
      modified: "2025-01-02",
      tags: ["attack.t1059.001", "attack.execution"],
      falsePositives: ["Unlikely"],
      scope: ["server"],
      taxonomy: "sigma",
    });
    expect(metadata.custom).toEqual(new Map([["ticket", "42"]]));
    expect(logSource).toMatchObject({
      category: "process_creation",
      service: undefined,
      definition: "needs 4688",
    });
  });

  test.each([
    ["- a\n", "a rule must be a map of fields"],
    ["title: [a\n", "invalid YAML"],
    ["title: a\ntitle: b\n", "Map keys must be unique"],
    [`${HEAD}detections: { s: { A: 1 } }\n`, "did you write 'detections' for 'detection'?"],
    [`${HEAD}detection: { condition: s }\n`, "'detection' has no 'selection'"],
    [`${HEAD}detection: { s: { A: 1 } }\n`, "'detection' has no 'condition'"],
    [`${HEAD}level: hihg\ndetection: { s: { A: 1 }, condition: s }\n`, "did you mean 'high'?"],
    [`title: a\nlogsource: {}\ndetection: { s: { A: 1 }, condition: s }\n`, "'logsource' has no 'category'"],
    [`logsource: { product: x }\ndetection: { s: { A: 1 }, condition: s }\n`, "the rule has no 'title'"],
    [`${HEAD}detection: { s: [], condition: s }\n`, "selection 's' is empty"],
    [`${HEAD}detection: nothing\n`, "'detection' must be a map"],
    [" ".repeat(RULE_FILE_BYTES_MAX + 1), "the file is larger than 4 MiB"],
  ])("refused: %#", (text, message) => expect(errors(text)).toContain(message));
});

const correlationOf = (inner: string): string => `title: c\ncorrelation: { ${inner} }\n`;

describe("correlation rules", () => {
  test("are read with their conditions and aliases", () => {
    const [found] = documents(
      correlationOf(
        "type: value_count, rules: [a, b], group-by: [h], timespan: 90m, condition: { field: [U, V], gt: 1, lte: 9 }, aliases: { h: { a: X, b: Y } }, generate: true",
      ),
    );
    expect(found).toMatchObject({
      kind: "correlation",
      type: "value_count",
      rules: ["a", "b"],
      groupBy: ["h"],
      timespanMs: 5_400_000,
      condition: {
        fields: ["U", "V"],
        bounds: [
          { operator: "gt", value: 1 },
          { operator: "lte", value: 9 },
        ],
      },
      generate: true,
    });
    expect(documents(correlationOf("type: temporal, rules: [a], timespan: 1d"))[0]).toMatchObject({
      condition: undefined,
      timespanMs: 86_400_000,
    });
  });

  test.each([
    ["type: temporl, rules: [a], timespan: 1m", "did you mean 'temporal'?"],
    ["rules: [a], timespan: 1m", "'correlation' has no 'type'"],
    ["type: temporal, timespan: 1m", "'correlation' has no 'rules'"],
    ["type: temporal, rules: [a], timespan: 1 hour", "'1 hour' is no time span"],
    ["type: temporal, rules: [a], timespan: 9999d", "at most a year"],
    ["type: event_count, rules: [a], timespan: 1m", "'correlation' has no 'condition'"],
    [
      "type: event_count, rules: [a], timespan: 1m, condition: { get: 1 }",
      "unknown part 'get' of a condition",
    ],
    ["type: event_count, rules: [a], timespan: 1m, condition: { gte: x }", "'gte' needs a number"],
    ["type: event_count, rules: [a], timespan: 1m, condition: { field: U }", "has no 'gte'"],
    [
      "type: event_count, rules: [a], timespan: 1m, condition: { field: U, gt: 1 }",
      "has no field in its condition",
    ],
    ["type: value_sum, rules: [a], timespan: 1m, condition: { gt: 1 }", "has no 'field'"],
    ["type: value_sum, rules: [a], timespan: 1m, condition: { field: [U, V], gt: 1 }", "takes one field"],
    [
      "type: value_sum, rules: [a], timespan: 1m, condition: { field: U, percentile: 5, gt: 1 }",
      "a percentile is out of place",
    ],
    ["type: temporal, rules: [a], timespan: 1m, groupby: [x]", "did you mean 'group-by'?"],
    ["type: temporal, rules: [a], timespan: 1m, aliases: { x: y }", "alias 'x' must be a map"],
  ])("refused: %s", (inner, message) => expect(errors(correlationOf(inner))).toContain(message));
});
