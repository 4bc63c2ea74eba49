/** CREATE STREAM, CREATE TABLE over a topic, which is made where it is missing and the statement says how. */
import { planCreateSource, planSourceTopic } from "../../plan/create-source.ts";
import { placeOf } from "../../plan/plan-context.ts";
import type { CreateSource } from "../../sql/ast-statement.ts";
import { appErrors } from "../errors.ts";
import { commandId } from "./catalog-change.ts";
import type { ChangeScope, PlannedChange } from "./catalog-change.ts";

export function planCreate(statement: CreateSource, scope: ChangeScope): PlannedChange {
  const { metastore } = scope.catalog;
  const existing = metastore.source(statement.name);
  const source = planCreateSource(statement, scope.plan);
  if (existing !== undefined && source === existing) {
    return { kind: "none", message: `Cannot add ${existing.kind} \`${existing.name}\`: it already exists.` };
  }
  if (existing !== undefined) refuseWrittenSource(statement, scope);
  const topic = planSourceTopic(statement, scope.plan);
  const kind = source.kind === "stream" ? "Stream" : "Table";
  return {
    kind: "change",
    commandId: commandId(source.kind, source.name, "create"),
    message: `${kind} ${existing === undefined ? "created" : "replaced"}`,
    apply: (catalog, effects) => {
      if (topic !== undefined) effects.ensureTopic(topic);
      catalog.metastore.putSource({ ...source, statementText: scope.statementText });
    },
  };
}

/** Queries over a source were compiled for its columns; replacing it under them would read records wrongly. */
function refuseWrittenSource(statement: CreateSource, scope: ChangeScope): void {
  const { metastore } = scope.catalog;
  const queries = [...metastore.readers(statement.name), ...metastore.writers(statement.name)];
  if (queries.length === 0) return;
  throw appErrors.SOURCE_IN_USE({
    message: `cannot replace '${statement.name}': queries use it (${queries.join(", ")})`,
    hint: queries.map((id) => `TERMINATE ${id};`).join(" "),
    place: placeOf(scope.plan, statement.nameSpan),
  });
}
