/**
 * DROP STREAM, DROP TABLE. The query that made the source goes with it; other queries that read or write it must go
 * first. DELETE TOPIC spares topics that other sources stand on, and Spoor's own.
 */
import { planDrop } from "../../plan/change-source.ts";
import type { DataSource } from "../../plan/metastore.ts";
import { placeOf } from "../../plan/plan-context.ts";
import type { DropSource } from "../../sql/ast-statement.ts";
import { isInternalTopic } from "../app-context.ts";
import { appErrors } from "../errors.ts";
import { commandId } from "./catalog-change.ts";
import type { ChangeScope, PlannedChange } from "./catalog-change.ts";

export function planDropSource(statement: DropSource, scope: ChangeScope): PlannedChange {
  const plan = planDrop(statement, scope.plan);
  if (plan === undefined) return { kind: "none", message: `Source \`${statement.name}\` does not exist.` };
  const { name, topic, kind } = plan.source;
  if (plan.deleteTopic) checkTopic(statement, plan.source, scope);
  return {
    kind: "change",
    commandId: commandId(kind, name, "drop"),
    message: `Source \`${name}\` (topic: ${topic}) was dropped.`,
    apply: (catalog, effects) => {
      for (const id of plan.terminates) {
        effects.terminateQuery(id);
        catalog.removeQuery(id);
      }
      catalog.metastore.removeSource(name);
      if (plan.deleteTopic) effects.deleteTopic(topic);
    },
  };
}

function checkTopic(statement: DropSource, source: DataSource, scope: ChangeScope): void {
  const place = placeOf(scope.plan, statement.span);
  const hint = "drop it without DELETE TOPIC";
  if (isInternalTopic(source.topic)) {
    throw appErrors.TOPIC_PROTECTED({ message: `topic '${source.topic}' is internal`, hint, place });
  }
  const others = scope.catalog.sourcesOver(source.topic).filter((other) => other.name !== source.name);
  if (others.length === 0) return;
  const names = others.map((other) => `'${other.name}'`).join(", ");
  const message = `topic '${source.topic}' is used by ${names} too`;
  throw appErrors.TOPIC_IN_USE({ message, hint: `drop those first, or ${hint}`, place });
}
