import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { SpoorError } from "../../src/base/errors.ts";
import type { Dialect } from "../../src/sql/dialect.ts";
import { parseStatements } from "../../src/sql/parser.ts";
import { printStatement } from "../../src/sql/print-statement.ts";
import { sameTree } from "../../src/sql/same-tree.ts";
import { sharedFolder } from "./shared-data.ts";

/**
 * ksqlDB's own test statements: what its parser takes, ours takes and prints back to the same tree; what its
 * parser or its AST builder rejects, ours rejects.
 */
const corpus = sharedFolder("ksql-conformance");

interface Case {
  readonly id: string;
  readonly statements: readonly string[];
  readonly expectedError: { readonly type: string | null; readonly message: string | null } | null;
}

/** Messages of ParseFailedExceptions that come from checking WITH properties, which is analysis here. */
const PROPERTY_CHECKS = [/WINDOW_SIZE/];

/** Messages that ksqlDB's parser raises under other exception types. */
const PARSER_MESSAGES =
  /Syntax Error|is not a valid stream\/table name or alias|don't support LIMIT clause|Value must be integer|Expected number columns and values|Invalid type for HEADER/;

function casesOf(suite: string): Case[] {
  const folder = `${corpus}/${suite}`;
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.flatMap((name) => {
    const content = JSON.parse(readFileSync(`${folder}/${name}`, "utf8")) as {
      readonly cases?: readonly Case[];
    };
    return content.cases ?? [];
  });
}

function isParserError({ expectedError: error }: Case): boolean {
  if (error === null) return false;
  const message = error.message ?? "";
  if (PROPERTY_CHECKS.some((check) => check.test(message))) return false;
  return (error.type ?? "").endsWith("ParseFailedException") || PARSER_MESSAGES.test(message);
}

function rejection(text: string, dialect: Dialect): string | undefined {
  try {
    parseStatements(text, { dialect });
    return undefined;
  } catch (error) {
    if (!(error instanceof SpoorError)) throw error;
    return `${error.code} ${error.message}: ${text}`;
  }
}

/** Statements of the case that do not print back to the same tree, or print differently the second time. */
function unstable(text: string, dialect: Dialect): string[] {
  return parseStatements(text, { dialect, testStatements: true }).flatMap((statement) => {
    const printed = printStatement(statement);
    const [again, more] = parseStatements(printed, { dialect, testStatements: true });
    const same = again !== undefined && more === undefined && sameTree(again, statement);
    return same && printStatement(again) === printed ? [] : [printed];
  });
}

describe.skipIf(corpus === undefined)("ksqlDB's conformance corpus (needs ../shared)", () => {
  const suites: [string, Dialect][] = [
    ["qtt", "ksqldb"],
    ["rest", "ksqldb"],
    ["ksql-5", "ksql5"],
  ];

  test.each(suites)("%s: every statement that is valid parses", (suite, dialect) => {
    const rejected = casesOf(suite).flatMap((c) => {
      const valid = isParserError(c) ? c.statements.slice(0, -1) : c.statements;
      return valid.map((text) => rejection(text, dialect)).filter((reason) => reason !== undefined);
    });
    expect(rejected).toEqual([]);
  });

  test.each(suites)("%s: what ksqlDB's parser rejects is rejected", (suite, dialect) => {
    const wrong = casesOf(suite).filter(isParserError);
    const accepted = wrong.filter((c) => rejection(c.statements.at(-1) ?? "", dialect) === undefined);
    expect(accepted.map((c) => c.id)).toEqual([]);
  });

  test.each(suites)("%s: every statement prints back to the same tree", (suite, dialect) => {
    const texts = casesOf(suite).flatMap((c) => c.statements);
    const valid = texts.filter((text) => rejection(text, dialect) === undefined);
    expect(valid.length).toBeGreaterThan(100);
    expect(valid.flatMap((text) => unstable(text, dialect))).toEqual([]);
  });

  test("all dialects take what the strict one takes", () => {
    const valid = casesOf("qtt").flatMap((c) =>
      isParserError(c) ? c.statements.slice(0, -1) : c.statements,
    );
    expect(valid.map((text) => rejection(text, "auto")).filter((reason) => reason !== undefined)).toEqual([]);
  });

  test("SQL test scripts parse whole and print back", () => {
    const folder = `${corpus}/sql-tests`;
    const scripts = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
      // docs/ holds syntax diagrams and prose beside its statements
      (name) => name.endsWith(".sql") && !name.startsWith("docs"),
    );
    expect(scripts.length).toBeGreaterThan(20);
    for (const name of scripts) {
      expect(unstable(readFileSync(`${folder}/${name}`, "utf8"), "ksqldb"), name).toEqual([]);
    }
  });

  test("the statements in the documents parse", () => {
    const folder = `${corpus}/sql-tests/docs`;
    const parsed = readdirSync(folder).flatMap((name) =>
      documentStatements(readFileSync(`${folder}/${name}`, "utf8")),
    );
    expect(parsed.length).toBeGreaterThan(0);
    expect(parsed.flatMap((text) => unstable(text, "auto"))).toEqual([]);
  });
});

/** Single statements without the notation of syntax diagrams. */
function documentStatements(document: string): string[] {
  const statements = document.match(/^ *(?:CREATE|INSERT|ASSERT|RUN|SELECT|DROP|SET) [^;]*;/gm) ?? [];
  return statements.filter((text) => !/[?[\]|]|\.\.\.|<|column_name/.test(text));
}
