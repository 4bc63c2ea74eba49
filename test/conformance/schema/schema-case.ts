/** Carries records of an Avro schema through the statements of a case (the corpus' section 6c): they must come out equal. */
import { defined } from "../../../src/base/assert.ts";
import { SeededRandom } from "../../../src/base/random.ts";
import type { FunctionRegistry } from "../../../src/functions/registry.ts";
import type { CaseRecord, CorpusCase } from "../corpus/case-form.ts";
import { NumberText, printJson } from "../corpus/lossless-json.ts";
import type { Json } from "../corpus/lossless-json.ts";
import type { SchemaCase } from "../corpus/schema-file.ts";
import { caseProperties, openCaseServer } from "../qtt/case-server.ts";
import { CaseTopics } from "../qtt/case-topics.ts";
import { unstartedQueries } from "../qtt/qtt-case.ts";
import { QueryFailure, runQuery } from "../qtt/query-run.ts";
import type { RunSettings } from "../qtt/run-settings.ts";
import { runStatements } from "../qtt/statement-stage.ts";
import { avroType } from "../records/avro-schema.ts";
import { CodecError } from "../records/codec-error.ts";
import { PASSED, failed } from "../report/case-result.ts";
import type { CaseVerdict } from "../report/case-result.ts";
import { errorText } from "../report/error-text.ts";
import { arrivalDifference } from "./arrival.ts";
import { randomValue } from "./random-records.ts";

const RECORDS = 100;
const KEY = "test-key";

export async function runSchemaCase(
  test: SchemaCase,
  settings: RunSettings,
  functions: FunctionRegistry,
): Promise<CaseVerdict> {
  const server = await openCaseServer(caseProperties({}, settings, test.dialect));
  try {
    const type = avroType(printJson(test.valueSchema));
    const random = new SeededRandom(11);
    const values = Array.from({ length: RECORDS }, () => randomValue(type, random));
    const corpusCase = asCorpusCase(test, values);
    const outcome = await runStatements(corpusCase, server.context, functions, test.dialect);
    const unstarted = unstartedQueries(corpusCase, outcome);
    if (unstarted !== undefined) return failed(unstarted);
    const topics = new CaseTopics(corpusCase, outcome, settings.mode);
    const ground = { settings, schemas: outcome.context.schemas };
    const query = defined(outcome.queries.at(-1), "the query");
    const written = await runQuery(query, topics.inputs, ground);
    if (written.length !== values.length) return failed(`${written.length} records, not ${values.length}`);
    const shape = defined(topics.shape(test.outputTopic), "the sink");
    for (const [i, value] of values.entries()) {
      const actual = topics.codec.decode(shape.value, written[i]!.value);
      const difference = arrivalDifference(type, value, actual);
      if (difference !== undefined) return failed(`record ${i}: ${difference}`);
    }
    return PASSED;
  } catch (error) {
    if (error instanceof CodecError) return failed(error.message);
    if (error instanceof QueryFailure) return failed(`running: ${errorText(error)}`);
    throw error;
  } finally {
    await server.close();
  }
}

function asCorpusCase(test: SchemaCase, values: readonly Json[]): CorpusCase {
  const inputs = values.map((value): CaseRecord => ({
    topic: test.topic,
    key: KEY,
    value,
    timestamp: new NumberText("0"),
  }));
  return {
    id: test.id,
    name: test.id,
    format: null,
    features: [],
    statements: test.statements,
    properties: {},
    topics: [{ name: test.topic, valueFormat: "AVRO", valueSchema: test.valueSchema }],
    inputs,
    outputs: [],
    expectedError: null,
  };
}
