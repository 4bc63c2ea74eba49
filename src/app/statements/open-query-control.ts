/** TERMINATE of a query whose rows somebody reads: it is no part of the catalog. */
import type { KsqlEntity } from "../../api/entities.ts";
import type { QueryControl } from "../../sql/ast-statement.ts";
import { entityBase } from "./statement-call.ts";
import type { StatementCall } from "./statement-call.ts";

/** Undefined where the statement is not about such a query. */
export function closeOpenQuery(statement: QueryControl, call: StatementCall): KsqlEntity | undefined {
  const { action, queryId } = statement;
  const { openQueries, catalog } = call.context;
  if (action !== "TERMINATE" || queryId === undefined || catalog.findQuery(queryId) !== undefined) {
    return undefined;
  }
  const open = openQueries
    .list()
    .find(({ stream }) => stream.queryId.toUpperCase() === queryId.toUpperCase());
  if (open === undefined) return undefined;
  const id = open.stream.queryId;
  return { ...entityBase(call), "@type": "terminate_query", queryId: id, wasTerminated: openQueries.close(id) };
}
