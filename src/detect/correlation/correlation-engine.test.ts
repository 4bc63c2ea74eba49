import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RecordFields } from "../expression/event-fields.ts";
import { MemoryStore } from "../../engine/state/memory-store.ts";
import { loadRules } from "../rule/rule-set.ts";
import type { RuleSet } from "../rule/rule-set.ts";
import { CorrelationEngine } from "./correlation-engine.ts";
import type { CorrelationOptions } from "./correlation-engine.ts";
import type { CorrelationHit } from "./correlation-item.ts";
import { CorrelationStore } from "./correlation-store.ts";

const RULES = ["a", "b", "c"]
  .map(
    (name) => `
title: Rule ${name}
name: ${name}
logsource: { product: windows }
detection: { selection: { Kind: ${name} }, condition: selection }
`,
  )
  .join("---");

function load(correlations: string): RuleSet {
  const set = loadRules([{ text: `${RULES}---${correlations}`, file: "rules.yml" }]);
  expect(set.errors).toEqual([]);
  return set;
}

interface Step {
  readonly s: number;
  /** Rules that hit, one letter each. */
  readonly hits: string;
  readonly fields?: Readonly<Record<string, string>>;
}

function keysOf(set: RuleSet): Map<string, string> {
  return new Map(set.rules.map(({ metadata }) => [metadata.name!, metadata.id ?? metadata.name!]));
}

function run(engine: CorrelationEngine, set: RuleSet, steps: readonly Step[]): CorrelationHit[] {
  const keys = keysOf(set);
  return steps.flatMap(({ s, hits, fields = { User: "u" } }, at) =>
    engine.accept({
      timeMs: s * 1000,
      reference: `e${at}`,
      hits: new Map([...hits].map((letter) => [keys.get(letter)!, new RecordFields(fields)])),
    }),
  );
}

function correlate(
  correlations: string,
  steps: readonly Step[],
  options: CorrelationOptions = {},
): CorrelationHit[] {
  const set = load(correlations);
  return run(new CorrelationEngine(set, options), set, steps);
}

function correlation(name: string, body: string): string {
  return `
title: ${name}
name: ${name}
correlation:
${body.trim().replaceAll(/^ */gm, "  ")}
`;
}

const at = (...seconds: readonly number[]): Step[] => seconds.map((s) => ({ s, hits: "a" }));
const COUNT3 = `{ type: event_count, rules: [a], group-by: [User], timespan: 10s, condition: { gte: 3 } }`;
const count3 = `
title: three
name: three
correlation: ${COUNT3}
`;

describe("event_count", () => {
  test("comes true with the event that makes the count, within the time span, both ends included", () => {
    const hits = correlate(count3, at(0, 5, 10));
    expect(hits).toMatchObject([
      {
        key: "three",
        group: { User: "u" },
        items: 3,
        measured: 3,
        firstMs: 0,
        lastMs: 10_000,
        timeMs: 10_000,
      },
    ]);
    expect(hits[0]!.references).toEqual(["e0", "e1", "e2"]);
    expect(correlate(count3, at(0, 5, 11))).toEqual([]);
  });

  test("slides: the window need not begin with the first event", () => {
    expect(correlate(count3, at(0, 9, 12, 15)).map(({ firstMs }) => firstMs)).toEqual([9000]);
  });

  test("spends the events of a hit", () => {
    expect(correlate(count3, at(0, 1, 2, 3, 4, 5, 6)).map(({ lastMs }) => lastMs)).toEqual([2000, 5000]);
  });

  test("counts each group alone, whatever the case of its value", () => {
    const steps = ["x", "y", "X", "y", "x"].map((User, s) => ({ s, hits: "a", fields: { User } }));
    expect(correlate(count3, steps).map(({ group }) => group)).toEqual([{ User: "x" }]);
  });

  test("takes events out of order, and finds what they complete", () => {
    expect(correlate(count3, at(0, 30, 8, 4)).map(({ firstMs, lastMs }) => [firstMs, lastMs])).toEqual([
      [0, 8000],
    ]);
  });

  test("leaves out and counts what comes later than allowed, and hits without the group's field", () => {
    const set = load(count3);
    const engine = new CorrelationEngine(set, { latenessMs: 5000 });
    const steps = [...at(0, 10, 4, 5), { s: 11, hits: "a", fields: {} }];
    expect(run(engine, set, steps)).toMatchObject([{ firstMs: 0, lastMs: 10_000 }]);
    expect(engine.statistics()).toMatchObject({ events: 5, late: 1, withoutGroup: 1, hits: 1 });
  });
});

describe("windows that must be over", () => {
  const few = correlation(
    "few",
    `type: event_count\nrules: [a]\ngroup-by: [User]\ntimespan: 10s\ncondition: { lte: 2 }`,
  );
  const range = correlation(
    "range",
    `type: event_count\nrules: [a]\ntimespan: 10s\ncondition: { gt: 2, lte: 4 }`,
  );

  test("an upper bound is judged when events have gone on beyond the window's end", () => {
    const none = { latenessMs: 0 };
    expect(correlate(few, at(1, 2, 9), none)).toEqual([]);
    const hits = correlate(few, at(1, 2, 11, 12, 13, 25), none);
    expect(hits.map(({ firstMs, timeMs, items }) => [firstMs, timeMs, items])).toEqual([[1000, 10_000, 2]]);
  });

  test("a range holds between its bounds only", () => {
    const hits = correlate(range, at(1, 2, 3, 11, 12, 21, 22, 23, 24, 25, 31), { latenessMs: 0 });
    expect(hits.map(({ firstMs }) => firstMs)).toEqual([1000]);
  });

  test("time can go on without events", () => {
    const set = load(few);
    const engine = new CorrelationEngine(set, { latenessMs: 0 });
    expect(run(engine, set, at(1))).toEqual([]);
    expect(engine.advance(9999)).toEqual([]);
    expect(engine.advance(10_000)).toMatchObject([{ key: "few", measured: 1 }]);
    expect(engine.advance(99_000)).toEqual([]);
  });
});

const measuredValues = (type: string, condition: string, list: readonly (string | number)[]): number[] =>
  correlate(
    correlation("v", `type: ${type}\nrules: [a]\ntimespan: 1m\ncondition: { field: V, ${condition} }`),
    list.map((V, s) => ({ s, hits: "a", fields: { V: String(V) } })),
    { latenessMs: 0 },
  ).map(({ measured }) => measured);

describe("conditions on values", () => {
  test("value_count counts distinct values, whatever their case", () => {
    expect(measuredValues("value_count", "gte: 3", ["a", "A", "b", "a", "c", "d"])).toEqual([3]);
  });

  test("value_count of several fields counts their combinations", () => {
    const body = `type: value_count\nrules: [a]\ntimespan: 1m\ncondition: { field: [V, W], gte: 3 }`;
    const steps = [
      ["x", "1"],
      ["x", "2"],
      ["x", "1"],
      ["y", "1"],
    ].map(([V, W], s) => ({ s, hits: "a", fields: { V: V!, W: W! } }));
    expect(correlate(correlation("v", body), steps)).toHaveLength(1);
  });

  test("value_sum, value_avg and value_median compute with numbers", () => {
    expect(measuredValues("value_sum", "gt: 100", [50, 50, 1, 200])).toEqual([101, 200]);
    expect(measuredValues("value_avg", "gt: 10", [5, 10, 18])).toEqual([11]);
    expect(measuredValues("value_median", "gte: 7", [1, 5, 9, 9])).toEqual([7]);
  });

  test("value_percentile is a percentile where one is named, else the share of a value", () => {
    expect(measuredValues("value_percentile", "percentile: 75, gte: 4", [1, 2, 3, 4, 5])).toEqual([4]);
    const common = Array.from({ length: 57 }, () => "svchost");
    const rare = correlate(
      correlation("v", `type: value_percentile\nrules: [a]\ntimespan: 1m\ncondition: { field: V, lte: 2 }`),
      [...common, "odd", ...common].map((V, s) => ({ s: s < 58 ? s : 70, hits: "a", fields: { V } })),
      { latenessMs: 0 },
    );
    expect(rare).toMatchObject([{ items: 1, references: ["e57"], measured: 100 / 58 }]);
  });

  test("hits without a number are left out and counted", () => {
    const set = load(
      correlation("v", `type: value_sum\nrules: [a]\ntimespan: 1m\ncondition: { field: V, gt: 1 }`),
    );
    const engine = new CorrelationEngine(set);
    expect(
      run(engine, set, [
        { s: 0, hits: "a", fields: { V: "x" } },
        { s: 1, hits: "a", fields: {} },
      ]),
    ).toEqual([]);
    expect(engine.statistics().withoutValue).toBe(2);
  });
});

function ofThree(type: string): string {
  return correlation("t", `type: ${type}\nrules: [a, b, c]\ngroup-by: [User]\ntimespan: 10s`);
}

function stepsOf(letters: string): Step[] {
  return [...letters].map((hits, s) => ({ s, hits }));
}

describe("temporal", () => {
  test("all rules hit, in any order", () => {
    expect(correlate(ofThree("temporal"), stepsOf("caab"))).toMatchObject([{ measured: 3, items: 4 }]);
    expect(correlate(ofThree("temporal"), stepsOf("aabb"))).toEqual([]);
  });

  test("temporal_ordered wants their order, other hits between them do not matter", () => {
    expect(correlate(ofThree("temporal_ordered"), stepsOf("caab"))).toEqual([]);
    expect(correlate(ofThree("temporal_ordered"), stepsOf("bacbac"))).toMatchObject([{ lastMs: 5000 }]);
    expect(correlate(ofThree("temporal_ordered"), [{ s: 0, hits: "abc" }])).toEqual([]);
  });

  test("a condition says how many of the rules", () => {
    const two = correlation("t", `type: temporal\nrules: [a, b, c]\ntimespan: 10s\ncondition: { gte: 2 }`);
    expect(correlate(two, stepsOf("aac"))).toMatchObject([{ measured: 2 }]);
  });

  test("aliases give one name to different fields", () => {
    const alias = correlation(
      "t",
      `type: temporal\nrules: [a, b]\ngroup-by: [ip]\ntimespan: 10s\naliases: { ip: { a: Source, b: Target } }`,
    );
    const events = [
      { s: 0, hits: "a", fields: { Source: "10.0.0.1", Target: "10.0.0.9" } },
      { s: 1, hits: "b", fields: { Source: "10.0.0.1", Target: "10.0.0.2" } },
      { s: 2, hits: "b", fields: { Source: "10.0.0.7", Target: "10.0.0.1" } },
    ];
    expect(correlate(alias, events)).toMatchObject([{ group: { ip: "10.0.0.1" }, items: 2, lastMs: 2000 }]);
  });
});

/** What must come out, worked out from all events that are not spent, one event at a time. */
function naiveHits(type: string, wanted: number, spanS: number, steps: readonly Step[]): [number, number][] {
  const found: [number, number][] = [];
  let open: { s: number; rule: string; value: number }[] = [];
  for (const { s, hits, fields } of steps) {
    open.push({ s, rule: hits, value: Number(fields!["V"]) });
    const inTime = open.filter((item) => item.s >= s - spanS);
    if (naiveMeasure(type, inTime) < wanted) continue;
    found.push([s * 1000, inTime.length]);
    open = open.filter((item) => !inTime.includes(item));
  }
  return found;
}

function naiveMeasure(type: string, items: readonly { rule: string; value: number }[]): number {
  if (type === "event_count") return items.length;
  if (type === "value_count") return new Set(items.map(({ value }) => value)).size;
  if (type === "value_sum") return items.reduce((sum, { value }) => sum + value, 0);
  if (type === "temporal") return new Set(items.map(({ rule }) => rule)).size;
  const orders = ["abc", "ab", "ac", "bc", "a", "b", "c"];
  const isChain = (order: string): boolean => {
    let next = 0;
    for (const { rule } of items) if (rule === order[next]) next++;
    return next === order.length;
  };
  return Math.max(0, ...orders.filter(isChain).map(({ length }) => length));
}

test("hits are those of a naive reckoning", () => {
  const step = fc.record({ gap: fc.nat(6), hits: fc.constantFrom("a", "b", "c"), V: fc.nat(4) });
  const type = fc.constantFrom("event_count", "value_count", "value_sum", "temporal", "temporal_ordered");
  fc.assert(
    fc.property(
      type,
      fc.integer({ min: 2, max: 6 }),
      fc.array(step, { maxLength: 40 }),
      (kind, wanted, gaps) => {
        let s = 0;
        const steps = gaps.map(({ gap, hits, V }): Step => ({
          s: (s += gap),
          hits,
          fields: { V: String(V) },
        }));
        const field = kind.startsWith("value") ? "field: V, " : "";
        const body = `type: ${kind}\nrules: [a, b, c]\ntimespan: 10s\ncondition: { ${field}gte: ${wanted} }`;
        const hits = correlate(correlation("n", body), steps);
        expect(hits.map(({ lastMs, items }) => [lastMs, items])).toEqual(naiveHits(kind, wanted, 10, steps));
      },
    ),
    { numRuns: 300 },
  );
});

test("a correlation of correlations: many failures, then a success of the same user", () => {
  const many = correlation(
    "many",
    `type: event_count\nrules: [a]\ngroup-by: [Host]\ntimespan: 10s\ncondition: { gte: 3 }`,
  );
  const then = correlation(
    "then",
    `type: temporal_ordered\nrules: [many, b]\ngroup-by: [User]\ntimespan: 10s`,
  );
  const fields = { Host: "h", User: "eve" };
  const steps = [
    ...[0, 1, 2].map((s) => ({ s, hits: "a", fields })),
    { s: 5, hits: "b", fields: { User: "eve" } },
  ];
  const other = [...steps.slice(0, 3), { s: 5, hits: "b", fields: { User: "bob" } }];
  expect(correlate(`${then}---${many}`, steps).map(({ key }) => key)).toEqual(["many", "then"]);
  expect(correlate(`${then}---${many}`, other).map(({ key }) => key)).toEqual(["many"]);
});

describe("memory", () => {
  test("groups and hits have limits, and what is pushed out is counted", () => {
    const set = load(count3);
    const engine = new CorrelationEngine(set, { groupsMax: 2, groupItemsMax: 2, latenessMs: 0 });
    const users = ["u", "v", "w", "w", "w"].map((User, s) => ({ s, hits: "a", fields: { User } }));
    expect(run(engine, set, users)).toHaveLength(1);
    expect(engine.statistics()).toMatchObject({ groups: 1, evictedGroups: 1, evictedItems: 1 });
  });

  test("groups whose events are too old are forgotten", () => {
    const set = load(count3);
    const engine = new CorrelationEngine(set, { latenessMs: 0 });
    run(engine, set, [
      { s: 0, hits: "a" },
      { s: 100, hits: "a", fields: { User: "z" } },
    ]);
    expect(engine.statistics()).toMatchObject({ groups: 1, evictedGroups: 0 });
  });

  test("hits of one correlation have a limit: the group left alone longest goes", () => {
    const set = load(count3);
    const engine = new CorrelationEngine(set, { itemsMax: 3 });
    const users = ["u", "v", "v", "u", "v"].map((User, s) => ({ s, hits: "a", fields: { User } }));
    expect(run(engine, set, users)).toEqual([]);
    expect(engine.statistics()).toMatchObject({ groups: 2, evictedGroups: 1, evictedItems: 2 });
  });
});

/** As `run`, with the engine made anew from the store before each step that `cuts` names. */
function runCut(set: RuleSet, list: readonly Step[], cuts: ReadonlySet<number>, options: CorrelationOptions) {
  const memory = new MemoryStore();
  const open = (): CorrelationEngine =>
    new CorrelationEngine(set, { ...options, store: new CorrelationStore(memory) });
  let engine = open();
  const hits: CorrelationHit[] = [];
  const keys = keysOf(set);
  for (const [place, step] of list.entries()) {
    if (cuts.has(place)) {
      engine.flush();
      engine = open();
    }
    const fields = new RecordFields(step.fields!);
    hits.push(
      ...engine.accept({
        timeMs: step.s * 1000,
        reference: `e${place}`,
        hits: new Map([...step.hits].map((letter) => [keys.get(letter)!, fields])),
        document: `document ${place}`,
      }),
    );
  }
  engine.flush();
  return { hits, memory, engine };
}

function kindsIn(store: MemoryStore): string {
  return [...store.range(undefined, undefined)].map(({ key }) => key.toString("latin1", 0, 1)).join("");
}

describe("a store", () => {
  const few = correlation("few", `type: event_count\nrules: [b]\ntimespan: 7s\ncondition: { lte: 1 }`);
  const order = correlation("order", `type: temporal_ordered\nrules: [a, b, c]\ntimespan: 20s`);
  const sum = correlation(
    "sum",
    `type: value_sum\nrules: [a, c]\ngroup-by: [User]\ntimespan: 30s\ncondition: { field: V, gt: 0.55 }`,
  );
  const often = correlation(
    "often",
    `type: event_count\nrules: [three, sum]\ngroup-by: [User]\ntimespan: 60s\ncondition: { gte: 2 }`,
  );
  const all = [count3, few, order, sum, often].join("---");
  const steps = fc.array(
    fc.record({
      s: fc.nat(120),
      hits: fc.constantFrom("a", "b", "c", "ab"),
      fields: fc.record({ User: fc.constantFrom("u", "v"), V: fc.constantFrom("0.1", "0.2", "0.3") }),
    }),
    { maxLength: 40 },
  );

  test("with restarts anywhere the hits are those without, bit by bit, documents too", () => {
    const set = load(all);
    const tight = { groupsMax: 2, groupItemsMax: 4, itemsMax: 6, documentUnitsMax: 60, latenessMs: 30_000 };
    fc.assert(
      fc.property(steps, fc.array(fc.nat(40)), fc.boolean(), (list, cuts, isTight) => {
        const options = isTight ? tight : {};
        const whole = runCut(set, list, new Set(), options);
        const cut = runCut(set, list, new Set(cuts), options);
        expect(cut.hits).toEqual(whole.hits);
        expect([...cut.memory.range(undefined, undefined)]).toEqual([
          ...whole.memory.range(undefined, undefined),
        ]);
      }),
      { numRuns: 200 },
    );
  });

  test("holds what is remembered and nothing else", () => {
    const set = load(count3);
    const { memory } = runCut(set, at(0, 1).map(withUser), new Set(), {});
    expect(kindsIn(memory)).toBe("cddghii");
    expect(kindsIn(runCut(set, at(0, 1, 2).map(withUser), new Set(), {}).memory)).toBe("ch");
    expect(runCut(set, at(0, 1, 2).map(withUser), new Set(), {}).hits).toMatchObject([
      { document: "document 2" },
    ]);
  });

  test("the state of a changed correlation is given up and counted, that of others stays", () => {
    const { memory } = runCut(load(all), at(0, 1).map(withUser), new Set(), {});
    const set = load([count3.replace("10s", "20s"), few, order, sum, often].join("---"));
    const engine = new CorrelationEngine(set, { store: new CorrelationStore(memory) });
    expect(engine.statistics()).toMatchObject({ discardedStates: 1, groups: 2 });
  });
});

function withUser(step: Step): Step {
  return { ...step, fields: { User: "u", V: "0.1" } };
}
