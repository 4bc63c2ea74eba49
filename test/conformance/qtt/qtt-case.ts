/** Runs a query validation test: the corpus' section 2, from the statements to the post conditions. */
import type { FunctionRegistry } from "../../../src/functions/registry.ts";
import type { PersistentQueryPlan } from "../../../src/plan/physical.ts";
import type { CorpusCase } from "../corpus/case-form.ts";
import { CodecError } from "../records/codec-error.ts";
import { PASSED, failed } from "../report/case-result.ts";
import type { CaseVerdict, RecordedAgreement } from "../report/case-result.ts";
import { errorText } from "../report/error-text.ts";
import { caseProperties, openCaseServer } from "./case-server.ts";
import { CaseTopics } from "./case-topics.ts";
import { judgeFailure, judgeRejection } from "./expected-error.ts";
import { outputDifference } from "./output-comparison.ts";
import { postDifference } from "./post-conditions.ts";
import { QueryFailure, runQuery, sourceTopics } from "./query-run.ts";
import type { FedRecord } from "./query-run.ts";
import type { RunSettings } from "./run-settings.ts";
import { sourceDifference } from "./source-forms.ts";
import { runStatements } from "./statement-stage.ts";
import type { StatementsOutcome } from "./statement-stage.ts";

export async function runQttCase(
  test: CorpusCase,
  settings: RunSettings,
  functions: FunctionRegistry,
): Promise<CaseVerdict> {
  const properties = caseProperties(test.properties, settings, "ksqldb");
  const server = await openCaseServer(properties);
  try {
    const outcome = await runStatements(test, server.context, functions, "ksqldb");
    const verdict = await judge(test, outcome, settings);
    const recorded = recordedAgreement(test, outcome);
    return recorded === undefined ? verdict : { ...verdict, recorded };
  } finally {
    await server.close();
  }
}

async function judge(
  test: CorpusCase,
  outcome: StatementsOutcome,
  settings: RunSettings,
): Promise<CaseVerdict> {
  const { expectedError } = test;
  if (expectedError !== null && expectedError.stage !== "processing") {
    return judgeRejection(expectedError, test.statements, outcome.refused);
  }
  const unstarted = unstartedQueries(test, outcome);
  if (unstarted !== undefined) return failed(unstarted);
  let topics: CaseTopics;
  try {
    topics = await runQueries(test, outcome, settings);
  } catch (error) {
    if (error instanceof QueryFailure && expectedError !== null) return judgeFailure(expectedError, error);
    return failed(error instanceof CodecError ? error.message : `running: ${errorText(error)}`);
  }
  if (expectedError !== null) return judgeFailure(expectedError, undefined);
  const difference =
    outputDifference(test, topics) ?? (test.post ? postDifference(test.post, outcome) : undefined);
  return difference === undefined ? PASSED : failed(difference);
}

/** Why no query of the case can be run. */
export function unstartedQueries(
  test: CorpusCase,
  { refused, queries }: StatementsOutcome,
): string | undefined {
  if (refused !== undefined) {
    const { index, error } = refused;
    return `statement ${index + 1} of ${test.statements.length} is rejected: ${errorText(error)}`;
  }
  return queries.length === 0 ? "the statements start no persistent query" : undefined;
}

/** Section 2, step 4. @throws QueryFailure, CodecError */
async function runQueries(
  test: CorpusCase,
  outcome: StatementsOutcome,
  settings: RunSettings,
): Promise<CaseTopics> {
  const topics = new CaseTopics(test, outcome, settings.mode);
  const ground = { settings, schemas: outcome.context.schemas };
  for (const query of outcome.queries) {
    const written = await runQuery(query, fedTo(query.plan, topics), ground);
    topics.records.add(query.plan.sink.topic, written);
  }
  return topics;
}

/** The case's inputs; of topics without any what earlier queries wrote, topic by topic. */
function fedTo(plan: PersistentQueryPlan, { inputs, records }: CaseTopics): readonly FedRecord[] {
  const read = sourceTopics(plan);
  const own = inputs.filter(({ topic }) => read.includes(topic));
  const given = new Set(own.map(({ topic }) => topic));
  const rest = read
    .filter((topic) => !given.has(topic))
    .flatMap((topic) => records.of(topic).map((record) => ({ topic, record })));
  return [...own, ...rest];
}

function recordedAgreement(test: CorpusCase, outcome: StatementsOutcome): RecordedAgreement | undefined {
  const sources = test.recorded?.sources;
  if (sources === undefined) return undefined;
  const { metastore } = outcome.context.catalog;
  const differences = sources.flatMap((source) => sourceDifference(source, metastore) ?? []);
  return { sources: sources.length, agreeing: sources.length - differences.length, differences };
}
