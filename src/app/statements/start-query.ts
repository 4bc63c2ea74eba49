/**
 * CREATE … AS SELECT and INSERT INTO … SELECT: a query that runs until it is terminated. Its id is
 * `<CSAS|CTAS>_<sink>_<n>` or `INSERTQUERY_<n>`, n being the command's sequence number, so a replay gives it again.
 */
import { planPersistentQuery } from "../../plan/persistent-query.ts";
import type { PersistentPlan } from "../../plan/persistent-query.ts";
import { placeOf } from "../../plan/plan-context.ts";
import { checkQueryReplacement } from "../../plan/replace-rules.ts";
import type { CreateAsSelect, InsertInto } from "../../sql/ast-statement.ts";
import type { PersistentQuery } from "../catalog.ts";
import { appErrors } from "../errors.ts";
import { isInternalTopic } from "../app-context.ts";
import { commandId } from "./catalog-change.ts";
import type { ChangeScope, PlannedChange } from "./catalog-change.ts";

export function planCreateAsSelect(statement: CreateAsSelect, scope: ChangeScope): PlannedChange {
  const existing = scope.catalog.metastore.source(statement.name);
  if (existing !== undefined && statement.ifNotExists) {
    return { kind: "none", message: `Cannot add ${existing.kind} \`${existing.name}\`: it already exists.` };
  }
  const planned = planPersistentQuery(statement, scope.plan);
  checkSinkTopic(statement, planned, scope);
  if (existing !== undefined) return replaceQuery(planned, existing.createdBy, scope);
  const prefix = statement.sourceKind === "STREAM" ? "CSAS" : "CTAS";
  const query = newQuery(`${prefix}_${statement.name}_${scope.sequence}`, planned, scope);
  checkActiveLimit(scope);
  return {
    kind: "change",
    commandId: commandId(planned.source.kind, statement.name, "create"),
    message: `Created query with ID ${query.id}`,
    queryId: query.id,
    apply: (catalog, effects) => {
      const { topic, partitions, replicas, topicConfig: config } = planned.plan.sink;
      effects.ensureTopic({ topic, partitions, replicas, config });
      effects.registerSchemas(planned.source, "always");
      effects.startQuery(query);
      catalog.metastore.putSource({
        ...planned.source,
        createdBy: query.id,
        statementText: scope.statementText,
      });
      catalog.putQuery(query);
    },
  };
}

/** CREATE OR REPLACE: the running query goes on, from where it is, with the new plan and its old id. */
function replaceQuery(planned: PersistentPlan, id: string | undefined, scope: ChangeScope): PlannedChange {
  const old = id === undefined ? undefined : scope.catalog.query(id);
  if (old === undefined) {
    throw appErrors.UNSUPPORTED({
      message: `no running query writes '${planned.source.name}': there is none to replace`,
      hint: `DROP ${planned.source.kind.toUpperCase()} ${planned.source.name}; then create it anew`,
    });
  }
  checkQueryReplacement(old.plan, planned.plan, scope.plan.dialect);
  const query = { ...newQuery(old.id, planned, scope), paused: old.paused };
  return {
    kind: "change",
    commandId: commandId(planned.source.kind, planned.source.name, "create"),
    message: `Created query with ID ${query.id}`,
    queryId: query.id,
    apply: (catalog, effects) => {
      effects.registerSchemas(planned.source, "always");
      effects.replaceQuery(query);
      catalog.metastore.putSource({
        ...planned.source,
        createdBy: query.id,
        statementText: scope.statementText,
      });
      catalog.putQuery(query);
    },
  };
}

export function planInsertInto(statement: InsertInto, scope: ChangeScope): PlannedChange {
  const planned = planPersistentQuery(statement, scope.plan);
  if (isInternalTopic(planned.source.topic)) throw protectedTopic(statement, planned, scope);
  const asked = statement.properties.find((property) => property.name === "QUERY_ID")?.value;
  const id = asked?.kind === "string-literal" ? asked.value.toUpperCase() : `INSERTQUERY_${scope.sequence}`;
  if (scope.catalog.query(id) !== undefined) {
    throw appErrors.QUERY_EXISTS({
      message: `a query with the id '${id}' runs already`,
      hint: `TERMINATE ${id}; or choose another QUERY_ID`,
      place: placeOf(scope.plan, statement.span),
    });
  }
  checkActiveLimit(scope);
  const query = newQuery(id, planned, scope);
  return {
    kind: "change",
    commandId: commandId("stream", statement.name, "create"),
    message: `Created query with ID ${id}`,
    queryId: id,
    apply: (catalog, effects) => {
      effects.startQuery(query);
      catalog.putQuery(query);
    },
  };
}

function newQuery(id: string, { plan }: PersistentPlan, scope: ChangeScope): PersistentQuery {
  const properties = new Map(scope.plan.properties);
  return { id, statementText: scope.statementText, plan, properties, paused: false };
}

function checkSinkTopic(statement: CreateAsSelect, planned: PersistentPlan, scope: ChangeScope): void {
  if (isInternalTopic(planned.plan.sink.topic)) throw protectedTopic(statement, planned, scope);
}

function protectedTopic(
  statement: CreateAsSelect | InsertInto,
  planned: PersistentPlan,
  scope: ChangeScope,
): Error {
  return appErrors.TOPIC_PROTECTED({
    message: `topic '${planned.plan.sink.topic}' is one of Spoor's own`,
    hint: "write to another topic",
    place: placeOf(scope.plan, statement.nameSpan),
  });
}

function checkActiveLimit(scope: ChangeScope): void {
  const limit = Number(scope.plan.properties.get("ksql.query.persistent.active.limit") ?? Infinity);
  const running = scope.catalog.queries().length;
  if (running < limit) return;
  throw appErrors.TOO_MANY_QUERIES({
    message: `${running} persistent queries run, which is the limit`,
    hint: "terminate one, or raise 'ksql.query.persistent.active.limit' in the server's configuration",
  });
}
