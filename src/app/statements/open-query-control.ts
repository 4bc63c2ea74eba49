/** TERMINATE of a query whose rows somebody reads: it is no part of the catalog. */
import type { KsqlEntity } from "../../api/entities.ts";
import type { QueryControl } from "../../sql/ast-statement.ts";
import type { AppContext } from "../app-context.ts";
import { entityBase } from "./statement-call.ts";
import type { StatementCall } from "./statement-call.ts";

/** Undefined where the statement is not about such a query. */
export function findOpenQuery(statement: QueryControl, context: AppContext): string | undefined {
  const { action, queryId } = statement;
  if (action !== "TERMINATE" || queryId === undefined) return undefined;
  if (context.catalog.findQuery(queryId) !== undefined) return undefined;
  const ids = context.openQueries.list().map(({ stream }) => stream.queryId);
  return ids.find((id) => id.toUpperCase() === queryId.toUpperCase());
}

export function closeOpenQuery(queryId: string, call: StatementCall): KsqlEntity {
  const wasTerminated = call.context.openQueries.close(queryId);
  return { ...entityBase(call), "@type": "terminate_query", queryId, wasTerminated };
}
