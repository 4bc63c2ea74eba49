/** docs/errors.md: the error catalogue after every module's `errors.ts` is loaded. */
import { existsSync, readdirSync } from "node:fs";
import { errorCatalogue } from "../../src/base/errors.ts";
import type { ErrorDefinition, ErrorKind } from "../../src/base/errors.ts";
import { GENERATED_NOTE, anchor, code, page, prose, table } from "./markdown.ts";

const SOURCES = new URL("../../src/", import.meta.url);

/** What raises the errors whose codes begin so. */
const AREAS: Readonly<Record<string, string>> = {
  APP: "statements and queries of a server",
  CLI: "the command line",
  ENGINE: "running queries",
  EVENTS: "event files and the lab",
  FORMAT: "decoding and encoding records",
  FUNCTION: "calls of SQL functions",
  LOG: "topics and partitions",
  PLAN: "analysis of statements",
  SERVER: "the HTTP server",
  SQL: "parsing",
  TYPE: "types and values",
};

const KINDS: Readonly<Record<ErrorKind, string>> = {
  parse: "the text is no statement",
  statement: "the statement is understood and refused",
  runtime: "a running query or a record",
  io: "disk or network",
  usage: "flags, configuration, or a request of the wrong form",
  state: "it conflicts with what exists or runs",
};

export async function errorsPage(): Promise<string> {
  await loadCatalogue();
  const definitions = errorCatalogue();
  const areas = [...new Set(definitions.map(areaOf))];
  return page([
    "# Errors",
    "",
    GENERATED_NOTE,
    "",
    "Every error has a code, which does not change. Beside it an error tells what happened, where it can what was",
    "found, the cure, and the place in the text that caused it. The hint of an error is more exact than the cure here.",
    "",
    ...table(
      ["kind", "means"],
      Object.entries(KINDS).map(([kind, meaning]) => [kind, meaning]),
    ),
    "",
    ...table(
      ["area", "raised by"],
      areas.map((area) => [`[${area}](#${anchor(headingOf(area))})`, titleOf(area)]),
    ),
    "",
    ...areas.flatMap((area) =>
      areaLines(
        area,
        definitions.filter((definition) => areaOf(definition) === area),
      ),
    ),
  ]);
}

async function loadCatalogue(): Promise<void> {
  for (const folder of readdirSync(SOURCES).toSorted()) {
    const file = new URL(`${folder}/errors.ts`, SOURCES);
    if (existsSync(file)) await import(file.href);
  }
}

function areaOf({ code: text }: ErrorDefinition): string {
  return text.slice(0, text.indexOf("_"));
}

function titleOf(area: string): string {
  const title = AREAS[area];
  if (title === undefined) throw new Error(`error area ${area} has no title in scripts/docs/errors-page.ts`);
  return title;
}

function headingOf(area: string): string {
  return `${area}: ${titleOf(area)}`;
}

function areaLines(area: string, definitions: readonly ErrorDefinition[]): string[] {
  const rows = definitions.map((each) => [code(each.code), each.kind, prose(each.summary), prose(each.cure)]);
  return [`## ${headingOf(area)}`, "", ...table(["code", "kind", "when", "cure"], rows), ""];
}
