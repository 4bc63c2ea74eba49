/** CREATE TYPE, DROP TYPE. */
import { didYouMean } from "../../base/nearest.ts";
import { typeText } from "../../data/types.ts";
import { placeOf } from "../../plan/plan-context.ts";
import type { CreateType, DropType } from "../../sql/ast-statement.ts";
import { resolveType } from "../../sql/type-resolution.ts";
import { appErrors } from "../errors.ts";
import { commandId } from "./catalog-change.ts";
import type { ChangeScope, PlannedChange } from "./catalog-change.ts";

export function planCreateType(statement: CreateType, scope: ChangeScope): PlannedChange {
  const { name } = statement;
  const { metastore } = scope.catalog;
  if (metastore.type(name) !== undefined) {
    if (statement.ifNotExists) return { kind: "none", message: `type '${name}' already exists` };
    throw appErrors.TYPE_EXISTS({
      message: `type '${name}' already exists`,
      hint: `DROP TYPE ${name}; or CREATE TYPE IF NOT EXISTS`,
      place: placeOf(scope.plan, statement.span),
    });
  }
  const type = resolveType(statement.type, (other) => metastore.type(other), scope.plan.text);
  return {
    kind: "change",
    commandId: commandId("type", name, "create"),
    message: `Registered custom type with name '${name}' and SQL type ${typeText(type)}`,
    apply: (catalog) => catalog.metastore.putType(name, type),
  };
}

/** Sources keep the type that the name stood for when they were made. */
export function planDropType(statement: DropType, scope: ChangeScope): PlannedChange {
  const { name } = statement;
  const { metastore } = scope.catalog;
  if (metastore.type(name) === undefined) {
    const message = `type '${name}' does not exist`;
    if (statement.ifExists) return { kind: "none", message };
    const names = metastore.types().map((type) => type.name);
    throw appErrors.UNKNOWN_TYPE({
      message,
      hint: didYouMean(name, names) ?? "SHOW TYPES lists the types",
      place: placeOf(scope.plan, statement.span),
    });
  }
  return {
    kind: "change",
    commandId: commandId("type", name, "drop"),
    message: `Dropped type '${name}'`,
    apply: (catalog) => catalog.metastore.removeType(name),
  };
}
