/** One run of a test: its steps, in order, on a server of its own, until one fails. */
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { SpoorError } from "../base/errors.ts";
import type { ErrorPlace, Span } from "../base/errors.ts";
import type { Clock } from "../base/clock.ts";
import { callOf, requestSession } from "../app/statement-executor.ts";
import { planContext } from "../app/planning.ts";
import type { Session } from "../app/session.ts";
import type { StatementCall } from "../app/statements/statement-call.ts";
import { runStatement } from "../app/statements/statement-dispatch.ts";
import { planSourceTopic } from "../plan/create-source.ts";
import { lookUp } from "../plan/from-clause.ts";
import type { PlanContext } from "../plan/plan-context.ts";
import type { AssertTombstone, AssertValues } from "../sql/ast-assertion.ts";
import type { CreateSource, RunScript, Statement } from "../sql/ast-statement.ts";
import { parseScript } from "../sql/parser.ts";
import { testErrors } from "./errors.ts";
import { expectedRow } from "./expected-row.ts";
import { assertRecord, recordText } from "./row-assertion.ts";
import { assertSource } from "./source-assertion.ts";
import type { Load } from "./sql-test-directives.ts";
import type { SqlTest, Step } from "./sql-test-file.ts";
import { TestServer } from "./test-server.ts";
import { outputsOf } from "./topic-outputs.ts";
import type { TopicOutputs } from "./topic-outputs.ts";
import { topicRecords } from "./topic-records.ts";
import type { Way } from "./ways.ts";

const SCRIPT_DEPTH_MAX = 8;

export interface TestOutcome {
  /** What the first step that failed failed with. */
  readonly error: unknown;
  /** What every topic holds at the end. */
  readonly outputs: TopicOutputs;
}

/** Where the files lie that a test names. */
export interface TestFiles {
  /** The test file: LOAD and RUN SCRIPT are relative to it. */
  readonly testFile: string;
  /** The folder that a path with a leading `/` starts from. Default: the root of the file system. */
  readonly root?: string;
}

export async function runTest(test: SqlTest, way: Way, files: TestFiles, timer: Clock): Promise<TestOutcome> {
  const server = await TestServer.open(test.settings, way, timer);
  try {
    const error = await new TestRun(test, way, files, server).run();
    return { error, outputs: outputsOf(server.context) };
  } finally {
    await server.close();
  }
}

class TestRun {
  readonly #test: SqlTest;
  readonly #way: Way;
  readonly #files: TestFiles;
  readonly #server: TestServer;
  readonly #session: Session;
  readonly #script: Script;
  /** Records asserted so far, by topic id: a topic that is made anew begins anew. */
  readonly #asserted = new Map<string, number>();

  constructor(test: SqlTest, way: Way, files: TestFiles, server: TestServer) {
    this.#test = test;
    this.#way = way;
    this.#files = files;
    this.#server = server;
    this.#script = { text: test.text, file: test.file, depth: 0 };
    this.#session = requestSession(server.context, { properties: {}, variables: {} });
  }

  async run(): Promise<unknown> {
    const inserts = this.#test.steps.filter(isInsert).length;
    const restartAfter = this.#way.restarts ? Math.ceil(inserts / 2) : -1;
    let inserted = 0;
    for (const step of this.#test.steps) {
      try {
        await this.#step(step);
        // Before the restart the queries have not seen the record that was inserted last.
        if (isInsert(step) && ++inserted === restartAfter) await this.#server.restart();
        else if (!this.#way.batched) await this.#server.drain();
      } catch (error) {
        return placed(error, step.span, this.#script);
      }
    }
    try {
      await this.#server.drain();
      if (this.#test.settings.complete) this.#assertComplete();
    } catch (error) {
      return error;
    }
    return undefined;
  }

  async #step(step: Step): Promise<void> {
    if (step.kind === "invalid") throw step.error;
    if (step.kind === "load") {
      await this.#load(step.load);
    } else {
      if (this.#way.batched && this.#dependsOnQueries(step.statement)) await this.#server.drain();
      await this.#statement(step.statement, this.#script);
    }
  }

  /**
   * Whether the statement means something else before the queries have run dry than after. Where several queries (or a
   * query and the test) write one topic, the order of its records is that of their writing.
   */
  #dependsOnQueries(statement: Statement): boolean {
    if (statement.kind !== "insert-values") return true;
    const { catalog } = this.#server.context;
    const written = catalog.queries().map(({ plan }) => plan.sink.topic);
    const topic = catalog.metastore.source(statement.name)?.topic;
    return new Set(written).size < written.length || (topic !== undefined && written.includes(topic));
  }

  async #statement(statement: Statement, script: Script): Promise<void> {
    switch (statement.kind) {
      case "assert-values":
      case "assert-tombstone":
        // With more partitions the order of all records is another one; what they are is compared at the end.
        if (this.#way.name !== "partitioned") this.#assertRecord(statement, script);
        return;
      case "assert-source": {
        const plan = this.#plan(script);
        assertSource(statement, lookUp(plan, statement.name, statement.nameSpan), plan);
        return;
      }
      case "run-script":
        await this.#runScript(statement, script);
        return;
      case "query":
      case "print-topic":
        throw testErrors.UNSUPPORTED_STATEMENT({
          message: `a test can't have a ${statement.kind === "query" ? "SELECT" : "PRINT"}`,
          hint: "CREATE STREAM … AS SELECT, then ASSERT VALUES",
        });
      default:
        if (statement.kind === "create-source") this.#createTopic(statement, script);
        await runStatement(statement, this.#call(statement.span, script));
    }
  }

  #call({ start, end }: Span, { text, file }: Script): StatementCall {
    const { context } = this.#server;
    return callOf(context, { text, file, session: this.#session }, `${text.slice(start, end).trim()};`);
  }

  #plan({ text }: Script): PlanContext {
    const { context } = this.#server;
    const { catalog, effects } = context;
    return planContext({ context, catalog, topics: effects, session: this.#session, text });
  }

  /** As in ksqlDB's testing tool, a topic that is missing is made. A statement that can't be planned makes none. */
  #createTopic(statement: CreateSource, script: Script): void {
    if (statement.properties.some(({ name }) => name === "PARTITIONS")) return;
    try {
      const topic = planSourceTopic(statement, { ...this.#plan(script), dialect: "auto" });
      if (topic === undefined || topic.topic === "") return;
      this.#server.context.effects.ensureTopic({ ...topic, partitions: this.#server.partitions });
    } catch (error) {
      if (!(error instanceof SpoorError)) throw error;
    }
  }

  #assertRecord(statement: AssertValues | AssertTombstone, script: Script): void {
    const plan = this.#plan(script);
    const source = lookUp(plan, statement.name, statement.nameSpan);
    const { log, schemas } = this.#server.context;
    const id = log.topic(source.topic)?.id ?? source.topic;
    const index = this.#asserted.get(id) ?? 0;
    const values = expectedRow(statement, source, plan);
    const expectation = { source, values, tombstone: statement.kind === "assert-tombstone" };
    const record = topicRecords(log, source.topic, schemas)[index];
    assertRecord({ ...expectation, place: placeIn(script, statement.span) }, record, index);
    this.#asserted.set(id, index + 1);
  }

  /** @throws TEST_RECORDS_LEFT */
  #assertComplete(): void {
    if (this.#way.name === "partitioned") return;
    const { log, catalog, schemas } = this.#server.context;
    for (const topic of log.topics()) {
      const asserted = this.#asserted.get(topic.id);
      if (asserted === undefined) continue;
      const records = topicRecords(log, topic.name, schemas);
      const next = records[asserted];
      if (next === undefined) continue;
      throw testErrors.RECORDS_LEFT({
        message: `topic '${topic.name}' has ${records.length} records, of which ${asserted} are asserted`,
        detail: `the next is\n${recordText(catalog.sourcesOver(topic.name)[0], next)}`,
        place: placeIn(this.#script, lineSpan(this.#test)),
      });
    }
  }

  async #load({ path, topic, place }: Load): Promise<void> {
    const { context, service } = this.#server;
    const { partitions } = this.#server;
    context.effects.ensureTopic({ topic, partitions, replicas: 1, config: {} });
    const lines = (await this.#read(path, place)).split("\n");
    const ingest = service.openIngest(topic, { format: "value", separator: ":", partition: undefined });
    // Records without a key go to one partition a piece: line by line they reach all of them.
    const pieces = partitions === 1 ? [lines.join("\n")] : lines.map((line) => `${line}\n`);
    for (const piece of pieces) await ingest.write(Buffer.from(piece));
    const { rejected, firstErrors } = await ingest.finish();
    if (rejected === 0) return;
    throw testErrors.FILE_UNREADABLE({
      message: `${rejected} lines of '${path}' are no records`,
      detail: firstErrors.map(({ line, message }) => `line ${line}: ${message}`).join("; "),
      place,
    });
  }

  async #runScript({ file, span }: RunScript, outer: Script): Promise<void> {
    const place = placeIn(outer, span);
    if (outer.depth === SCRIPT_DEPTH_MAX) {
      throw testErrors.FILE_UNREADABLE({ message: `'${file}' is run by scripts ${outer.depth} deep`, place });
    }
    const script = { text: await this.#read(file, place), file, depth: outer.depth + 1 };
    const { dialect } = this.#test.settings;
    const { variables } = this.#session;
    for (const part of parseScript(script.text, { dialect, variables, file, testStatements: true })) {
      if (part.error !== undefined) throw placed(part.error, part.span, script);
      try {
        await this.#statement(part.statement, script);
      } catch (error) {
        throw placed(error, part.span, script);
      }
    }
  }

  async #read(path: string, place: ErrorPlace): Promise<string> {
    const full = fullPath(path, this.#files);
    try {
      return await readFile(full, "utf8");
    } catch (cause) {
      throw testErrors.FILE_UNREADABLE({
        message: `'${path}' can't be read`,
        detail: cause instanceof Error ? cause.message : String(cause),
        hint: "paths are relative to the test file",
        place,
        cause,
      });
    }
  }
}

/** A text that statements are of: the test's, or a file's that it runs. */
interface Script {
  readonly text: string;
  readonly file: string;
  /** How many scripts it is inside of. */
  readonly depth: number;
}

function fullPath(path: string, { testFile, root }: TestFiles): string {
  if (!isAbsolute(path)) return resolve(dirname(testFile), path);
  return root === undefined ? path : join(root, path);
}

function placeIn({ text, file }: Script, span: Span): ErrorPlace {
  return { text, span, file };
}

/** The error as the reader should see it: with its place, and the place with its file. */
function placed(error: unknown, span: Span, script: Script): unknown {
  if (!(error instanceof SpoorError)) return error;
  const { place } = error;
  if (place === undefined) return error.at(placeIn(script, span));
  return place.file === undefined && place.text === script.text
    ? withFile(error, { ...place, file: script.file })
    : error;
}

function isInsert(step: Step): boolean {
  return step.kind === "load" || (step.kind === "statement" && step.statement.kind === "insert-values");
}

function lineSpan(test: SqlTest): Span {
  const start = test.text.split("\n", test.line - 1).join("\n").length + (test.line > 1 ? 1 : 0);
  const end = test.text.indexOf("\n", start);
  return { start, end: end < 0 ? test.text.length : end, line: test.line, column: 1 };
}

/** The same error, its place with the file's name. */
function withFile(error: SpoorError, place: ErrorPlace): SpoorError {
  const { code, kind, message, detail, hint, cause } = error;
  return new SpoorError({ code, kind, summary: "", cure: "" }, { message, detail, hint, cause, place });
}
