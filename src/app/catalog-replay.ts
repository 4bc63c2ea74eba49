/**
 * At start: the command log gives the catalog back. All commands are carried out on the catalog alone first; topics
 * are made and queries started only for what is left at the end. So a query that was terminated does not run again
 * over its topics, and a topic that was deleted and made anew is not deleted a second time.
 *
 * A command that cannot be carried out again is noted (health turns bad) and the rest goes on.
 */
import { SpoorError } from "../base/errors.ts";
import type { TopicCatalog } from "../plan/metastore.ts";
import { parseStatement } from "../sql/parser.ts";
import type { AppContext } from "./app-context.ts";
import { DeferredEffects, FollowedEffects } from "./catalog-effects.ts";
import type { CatalogEffects } from "./catalog-effects.ts";
import type { Command, LoggedCommand } from "./command-log.ts";
import { latestVersions } from "./schema-inference.ts";
import type { SchemaVersions } from "./schema-inference.ts";
import { sessionDialect } from "./session.ts";
import type { Session } from "./session.ts";
import { changeScope, isCatalogStatement, planChange } from "./statements/catalog-statements.ts";

export interface ReplayReport {
  readonly commands: number;
  readonly queriesStarted: number;
  /** One line each. */
  readonly failures: readonly string[];
}

export function replayCommands(context: AppContext): ReplayReport {
  const effects = new DeferredEffects(context.effects);
  const commands = context.commands.commands();
  for (const logged of commands) {
    attempt(context, `command ${logged.sequence} (${logged.command.commandId})`, () =>
      replay(context, logged, effects),
    );
  }
  for (const topic of effects.createdTopics()) {
    if (context.catalog.sourcesOver(topic.topic).length === 0) continue;
    attempt(context, `topic '${topic.topic}'`, () => context.effects.ensureTopic(topic));
  }
  let queriesStarted = 0;
  for (const query of context.catalog.queries()) {
    attempt(context, `query ${query.id}`, () => {
      context.effects.startQuery(query);
      queriesStarted += 1;
    });
  }
  for (const connector of context.catalog.connectors()) context.effects.startConnector(connector);
  return { commands: commands.length, queriesStarted, failures: context.statuses.failures };
}

/**
 * A command that another server of the service has appended takes effect here, too. What fails is noted as in replay.
 * @returns what failed, one line each
 */
export function carryOut(context: AppContext, logged: LoggedCommand): readonly string[] {
  const { sequence, command } = logged;
  const { log, engine, schemas, connectors } = context;
  const { failures } = context.statuses;
  const before = failures.length;
  attempt(context, `command ${sequence} (${command.commandId})`, () =>
    replay(context, logged, new FollowedEffects(log, engine, schemas, connectors)),
  );
  return failures.slice(before);
}

function replay(context: AppContext, { sequence, command }: LoggedCommand, effects: CatalogEffects): void {
  const session = commandSession(command);
  const text = command.statement;
  const statement = parseStatement(text, { dialect: sessionDialect(session), variables: session.variables });
  if (!isCatalogStatement(statement)) return;
  const { catalog } = context;
  const topics = topicsAsThen(command, effects);
  const schemas = schemasAsThen(command, context);
  const ground = { context, catalog, topics, schemas, session, text, statementText: text, sequence };
  const change = planChange(statement, changeScope(ground));
  if (change.kind === "none") return;
  change.apply(catalog, effects);
  const { message, queryId } = change;
  context.statuses.set(command.commandId, { status: "SUCCESS", message, queryId: queryId ?? null });
}

/** Properties and variables as they were, whatever the server's configuration says today. */
function commandSession(command: Command): Session {
  return {
    properties: new Map(Object.entries(command.properties)),
    variables: new Map(Object.entries(command.variables)),
    overridden: new Set(),
  };
}

function topicsAsThen(command: Command, effects: TopicCatalog): TopicCatalog {
  const seen = new Map(Object.entries(command.topics));
  return { partitions: (topic) => seen.get(topic) ?? effects.partitions(topic) };
}

function schemasAsThen(command: Command, context: AppContext): SchemaVersions {
  const latest = latestVersions(context.schemas);
  return { latestId: (subject) => command.schemas?.[subject] ?? latest.latestId(subject) };
}

function attempt(context: AppContext, what: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof SpoorError)) throw error;
    context.statuses.failures.push(`${what}: ${error.message}`);
  }
}
