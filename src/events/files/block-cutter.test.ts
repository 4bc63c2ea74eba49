import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BlockCutter } from "./block-cutter.ts";
import { DocumentCutter } from "./document-cutter.ts";
import { defaultLineOptions } from "./line-block.ts";
import type { BadLine, LineBlock, LineOptions } from "./line-block.ts";
import { LineCutter } from "./line-cutter.ts";

interface Cut {
  readonly lines: readonly (readonly [line: number, key: string | null, text: string])[];
  readonly bad: readonly (readonly [line: number, reason: string])[];
}

type CutterClass = new (member: string, options: LineOptions, bad: (bad: BadLine) => void) => BlockCutter;

/** Cuts the text handed over in pieces of the given sizes (the last again and again). */
function cut(
  Cutter: CutterClass,
  text: string,
  sizes: readonly number[],
  options: Partial<LineOptions> = {},
): Cut {
  const bad: [number, string][] = [];
  const lines: [number, string | null, string][] = [];
  const all = { ...defaultLineOptions, blockBytes: 64, ...options };
  const cutter = new Cutter("m", all, ({ line, reason }) => bad.push([line, reason]));
  const take = (blocks: Iterable<LineBlock>) => {
    for (const block of blocks) {
      for (let i = 0; i < block.count; i++) {
        const of = (starts: Int32Array, ends: Int32Array) =>
          block.buffer.toString("utf8", starts[i], ends[i]);
        const key = block.keyStarts[i] === -1 ? null : of(block.keyStarts, block.keyEnds);
        lines.push([block.firstLine + block.lineOffsets[i]!, key, of(block.starts, block.ends)]);
      }
    }
  };
  const bytes = Buffer.from(text);
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[Math.min(i, sizes.length - 1)]!;
    take(cutter.push(bytes.subarray(at, at + size)));
    if (size % 5 === 0) take(cutter.flush());
    at += size;
  }
  take(cutter.finish());
  return { lines, bad };
}

describe("cutting lines", () => {
  test("skips blank lines, takes CRLF and a last line without an end, and numbers lines", () => {
    expect(cut(LineCutter, '{"a":1}\r\n\n  \n{"b":2}\n{"c":3}', [9]).lines).toEqual([
      [1, null, '{"a":1}'],
      [4, null, '{"b":2}'],
      [5, null, '{"c":3}'],
    ]);
  });

  test("reports bad lines and goes on", () => {
    const { lines, bad } = cut(LineCutter, 'x\n{"a":1}\n{"b":\n', [100]);
    expect(lines).toEqual([[2, null, '{"a":1}']]);
    expect(bad).toEqual([
      [1, "does not start with '{'"],
      [3, "does not end with '}'"],
    ]);
    expect(cut(LineCutter, 'x\n{"b":\n', [100], { verify: "none" }).lines).toHaveLength(2);
    expect(cut(LineCutter, '{"a":1}\n{"b":}\n', [100], { verify: "full" }).bad[0]![0]).toBe(2);
  });

  test("takes keys apart", () => {
    const text = ':{"a":1}\nws01:{"b":2}\n{"c":{"d":3}}\n';
    const lines = [
      [1, "", '{"a":1}'],
      [2, "ws01", '{"b":2}'],
      [3, null, '{"c":{"d":3}}'],
    ];
    expect(cut(LineCutter, text, [7]).lines).toEqual(lines);
    expect(cut(LineCutter, text, [7], { lineFormat: "value" }).bad.map(([line]) => line)).toEqual([1, 2]);
    const keyed = cut(LineCutter, 'k:text\nk: {"a":1}\nnone', [7], { lineFormat: "key:value" });
    expect(keyed.lines).toEqual([[2, "k", '{"a":1}']]);
    expect(keyed.bad.map(([line]) => line)).toEqual([1, 3]);
  });

  test("grows a block for a long line, and leaves out one beyond the limit once", () => {
    const long = `{"a":"${"x".repeat(500)}"}`;
    expect(cut(LineCutter, `${long}\n{"b":1}\n`, [33]).lines.map(([, , text]) => text)).toEqual([
      long,
      '{"b":1}',
    ]);
    for (const length of [200, 250, 300, 1000, 5000]) {
      const beyond = `{"a":"${"y".repeat(length)}"}`;
      const { lines, bad } = cut(LineCutter, `{"b":0}\n${beyond}\n{"b":1}\n`, [33], { lineBytesMax: 200 });
      expect(lines.map(([line]) => line)).toEqual([1, 3]);
      expect(bad).toEqual([[2, "is longer than 200 bytes"]]);
    }
  });

  test("gives the same lines for any split into pieces", () => {
    const line = fc.oneof(
      fc.constantFrom("", "  ", "\r", "bad", '{"cut":', ':{"k":1}', 'key:{"v":{"w":"é"}}'),
      fc.string({ maxLength: 150 }).map((s) => JSON.stringify({ s })),
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(line), sizes, (texts, pieces) => {
        const text = texts.join("\n");
        const whole = cut(LineCutter, text, [1 << 20], { blockBytes: 1 << 20 });
        expect(cut(LineCutter, text, pieces)).toEqual(whole);
        const expected = texts
          .filter((t) => /^(\w*:)?\{.*\}$/.test(t))
          .map((t) => t.replace(/^\w*:(?=\{)/, ""));
        expect(whole.lines.map(([, , t]) => t)).toEqual(expected);
      }),
    );
  });
});

describe("cutting documents that span lines", () => {
  const documents = [{ a: 1, s: 'q"}{\\' }, { b: { c: [{}, { d: "[1]" }] } }, {}];

  test.each([
    ["an array in one line", JSON.stringify(documents)],
    ["a pretty-printed array", JSON.stringify(documents, null, 2)],
    ["pretty-printed objects", documents.map((d) => JSON.stringify(d, null, 4)).join("\r\n")],
  ])("%s", (_, text) => {
    const { lines, bad } = cut(DocumentCutter, text, [7]);
    expect(lines.map(([, , t]) => JSON.parse(t))).toEqual(documents);
    expect(bad).toEqual([]);
  });

  test("numbers a document by its first line", () => {
    expect(cut(DocumentCutter, '[\n{"a":\n1},\n\n{"b":2}]', [3]).lines.map(([line]) => line)).toEqual([2, 5]);
  });

  test("reports what is broken and goes on", () => {
    const text = '[{"a":1},\noops, {"b":"no end\n{"c":3},\n{"d":{';
    const { lines, bad } = cut(DocumentCutter, text, [4]);
    expect(lines.map(([, , t]) => t)).toEqual(['{"a":1}', '{"c":3}']);
    expect(bad).toEqual([
      [2, "stands between documents"],
      [2, "has a line end inside a string"],
      [4, "is cut off: the file ends inside a document"],
    ]);
  });

  test("leaves a document beyond the limit out", () => {
    const text = `[{"a":1},{"long":"${"z".repeat(900)}"},{"b":2}]`;
    const { lines, bad } = cut(DocumentCutter, text, [50], { lineBytesMax: 100 });
    expect(lines.map(([, , t]) => t)).toEqual(['{"a":1}', '{"b":2}']);
    expect(bad).toEqual([[1, "is longer than 100 bytes"]]);
  });

  test("gives the same documents for any split into pieces", () => {
    const value = fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), { maxLength: 8 });
    const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 });
    fc.assert(
      fc.property(value, fc.constantFrom(0, 1), sizes, (list, indent, pieces) => {
        const { lines, bad } = cut(DocumentCutter, JSON.stringify(list, null, indent), pieces);
        expect(lines.map(([, , t]) => JSON.parse(t) as unknown)).toEqual(JSON.parse(JSON.stringify(list)));
        expect(bad).toEqual([]);
      }),
    );
  });
});
