import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RecordFields } from "../expression/event-fields.ts";
import type { EventFields, FieldValue } from "../expression/event-fields.ts";
import type { Expression } from "../expression/expression.ts";
import { eventRecord, expression } from "../expression/expression-arbitrary.ts";
import { LogSourceMap } from "../log-sources/log-source-map.ts";
import { readLogSources, windowsLogSources } from "../log-sources/read-log-sources.ts";
import { loadRules } from "../rule/rule-set.ts";
import type { LogSource, RuleMetadata, SigmaRule } from "../rule/sigma-document.ts";
import { boundRuleHits } from "./bound-rule.ts";
import { RuleMatcher } from "./rule-matcher.ts";

const SOURCES = new LogSourceMap(
  readLogSources({
    file: "test.yaml",
    text: String.raw`
log-sources:
  - { product: p, events: [{}] }
  - { product: p, category: one, events: [{ channel: Alpha, event-id: 1 }, { channel: Beta, event-id: 7, fields: { Image: Other } }] }
  - { product: p, category: two, events: [{ channel: [Alpha, Beta], provider: Prov }] }
  - { product: p, service: beta, events: [{ channel: Beta }] }
  - { product: p, category: twice, events: [{ channel: Alpha }, { channel: Alpha, event-id: 1, fields: { User: Other } }] }
  - product: p
    category: made
    events:
      - channel: Beta
        fields:
          Image: { join: [Image, Other], with: '\', replace-start: { 'C:': 'D:' } }
          User: { field: User, values: { cmd: power } }
          CommandLine: { value: cmd }
`,
  }),
);

const SHAPES: readonly Partial<LogSource>[] = [
  { product: "p" },
  { product: "p", category: "one" },
  { category: "two" },
  { product: "p", service: "beta" },
  { category: "one", service: "beta" },
  { category: "twice" },
  { category: "made" },
  { category: "unknown" },
];

let count = 0;

function ruleOf(source: Partial<LogSource>, condition: Expression, id = `r${count++}`): SigmaRule {
  const logSource: LogSource = {
    category: undefined,
    product: undefined,
    service: undefined,
    definition: undefined,
    ...source,
  };
  const metadata = { id, title: id, name: undefined } as unknown as RuleMetadata;
  return {
    kind: "rule",
    metadata,
    logSource,
    selections: new Map(),
    conditions: [],
    expression: condition,
    unusedSelections: [],
  };
}

function equality(field: string, text: string): Expression {
  return { kind: "test", field, matcher: { kind: "text", relation: "equals", text, cased: false } };
}

const header = fc.record({
  Channel: fc.constantFrom("Alpha", "beta", "Gamma"),
  EventID: fc.constantFrom<FieldValue>(1, 7, "7", 99),
  Provider_Name: fc.constantFrom("prov", "Other", "x"),
  Other: fc.constantFrom("cmd", "x.exe", ""),
});
const event = fc.tuple(header, eventRecord).map(([head, body]) => new RecordFields({ ...head, ...body }));
const headerTest = fc.constantFrom(
  equality("EventID", "7"),
  equality("EventID", "1"),
  equality("Provider_Name", "prov"),
  equality("Channel", "gamma"),
);
const rule = fc
  .tuple(
    fc.constantFrom(...SHAPES),
    expression,
    fc.option(headerTest, { nil: undefined }),
    fc.constantFrom("and", "or"),
  )
  .map(([source, condition, head, kind]) =>
    ruleOf(
      source,
      head === undefined ? condition : { kind: kind as "and" | "or", operands: [head, condition] },
    ),
  );

function expected(matcher: RuleMatcher, fields: EventFields): string[] {
  return [...matcher.bound()]
    .filter((bound) => boundRuleHits(bound, fields))
    .map((bound) => bound.rule.metadata.id!);
}

function hits(matcher: RuleMatcher, fields: EventFields): string[] {
  return matcher.match(fields).map(({ metadata }) => metadata.id!);
}

describe("all rules at once", () => {
  test("find what each rule finds alone", () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 12 }), fc.array(event, { maxLength: 12 }), (rules, events) => {
        const matcher = new RuleMatcher(SOURCES, rules);
        for (const fields of events) expect(hits(matcher, fields)).toEqual(expected(matcher, fields));
      }),
      { numRuns: 400 },
    );
  });

  test("and go on so while rules come, change and go", () => {
    const change = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.option(rule, { nil: undefined }));
    fc.assert(
      fc.property(fc.array(fc.tuple(change, event), { maxLength: 20 }), (steps) => {
        const matcher = new RuleMatcher(SOURCES);
        for (const [[slot, next], fields] of steps) {
          if (next === undefined) matcher.remove(`s${slot}`);
          else matcher.add({ ...next, metadata: { ...next.metadata, id: `s${slot}` } });
          expect(hits(matcher, fields).toSorted()).toEqual(expected(matcher, fields).toSorted());
        }
      }),
      { numRuns: 150 },
    );
  });

  test("and after they have chosen anew what they wait for", () => {
    const [rules] = fc.sample(fc.array(rule, { minLength: 30, maxLength: 30 }), { numRuns: 1, seed: 7 });
    const events = fc.sample(event, { numRuns: 3000, seed: 7 });
    const matcher = new RuleMatcher(SOURCES, rules!);
    for (let round = 0; round < 4; round++)
      for (const fields of events) expect(hits(matcher, fields)).toEqual(expected(matcher, fields));
  });
});

const contains = (field: string, text: string): Expression => ({
  kind: "test",
  field,
  matcher: { kind: "text", relation: "contains", text, cased: false },
});

describe("the cost", () => {
  /** Counts what is asked of an event. */
  class CountedFields extends RecordFields {
    readonly asked: string[] = [];

    override get(name: string): FieldValue | undefined {
      this.asked.push(name);
      return super.get(name);
    }
  }

  const beta = { product: "p", service: "beta" };

  test("only fields that matter are asked for, each once", () => {
    const rules = Array.from({ length: 50 }, (_, at): SigmaRule =>
      ruleOf(beta, { kind: "and", operands: [contains("A", `rare-word-${at}`), contains("B", `b${at}`)] }),
    );
    const matcher = new RuleMatcher(SOURCES, rules);
    const miss = new CountedFields({ Channel: "Beta", EventID: 3, A: "nothing", B: "b1" });
    expect(hits(matcher, miss)).toEqual([]);
    expect(miss.asked).toEqual(["Channel", "EventID", "A"]);
    const hit = new CountedFields({ Channel: "Beta", EventID: 3, A: "a rare-word-7 here", B: "xb7" });
    expect(hits(matcher, hit)).toHaveLength(1);
    expect(hit.asked).toEqual(["Channel", "EventID", "A", "B"]);
    const foreign = new CountedFields({ Channel: "Alpha", EventID: 3, A: "rare-word-7" });
    expect(hits(matcher, foreign)).toEqual([]);
    expect(foreign.asked).toEqual(["Channel", "EventID"]);
  });

  test("a changed rule undoes only the plans it belongs to", () => {
    const rules = [
      ruleOf({ category: "one" }, contains("A", "xyz"), "one"),
      ruleOf(beta, contains("A", "abc"), "beta"),
    ];
    const matcher = new RuleMatcher(SOURCES, rules);
    const events = [
      { Channel: "Alpha", EventID: 1, A: "xyz abc" },
      { Channel: "Beta", EventID: 3, A: "abc" },
    ].map((record) => new RecordFields(record));
    expect(events.map((fields) => hits(matcher, fields))).toEqual([["one"], ["beta"]]);
    const built = matcher.statistics().plansBuilt;
    matcher.add(ruleOf(beta, contains("A", "q"), "beta"));
    expect(events.map((fields) => hits(matcher, fields))).toEqual([["one"], []]);
    expect(matcher.statistics().plansBuilt).toBe(built + 1);
    expect(matcher.remove("beta")).toBe(true);
    expect(matcher.remove("beta")).toBe(false);
    expect(matcher.statistics()).toMatchObject({ rules: 1, unmapped: 0 });
  });

  test("values that no rule names share one plan", () => {
    const matcher = new RuleMatcher(SOURCES, [ruleOf({ product: "p" }, contains("A", "xyz"), "any")]);
    for (let id = 0; id < 500; id++)
      expect(hits(matcher, new RecordFields({ Channel: `c${id}`, EventID: id, A: "xyz" }))).toEqual(["any"]);
    expect(matcher.statistics().plans).toBe(1);
  });
});

describe("windows", () => {
  const [found] = loadRules([
    {
      file: "r.yml",
      text: String.raw`title: Whoami as system
id: w
logsource: { product: windows, category: process_creation }
detection:
  selection: { Image|endswith: '\whoami.exe' }
  user: { User|contains: [AUTHORI, AUTORI] }
  filter_main: { ParentImage|endswith: '\agent.exe' }
  condition: selection and user and not 1 of filter_main*
`,
    },
  ]).rules;
  const matcher = new RuleMatcher(windowsLogSources(), [found!]);
  const sysmon = new RecordFields({
    Channel: "Microsoft-Windows-Sysmon/Operational",
    EventID: 1,
    Image: String.raw`C:\Windows\System32\whoami.exe`,
    User: String.raw`NT AUTHORITY\SYSTEM`,
    ParentImage: "cmd.exe",
  });
  const security = new RecordFields({
    Channel: "Security",
    EventID: "4688",
    NewProcessName: String.raw`C:\Windows\System32\whoami.exe`,
    SubjectDomainName: "NT AUTHORITY",
    SubjectUserName: "SYSTEM",
    ParentProcessName: "cmd.exe",
  });

  test("a rule for process creation hits Sysmon's event and Windows' own", () => {
    expect(hits(matcher, sysmon)).toEqual(["w"]);
    expect(hits(matcher, security)).toEqual(["w"]);
    expect(
      hits(
        matcher,
        new RecordFields({ Channel: "Security", EventID: 4689, NewProcessName: "x\\whoami.exe" }),
      ),
    ).toEqual([]);
  });

  test("a hit is explained clause by clause", () => {
    expect(matcher.explain(found!, security)).toEqual([
      {
        selection: "selection",
        field: "Image",
        value: String.raw`C:\Windows\System32\whoami.exe`,
        test: String.raw`ends with '\whoami.exe'`,
        negated: false,
      },
      {
        selection: "user",
        field: "User",
        value: String.raw`NT AUTHORITY\SYSTEM`,
        test: "contains 'authori'",
        negated: false,
      },
      { selection: "filter_main", field: undefined, value: undefined, test: "does not hold", negated: true },
    ]);
    expect(matcher.explain(found!, new RecordFields({}))).toEqual([]);
    expect(matcher.fieldsFor(found!, security).get("Image")).toContain("whoami");
  });
});
