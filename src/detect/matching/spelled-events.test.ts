/** Rules over events as their JSON documents spell them, compared with the interpreter over the parsed documents. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { SourceObject } from "../../events/shapes/raw-event.ts";
import { readRawEvent } from "../../events/shapes/read-raw-event.ts";
import { DocumentFields } from "../events/document-fields.ts";
import { RawEventFields } from "../events/raw-event-fields.ts";
import type { FieldValue } from "../expression/event-fields.ts";
import type { Expression } from "../expression/expression.ts";
import { eventRecord, expression, FIELDS } from "../expression/expression-arbitrary.ts";
import { LogSourceMap } from "../log-sources/log-source-map.ts";
import { readLogSources } from "../log-sources/read-log-sources.ts";
import type { LogSource, RuleMetadata, SigmaRule } from "../rule/sigma-document.ts";
import { boundRuleHits } from "./bound-rule.ts";
import { RuleMatcher } from "./rule-matcher.ts";

const SOURCES = new LogSourceMap(
  readLogSources({
    file: "test.yaml",
    text: `
log-sources:
  - { product: p, events: [{}] }
  - { product: p, category: one, events: [{ channel: Alpha, event-id: 1 }] }
  - { product: p, category: two, events: [{ channel: Alpha, fields: { Image: Other } }] }
`,
  }),
);

let count = 0;

function ruleOf(category: string | undefined, condition: Expression): SigmaRule {
  const id = `r${count++}`;
  const logSource: LogSource = { category, product: "p", service: undefined, definition: undefined };
  const metadata = { id, title: id, name: undefined } as unknown as RuleMetadata;
  const rest = { selections: new Map(), conditions: [], unusedSelections: [] };
  return { kind: "rule", metadata, logSource, expression: condition, ...rest };
}

const rule = fc
  .tuple(fc.constantFrom(undefined, "one", "two"), expression)
  .map(([category, condition]) => ruleOf(category, condition));

/** Texts long enough that they are filtered before they are scanned, at any place of the document. */
const filler = fc.string({ unit: fc.constantFrom("x", " ", "\\", '"', "e", "ü"), maxLength: 40 });
const document = fc
  .tuple(
    fc.record({ log_name: fc.constantFrom("Alpha", "beta"), event_id: fc.constantFrom(1, "7") }),
    eventRecord,
    fc.tuple(filler, filler, filler),
    fc.boolean(),
  )
  .map(([header, record, [before, after, message], isNested]) => {
    const data: Record<string, FieldValue> = { Other: before };
    for (const field of FIELDS) {
      const value = record[field];
      if (value === undefined) continue;
      data[field] = typeof value === "string" && before !== "" ? before + value + after : value;
    }
    const nested = isNested ? { Nested: { inner: after + message } } : {};
    return JSON.stringify({ ...header, event_data: { ...data, ...nested }, message });
  });

function ids(rules: readonly SigmaRule[]): string[] {
  return rules.map(({ metadata }) => metadata.id!);
}

function expectSame(matcher: RuleMatcher, fields: DocumentFields, text: string): boolean {
  const parsed = new RawEventFields(readRawEvent(JSON.parse(text) as SourceObject));
  const alone = [...matcher.bound()].filter((bound) => boundRuleHits(bound, parsed)).map((each) => each.rule);
  if (!fields.read(text)) return false;
  expect(ids(matcher.match(fields))).toEqual(ids(alone));
  for (const hit of alone) expect(matcher.explain(hit, fields)).toEqual(matcher.explain(hit, parsed));
  return true;
}

test("all rules find in documents what each finds in the parsed event", () => {
  const fields = new DocumentFields();
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 12 }), fc.array(document, { maxLength: 12 }), (rules, texts) => {
      const matcher = new RuleMatcher(SOURCES, rules);
      for (const text of texts) expectSame(matcher, fields, text);
    }),
    { numRuns: 400 },
  );
});

test("and after they have chosen anew what they wait for", () => {
  const [rules] = fc.sample(fc.array(rule, { minLength: 30, maxLength: 30 }), { numRuns: 1, seed: 11 });
  const texts = fc.sample(document, { numRuns: 3000, seed: 11 });
  const matcher = new RuleMatcher(SOURCES, rules!);
  const fields = new DocumentFields();
  const read = texts.filter((text) => expectSame(matcher, fields, text)).length;
  expect(read).toBe(texts.length);
});
