/** The statements that change the catalog: planned, tried out, executed through the command log, replayed. */
import type { KsqlEntity } from "../../api/entities.ts";
import type { Statement } from "../../sql/ast-statement.ts";
import type { AppContext } from "../app-context.ts";
import type { Catalog } from "../catalog.ts";
import type { LoggedCommand } from "../command-log.ts";
import { NotedTopics } from "../catalog-effects.ts";
import type { CatalogEffects } from "../catalog-effects.ts";
import { appErrors } from "../errors.ts";
import { planContext } from "../planning.ts";
import { latestVersions, NotedSchemas } from "../schema-inference.ts";
import type { SchemaVersions } from "../schema-inference.ts";
import type { Session } from "../session.ts";
import { planAlterSource } from "./alter-source.ts";
import type { CatalogChange, ChangeScope, PlannedChange } from "./catalog-change.ts";
import { planCreateConnector, planDropConnector } from "./connectors.ts";
import { planCreate } from "./create-source.ts";
import { planCreateType, planDropType } from "./custom-types.ts";
import { planDropSource } from "./drop-source.ts";
import { planQueryControl } from "./query-control.ts";
import { planCreateAsSelect, planInsertInto } from "./start-query.ts";
import { entityBase, placeIn } from "./statement-call.ts";
import type { StatementCall } from "./statement-call.ts";

const CATALOG_KINDS = [
  "create-source",
  "create-as-select",
  "insert-into",
  "drop-source",
  "alter-source",
  "create-type",
  "drop-type",
  "query-control",
  "create-connector",
  "drop-connector",
] as const;

export type CatalogStatement = Extract<Statement, { readonly kind: (typeof CATALOG_KINDS)[number] }>;

export function isCatalogStatement(statement: Statement): statement is CatalogStatement {
  return (CATALOG_KINDS as readonly string[]).includes(statement.kind);
}

/** @throws SpoorError where the catalog does not allow the change */
export function planChange(statement: CatalogStatement, scope: ChangeScope): PlannedChange {
  switch (statement.kind) {
    case "create-source":
      return planCreate(statement, scope);
    case "create-as-select":
      return planCreateAsSelect(statement, scope);
    case "insert-into":
      return planInsertInto(statement, scope);
    case "drop-source":
      return planDropSource(statement, scope);
    case "alter-source":
      return planAlterSource(statement, scope);
    case "create-type":
      return planCreateType(statement, scope);
    case "drop-type":
      return planDropType(statement, scope);
    case "query-control":
      return planQueryControl(statement, scope);
    case "create-connector":
      return planCreateConnector(statement, scope);
    case "drop-connector":
      return planDropConnector(statement, scope);
  }
}

/** Where a change is planned: the real catalog, a copy to try it out on, or the one that replay builds. */
export interface PlanningGround {
  readonly context: AppContext;
  readonly catalog: Catalog;
  readonly topics: Pick<CatalogEffects, "partitions">;
  readonly schemas?: SchemaVersions;
  readonly session: Session;
  readonly text: string;
  readonly statementText: string;
  readonly sequence: number;
}

export function changeScope(ground: PlanningGround): ChangeScope {
  return {
    catalog: ground.catalog,
    plan: planContext(ground),
    statementText: ground.statementText,
    sequence: ground.sequence,
  };
}

/** Plans the statement, appends it to the command log, lets it take effect. */
export function runCatalogStatement(statement: CatalogStatement, call: StatementCall): Promise<KsqlEntity> {
  return call.context.commands.exclusively(() => changeCatalog(statement, call));
}

/** Where the command log answers at once, so does this, in the same turn: no other statement comes between. */
async function changeCatalog(statement: CatalogStatement, call: StatementCall): Promise<KsqlEntity> {
  const { context, session, text, statementText } = call;
  const topics = new NotedTopics(context.effects);
  const schemas = new NotedSchemas(latestVersions(context.schemas));
  const sequence = context.commands.nextSequence;
  const { catalog } = context;
  const change = planChange(
    statement,
    changeScope({ context, catalog, topics, schemas, session, text, statementText, sequence }),
  );
  if (change.kind === "none") {
    return { ...entityBase(call), "@type": "warning_entity", message: change.message };
  }
  if (context.settings.headless && !context.bootstrapping()) refuseHeadless(statement, call);
  const command = {
    version: 1 as const,
    commandId: change.commandId,
    statement: statementText,
    properties: Object.fromEntries(session.properties),
    variables: Object.fromEntries(session.variables),
    queryId: change.queryId ?? null,
    topics: topics.seen,
    ...(Object.keys(schemas.seen).length === 0 ? {} : { schemas: schemas.seen }),
  };
  const appended = context.commands.append(command);
  if (typeof appended !== "number") await appended;
  await takeEffect(change, call, { sequence, command });
  const commandStatus = {
    status: "SUCCESS" as const,
    message: change.message,
    queryId: change.queryId ?? null,
  };
  context.statuses.set(change.commandId, commandStatus);
  return {
    ...entityBase(call),
    "@type": "currentStatus",
    commandId: change.commandId,
    commandStatus,
    commandSequenceNumber: sequence,
  };
}

async function takeEffect(change: CatalogChange, call: StatementCall, logged: LoggedCommand): Promise<void> {
  const { catalog, effects, statuses, commands, settled } = call.context;
  try {
    change.apply(catalog, effects);
    await settled();
  } catch (error) {
    await commands.cancel(logged);
    const message = error instanceof Error ? error.message : String(error);
    statuses.set(change.commandId, { status: "ERROR", message, queryId: change.queryId ?? null });
    throw error;
  }
}

function refuseHeadless(statement: CatalogStatement, call: StatementCall): never {
  throw appErrors.HEADLESS({
    message: "this server runs a queries file and takes no statements that change the catalog",
    hint: "change the queries file and restart",
    place: placeIn(call, statement.span),
  });
}
