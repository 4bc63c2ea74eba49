import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SpoorError } from "../../base/errors.ts";
import { readSysmonConfig, sysmonConfigText } from "./read-sysmon-config.ts";
import { eventIdsOf, eventNames } from "./sysmon-config.ts";

const SHARED = process.env["SPOOR_SHARED"] ?? join(import.meta.dirname, "../../../../shared");
const FOLDER = join(SHARED, "data/sysmon-config");

function config(inside: string): string {
  return `<Sysmon schemaversion="4.90">\n<EventFiltering>\n${inside}\n</EventFiltering>\n</Sysmon>\n`;
}

function rules(inside: string) {
  return readSysmonConfig(config(inside), "c.xml").rules;
}

function failure(text: string): SpoorError {
  try {
    readSysmonConfig(text, "c.xml");
  } catch (error) {
    if (error instanceof SpoorError) return error;
    throw error;
  }
  throw new Error("the text was taken");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

describe("a configuration's rules", () => {
  test("conditions with their event, match, value, name and place", () => {
    const text = config(
      '<ProcessCreate onmatch="include">\n  <Image name="a rule" condition="end with"> cmd.exe </Image></ProcessCreate>',
    );
    const { schemaVersion, rules: found } = readSysmonConfig(text, "c.xml");
    expect(schemaVersion).toBe("4.90");
    expect(found).toMatchObject([
      {
        element: "Image",
        events: ["ProcessCreate"],
        match: "include",
        kind: "condition",
        isInsideRule: false,
        condition: "end with",
        value: "cmd.exe",
        name: "a rule",
        span: { line: 4, column: 16 },
      },
    ]);
    const { start, end } = found[0]!.span;
    expect(text.slice(start, end)).toBe("a rule");
  });

  test("rules of several conditions, which stand before their conditions", () => {
    const found = rules(
      '<RuleGroup name="" groupRelation="or"><ImageLoad onmatch="exclude"><Rule name="both" groupRelation="and"><Image>a</Image><ImageLoaded name="inner">b</ImageLoaded></Rule></ImageLoad></RuleGroup>',
    );
    expect(found.map(({ element, kind, isInsideRule, name }) => [element, kind, isInsideRule, name])).toEqual(
      [
        ["RuleGroup", "group", false, ""],
        ["Rule", "rule", false, "both"],
        ["Image", "condition", true, undefined],
        ["ImageLoaded", "condition", true, "inner"],
      ],
    );
    expect(found.every(({ match }) => match === "exclude")).toBe(true);
  });

  test("a group has the events inside it, and includes where one of them does", () => {
    const [group] = rules(
      '<RuleGroup name="g"><ImageLoad onmatch="exclude"/><DnsQuery onmatch="Include"><QueryName>x</QueryName></DnsQuery></RuleGroup>',
    );
    expect(group).toMatchObject({
      kind: "group",
      events: ["ImageLoad", "DnsQuery"],
      match: "include",
      name: "g",
    });
  });

  test("a filter without 'onmatch' excludes; comments and settings are passed over", () => {
    const text = `<Sysmon><HashAlgorithms name="x">*</HashAlgorithms><EventFiltering><!-- <Image name="no"/> -->
      <NetworkConnect><Image>a</Image></NetworkConnect></EventFiltering></Sysmon>`;
    const { schemaVersion, rules: found } = readSysmonConfig(text, "c.xml");
    expect(schemaVersion).toBeUndefined();
    expect(found).toMatchObject([{ match: "exclude", name: undefined, value: "a" }]);
  });

  test("entities and quotes in names; the place is that of the text in the file", () => {
    const text = config(
      "<DnsQuery onmatch='include'><QueryName condition='is'\n   name = 'a &amp; \"b\"' >x</QueryName></DnsQuery>",
    );
    const [rule] = readSysmonConfig(text, "c.xml").rules;
    expect(rule).toMatchObject({ name: 'a & "b"', span: { line: 4, column: 12 } });
    expect(text.slice(rule!.span.start, rule!.span.end)).toBe('a &amp; "b"');
  });

  test("for all names: what the attribute holds, at its place", () => {
    const name = fc.string({
      unit: fc.constantFrom("a", "=", ",", " ", "&", "<", ">", '"', "'", "ä", "\u{1f600}"),
    });
    fc.assert(
      fc.property(fc.array(name, { maxLength: 5 }), fc.boolean(), (names, hasMark) => {
        const inside = names
          .map((each) => `<Image condition="is" name="${escaped(each)}">x</Image>\n`)
          .join("");
        const text = `${hasMark ? "\uFEFF" : ""}${config(`<ProcessCreate onmatch="include">${inside}</ProcessCreate>`)}`;
        const found = readSysmonConfig(text, "c.xml").rules;
        expect(found.map((rule) => rule.name)).toEqual(names);
        expect(found.map(({ span }) => text.slice(span.start, span.end))).toEqual(names.map(escaped));
      }),
    );
  });
});

describe("a file that is no configuration", () => {
  test.each([
    ["<Sysmon>\n<EventFiltering>\n</Sysmon>", "unexpected close tag", 3],
    ["<Sysmon>\n<Event", "unclosed tag", 2],
    ["<Sysmon a='1'\n a='2'/>", "duplicate attribute", 2],
    ["<Rules/>", "the root element is 'Rules', not 'Sysmon'", 1],
    ["", "must contain a root element", 1],
    ["<Sysmon>&secret;</Sysmon>", "undefined entity", 1],
    ['<!DOCTYPE Sysmon [<!ENTITY a "b">]>\n<Sysmon/>', "it has a DOCTYPE", 1],
    [`<Sysmon>${"<a>".repeat(100)}`, "nested too deep", 1],
  ])("%#: %s", (text, message, line) => {
    const error = failure(text);
    expect([error.code, error.place?.span.line, error.place?.file]).toEqual([
      "SYSMON_CONFIG_DAMAGED",
      line,
      "c.xml",
    ]);
    expect(error.message).toContain(message);
  });
});

describe("a configuration's bytes", () => {
  const text = "<Sysmon/>";

  test("UTF-8 and UTF-16 in both orders, with their marks", () => {
    const little = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
    const big = Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, "utf16le").swap16()]);
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]);
    for (const bytes of [Buffer.from(text), marked, little, big])
      expect(sysmonConfigText(bytes, "c")).toBe(text);
  });

  test("no more than a configuration can have", () => {
    expect(() => sysmonConfigText(Buffer.alloc((64 << 20) + 1), "c.xml")).toThrow("too large");
  });
});

test("filters stand for all of Sysmon's events but its own two, 4 and 16", () => {
  expect(eventIdsOf("RegistryEvent")).toEqual([12, 13, 14]);
  expect(eventIdsOf("Registry")).toEqual([]);
  expect(new Set(eventNames().flatMap(eventIdsOf)).size).toBe(27);
});

test.skipIf(!existsSync(FOLDER) && process.env["CI"] === undefined).each([
  ["sysmonconfig.xml", 2300, 897],
  ["sysmonconfig-with-filedelete.xml", 2517, 902],
])("%s: all rules, and every name at its place (needs the shared data)", (name, total, named) => {
  const text = sysmonConfigText(readFileSync(join(FOLDER, name)), name);
  const { schemaVersion, rules: found } = readSysmonConfig(text, name);
  expect([schemaVersion, found.length]).toEqual(["4.90", total]);
  const names = found.filter((rule) => rule.name !== undefined);
  expect(names).toHaveLength(named);
  const elsewhere = names.filter(
    ({ span, name: own }) => text.slice(span.start, span.end).replaceAll("&amp;", "&") !== own,
  );
  expect(elsewhere).toEqual([]);
  expect(
    found.every(({ events }) => events.length > 0 && events.every((event) => eventIdsOf(event).length > 0)),
  ).toBe(true);
});
