import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SpoorError } from "../../src/base/errors.ts";
import { completionsAt } from "../../src/sql/completion.ts";
import type { Dialect } from "../../src/sql/dialect.ts";
import { formatScript } from "../../src/sql/format-script.ts";
import { tokenize } from "../../src/sql/lexer.ts";
import { parseExpression, parseScript, parseStatement, parseType } from "../../src/sql/parser.ts";
import { printExpression } from "../../src/sql/print-expression.ts";
import { printStatement } from "../../src/sql/print-statement.ts";
import { printType } from "../../src/sql/print-type.ts";
import { sameTree } from "../../src/sql/same-tree.ts";
import { splitStatements } from "../../src/sql/split.ts";
import { expression, hasStreamFunction, statement, type } from "./random-trees.ts";

const dialects: Dialect[] = ["ksqldb", "auto"];

describe.each(dialects)("what is printed parses to the same tree in %s", (dialect) => {
  test("types", () => {
    fc.assert(fc.property(type, (tree) => sameTree(parseType(printType(tree), { dialect }), tree)));
  });

  test("expressions", () => {
    const property = fc.property(expression, (tree) =>
      sameTree(parseExpression(printExpression(tree), { dialect }), tree),
    );
    fc.assert(property, { numRuns: 1000 });
  });

  test("statements", () => {
    const property = fc.property(statement, (tree) => {
      fc.pre(dialect !== "ksqldb" || !hasStreamFunction(tree));
      const printed = printStatement(tree);
      return sameTree(parseStatement(printed, { dialect }), tree);
    });
    fc.assert(property, { numRuns: 500 });
  });
});

/** Texts made of the grammar's own pieces in any order reach further into the parser than random characters. */
const pieces =
  "SELECT CREATE STREAM TABLE FROM WHERE AS JOIN ON ( ) [ ] < > <> , ; . * + - -> => := = || ' \" ` -- /* */ \n ${v} a s 1 1.5 1e9 'x' NOT IN IS NULL LIKE CASE WHEN THEN END CAST ARRAY MAP STRUCT WITH WINDOW GROUP PARTITION BY EMIT CHANGES LIMIT INSERT INTO VALUES EXPLAIN ksql> \\ INT DECIMAL KEY DEFINE ASSERT";
const soup = fc
  .array(fc.oneof(fc.constantFrom(...pieces.split(" ")), fc.string({ maxLength: 3 })), { maxLength: 40 })
  .map((parts) => parts.join(" "));

describe("any text at all", () => {
  test("gives statements or SpoorErrors with a place inside the text, in every dialect", () => {
    const property = fc.property(
      soup,
      fc.constantFrom<Dialect>("ksqldb", "ksql5", "auto"),
      (text, dialect) => {
        for (const { error, span } of parseScript(text, { dialect })) {
          expect(span.end).toBeLessThanOrEqual(text.length);
          if (error === undefined) continue;
          expect(error).toBeInstanceOf(SpoorError);
          expect(error.place?.span.end).toBeLessThanOrEqual(text.length);
        }
      },
    );
    fc.assert(property, { numRuns: 1000 });
  });

  test("loses no character between tokens but blanks and comments", () => {
    const property = fc.property(soup, (text) => {
      const { tokens, comments } = tokenize(text, "ksqldb");
      const covered = [...tokens, ...comments].toSorted((a, b) => a.start - b.start || a.end - b.end);
      let at = 0;
      for (const piece of covered) {
        expect(text.slice(at, piece.start)).toMatch(/^[ \t\r\n]*$/);
        at = piece.end;
      }
      expect(at).toBe(text.length);
    });
    fc.assert(property, { numRuns: 500 });
  });

  test("splits into texts that are where their spans say", () => {
    const property = fc.property(soup, (text) => {
      for (const part of splitStatements(text))
        expect(text.slice(part.span.start, part.span.end)).toBe(part.text);
    });
    fc.assert(property, { numRuns: 500 });
  });

  test("completes without failing", () => {
    const property = fc.property(soup, fc.nat(200), (text, offset) => {
      const { from } = completionsAt(text, Math.min(offset, text.length));
      expect(from).toBeLessThanOrEqual(text.length);
    });
    fc.assert(property, { numRuns: 500 });
  });

  test("keeps what does not parse when it is formatted", () => {
    const property = fc.property(soup, (text) => {
      const formatted = formatScript(text);
      for (const { error, span } of parseScript(text)) {
        if (error !== undefined) expect(formatted).toContain(text.slice(span.start, span.end));
      }
    });
    fc.assert(property, { numRuns: 500 });
  });
});

test("a formatted script formats to itself and means the same", () => {
  const comment = fc.constantFrom("", "-- note\n", "/* a\n b */ ", "\n\n");
  const script = fc.array(fc.tuple(comment, statement), { maxLength: 4 });
  const property = fc.property(script, (parts) => {
    const text = parts
      .map(([before, tree]) => `${before}${printStatement(tree).replaceAll("\n", " \n ")}`)
      .join(" ");
    const formatted = formatScript(text);
    expect(formatScript(formatted)).toBe(formatted);
    const trees = parseScript(text).map((part) => part.statement);
    expect(
      sameTree(
        parseScript(formatted).map((part) => part.statement),
        trees,
      ),
    ).toBe(true);
  });
  fc.assert(property, { numRuns: 200 });
});
