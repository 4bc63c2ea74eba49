/**
 * A test file in its tests. Each begins with a line `--@test: name` and is parsed by itself, in its own dialect, so that a
 * test that is no SQL does not spoil the others. Places point into the whole file: what does not belong to a test is
 * blanked, not cut off.
 */
import { SpoorError } from "../base/errors.ts";
import type { Span } from "../base/errors.ts";
import type { Statement } from "../sql/ast-statement.ts";
import type { Dialect } from "../sql/dialect.ts";
import { parseScript } from "../sql/parser.ts";
import { directiveLines, sqlTestSettings } from "./sql-test-directives.ts";
import type { DirectiveLine, Load, SqlTestSettings } from "./sql-test-directives.ts";

/** What a test does, one after the other. `invalid`: a text that is no statement. */
export type Step =
  | { readonly kind: "statement"; readonly statement: Statement; readonly span: Span }
  | { readonly kind: "invalid"; readonly error: SpoorError; readonly span: Span }
  | { readonly kind: "load"; readonly load: Load; readonly span: Span };

export interface SqlTest {
  readonly name: string;
  readonly file: string;
  /** Line of the header, from 1. */
  readonly line: number;
  /** The whole file, with everything blank but this test. */
  readonly text: string;
  readonly settings: SqlTestSettings;
  readonly steps: readonly Step[];
}

/** A test whose directives are wrong. */
export interface BrokenTest {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly problem: SpoorError;
}

/** @param dialect of tests that name none */
export function sqlTests(file: string, text: string, dialect: Dialect = "auto"): (SqlTest | BrokenTest)[] {
  const lines = directiveLines(text, file);
  const headers = lines.filter((line) => line.name === "test");
  const shared = lines.slice(0, headers[0] === undefined ? lines.length : lines.indexOf(headers[0]));
  return headers.map((header, i) => {
    const start = header.place.span.start;
    const end = headers[i + 1]?.place.span.start ?? text.length;
    const own = lines.filter(({ place }) => place.span.start >= start && place.span.start < end);
    return sqlTest(header, [...shared, ...own], blankOutside(text, start, end), dialect);
  });
}

function sqlTest(
  header: DirectiveLine,
  directives: readonly DirectiveLine[],
  text: string,
  dialect: Dialect,
): SqlTest | BrokenTest {
  const { file = "" } = header.place;
  const head = { name: header.value === "" ? "(no name)" : header.value, file, line: header.place.span.line };
  try {
    const settings = sqlTestSettings(directives, dialect);
    return { ...head, text, settings, steps: stepsOf(text, settings, file) };
  } catch (error) {
    if (error instanceof SpoorError) return { ...head, problem: error };
    throw error;
  }
}

function stepsOf(text: string, settings: SqlTestSettings, file: string): Step[] {
  const steps = parseScript(text, { dialect: settings.dialect, testStatements: true, file }).map(
    (part): Step => {
      const { span } = part;
      if (part.error !== undefined) return { kind: "invalid", error: part.error, span };
      return { kind: "statement", statement: part.statement, span };
    },
  );
  for (const load of settings.loads) steps.push({ kind: "load", load, span: load.place.span });
  return steps.toSorted((a, b) => a.span.start - b.span.start);
}

function blankOutside(text: string, start: number, end: number): string {
  return blank(text.slice(0, start)) + text.slice(start, end) + blank(text.slice(end));
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, " ");
}
