/**
 * The `--@name: value` lines of a test file. Those before the first test hold for every test of the file; a test's own
 * come after its `--@test` line and win.
 */
import type { ErrorPlace } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import { canonicalPropertyName } from "../plan/session-properties.ts";
import type { Dialect } from "../sql/dialect.ts";
import { testErrors } from "./errors.ts";

export interface DirectiveLine {
  readonly name: string;
  readonly value: string;
  readonly place: ErrorPlace;
}

/** Lines of a file that become records of a topic, where the directive stands among the statements. */
export interface Load {
  readonly path: string;
  readonly topic: string;
  readonly place: ErrorPlace;
}

export interface SqlTestSettings {
  readonly dialect: Dialect;
  /** Server properties by canonical name. */
  readonly properties: ReadonlyMap<string, string>;
  /** Of topics that no statement gives partitions; undefined: 1, and the test is tried with more. */
  readonly partitions: number | undefined;
  readonly expectedError: DirectiveLine | undefined;
  readonly expectedMessage: DirectiveLine | undefined;
  /** Topics that are asserted at all are asserted to their ends. */
  readonly complete: boolean;
  readonly loads: readonly Load[];
}

const NAMES = [
  "test",
  "expected.error",
  "expected.message",
  "dialect",
  "property",
  "load",
  "partitions",
  "complete",
];
const DIALECTS: readonly Dialect[] = ["auto", "ksqldb", "ksql5"];
const SERVER_PROPERTIES = ["spoor.byte.pipelines", "spoor.commit.interval.ms", "spoor.flush"];
const PARTITIONS_MAX = 64;

/** All directives, line by line, so that an open string in one test can't hide the next one. */
export function directiveLines(text: string, file: string): DirectiveLine[] {
  const found: DirectiveLine[] = [];
  let line = 1;
  let start = 0;
  for (const content of text.split("\n")) {
    const match = /^(\s*)--@\s*([^:\s]*)\s*:?(.*)$/.exec(content);
    if (match !== null) {
      const column = match[1]!.length;
      const span = { start: start + column, end: start + content.trimEnd().length, line, column: column + 1 };
      found.push({ name: match[2]!.toLowerCase(), value: match[3]!.trim(), place: { text, span, file } });
    }
    line += 1;
    start += content.length + 1;
  }
  return found;
}

/**
 * @param otherwise the dialect where no line names one
 * @throws TEST_BAD_DIRECTIVE
 */
export function sqlTestSettings(
  lines: readonly DirectiveLine[],
  otherwise: Dialect = "auto",
): SqlTestSettings {
  const properties = new Map([["ksql.streams.auto.offset.reset", "latest"]]);
  const loads: Load[] = [];
  const last = new Map<string, DirectiveLine>();
  for (const line of lines) {
    if (line.name === "property") addProperty(properties, line);
    else if (line.name === "load") loads.push(load(line));
    else if (NAMES.includes(line.name)) last.set(line.name, line);
    else throw unknown(line);
  }
  const dialect = dialectOf(last.get("dialect"), otherwise);
  properties.set("ksql.dialect", dialect);
  const complete = last.get("complete");
  return {
    dialect,
    properties,
    partitions: partitionsOf(last.get("partitions")),
    expectedError: last.get("expected.error"),
    expectedMessage: last.get("expected.message"),
    complete: complete !== undefined && flagOf(complete),
    loads,
  };
}

function addProperty(properties: Map<string, string>, line: DirectiveLine): void {
  const match = /^([^=\s]+)\s*=\s*(.*)$/.exec(line.value);
  if (match === null)
    throw bad(line, "a property is written name=value", "--@property: spoor.join.order=event-time");
  const [, name = "", value = ""] = match;
  const known = SERVER_PROPERTIES.includes(name) ? name : canonicalPropertyName(name);
  if (known === undefined) throw bad(line, `no property is called '${name}'`, "SHOW PROPERTIES lists them");
  properties.set(known, value);
}

function load(line: DirectiveLine): Load {
  const match = /^(.+?)\s+(\S+)$/.exec(line.value);
  if (match === null) throw bad(line, "load takes a file and a topic", "--@load: events.ndjson winlogbeat");
  return { path: match[1]!, topic: match[2]!, place: line.place };
}

function dialectOf(line: DirectiveLine | undefined, otherwise: Dialect): Dialect {
  if (line === undefined) return otherwise;
  const dialect = DIALECTS.find((name) => name === line.value.toLowerCase());
  if (dialect !== undefined) return dialect;
  throw bad(line, `no dialect is called '${line.value}'`, `one of ${DIALECTS.join(", ")}`);
}

function partitionsOf(line: DirectiveLine | undefined): number | undefined {
  if (line === undefined) return undefined;
  const partitions = Number(line.value);
  if (Number.isInteger(partitions) && partitions >= 1 && partitions <= PARTITIONS_MAX) return partitions;
  throw bad(line, `partitions can't be '${line.value}'`, `a number from 1 to ${PARTITIONS_MAX}`);
}

function flagOf(line: DirectiveLine): boolean {
  const value = line.value.toLowerCase();
  if (value === "" || value === "true") return true;
  if (value === "false") return false;
  throw bad(line, `complete can't be '${line.value}'`, "true or false");
}

function unknown(line: DirectiveLine): Error {
  const hint =
    didYouMean(line.name, NAMES) ?? `the directives are ${NAMES.map((name) => `--@${name}`).join(", ")}`;
  return bad(line, `there is no directive '--@${line.name}'`, hint);
}

function bad(line: DirectiveLine, message: string, hint: string): Error {
  return testErrors.BAD_DIRECTIVE({ message, hint, place: line.place });
}
