import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LEVELS } from "../../detect/rule/sigma-document.ts";
import type { RuleMetadata, SigmaLevel } from "../../detect/rule/sigma-document.ts";
import { readRuleFile } from "../../detect/rule/read-rule-file.ts";
import type { Hit } from "./hit.ts";
import { VALUE_MAX } from "./hit.ts";
import { HitShelf } from "./hit-shelf.ts";
import { WHOAMI_RULE } from "./sample-scan.ts";

const METADATA = readRuleFile({ text: WHOAMI_RULE, file: undefined }).documents[0]!.metadata;

function hit(id: string, level: SigmaLevel, timeMs: number | undefined, value = "v"): Hit {
  const rule: RuleMetadata = { ...METADATA, id, level };
  const reason = { selection: "s", field: "f", value, test: "is 'v'", negated: false };
  const place = { time: undefined, host: undefined, channel: undefined, eventId: 1, recordId: 1, file: "f" };
  return { ...place, rule, level, timeMs, reasons: [reason], fields: [] };
}

function ranks(levels: readonly SigmaLevel[]): number[] {
  return levels.map((level) => LEVELS.indexOf(level)).toSorted((a, b) => b - a);
}

describe("a shelf of hits", () => {
  test("keeps no more than it may, the highest levels it saw, and counts the rest", () => {
    const offered = fc.array(fc.tuple(fc.constantFrom(...LEVELS), fc.integer({ min: 0, max: 999 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), offered, (max, all) => {
        const shelf = new HitShelf(max);
        // A rule each: none comes near its share.
        for (const [at, [level, timeMs]] of all.entries()) shelf.add(hit(`rule ${at}`, level, timeMs));
        const kept = shelf.hits();
        expect(kept.length).toBe(Math.min(max, all.length));
        expect(kept.length + shelf.omitted).toBe(all.length);
        expect(ranks(kept.map(({ level }) => level))).toEqual(
          ranks(all.map(([level]) => level)).slice(0, max),
        );
        const times = kept.map(({ timeMs }) => timeMs!);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }),
    );
  });

  test("one loud rule has a tenth", () => {
    const shelf = new HitShelf(200);
    for (let at = 0; at < 100; at++) shelf.add(hit("loud", "critical", at));
    expect([shelf.hits().length, shelf.omitted, shelf.wants("loud", "critical")]).toEqual([20, 80, false]);
    shelf.add(hit("other", "low", 1));
    expect(shelf.hits()).toHaveLength(21);
  });

  test("hits without a time stand last; the highest are chosen by level, shown by time", () => {
    const shelf = new HitShelf(10);
    for (const each of [hit("a", "low", 1), hit("b", "high", undefined), hit("c", "high", 3)])
      shelf.add(each);
    expect(shelf.hits().map(({ rule }) => rule.id)).toEqual(["a", "c", "b"]);
    expect(shelf.highest(2).map(({ rule }) => rule.id)).toEqual(["c", "b"]);
  });

  test("long values are cut", () => {
    const shelf = new HitShelf(1);
    shelf.add(hit("a", "low", 1, "x".repeat(5000)));
    expect(shelf.hits()[0]!.reasons[0]!.value).toBe(`${"x".repeat(VALUE_MAX)}…`);
  });
});
