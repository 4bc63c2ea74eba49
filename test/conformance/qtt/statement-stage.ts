/**
 * Runs a case's statements through Spoor's own statement executor. Their queries are put in line instead of being
 * started: the corpus wants them run one after the other, each over its whole input.
 */
import type { AppContext } from "../../../src/app/app-context.ts";
import type { PersistentQuery } from "../../../src/app/catalog.ts";
import { LiveEffects } from "../../../src/app/catalog-effects.ts";
import { executeScript, requestSession } from "../../../src/app/statement-executor.ts";
import { StatementFailure } from "../../../src/app/statement-failure.ts";
import type { FunctionRegistry } from "../../../src/functions/registry.ts";
import type { DataSource } from "../../../src/plan/metastore.ts";
import type { Dialect } from "../../../src/sql/dialect.ts";
import type { CorpusCase } from "../corpus/case-form.ts";
import { declareSchemas } from "./declared-schemas.ts";
import { completeStatement, declareTopics } from "./declared-topics.ts";

export interface StatementsOutcome {
  /** In the order of their creation; a replaced query stands where it was first. */
  readonly queries: readonly PersistentQuery[];
  /** The first source over each topic, also where it was dropped since. */
  readonly sources: ReadonlyMap<string, DataSource>;
  readonly context: AppContext;
  /** The statement that was refused, and why. */
  readonly refused: { readonly index: number; readonly error: unknown } | undefined;
}

class QueuedQueries extends LiveEffects {
  readonly queries = new Map<string, PersistentQuery>();

  override startQuery(query: PersistentQuery): void {
    this.queries.set(query.id, query);
  }

  override replaceQuery(query: PersistentQuery): void {
    this.queries.set(query.id, query);
  }

  override terminateQuery(id: string): void {
    this.queries.delete(id);
  }

  override pauseQuery(): void {}

  override resumeQuery(): void {}
}

/** @param server the context of a server that runs no queries */
export async function runStatements(
  test: CorpusCase,
  server: AppContext,
  functions: FunctionRegistry,
  dialect: Dialect,
): Promise<StatementsOutcome> {
  const effects = new QueuedQueries(server.log, server.engine, server.schemas, server.connectors);
  const context: AppContext = { ...server, effects, functions };
  const session = requestSession(context, { properties: {}, variables: {} });
  const sources = new Map<string, DataSource>();
  declareTopics(test, effects, { dialect, declaredPartitions: 1, recordsFirst: dialect === "ksql5" });
  declareSchemas(test, context);
  let refused: StatementsOutcome["refused"];
  for (const [index, statement] of test.statements.entries()) {
    try {
      await executeScript(context, { text: completeStatement(statement), session }, 0);
    } catch (error) {
      refused = { index, error: error instanceof StatementFailure ? error.error : error };
      break;
    }
    for (const source of context.catalog.metastore.sources()) {
      if (!sources.has(source.topic)) sources.set(source.topic, source);
    }
  }
  return { queries: [...effects.queries.values()], sources, context, refused };
}
