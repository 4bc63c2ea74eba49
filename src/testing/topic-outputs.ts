/**
 * What the topics hold after a run, in a form that two runs can be compared by. Records are compared as their source decodes
 * them, since equal values may be written in other bytes (escapes that pass through, ADR 2); raw where no source is
 * over the topic or the record can't be decoded.
 */
import { SpoorError } from "../base/errors.ts";
import { isInternalTopic } from "../app/app-context.ts";
import type { AppContext } from "../app/app-context.ts";
import { DeserializationError } from "../formats/deserialization-error.ts";
import type { DataSource } from "../plan/metastore.ts";
import { literalText } from "./literal-text.ts";
import { decodeRecord, rawText, topicRecords } from "./topic-records.ts";
import type { TopicRecord } from "./topic-records.ts";

interface OutputRecord {
  /** Without the window; undefined: no key. */
  readonly key: string | undefined;
  readonly text: string;
}

export type TopicOutputs = ReadonlyMap<string, readonly OutputRecord[]>;

export function outputsOf({
  log,
  catalog,
  schemas,
}: Pick<AppContext, "log" | "catalog" | "schemas">): TopicOutputs {
  const outputs = new Map<string, OutputRecord[]>();
  for (const { name } of log.topics()) {
    if (isInternalTopic(name)) continue;
    const [source] = catalog.sourcesOver(name);
    outputs.set(
      name,
      topicRecords(log, name, schemas).map((record) => outputRecord(source, record)),
    );
  }
  return outputs;
}

function outputRecord(source: DataSource | undefined, record: TopicRecord): OutputRecord {
  try {
    if (source !== undefined) return decodedOutput(source, record);
  } catch (error) {
    if (!(error instanceof DeserializationError || error instanceof SpoorError)) throw error;
  }
  const { key, value, timestampMs } = record;
  const keyText = key === null ? undefined : key.toString("latin1");
  return { key: keyText, text: `key ${rawText(key)}, value ${rawText(value)}, ROWTIME ${timestampMs}` };
}

function decodedOutput(source: DataSource, record: TopicRecord): OutputRecord {
  const { columns, window, tombstone } = decodeRecord(source, record);
  const key: string[] = [];
  const all: string[] = [];
  for (const { name, type, role } of source.schema.columns) {
    if (!columns.has(name)) continue;
    const text = `${name} ${literalText(type, columns.get(name)!)}`;
    all.push(text);
    if (role === "key") key.push(text);
  }
  if (window !== undefined) all.push(`window ${window.startMs} to ${window.endMs}`);
  if (tombstone) all.push("a tombstone");
  all.push(`ROWTIME ${record.timestampMs}`);
  return { key: record.key === null ? undefined : key.join(", "), text: all.join(", ") };
}

/** How two runs differ; undefined where they do not. `byKey`: only the order of records of one key counts. */
export function outputDifference(
  expected: TopicOutputs,
  actual: TopicOutputs,
  byKey: boolean,
): string | undefined {
  for (const topic of new Set([...expected.keys(), ...actual.keys()])) {
    const [left, right] = [expected.get(topic), actual.get(topic)];
    if (left === undefined || right === undefined) {
      return `topic '${topic}' is there ${left === undefined ? "only then" : "otherwise"}`;
    }
    const difference = listDifference(
      topic,
      byKey ? inKeyOrder(left) : left,
      byKey ? inKeyOrder(right) : right,
    );
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** Key by key; records of no key in the order of their texts. */
function inKeyOrder(records: readonly OutputRecord[]): readonly OutputRecord[] {
  return records.toSorted((a, b) => {
    if (a.key === undefined && b.key === undefined) return order(a.text, b.text);
    if (a.key === undefined || b.key === undefined) return a.key === undefined ? -1 : 1;
    return order(a.key, b.key);
  });
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function listDifference(
  topic: string,
  expected: readonly OutputRecord[],
  actual: readonly OutputRecord[],
): string | undefined {
  const length = Math.max(expected.length, actual.length);
  for (let i = 0; i < length; i++) {
    const [left, right] = [expected[i]?.text, actual[i]?.text];
    if (left === right) continue;
    const counts =
      expected.length === actual.length ? "" : ` (${expected.length} records, then ${actual.length})`;
    return `topic '${topic}'${counts}, record ${i + 1}\n      straight  ${left ?? "none"}\n      this way  ${right ?? "none"}`;
  }
  return undefined;
}
