/**
 * CREATE STREAM, CREATE TABLE over a topic, which is made where it is missing and the statement says how. A query over a
 * source that is replaced goes on with the columns it was planned for; planning allows only what leaves these as they are.
 */
import { planCreateSource, planSourceTopic } from "../../plan/create-source.ts";
import type { CreateSource } from "../../sql/ast-statement.ts";
import { commandId } from "./catalog-change.ts";
import type { ChangeScope, PlannedChange } from "./catalog-change.ts";

export function planCreate(statement: CreateSource, scope: ChangeScope): PlannedChange {
  const { metastore } = scope.catalog;
  const existing = metastore.source(statement.name);
  const source = planCreateSource(statement, scope.plan);
  if (existing !== undefined && source === existing) {
    return { kind: "none", message: `Cannot add ${existing.kind} \`${existing.name}\`: it already exists.` };
  }
  const topic = planSourceTopic(statement, scope.plan);
  const kind = source.kind === "stream" ? "Stream" : "Table";
  return {
    kind: "change",
    commandId: commandId(source.kind, source.name, "create"),
    message: `${kind} ${existing === undefined ? "created" : "replaced"}`,
    apply: (catalog, effects) => {
      if (topic !== undefined) effects.ensureTopic(topic);
      effects.registerSchemas(source, "missing");
      catalog.metastore.putSource({ ...source, statementText: scope.statementText });
    },
  };
}
