/** ALTER STREAM, ALTER TABLE … ADD COLUMN. Queries that run go on with the columns they were started with. */
import { planAlter } from "../../plan/change-source.ts";
import type { AlterSource } from "../../sql/ast-statement.ts";
import { commandId } from "./catalog-change.ts";
import type { ChangeScope, PlannedChange } from "./catalog-change.ts";

export function planAlterSource(statement: AlterSource, scope: ChangeScope): PlannedChange {
  const source = planAlter(statement, scope.plan);
  return {
    kind: "change",
    commandId: commandId(source.kind, source.name, "alter"),
    message: `${source.kind === "stream" ? "Stream" : "Table"} altered`,
    apply: (catalog) => catalog.metastore.putSource(source),
  };
}
