/** EXPLAIN of a query that runs, by id, or of a statement as it would be planned now. */
import type { KsqlEntity } from "../../api/entities.ts";
import type { QueryDescription } from "../../api/query-entities.ts";
import { didYouMean } from "../../base/nearest.ts";
import { planPersistentQuery } from "../../plan/persistent-query.ts";
import { planTransientQuery } from "../../plan/transient-query.ts";
import type { Explain, Statement } from "../../sql/ast-statement.ts";
import { appErrors } from "../errors.ts";
import { planContext } from "../planning.ts";
import { persistentDescription, plannedDescription } from "./query-description.ts";
import { entityBase, placeIn } from "./statement-call.ts";
import type { StatementCall } from "./statement-call.ts";

export function explain(statement: Explain, call: StatementCall): KsqlEntity {
  const queryDescription =
    statement.statement === undefined
      ? explainQuery(statement, call)
      : explainStatement(statement.statement, call);
  return { ...entityBase(call), "@type": "queryDescription", queryDescription };
}

function explainQuery(statement: Explain, call: StatementCall): QueryDescription {
  const { catalog } = call.context;
  const id = statement.queryId ?? "";
  const query = catalog.findQuery(id);
  if (query !== undefined) return persistentDescription(query, call.context);
  const ids = catalog.queries().map((other) => other.id);
  throw appErrors.UNKNOWN_QUERY({
    message: `no query has the id '${id}'`,
    hint: didYouMean(id, ids) ?? "SHOW QUERIES lists the ids; EXPLAIN takes a statement too",
    place: placeIn(call, statement.span),
  });
}

function explainStatement(statement: Statement, call: StatementCall): QueryDescription {
  const { context, session, text } = call;
  const { catalog, effects } = context;
  const plan = planContext({ context, catalog, topics: effects, session, text });
  const statementText = text.slice(statement.span.start, statement.span.end);
  if (statement.kind === "query") {
    return plannedDescription(planTransientQuery(statement, plan), { id: "", statementText });
  }
  if (statement.kind === "create-as-select" || statement.kind === "insert-into") {
    const planned = planPersistentQuery(statement, plan);
    return plannedDescription(planned.plan, { id: "", statementText });
  }
  throw appErrors.UNSUPPORTED({
    message: "EXPLAIN is for statements that run a query",
    hint: "explain a SELECT, CREATE … AS SELECT, INSERT INTO … SELECT, or a query id",
    place: placeIn(call, statement.span),
  });
}
