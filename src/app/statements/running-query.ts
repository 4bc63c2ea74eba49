/** A persistent query in the short form that several entities hold. */
import type { KsqlQueryStatus, RunningQuery } from "../../api/query-entities.ts";
import type { AppContext } from "../app-context.ts";
import type { PersistentQuery } from "../catalog.ts";

export function runningQuery(query: PersistentQuery, context: AppContext): RunningQuery {
  const status = queryStatus(query, context);
  return {
    queryString: query.statementText,
    sinks: [query.plan.sink.name],
    sinkKafkaTopics: [query.plan.sink.topic],
    id: query.id,
    statusCount: { [status]: 1 },
    queryType: "PERSISTENT",
    state: status,
  };
}

export function queryStatus(query: PersistentQuery, context: AppContext): KsqlQueryStatus {
  const running = context.engine.query(query.id);
  if (running === undefined || running.state === "ERROR" || running.state === "TERMINATED") return "ERROR";
  return running.state;
}
