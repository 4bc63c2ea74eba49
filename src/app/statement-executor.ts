/**
 * Runs the statements of a request in order. All are parsed before the first runs, and where there are several, those
 * that change the catalog are tried out on a copy first: a request that cannot succeed changes nothing. What fails
 * later all the same (a disk, a timeout) leaves the statements before it executed, and the error carries their answers.
 */
import { ERROR_CODES } from "../api/error-entity.ts";
import type { KsqlEntity } from "../api/entities.ts";
import { SpoorError } from "../base/errors.ts";
import type { Span } from "../base/errors.ts";
import { validateProperty } from "../plan/session-properties.ts";
import type { Statement } from "../sql/ast-statement.ts";
import { parseScript } from "../sql/parser.ts";
import type { AppContext } from "./app-context.ts";
import { DeferredEffects } from "./catalog-effects.ts";
import { appErrors } from "./errors.ts";
import { planContext } from "./planning.ts";
import type { StatementsRequest } from "./service.ts";
import { copySession, sessionDialect } from "./session.ts";
import type { Session } from "./session.ts";
import { StatementFailure } from "./statement-failure.ts";
import { changeScope, isCatalogStatement, planChange } from "./statements/catalog-statements.ts";
import { planInsert } from "./statements/insert-values.ts";
import { findOpenQuery } from "./statements/open-query-control.ts";
import { runStatement } from "./statements/statement-dispatch.ts";
import { runSessionStatement } from "./statements/session-statements.ts";
import type { StatementCall } from "./statements/statement-call.ts";

const SCRIPT_DEPTH_MAX = 8;

/** A text with the session it runs in. */
export interface Script {
  readonly text: string;
  readonly file?: string | undefined;
  readonly session: Session;
}

export interface ParsedStatement {
  readonly statement: Statement;
  readonly statementText: string;
}

export async function executeRequest(
  context: AppContext,
  request: StatementsRequest,
): Promise<readonly KsqlEntity[]> {
  if (request.afterCommand !== undefined && request.afterCommand >= context.commands.nextSequence) {
    throw appErrors.CATCH_UP_TIMEOUT({
      message: `command ${request.afterCommand} has not been executed`,
      detail: `the next command is ${context.commands.nextSequence}`,
    });
  }
  const session = requestSession(context, request);
  return executeScript(context, { text: request.text, session }, 0);
}

/** The server's properties with the request's over them. @throws PLAN_INVALID_SETTING */
export function requestSession(
  context: AppContext,
  request: Pick<StatementsRequest, "properties" | "variables">,
): Session {
  const session: Session = {
    properties: new Map(context.settings.properties),
    variables: new Map(Object.entries(request.variables)),
    overridden: new Set(),
  };
  for (const [name, value] of Object.entries(request.properties)) {
    const checked = validateProperty(name, value);
    session.properties.set(checked.name, checked.value);
    session.overridden.add(checked.name);
  }
  return session;
}

export async function executeScript(
  context: AppContext,
  script: Script,
  depth: number,
): Promise<readonly KsqlEntity[]> {
  const statements = parse(script);
  statements.forEach(refuseQuery);
  if (statements.length > 1) tryOut(context, script, statements);
  const entities: KsqlEntity[] = [];
  for (const { statement, statementText } of statements) {
    const call = callOf(context, script, statementText);
    try {
      if (statement.kind === "run-script") {
        entities.push(...(await runScriptFile(statement.file, call, depth)));
      } else {
        const entity = await runStatement(statement, call);
        if (entity !== undefined) entities.push(entity);
      }
    } catch (error) {
      throw failure(error, statementText, entities);
    }
  }
  return entities;
}

/** @throws StatementFailure for the first text that is no statement */
export function parse(script: Script): readonly ParsedStatement[] {
  const { text, session, file } = script;
  const parts = parseScript(text, { dialect: sessionDialect(session), variables: session.variables, file });
  return parts.map((part) => {
    const statementText = textOf(text, part.span);
    if (part.error !== undefined) throw new StatementFailure(part.error, statementText, []);
    return { statement: part.statement, statementText };
  });
}

function textOf(text: string, span: Span): string {
  const statement = text.slice(span.start, span.end).trim();
  return statement.endsWith(";") ? statement : `${statement};`;
}

export function callOf(context: AppContext, script: Script, statementText: string): StatementCall {
  const { session, text, file } = script;
  return { context, session, text, file, statementText };
}

function refuseQuery({ statement, statementText }: ParsedStatement): void {
  if (statement.kind !== "query" && statement.kind !== "print-topic") return;
  const error = appErrors.NOT_A_STATEMENT({
    message: `${statement.kind === "query" ? "SELECT" : "PRINT"} gives rows, which /ksql cannot send`,
    hint: "send it to /query or /query-stream",
  });
  throw new StatementFailure(error, statementText, [], ERROR_CODES.queryEndpoint);
}

function tryOut(context: AppContext, script: Script, statements: readonly ParsedStatement[]): void {
  const catalog = context.catalog.copy();
  const topics = new DeferredEffects(context.effects);
  const session = copySession(script.session);
  let sequence = context.commands.nextSequence;
  for (const { statement, statementText } of statements) {
    try {
      if (statement.kind === "query-control" && findOpenQuery(statement, context) !== undefined) continue;
      if (isCatalogStatement(statement)) {
        const ground = { context, catalog, topics, session, text: script.text, statementText, sequence };
        const change = planChange(statement, changeScope(ground));
        if (change.kind === "none") continue;
        change.apply(catalog, topics);
        sequence += 1;
      } else if (statement.kind === "insert-values") {
        planInsert(statement, planContext({ context, catalog, topics, session, text: script.text }));
      } else if (statement.kind === "run-script") {
        // What it changes is known only when it runs; what follows is judged then.
        return;
      } else if (isSessionStatement(statement)) {
        runSessionStatement(statement, callOf(context, { ...script, session }, statementText));
      }
    } catch (error) {
      throw failure(error, statementText, []);
    }
  }
}

function isSessionStatement(statement: Statement): statement is Parameters<typeof runSessionStatement>[0] {
  return /^(?:set-property|unset-property|define-variable|undefine-variable)$/.test(statement.kind);
}

async function runScriptFile(
  file: string,
  call: StatementCall,
  depth: number,
): Promise<readonly KsqlEntity[]> {
  if (depth >= SCRIPT_DEPTH_MAX) {
    throw appErrors.SCRIPT_TOO_DEEP({
      message: `scripts run one another ${depth} deep`,
      detail: `the next would be '${file}'`,
      hint: "a script must not run itself",
    });
  }
  const text = call.context.readScript(file);
  return executeScript(call.context, { text, file, session: call.session }, depth + 1);
}

function failure(error: unknown, statementText: string, entities: readonly KsqlEntity[]): StatementFailure {
  // A failing statement of a script stands for itself; only the answers before the script are added.
  if (error instanceof StatementFailure) {
    return new StatementFailure(
      error.error,
      error.statementText,
      [...entities, ...error.entities],
      error.errorCode,
    );
  }
  if (!(error instanceof SpoorError)) return new StatementFailure(error, statementText, entities);
  const assertion = error.code === "APP_ASSERTION_FAILED" ? ERROR_CODES.assertionFailed : undefined;
  return new StatementFailure(error, statementText, entities, assertion);
}
