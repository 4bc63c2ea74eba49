/** The corpus' section 3: what every topic named in the outputs holds, in order, record by record. */
import type { CaseHeader, CaseRecord, CaseWindow, CorpusCase } from "../corpus/case-form.ts";
import { printJson } from "../corpus/lossless-json.ts";
import { logicalText } from "../records/logical-value.ts";
import type { RecordCodec } from "../records/record-codec.ts";
import type { TopicShape } from "../records/topic-shape.ts";
import { matches } from "../records/value-comparison.ts";
import { splitWindow } from "../records/windowed-keys.ts";
import type { KeyWindow } from "../records/windowed-keys.ts";
import type { CaseTopics } from "./case-topics.ts";
import type { RawHeader, RawRecord } from "./topic-records.ts";

/** Records shown of a topic that differs. */
const SHOWN_MAX = 12;

/** Why the topics are not as expected; undefined where they are. */
export function outputDifference(test: CorpusCase, topics: CaseTopics): string | undefined {
  const { codec, records } = topics;
  for (const topic of new Set(test.outputs.map((output) => output.topic))) {
    const shape = topics.shape(topic);
    if (shape === undefined) return `no source is over topic '${topic}'`;
    const expected = test.outputs.filter((output) => output.topic === topic);
    const actual = records.of(topic);
    if (actual.length !== expected.length) {
      return `${topic}: ${actual.length} records, not ${expected.length}${shown(actual, shape, codec)}`;
    }
    const anyZero = test.inputs.length === 0;
    for (const [i, record] of expected.entries()) {
      const difference = recordDifference(record, actual[i]!, { shape, codec, anyZero });
      if (difference !== undefined)
        return `${topic}, record ${i}: ${difference}${shown(actual, shape, codec)}`;
    }
  }
  return undefined;
}

export interface ComparisonGround {
  readonly shape: TopicShape;
  readonly codec: RecordCodec;
  /** An expected timestamp of 0 stands for any: the records come from INSERT VALUES. */
  readonly anyZero: boolean;
}

export function recordDifference(
  expected: CaseRecord,
  actual: RawRecord,
  { shape, codec, anyZero }: ComparisonGround,
): string | undefined {
  const { key, window } = splitWindow(actual.key, shape.window);
  const wantedWindow = windowDifference(expected.window ?? undefined, window);
  if (wantedWindow !== undefined) return wantedWindow;
  const actualKey = codec.decode(shape.key, key);
  if (!matches(expected.key ?? null, actualKey)) {
    return `key ${logicalText(actualKey)}, not ${printJson(expected.key ?? null)}`;
  }
  const actualValue = codec.decode(shape.value, actual.value);
  if (!matches(expected.value ?? null, actualValue)) {
    return `value ${logicalText(actualValue)}, not ${printJson(expected.value ?? null)}`;
  }
  const timestamp = expected.timestamp === undefined ? undefined : Number(expected.timestamp.text);
  if (timestamp !== undefined && timestamp !== actual.timestamp && !(anyZero && timestamp === 0)) {
    return `timestamp ${actual.timestamp}, not ${timestamp}`;
  }
  return headerDifference(expected.headers ?? [], actual.headers);
}

function windowDifference(
  expected: CaseWindow | undefined,
  actual: KeyWindow | undefined,
): string | undefined {
  const text = actual === undefined ? "none" : `${actual.type} ${actual.startMs}-${actual.endMs}`;
  const wanted =
    expected === undefined
      ? "none"
      : `${(expected.type ?? "TIME").toUpperCase()} ${expected.start.text}-${expected.end.text}`;
  return text === wanted ? undefined : `window ${text}, not ${wanted}`;
}

function headerDifference(expected: readonly CaseHeader[], actual: readonly RawHeader[]): string | undefined {
  const found = actual.map(({ key, value }) => ({
    key,
    value: value === null ? null : Buffer.from(value).toString("base64"),
  }));
  const [a, b] = [found, expected.map(({ key, value }) => ({ key, value }))].map((list) =>
    JSON.stringify(list),
  );
  return a === b ? undefined : `headers ${a}, not ${b}`;
}

export function shown(records: readonly RawRecord[], shape: TopicShape, codec: RecordCodec): string {
  const lines = records.slice(0, SHOWN_MAX).map((record) => {
    try {
      const { key, window } = splitWindow(record.key, shape.window);
      const bounds = window === undefined ? "" : ` [${window.startMs}-${window.endMs}]`;
      const keyText = logicalText(codec.decode(shape.key, key));
      const valueText = logicalText(codec.decode(shape.value, record.value));
      return `${keyText}${bounds} -> ${valueText} @${record.timestamp}`;
    } catch (error) {
      return `undecodable: ${error instanceof Error ? error.message : String(error)}`;
    }
  });
  if (records.length > SHOWN_MAX) lines.push(`and ${records.length - SHOWN_MAX} more`);
  return lines.length === 0 ? "" : `\n${lines.map((line) => `    ${line}`).join("\n")}`;
}
