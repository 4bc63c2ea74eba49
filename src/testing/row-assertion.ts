/** ASSERT VALUES, ASSERT NULL VALUES: the next record of the source's topic is the expected one. */
import { SpoorError } from "../base/errors.ts";
import type { ErrorPlace } from "../base/errors.ts";
import { valuesEqual } from "../data/compare.ts";
import type { Value } from "../data/values.ts";
import { DeserializationError } from "../formats/deserialization-error.ts";
import type { DataSource } from "../plan/metastore.ts";
import { isShown } from "../plan/system-columns.ts";
import { testErrors } from "./errors.ts";
import type { ExpectedValue } from "./expected-row.ts";
import { literalText } from "./literal-text.ts";
import { decodeRecord, rawText } from "./topic-records.ts";
import type { DecodedRecord, TopicRecord } from "./topic-records.ts";

export interface RowExpectation {
  readonly source: DataSource;
  readonly values: readonly ExpectedValue[];
  readonly tombstone: boolean;
  /** The whole ASSERT. */
  readonly place: ErrorPlace;
}

/**
 * @param index how many records of the topic were asserted before, from 0
 * @throws TEST_RECORD_MISMATCH, TEST_RECORD_MISSING, TEST_RECORD_UNREADABLE
 */
export function assertRecord(expected: RowExpectation, record: TopicRecord | undefined, index: number): void {
  const { source, values, tombstone, place } = expected;
  const which = `record ${index + 1} of topic '${source.topic}'`;
  if (record === undefined) {
    throw testErrors.RECORD_MISSING({
      message: `expected record does not exist: '${source.name}' has no record ${index + 1}`,
      detail: `expected ${values.map(({ name, type, value }) => `${name} ${literalText(type, value)}`).join(", ")}`,
      hint: missingHint(index),
      place,
    });
  }
  const decoded = decodedOrFail(source, record, place);
  if (decoded.tombstone !== tombstone) {
    throw testErrors.RECORD_MISMATCH({
      message: `expected record does not match actual: ${tombstone ? "it is no tombstone" : "it is a tombstone"}`,
      detail: `${which} is\n${recordText(source, record)}`,
      hint: tombstone ? undefined : "ASSERT NULL VALUES name (key) KEY (value) expects a deletion",
      place,
    });
  }
  const lines = values.map((value) => comparedLine(value, actualValue(value.name, decoded, record)));
  const wrong = values.filter((_, i) => lines[i]!.differs);
  if (wrong.length === 0) return;
  const [first] = wrong;
  throw testErrors.RECORD_MISMATCH({
    message: `expected record does not match actual in ${wrong.map(({ name }) => `'${name}'`).join(", ")}`,
    detail: `${which}${partitionText(record)}\n${table(lines)}`,
    place: { ...place, span: first!.span },
  });
}

function missingHint(index: number): string {
  return index === 0
    ? "the query wrote nothing: a filter, a join without a partner, or a record it could not read"
    : "all records of the topic were asserted before";
}

function decodedOrFail(source: DataSource, record: TopicRecord, place: ErrorPlace): DecodedRecord {
  try {
    return decodeRecord(source, record);
  } catch (error) {
    if (!(error instanceof DeserializationError)) throw error instanceof SpoorError ? error.at(place) : error;
    throw testErrors.RECORD_UNREADABLE({
      message: `a record of '${source.name}' can't be decoded: ${error.message}`,
      detail: `key ${rawText(record.key)}, value ${rawText(record.value)}`,
      place,
    });
  }
}

function actualValue(name: string, decoded: DecodedRecord, record: TopicRecord): Value {
  switch (name) {
    case "ROWTIME":
      return BigInt(record.timestampMs);
    case "ROWPARTITION":
      return record.partition;
    case "ROWOFFSET":
      return BigInt(record.offset);
    case "WINDOWSTART":
      return decoded.window === undefined ? null : BigInt(decoded.window.startMs);
    case "WINDOWEND":
      return decoded.window === undefined ? null : BigInt(decoded.window.endMs);
    default:
      return decoded.columns.get(name) ?? null;
  }
}

interface ComparedLine {
  readonly name: string;
  readonly expected: string;
  readonly actual: string;
  readonly differs: boolean;
}

function comparedLine({ name, type, value }: ExpectedValue, actual: Value): ComparedLine {
  const differs = !valuesEqual(type, value, actual);
  return { name, expected: literalText(type, value), actual: literalText(type, actual), differs };
}

function table(lines: readonly ComparedLine[]): string {
  const head = { name: "column", expected: "expected", actual: "actual", differs: false };
  const all = [head, ...lines];
  const width = (pick: (line: ComparedLine) => string): number =>
    Math.max(...all.map((line) => pick(line).length));
  const [names, expected] = [width(({ name }) => name), width((line) => line.expected)];
  return all
    .map((line) => {
      const mark = line.differs ? "≠" : " ";
      return `    ${mark} ${line.name.padEnd(names)}  ${line.expected.padEnd(expected)}  ${line.actual}`;
    })
    .join("\n");
}

function partitionText({ partition, offset }: TopicRecord): string {
  return ` (partition ${partition}, offset ${offset})`;
}

/** A record with all columns, a line each, as its source decodes it; raw where it can't be decoded. */
export function recordText(source: DataSource | undefined, record: TopicRecord): string {
  const lines: string[] = [];
  const add = (name: string, text: string): number => lines.push(`      ${name} ${text}`);
  try {
    if (source === undefined) throw new DeserializationError("no source is over the topic");
    const decoded = decodeRecord(source, record);
    for (const column of source.schema.columns.filter(isShown)) {
      if (decoded.columns.has(column.name)) {
        add(column.name, literalText(column.type, decoded.columns.get(column.name)!));
      }
    }
    if (decoded.window !== undefined) add("window", `${decoded.window.startMs} to ${decoded.window.endMs}`);
    if (decoded.tombstone) add("value", "none (a tombstone)");
  } catch (error) {
    if (!(error instanceof DeserializationError || error instanceof SpoorError)) throw error;
    lines.length = 0;
    add("key", rawText(record.key));
    add("value", rawText(record.value));
  }
  add("ROWTIME", String(record.timestampMs));
  return lines.join("\n");
}
