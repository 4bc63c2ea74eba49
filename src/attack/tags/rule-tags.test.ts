import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ownCatalogue } from "../catalogue/current-catalogue.ts";
import { RulePlacer, placeRule } from "./rule-placement.ts";
import { ANALYTICS, hasRuleName, parseRuleTags, ruleNameOf } from "./rule-tags.ts";
import type { RuleTags } from "./rule-tags.ts";

/** `id=name` of each technique. */
function techniques(ruleName: string): string[] {
  return parseRuleTags(ruleName).techniques.map(({ id, name }) => `${id ?? "?"}=${name ?? "?"}`);
}

describe("tags of a rule's name", () => {
  test.each([
    ["technique_id=T1059.001,technique_name=PowerShell", ["T1059.001=PowerShell"]],
    ["technique_name=PowerShell,technique_id=T1059.001", ["T1059.001=PowerShell"]],
    [" Technique_ID = t1059.001 ;  Technique-Name = PowerShell ", ["T1059.001=PowerShell"]],
    ["mitre_technique_id=T1047,mitre_technique_name=WMI", ["T1047=WMI"]],
    ["attack_technique_id=T1047", ["T1047=?"]],
    ["technique=T1105,technique_name=Ingress Tool Transfer", ["T1105=Ingress Tool Transfer"]],
    ["technique=PowerShell", ["?=PowerShell"]],
    ["technique_id=T1003 technique_name=OS Credential Dumping", ["T1003=OS Credential Dumping"]],
    [
      "technique_id=T1003,technique_name=One,technique_id=T1047,technique_name=Two",
      ["T1003=One", "T1047=Two"],
    ],
    [
      "technique_name=One,technique_id=T1003,technique_name=Two,technique_id=T1047",
      ["T1003=One", "T1047=Two"],
    ],
    [
      "technique_id=T1003,technique_id=T1047,technique_name=One,technique_name=Two",
      ["T1003=One", "T1047=Two"],
    ],
    ["technique_id=T1003,technique_id=T1047,technique_name=Two", ["T1003=?", "T1047=Two"]],
    ["technique_id=T1003;T1047|T1055/T1112,analytic=Signature", ["T1003=?", "T1047=?", "T1055=?", "T1112=?"]],
    [
      "technique_name=System Services, Service Execution,technique_id=T1569",
      ["T1569=System Services, Service Execution"],
    ],
    ["T1562,office", ["T1562=?"]],
    ["T1047 - WMI", ["T1047=?"]],
    ["T1059.001_PowerShell", ["T1059.001=?"]],
    ["Persistence - via Run key", []],
    ["PowerShell", []],
  ])("%s", (ruleName, expected) => {
    expect(techniques(ruleName)).toEqual(expected);
  });

  test.each(["", "  ", "-", " - "])("'%s' is no name", (ruleName) => {
    expect(hasRuleName(ruleName)).toBe(false);
    expect(parseRuleTags(ruleName)).toEqual({
      techniques: [],
      tactics: [],
      analytic: undefined,
      others: [],
      labels: [],
    });
  });

  test.each([
    ["analytic=Signature", "Signature"],
    ["analytic=situational_awareness", "Situational Awareness"],
    ["technique_id=T1047, analytic = SITUATIONAL AWARENESS", "Situational Awareness"],
    ["mitre_analytic=Hunch", "Hunch"],
    ["technique_id=T1047", undefined],
  ])("the analytic of %s is %s", (ruleName, analytic) => {
    expect(parseRuleTags(ruleName).analytic).toBe(analytic);
  });

  test("an id that is none is kept as it stands, with its place", () => {
    const ruleName = "technique_id=T1059/001,technique_name=PowerShell";
    const [technique] = parseRuleTags(ruleName).techniques;
    expect(technique).toMatchObject({ id: undefined, malformedId: "T1059/001", name: "PowerShell" });
    expect(ruleName.slice(technique!.idRange!.start, technique!.idRange!.end)).toBe("T1059/001");
    expect(ruleName.slice(technique!.nameRange!.start, technique!.nameRange!.end)).toBe("PowerShell");
    expect(parseRuleTags("technique_id=,technique_name=").techniques).toMatchObject([{ malformedId: "" }]);
  });

  test("tactics, unknown keys and texts without a key are kept", () => {
    const tags = parseRuleTags("office,technique_id=T1047 by wmic,phase_name=Execution,owner=blue team, day");
    expect(tags).toMatchObject({
      tactics: ["Execution"],
      others: [{ key: "owner", value: "blue team, day" }],
      labels: ["office", "by wmic"],
    });
  });
});

const ID = fc
  .tuple(fc.integer({ min: 1000, max: 1999 }), fc.option(fc.integer({ min: 1, max: 99 }), { nil: undefined }))
  .map(([number, sub]) => (sub === undefined ? `T${number}` : `T${number}.${String(sub).padStart(3, "0")}`));
/** Words of a title: no separators at the ends, nothing that reads as a key or an id. */
const NAME = fc
  .array(fc.stringMatching(/^[A-Za-z][A-Za-z/().-]{0,8}[a-z]$/), { minLength: 1, maxLength: 4 })
  .map((words) => words.join(" "));

const TAGGED = fc.record({ id: ID, name: NAME });

function plain({ techniques: found, tactics, analytic, others, labels }: RuleTags) {
  return {
    techniques: found.map(({ id, malformedId, name }) => ({ id, malformedId, name })),
    tactics,
    analytic,
    others: others.map(({ key, value }) => ({ key, value })),
    labels,
  };
}

function letters(text: string): string {
  return text.toUpperCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}

describe("for all names", () => {
  test("what is written by the convention is read again, whatever the order, spaces, case and prefix", () => {
    const style = fc.record({
      prefix: fc.constantFrom("", "mitre_", "MITRE_"),
      separator: fc.constantFrom(",", ", ", " ; ", "|"),
      equals: fc.constantFrom("=", " = "),
      nameFirst: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(TAGGED, { minLength: 1, maxLength: 4 }),
        fc.option(fc.constantFrom(...ANALYTICS), { nil: undefined }),
        style,
        (list, analytic, { prefix, separator, equals, nameFirst }) => {
          const parts = list.flatMap(({ id, name }) => {
            const pair = [`${prefix}technique_id${equals}${id}`, `${prefix}technique_name${equals}${name}`];
            return nameFirst ? pair.toReversed() : pair;
          });
          if (analytic !== undefined) parts.push(`${prefix}analytic${equals}${analytic}`);
          const tags = parseRuleTags(parts.join(separator));
          expect(tags.techniques.map(({ id, name }) => ({ id, name }))).toEqual(list);
          expect(tags.analytic).toBe(analytic);
          expect(tags.others).toEqual([]);
          expect(tags.labels).toEqual([]);
        },
      ),
    );
  });

  test("tags written again are the same tags", () => {
    const list = fc.array(fc.oneof(TAGGED, fc.record({ id: ID, name: fc.constant(undefined) })), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(list, fc.array(NAME, { maxLength: 2 }), fc.boolean(), (tagged, tactics, isSignature) => {
        const tags: RuleTags = {
          techniques: tagged.map(({ id, name }) => ({
            id,
            malformedId: undefined,
            idRange: undefined,
            name,
            nameRange: undefined,
            isBare: false,
          })),
          tactics,
          analytic: isSignature ? "Signature" : undefined,
          others: [{ key: "owner", value: "blue", range: { start: 0, end: 0 } }],
          labels: [],
        };
        // An id without a name before one with a name: names then belong to what stands beside them.
        expect(plain(parseRuleTags(ruleNameOf(tags)))).toEqual(plain(tags));
      }),
    );
  });

  test("reading never fails, takes ranges from the name, and loses no letter or digit of a text without keys", () => {
    const words = fc.constantFrom(
      "technique_id=",
      "T1059",
      "T1",
      ".001",
      ",",
      ";",
      " ",
      "=",
      "analytic=",
      "-",
      "ä",
      "\u{1f600}",
      "\ud800",
      "\u0000",
      "x",
    );
    const text = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.array(words, { maxLength: 12 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (ruleName) => {
        const tags = parseRuleTags(ruleName);
        for (const { id, malformedId, name, idRange, nameRange } of tags.techniques) {
          if (idRange !== undefined)
            expect(ruleName.slice(idRange.start, idRange.end).toUpperCase()).toBe(
              (id ?? malformedId!).toUpperCase(),
            );
          if (nameRange !== undefined) expect(ruleName.slice(nameRange.start, nameRange.end)).toBe(name);
        }
        if (ruleName.includes("=")) return;
        const kept = [...tags.techniques.map(({ id }) => id ?? ""), ...tags.labels].join("");
        expect(letters(kept)).toBe(letters(ruleName));
      }),
    );
  });

  test("a long name takes no longer than its length", () => {
    const long = `${"technique_id ".repeat(20_000)}${" ".repeat(20_000)}${",a".repeat(20_000)}`;
    expect(parseRuleTags(long).techniques).toEqual([]);
  });
});

describe("placing a rule", () => {
  const catalogue = ownCatalogue();

  test("gives all tactics of a technique", () => {
    const { techniques: placed, tactics } = placeRule(
      "technique_id=T1055,technique_name=Injection",
      catalogue,
    );
    expect(placed).toMatchObject([{ id: "T1055", title: "Process Injection" }]);
    expect(tactics).toEqual(["privilege-escalation", "defense-evasion"]);
  });

  test("gives the tactics of all techniques in the order of the matrix, each once", () => {
    expect(placeRule("technique_id=T1055;T1047;T1053", catalogue).tactics).toEqual([
      "execution",
      "persistence",
      "privilege-escalation",
      "defense-evasion",
    ]);
  });

  test("of a revoked technique says what is tagged and what stands for it today", () => {
    const [placed] = placeRule("technique_id=T1086,technique_name=PowerShell", catalogue).techniques;
    expect([placed?.id, placed?.title, placed?.current?.id]).toEqual(["T1086", "PowerShell", "T1059.001"]);
  });

  test("keeps an unknown technique as it is tagged", () => {
    const { techniques: placed, tactics } = placeRule(
      "technique_id=T9999,technique_name=New,tactic=Impact",
      catalogue,
    );
    expect(placed).toEqual([{ id: "T9999", title: "New", tactics: [], current: undefined }]);
    expect(tactics).toEqual(["impact"]);
  });

  test("knows a technique by a title that only one has", () => {
    expect(placeRule("technique_name=PowerShell", catalogue).techniques[0]?.id).toBe("T1059.001");
    expect(placeRule("technique_name=Domain Account", catalogue).techniques[0]?.id).toBeUndefined();
    expect(placeRule("PowerShell", catalogue).techniques).toEqual([]);
  });

  test("a placer answers as placing does, also past its memory", () => {
    const placer = new RulePlacer(catalogue);
    for (let i = 0; i < 5000; i++) {
      const ruleName = `technique_id=T${1000 + (i % 900)},technique_name=n${i % 3000}`;
      expect(placer.place(ruleName).techniques).toEqual(placeRule(ruleName, catalogue).techniques);
    }
    expect(placer.place("T1047")).toBe(placer.place("T1047"));
  });
});
