import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ownCatalogue } from "../catalogue/current-catalogue.ts";
import { readCountRows } from "./count-rows.ts";
import { coverageByTactic } from "./tactic-coverage.ts";
import { TechniqueTally } from "./technique-tally.ts";

const catalogue = ownCatalogue();

function sum(list: readonly { readonly count: number }[]): number {
  return list.reduce((total, { count }) => total + count, 0);
}

function of(tactic: string, ids: readonly string[], platform?: string) {
  return coverageByTactic(ids, catalogue, platform).find((each) => each.tactic.shortName === tactic)!;
}

function rows(text: string, options: { techniqueField?: string; countField?: string } = {}) {
  const { rows: good, bad, empty } = readCountRows(text, { file: "f", ...options });
  return [good.map(({ ids, count, line }) => [ids.join("+"), count, line]), bad.length, empty];
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

describe("a tally", () => {
  test("counts under today's ids, and remembers what they were called", () => {
    const tally = new TechniqueTally(catalogue);
    expect(tally.add("t1086", 3, "WIN1")).toBe(true);
    expect(tally.add("T1059.001", 2, "WIN2")).toBe(true);
    expect(tally.add("T1086", 1, "WIN1")).toBe(true);
    expect(tally.techniques()).toMatchObject([
      {
        technique: { id: "T1059.001" },
        count: 6,
        formerIds: ["T1086"],
        remarks: ["WIN1", "WIN2"],
        moreRemarks: 0,
      },
    ]);
  });

  test("counts what names several techniques once for each technique of today", () => {
    const tally = new TechniqueTally(catalogue);
    tally.addAll(["T1086", "T1059.001", "T1047", "T1047", "T9999"], 2);
    expect(tally.techniques()).toMatchObject([
      { technique: { id: "T1047" }, count: 2 },
      { technique: { id: "T1059.001" }, count: 2, formerIds: ["T1086"] },
    ]);
    expect(tally.leftOut().ids).toEqual([{ id: "T9999", reason: "unknown", count: 2 }]);
  });

  test("tells what it left out, and why", () => {
    const tally = new TechniqueTally(catalogue);
    expect([tally.add("T9999", 2), tally.add("T1153", 1), tally.add("T9999", 1)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(tally.leftOut()).toEqual({
      ids: [
        { id: "T9999", reason: "unknown", count: 3 },
        { id: "T1153", reason: "deprecated", count: 1 },
      ],
      more: 0,
    });
    expect(tally.techniques()).toEqual([]);
  });

  test("keeps a limited number of remarks and of unknown ids, and counts the others", () => {
    const tally = new TechniqueTally(catalogue);
    for (let i = 0; i < 20; i++) tally.add("T1047", 1, `host ${i}`);
    for (let i = 0; i < 1200; i++) tally.add(`nonsense ${i}`, 1);
    expect(tally.techniques()[0]).toMatchObject({ count: 20, moreRemarks: 8 });
    expect(tally.techniques()[0]!.remarks).toHaveLength(12);
    expect([tally.leftOut().ids.length, tally.leftOut().more]).toEqual([1000, 200]);
  });

  test("loses nothing: counted and left out are what was added", () => {
    const ids = fc.constantFrom("T1047", "T1086", "T1059.001", "T1153", "T9999", "T1574.002");
    fc.assert(
      fc.property(fc.array(fc.tuple(ids, fc.nat(100)), { maxLength: 30 }), (added) => {
        const tally = new TechniqueTally(catalogue);
        for (const [id, count] of added) tally.add(id, count);
        const expected = added.reduce((total, [, count]) => total + count, 0);
        expect(sum(tally.techniques()) + sum(tally.leftOut().ids)).toBe(expected);
      }),
    );
  });
});

describe("coverage by tactic", () => {
  test("counts a technique by its sub-techniques, and old ids as what took their place", () => {
    const execution = of("execution", ["T1086", "T1059.003", "T1047", "T9999", "T1153"]);
    expect(execution.techniques.map(({ id }) => id)).toEqual(["T1047", "T1059"]);
    expect(execution.subTechniques.map(({ id }) => id)).toEqual(["T1059.001", "T1059.003"]);
  });

  test("counts a technique in each of its tactics", () => {
    const covered = coverageByTactic(["T1055"], catalogue).filter(({ techniques }) => techniques.length > 0);
    expect(covered.map(({ tactic }) => tactic.shortName)).toEqual([
      "privilege-escalation",
      "defense-evasion",
    ]);
  });

  test("knows what is possible on a platform, and counts nothing else", () => {
    expect(of("reconnaissance", ["T1595"], "Windows")).toMatchObject({
      techniques: [],
      techniquesPossible: 0,
    });
    expect(of("reconnaissance", ["T1595"])).toMatchObject({
      techniques: [{ id: "T1595" }],
      techniquesPossible: 11,
    });
    expect(of("execution", [], "Windows").techniquesPossible).toBeLessThan(
      of("execution", []).techniquesPossible,
    );
  });

  test("all techniques cover everything", () => {
    const all = coverageByTactic(
      catalogue.techniques.map(({ id }) => id),
      catalogue,
    );
    for (const { techniques, techniquesPossible, subTechniques, subTechniquesPossible } of all)
      expect([techniques.length, subTechniques.length]).toEqual([techniquesPossible, subTechniquesPossible]);
  });
});

describe("rows of counts", () => {
  test.each([
    [
      "JSON lines",
      '{"technique":"T1047","count":3}\n\n{"technique":"T1055","count":"4"}\n',
      [
        ["T1047", 3, 1],
        ["T1055", 4, 3],
      ],
    ],
    ["a query's names", '{"ATTACK_TECHNIQUE_ID":"T1047","KSQL_COL_0":3}', [["T1047", 3, 1]]],
    ["rule names", '{"RuleName":"technique_id=T1047,technique_name=WMI","n":2}', [["T1047", 2, 1]]],
    ["lists of ids", '{"technique_ids":["T1047","T1055"],"count":2}', [["T1047+T1055", 2, 1]]],
    [
      "an array",
      '[{"id":"T1047"},\n"T1055"]',
      [
        ["T1047", 1, 1],
        ["T1055", 1, 2],
      ],
    ],
    ["an object over several lines", '{\n"techniqueID": "T1047",\n"score": 7\n}', [["T1047", 7, 1]]],
    [
      "CSV with a head",
      "Count,Technique ID\r\n3,T1047\r\n4,T1055\r\n",
      [
        ["T1047", 3, 2],
        ["T1055", 4, 3],
      ],
    ],
    [
      "CSV with quotes",
      'technique;count;comment\n"technique_id=T1047;x";3;"a ""b""\nc"\nT1055;1;',
      [
        ["T1047", 3, 2],
        ["T1055", 1, 4],
      ],
    ],
    [
      "CSV without a head",
      "T1047\t3\nT1055\t4",
      [
        ["T1047", 3, 1],
        ["T1055", 4, 2],
      ],
    ],
    [
      "one id a line",
      "\uFEFFT1047\n\nt1055 # injection\n",
      [
        ["T1047", 1, 1],
        ["T1055", 1, 3],
      ],
    ],
  ])("%s", (_what, text, expected) => {
    expect(rows(text)).toEqual([expected, 0, 0]);
  });

  test("named columns are taken in place of the usual ones", () => {
    const text = '{"t":"T1047","technique":"T1055","hosts":2,"count":9}';
    expect(rows(text, { techniqueField: "T", countField: "Hosts" })).toEqual([[["T1047", 2, 1]], 0, 0]);
    expect(rows(`${text}\n{"t":"T1047"}`, { techniqueField: "t", countField: "hosts" })[1]).toBe(1);
  });

  test("bad rows are told with their lines, rows of no technique counted", () => {
    const text =
      '{"technique":"T1047"}\nx\n{"a":1}\n{"technique":null}\n{"technique":"-"}\n{"technique":"T1","count":1}\n{"technique":"T1047","count":-1}';
    const { bad, empty } = readCountRows(text, { file: "f" });
    expect(bad.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      "2 is no JSON",
      "3 no column names a technique among 'a'",
      "6 'T1' names no technique id",
      "7 '-1' is no count",
    ]);
    expect(empty).toBe(2);
  });

  test.each(["", "a,b\n1,2\n", "[]", '{"a":1}'])(
    "a file that names no technique is refused: '%s'",
    (text) => {
      expect(() => rows(text)).toThrow("'f' names no technique");
    },
  );

  test("CSV that is written by RFC 4180 is read again", () => {
    const cell = fc.string({ maxLength: 12 }).filter((text) => !/T\d{4}|technique/i.test(text));
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, fc.nat(1000)), { minLength: 1, maxLength: 8 }), (list) => {
        const lines = list.map(([comment, count]) => `T1047,${count},${quoted(comment)}`);
        const { rows: read, bad } = readCountRows(`id,count,comment\r\n${lines.join("\r\n")}`, { file: "f" });
        expect(bad).toEqual([]);
        expect(read.map(({ count, comment }) => [comment ?? "", count])).toEqual(
          list.map(([comment, count]) => [comment.trim(), count]),
        );
      }),
    );
  });
});
