/** Runs a REST query validation test (the corpus' section 6) against a real server on loopback. */
import type { CorpusCase } from "../corpus/case-form.ts";
import { CaseTopics } from "../qtt/case-topics.ts";
import { caseProperties } from "../qtt/case-server.ts";
import { declareSchemas } from "../qtt/declared-schemas.ts";
import { completeStatement, declareTopics } from "../qtt/declared-topics.ts";
import type { RunSettings } from "../qtt/run-settings.ts";
import { CodecError } from "../records/codec-error.ts";
import { PASSED, failed } from "../report/case-result.ts";
import type { CaseVerdict } from "../report/case-result.ts";
import { judgeRefusal } from "./expected-refusal.ts";
import { responseDifference } from "./expected-responses.ts";
import type { ActualResponse } from "./expected-responses.ts";
import { KSQL_JSON, KSQL_PROTOBUF, RefusedRequest, RestClient, UnendedAnswer } from "./rest-client.ts";
import { openRestServer, produce } from "./rest-server.ts";
import type { RestServer } from "./rest-server.ts";
import { topicsDifference } from "./topic-outputs.ts";

/** A push query that did not reach its LIMIT by then won't. */
const ANSWER_TIMEOUT_MS = 4000;

const SERVER_PROPERTIES: Readonly<Record<string, string>> = {
  "ksql.query.pull.table.scan.enabled": "true",
  "ksql.query.pull.interpreter.enabled": "true",
  "ksql.query.push.v2.registry.installed": "true",
  "ksql.query.push.v2.enabled": "true",
  "ksql.query.push.v2.new.latest.delay.ms": "0",
};

export async function runRestCase(test: CorpusCase, settings: RunSettings): Promise<CaseVerdict> {
  const server = await openRestServer(caseProperties(SERVER_PROPERTIES, settings, "ksqldb"));
  try {
    return await new RestRun(test, server, settings).verdict();
  } finally {
    await server.close();
  }
}

class RestRun {
  readonly #test: CorpusCase;
  readonly #server: RestServer;
  readonly #client: RestClient;
  readonly #settings: RunSettings;
  readonly #responses: ActualResponse[] = [];
  /** Of the request under way. */
  #statements: readonly string[] = [];

  constructor(test: CorpusCase, server: RestServer, settings: RunSettings) {
    this.#test = test;
    this.#server = server;
    this.#settings = settings;
    this.#client = new RestClient(server.url, test.properties, ANSWER_TIMEOUT_MS);
  }

  async verdict(): Promise<CaseVerdict> {
    const { expectedError, statements } = this.#test;
    try {
      await this.#run();
    } catch (error) {
      if (error instanceof CodecError || error instanceof UnendedAnswer) return failed(error.message);
      if (!(error instanceof RefusedRequest)) throw error;
      if (expectedError !== null && this.#statements.at(-1) === statements.at(-1)) {
        return judgeRefusal(expectedError, error.refusal, statements);
      }
      return failed(`refused, ${error.message}`);
    }
    if (expectedError !== null) {
      const none = { loose: false, strict: false, kind: false };
      return { ...failed(`not refused, though: ${expectedError.message ?? ""}`), error: none };
    }
    const difference =
      responseDifference(this.#test, this.#responses) ??
      topicsDifference(this.#test, this.#server, this.#settings);
    return difference === undefined ? PASSED : failed(difference);
  }

  async #run(): Promise<void> {
    const { context } = this.#server.application;
    const rules = { dialect: "ksqldb", declaredPartitions: 4 } as const;
    declareTopics(this.#test, context.effects, rules);
    declareSchemas(this.#test, context);
    const firstQuery = Number(this.#test.firstQuery?.text ?? this.#test.statements.length);
    const admin = this.#test.statements.slice(0, firstQuery);
    const queries = this.#test.statements.slice(firstQuery);
    this.#statements = admin;
    if (admin.length > 0) {
      const text = admin.map(completeStatement).join("\n");
      for (const entity of await this.#client.statements(text)) {
        this.#responses.push({ kind: "admin", entity });
      }
    }
    if (this.#test.waitForActivePushQuery !== true) await this.#produceInputs();
    for (const query of queries) await this.#query(query);
    if (this.#test.testPullWithProtoFormat === true)
      for (const query of queries) await this.#protoQuery(query);
    await this.#server.application.engine.drain();
  }

  async #query(text: string): Promise<void> {
    this.#statements = [text];
    let producing: Promise<void> | undefined;
    const rows = await this.#client.rows({
      path: "/query",
      text,
      accept: KSQL_JSON,
      onHeader: () => {
        if (this.#test.waitForActivePushQuery === true) producing = this.#produceInputs();
      },
    });
    await producing;
    this.#responses.push({ kind: "query", rows });
  }

  async #protoQuery(text: string): Promise<void> {
    const rows = await this.#client.rows({ path: "/query-stream", text, accept: KSQL_PROTOBUF });
    this.#responses.push({ kind: "queryProto", rows });
  }

  async #produceInputs(): Promise<void> {
    const { application } = this.#server;
    const { log, catalog, schemas } = application.context;
    const sources = new Map(catalog.metastore.sources().map((source) => [source.topic, source]));
    const topics = new CaseTopics(this.#test, { sources, context: { log, schemas } }, "bytes");
    for (const { topic, record } of topics.inputs) produce(this.#server, topic, record);
    await application.engine.drain();
  }
}
