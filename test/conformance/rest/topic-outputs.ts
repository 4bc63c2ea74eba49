/** The corpus' section 6, step 7: the first records of a topic are the expected ones; more may follow. */
import type { CorpusCase } from "../corpus/case-form.ts";
import { printJson } from "../corpus/lossless-json.ts";
import { CaseTopics } from "../qtt/case-topics.ts";
import type { RunSettings } from "../qtt/run-settings.ts";
import { readTopic } from "../qtt/topic-records.ts";
import { equalsStrictly } from "../ksql-5/strict-comparison.ts";
import { logicalText } from "../records/logical-value.ts";
import { matches } from "../records/value-comparison.ts";
import { splitWindow } from "../records/windowed-keys.ts";
import type { RestServer } from "./rest-server.ts";

export function topicsDifference(
  test: CorpusCase,
  { application }: RestServer,
  { mode }: RunSettings,
): string | undefined {
  const { log, catalog, schemas } = application.context;
  const sources = new Map(catalog.metastore.sources().map((source) => [source.topic, source]));
  const topics = new CaseTopics({ ...test, inputs: [] }, { sources, context: { log, schemas } }, mode);
  const next = new Map<string, number>();
  for (const expected of test.outputs) {
    const { topic } = expected;
    const shape = topics.shape(topic);
    if (shape === undefined) return `no source is over topic '${topic}'`;
    const index = next.get(topic) ?? 0;
    next.set(topic, index + 1);
    const record = readTopic(log, topic)[index];
    if (record === undefined) return `${topic}: there is no record ${index}`;
    const key = topics.codec.decode(shape.key, splitWindow(record.key, shape.window).key);
    const value = topics.codec.decode(shape.value, record.value);
    if (!equalsStrictly(expected.key ?? null, key)) {
      return `${topic}, record ${index}: key ${logicalText(key)}, not ${printJson(expected.key ?? null)}`;
    }
    if (!matches(expected.value ?? null, value)) {
      return `${topic}, record ${index}: value ${logicalText(value)}, not ${printJson(expected.value ?? null)}`;
    }
    if (expected.timestamp !== undefined && Number(expected.timestamp.text) !== record.timestamp) {
      return `${topic}, record ${index}: timestamp ${record.timestamp}, not ${expected.timestamp.text}`;
    }
  }
  return undefined;
}
