/**
 * DROP STREAM, DROP TABLE. The query that made the source goes with it; other queries that read or write it, and
 * sources made from it, must go first.
 */
import { didYouMean } from "../../base/nearest.ts";
import type { DataSource } from "../../plan/metastore.ts";
import { placeOf } from "../../plan/plan-context.ts";
import type { DropSource } from "../../sql/ast-statement.ts";
import { isInternalTopic } from "../app-context.ts";
import { appErrors } from "../errors.ts";
import { commandId } from "./catalog-change.ts";
import type { ChangeScope, PlannedChange } from "./catalog-change.ts";

export function planDropSource(statement: DropSource, scope: ChangeScope): PlannedChange {
  const { name, sourceKind } = statement;
  const source = scope.catalog.metastore.source(name);
  if (source === undefined) {
    if (statement.ifExists) return { kind: "none", message: `Source \`${name}\` does not exist.` };
    throw unknownSource(statement, scope);
  }
  checkKind(statement, source, scope);
  checkUnused(statement, source, scope);
  if (statement.deleteTopic) checkTopic(statement, source, scope);
  const { topic } = source;
  return {
    kind: "change",
    commandId: commandId(sourceKind === "STREAM" ? "stream" : "table", name, "drop"),
    message: `Source \`${name}\` (topic: ${topic}) was dropped.`,
    apply: (catalog, effects) => {
      for (const id of catalog.metastore.writers(name)) {
        effects.terminateQuery(id);
        catalog.removeQuery(id);
      }
      catalog.metastore.removeSource(name);
      if (statement.deleteTopic) effects.deleteTopic(topic);
    },
  };
}

function unknownSource(statement: DropSource, scope: ChangeScope): Error {
  const kind = statement.sourceKind === "STREAM" ? "stream" : "table";
  const names = scope.catalog.metastore.sources().map((source) => source.name);
  return appErrors.UNKNOWN_SOURCE({
    message: `${kind} '${statement.name}' does not exist`,
    hint: didYouMean(statement.name, names) ?? `SHOW ${statement.sourceKind}S lists what there is`,
    place: placeOf(scope.plan, statement.nameSpan),
  });
}

function checkKind(statement: DropSource, source: DataSource, scope: ChangeScope): void {
  if (source.kind.toUpperCase() === statement.sourceKind) return;
  throw appErrors.WRONG_KIND({
    message: `'${source.name}' is a ${source.kind}`,
    hint: `write DROP ${source.kind.toUpperCase()} ${source.name}`,
    place: placeOf(scope.plan, statement.nameSpan),
  });
}

function checkUnused(statement: DropSource, source: DataSource, scope: ChangeScope): void {
  const { catalog } = scope;
  const readers = catalog.metastore.readers(source.name).filter((id) => id !== source.createdBy);
  const writers = catalog.metastore.writers(source.name).filter((id) => id !== source.createdBy);
  if (readers.length === 0 && writers.length === 0) return;
  const derived = catalog.derivedFrom(source.name);
  const detail = [
    readers.length === 0 ? [] : [`queries that read it: ${readers.join(", ")}`],
    writers.length === 0 ? [] : [`queries that write it: ${writers.join(", ")}`],
    derived.length === 0 ? [] : [`made from it: ${derived.join(", ")}`],
  ].flat();
  const ids = [...new Set([...readers, ...writers])];
  throw appErrors.SOURCE_IN_USE({
    message: `cannot drop '${source.name}': queries use it (${ids.join(", ")})`,
    detail: detail.join("; "),
    hint: ids.map((id) => `TERMINATE ${id};`).join(" "),
    place: placeOf(scope.plan, statement.nameSpan),
  });
}

function checkTopic(statement: DropSource, source: DataSource, scope: ChangeScope): void {
  const place = placeOf(scope.plan, statement.span);
  if (source.isSource) {
    throw appErrors.TOPIC_PROTECTED({
      message: `cannot delete the topic of the read-only source '${source.name}'`,
      hint: "drop it without DELETE TOPIC",
      place,
    });
  }
  if (isInternalTopic(source.topic)) {
    throw appErrors.TOPIC_PROTECTED({ message: `topic '${source.topic}' is internal`, place });
  }
  const others = scope.catalog.sourcesOver(source.topic).filter((other) => other.name !== source.name);
  if (others.length === 0) return;
  throw appErrors.TOPIC_IN_USE({
    message: `topic '${source.topic}' is used by ${others.map((other) => `'${other.name}'`).join(", ")} too`,
    hint: "drop those first, or leave out DELETE TOPIC",
    place,
  });
}
