/**
 * Headless mode: a file's statements are in force while the server runs. It is run at each start; a statement whose
 * result is there already, from an earlier start, is passed over, and one whose name is there with another meaning
 * stops the start.
 */
import { SpoorError } from "../base/errors.ts";
import type { Statement } from "../sql/ast-statement.ts";
import { parseStatement } from "../sql/parser.ts";
import { sameTree } from "../sql/same-tree.ts";
import type { AppContext } from "./app-context.ts";
import { sessionDialect } from "./session.ts";
import type { Session } from "./session.ts";
import { callOf, parse, requestSession } from "./statement-executor.ts";
import type { Script } from "./statement-executor.ts";
import { StatementFailure } from "./statement-failure.ts";
import { runStatement } from "./statements/statement-dispatch.ts";

export interface QueriesFileReport {
  readonly executed: number;
  readonly alreadyInForce: number;
}

/** @throws StatementFailure for the first statement that cannot be in force */
export async function runQueriesFile(context: AppContext, file: string): Promise<QueriesFileReport> {
  const session = requestSession(context, { properties: {}, variables: {} });
  const script: Script = { text: context.readScript(file), file, session };
  let executed = 0;
  let alreadyInForce = 0;
  for (const { statement, statementText } of parse(script)) {
    if (isInForce(statement, context, session)) {
      alreadyInForce += 1;
      continue;
    }
    try {
      await runStatement(statement, callOf(context, script, statementText));
      executed += 1;
    } catch (error) {
      throw error instanceof SpoorError ? new StatementFailure(error, statementText, []) : error;
    }
  }
  return { executed, alreadyInForce };
}

function isInForce(statement: Statement, context: AppContext, session: Session): boolean {
  const { catalog } = context;
  const isSame = (text: string) => sameTree(statement, reparsed(text, session));
  switch (statement.kind) {
    case "create-source":
    case "create-as-select": {
      const source = catalog.metastore.source(statement.name);
      return source !== undefined && isSame(source.statementText);
    }
    case "insert-into":
      return catalog.queries().some((query) => isSame(query.statementText));
    case "create-type":
      return catalog.metastore.type(statement.name) !== undefined;
    default:
      return false;
  }
}

function reparsed(text: string, session: Session): Statement | undefined {
  try {
    return parseStatement(text, { dialect: sessionDialect(session), variables: session.variables });
  } catch (error) {
    if (error instanceof SpoorError) return undefined;
    throw error;
  }
}
