/** TERMINATE, PAUSE and RESUME of persistent queries, by id or all of them. */
import { didYouMean } from "../../base/nearest.ts";
import type { Span } from "../../base/errors.ts";
import { placeOf } from "../../plan/plan-context.ts";
import type { QueryControl } from "../../sql/ast-statement.ts";
import type { Catalog, PersistentQuery } from "../catalog.ts";
import type { CatalogEffects } from "../catalog-effects.ts";
import { appErrors } from "../errors.ts";
import { commandId } from "./catalog-change.ts";
import type { ChangeScope, PlannedChange } from "./catalog-change.ts";

const DONE = { TERMINATE: "terminated", PAUSE: "paused", RESUME: "resumed" } as const;
const COMMANDS = { TERMINATE: "terminate", PAUSE: "pause", RESUME: "resume" } as const;

export function planQueryControl(statement: QueryControl, scope: ChangeScope): PlannedChange {
  const { action, queryId } = statement;
  const queries =
    queryId === undefined ? scope.catalog.queries() : [findQuery(queryId, statement.span, scope)];
  const [only] = queries;
  if (only === undefined) return { kind: "none", message: "no queries are running" };
  return {
    kind: "change",
    commandId: commandId(COMMANDS[action], queryId === undefined ? "ALL" : only.id, "execute"),
    message: queryId === undefined ? `${queries.length} queries ${DONE[action]}` : `Query ${DONE[action]}.`,
    queryId: queryId === undefined ? undefined : only.id,
    apply: (catalog, effects) => {
      for (const query of queries) control(action, query.id, catalog, effects);
    },
  };
}

function control(
  action: QueryControl["action"],
  id: string,
  catalog: Catalog,
  effects: CatalogEffects,
): void {
  switch (action) {
    case "TERMINATE":
      effects.terminateQuery(id);
      catalog.removeQuery(id);
      break;
    case "PAUSE":
      effects.pauseQuery(id);
      catalog.setPaused(id, true);
      break;
    case "RESUME":
      effects.resumeQuery(id);
      catalog.setPaused(id, false);
      break;
  }
}

function findQuery(id: string, span: Span, scope: ChangeScope): PersistentQuery {
  const query = scope.catalog.findQuery(id);
  if (query !== undefined) return query;
  const ids = scope.catalog.queries().map((other) => other.id);
  throw appErrors.UNKNOWN_QUERY({
    message: `no query has the id '${id}'`,
    hint: didYouMean(id, ids) ?? "SHOW QUERIES lists the ids",
    place: placeOf(scope.plan, span),
  });
}
