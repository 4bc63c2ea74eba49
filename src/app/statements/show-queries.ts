/** SHOW QUERIES [EXTENDED]: persistent queries and those somebody reads now. */
import type { KsqlEntity } from "../../api/entities.ts";
import type { RunningQuery } from "../../api/query-entities.ts";
import type { OpenQuery } from "../open-queries.ts";
import { persistentDescription } from "./query-description.ts";
import { runningQuery } from "./running-query.ts";
import { entityBase } from "./statement-call.ts";
import type { StatementCall } from "./statement-call.ts";

export function queriesEntity(extended: boolean, call: StatementCall): KsqlEntity {
  const { context } = call;
  const persistent = context.catalog.queries();
  if (extended) {
    const queryDescriptions = persistent.map((query) => persistentDescription(query, context));
    return { ...entityBase(call), "@type": "query_descriptions", queryDescriptions };
  }
  const queries = [
    ...persistent.map((query) => runningQuery(query, context)),
    ...context.openQueries
      .list()
      .filter(({ stream }) => stream.kind === "push")
      .map(openQuery),
  ];
  return { ...entityBase(call), "@type": "queries", queries };
}

function openQuery({ stream, statementText }: OpenQuery): RunningQuery {
  return {
    queryString: statementText,
    sinks: [],
    sinkKafkaTopics: [],
    id: stream.queryId,
    statusCount: { RUNNING: 1 },
    queryType: "PUSH",
    state: "RUNNING",
  };
}
