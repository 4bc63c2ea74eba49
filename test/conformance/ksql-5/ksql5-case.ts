/**
 * Runs a test of the old KSQL (the corpus' section 6b): all statements run, only the last query is executed, over all
 * inputs; the expected records are the next ones of their topics, and more may follow.
 */
import type { FunctionRegistry } from "../../../src/functions/registry.ts";
import type { CaseRecord, CorpusCase } from "../corpus/case-form.ts";
import { printJson } from "../corpus/lossless-json.ts";
import { caseProperties, openCaseServer } from "../qtt/case-server.ts";
import { CaseTopics } from "../qtt/case-topics.ts";
import { judgeRejection } from "../qtt/expected-error.ts";
import { shown } from "../qtt/output-comparison.ts";
import { unstartedQueries } from "../qtt/qtt-case.ts";
import { QueryFailure, runQuery, sourceTopics } from "../qtt/query-run.ts";
import type { RunSettings } from "../qtt/run-settings.ts";
import { runStatements } from "../qtt/statement-stage.ts";
import type { StatementsOutcome } from "../qtt/statement-stage.ts";
import type { RawRecord } from "../qtt/topic-records.ts";
import { logicalText } from "../records/logical-value.ts";
import { CodecError } from "../records/codec-error.ts";
import type { TopicShape } from "../records/topic-shape.ts";
import { splitWindow } from "../records/windowed-keys.ts";
import { PASSED, failed } from "../report/case-result.ts";
import type { CaseVerdict } from "../report/case-result.ts";
import { errorText } from "../report/error-text.ts";
import { equalsStrictly } from "./strict-comparison.ts";

export async function runKsql5Case(
  test: CorpusCase,
  settings: RunSettings,
  functions: FunctionRegistry,
): Promise<CaseVerdict> {
  const properties = caseProperties(test.properties, settings, "ksql5");
  const server = await openCaseServer(properties);
  try {
    const outcome = await runStatements(test, server.context, functions, "ksql5");
    if (test.expectedError !== null)
      return judgeRejection(test.expectedError, test.statements, outcome.refused);
    const unstarted = unstartedQueries(test, outcome);
    if (unstarted !== undefined) return failed(unstarted);
    const difference = await outputDifference(test, outcome, settings);
    return difference === undefined ? PASSED : failed(difference);
  } catch (error) {
    if (error instanceof CodecError) return failed(error.message);
    if (error instanceof QueryFailure) return failed(`running: ${errorText(error)}`);
    throw error;
  } finally {
    await server.close();
  }
}

async function outputDifference(
  test: CorpusCase,
  outcome: StatementsOutcome,
  settings: RunSettings,
): Promise<string | undefined> {
  const topics = new CaseTopics(test, outcome, settings.mode);
  const ground = { settings, schemas: outcome.context.schemas };
  const query = outcome.queries.at(-1)!;
  const read = sourceTopics(query.plan);
  const fed = topics.inputs.filter(({ topic }) => read.includes(topic));
  topics.records.add(query.plan.sink.topic, await runQuery(query, fed, ground));
  const next = new Map<string, number>();
  for (const expected of test.outputs) {
    const { topic } = expected;
    const shape = topics.shape(topic) ?? topics.shape(read[0]!);
    if (shape === undefined) return `no source is over topic '${topic}'`;
    const index = next.get(topic) ?? 0;
    next.set(topic, index + 1);
    const records = topics.records.of(topic);
    const record = records[index];
    const difference =
      record === undefined ? "there is no such record" : recordDifference(expected, record, shape, topics);
    if (difference !== undefined) {
      return `${topic}, record ${index}: ${difference}${shown(records, shape, topics.codec)}`;
    }
  }
  return undefined;
}

/** Of a window only the start counts: session windows, too, were read as if they had no end in the key. */
function recordDifference(
  expected: CaseRecord,
  actual: RawRecord,
  shape: TopicShape,
  { codec }: CaseTopics,
): string | undefined {
  const { key, window } = splitWindow(actual.key, shape.window);
  const start = expected.window == null ? undefined : Number(expected.window.start.text);
  if (window?.startMs !== start) return `window start ${window?.startMs}, not ${start}`;
  const keyValue = codec.decode(shape.key, key);
  if (!equalsStrictly(expected.key ?? null, keyValue)) {
    return `key ${logicalText(keyValue)}, not ${printJson(expected.key ?? null)}`;
  }
  const value = codec.decode(shape.value, actual.value);
  if (!equalsStrictly(expected.value ?? null, value)) {
    return `value ${logicalText(value)}, not ${printJson(expected.value ?? null)}`;
  }
  const timestamp = Number(expected.timestamp?.text ?? 0);
  return timestamp === actual.timestamp ? undefined : `timestamp ${actual.timestamp}, not ${timestamp}`;
}
