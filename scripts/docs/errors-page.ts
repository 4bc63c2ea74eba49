/** docs/errors.md: the error catalogue after every module's `errors.ts` is loaded. */
import { readFileSync, readdirSync } from "node:fs";
import { errorCatalogue } from "../../src/base/errors.ts";
import type { ErrorDefinition, ErrorKind } from "../../src/base/errors.ts";
import { GENERATED_NOTE, anchor, code, page, prose, table } from "./markdown.ts";

const SOURCES = new URL("../../src/", import.meta.url);

/** What raises the errors whose codes begin so; of an area without a title the module is named. */
const AREAS: Readonly<Record<string, string>> = {
  APP: "statements and queries of a server",
  ATTACK: "ATT&CK",
  BROKER: "the Kafka listener",
  CLUSTER: "a Kafka cluster",
  CLI: "the command line",
  ENGINE: "running queries",
  EVENTS: "event files and the lab",
  FORMAT: "decoding and encoding records",
  FUNCTION: "calls of SQL functions",
  HUNT: "SQL at rest",
  LAKE: "Delta tables",
  LOG: "topics and partitions",
  MODEL: "the event data model",
  PLAN: "analysis of statements",
  SERVER: "the HTTP server",
  SIGMA: "Sigma rules",
  SQL: "parsing",
  SYSMON: "Sysmon configurations",
  TEST: "SQL tests",
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
  const modules = await loadCatalogue();
  const titleOf = (area: string): string => AREAS[area] ?? modules.get(area) ?? area;
  const headingOf = (area: string): string => `${area}: ${titleOf(area)}`;
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
        headingOf(area),
        definitions.filter((definition) => areaOf(definition) === area),
      ),
    ),
  ]);
}

/** Loads every module's errors; answers the module of each area. */
async function loadCatalogue(): Promise<ReadonlyMap<string, string>> {
  const modules = new Map<string, string>();
  const paths = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).map((path) =>
    path.replaceAll("\\", "/"),
  );
  for (const path of paths.filter((each) => each.endsWith("/errors.ts")).toSorted()) {
    const file = new URL(path, SOURCES);
    await import(file.href);
    const area = /defineErrors\("(\w+)"/.exec(readFileSync(file, "utf8"))?.[1];
    if (area !== undefined) modules.set(area, `src/${path.slice(0, path.lastIndexOf("/"))}`);
  }
  return modules;
}

function areaOf({ code: text }: ErrorDefinition): string {
  return text.slice(0, text.indexOf("_"));
}

function areaLines(heading: string, definitions: readonly ErrorDefinition[]): string[] {
  const rows = definitions.map((each) => [code(each.code), each.kind, prose(each.summary), prose(each.cure)]);
  return [`## ${heading}`, "", ...table(["code", "kind", "when", "cure"], rows), ""];
}
