import { describe, expect, test } from "vitest";
import { errorText } from "../../base/error-text.ts";
import { evaluate } from "../expression/evaluate.ts";
import { RecordFields } from "../expression/event-fields.ts";
import { windowsLogSources } from "../log-sources/read-log-sources.ts";
import { attackTags } from "./attack-tags.ts";
import { lintRule } from "./lint-rule.ts";
import { alertingKeys, loadRules } from "./rule-set.ts";
import type { RuleSet } from "./rule-set.ts";

function rule(name: string, extra = ""): string {
  return `title: Rule ${name}\nname: ${name}\n${extra}logsource: { product: windows, category: process_creation }\ndetection: { s: { A: ${name} }, condition: s }\n`;
}

function load(...texts: readonly string[]): RuleSet {
  return loadRules(texts.map((text, at) => ({ text, file: `${at}.yml` })));
}

function messages(set: RuleSet): string {
  return set.errors.map(errorText).join("\n");
}

function holds(set: RuleSet, name: string, event: Record<string, string>): boolean {
  return evaluate(
    set.rules.find(({ metadata }) => metadata.name === name)!.expression,
    new RecordFields(event),
  );
}

const filterOf = (rules: string, logSource = "{ product: windows }", condition = "not selection"): string =>
  `title: No admins\nlogsource: ${logSource}\nfilter: { rules: ${rules}, selection: { User|startswith: adm_ }, condition: ${condition} }\n`;

describe("filters", () => {
  test("are joined to the rules they name, by id or name", () => {
    const set = load(rule("a"), rule("b"), filterOf("[a]"));
    expect(messages(set)).toBe("");
    expect(holds(set, "a", { A: "a", User: "ADM_x" })).toBe(false);
    expect(holds(set, "a", { A: "a", User: "joe" })).toBe(true);
    expect(holds(set, "b", { A: "b", User: "adm_x" })).toBe(true);
  });

  test("their condition is what the rules keep", () => {
    const set = load(rule("a"), filterOf("[a]", "{ product: windows }", "selection"));
    expect(holds(set, "a", { A: "a", User: "adm_x" })).toBe(true);
    expect(holds(set, "a", { A: "a", User: "joe" })).toBe(false);
  });

  test("of any rule are for those of their log source", () => {
    const set = load(rule("a"), filterOf("any", "{ product: windows, category: process_creation }"));
    expect(holds(set, "a", { A: "a", User: "adm_x" })).toBe(false);
    expect(
      holds(load(rule("a"), filterOf("any", "{ service: security }")), "a", { A: "a", User: "adm_x" }),
    ).toBe(true);
  });

  test("that name unknown rules are told", () => {
    expect(messages(load(rule("abc"), filterOf("[abd]")))).toContain("did you mean 'abc'?");
  });
});

const temporal = (name: string, rules: string, extra = ""): string =>
  `title: ${name}\nname: ${name}\ncorrelation: { type: temporal, rules: ${rules}, timespan: 1m${extra} }\n`;

describe("references", () => {
  test("correlations stand after what they refer to, wherever they are written", () => {
    const set = load(temporal("outer", "[inner, a]"), temporal("inner", "[a]"), rule("a"));
    expect(messages(set)).toBe("");
    expect(set.correlations.map(({ metadata }) => metadata.name)).toEqual(["inner", "outer"]);
  });

  test("an unknown rule refuses the correlation, and those that refer to it", () => {
    const set = load(
      temporal("outer", "[inner]"),
      temporal("inner", "[aa]"),
      rule("a"),
      temporal("fine", "[a]"),
    );
    expect(set.correlations.map(({ metadata }) => metadata.name)).toEqual(["fine"]);
    expect(messages(set)).toContain("rule 'aa' is not loaded");
    expect(messages(set)).toContain("correlation 'inner' was refused");
  });

  test("circles are refused", () => {
    const set = load(temporal("x", "[y]"), temporal("y", "[x]"));
    expect(set.correlations).toEqual([]);
    expect(messages(set)).toContain("refers to itself");
  });

  test("aliases speak of the correlation's own rules", () => {
    const set = load(
      rule("a"),
      rule("b"),
      temporal("x", "[a]", ", group-by: [ip], aliases: { ip: { b: F } }"),
    );
    expect(messages(set)).toContain("alias 'ip' speaks of rule 'b'");
  });
});

test("rules that stand only in correlations give no alerts of their own, unless the correlation says so", () => {
  const set = load(
    rule("a"),
    rule("b"),
    rule("c"),
    temporal("x", "[a, b]"),
    temporal("y", "[b, x]", ", generate: true"),
  );
  expect([...alertingKeys(set)].toSorted()).toEqual(["b", "c", "x", "y"]);
});

test("of two rules with one id or name the first is kept", () => {
  const set = load(rule("a"), rule("a"), rule("b", "id: x\n"), rule("c", "id: x\n"));
  expect(set.rules.map(({ metadata }) => metadata.name)).toEqual(["a", "b"]);
  expect(messages(set)).toContain("the first is 'Rule a' of 0.yml");
});

test("tags name techniques, tactics, groups and software", () => {
  const tags = [
    "attack.t1059.001",
    "attack.T1003",
    "attack.credential_access",
    "attack.g0016",
    "attack.s0002",
    "cve.2021-1",
    "attack.t1059.001",
  ];
  expect(attackTags(tags)).toEqual({
    techniques: ["T1059.001", "T1003"],
    tactics: ["credential-access"],
    groups: ["G0016"],
    software: ["S0002"],
  });
});

const checks = (text: string, fields?: readonly string[]): string[] => {
  const [found] = load(text).rules;
  const known = fields === undefined ? {} : { knownFields: () => new Set(fields) };
  return lintRule(found!, { logSources: windowsLogSources(), ...known }).map(
    ({ check, message, hint }) => `${check}: ${message}${hint === undefined ? "" : ` (${hint})`}`,
  );
};

describe("lint", () => {
  const clean = `title: t
id: 545a5da6-f103-4919-a519-e9aec1026ee4
description: d
date: 2024-01-31
level: low
tags: [attack.t1059]
logsource: { product: windows, category: process_creation }
detection: { s: { Image: x }, condition: s }
`;

  test("finds nothing in a rule that has everything", () => expect(checks(clean, ["Image"])).toEqual([]));

  test.each([
    [clean.replace(/id: .*\n/, ""), "missing-id"],
    [clean.replace(/id: .*/, "id: 17"), "invalid-id: id '17' is no UUID"],
    [clean.replace(/date: .*\n/, ""), "missing-date"],
    [clean.replace(/date: .*/, "date: 2024/01/31"), "invalid-date: '2024/01/31' is no date"],
    [
      clean.replace("level: low", "level: low\ntaxonomy: ecs"),
      "other-taxonomy: taxonomy 'ecs' is not translated",
    ],
    [clean.replace(/level: .*\n/, ""), "missing-level"],
    [clean.replace(/description: .*\n/, ""), "missing-description"],
    [clean.replace("title: t", `title: ${"x".repeat(300)}`), "long-title"],
    [clean.replace("attack.t1059", "cve.2024-1"), "no-attack-technique"],
    [clean.replace("attack.t1059", "attack.t1059, Some Tag"), "invalid-tag: 'Some Tag' is no tag"],
    [clean.replace("process_creation", "process_craetion"), "did you mean 'process_creation'?"],
    [
      clean.replace("condition: s", "u: { Image: y }, condition: s"),
      "unused-selection: no condition uses selection 'u'",
    ],
  ])("finds what is missing or odd: %#", (text, finding) =>
    expect(checks(text).join("\n")).toContain(finding),
  );

  test("asks whether events have the fields", () => {
    expect(checks(clean.replace("Image", "Imgae"), ["Image", "CommandLine"])).toEqual([
      "unknown-field: selection 's' asks for field 'Imgae', which its events do not have (did you mean 'Image'?)",
    ]);
  });
});
