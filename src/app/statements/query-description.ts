/** A query's plan, columns and state, as EXPLAIN and SHOW QUERIES EXTENDED give them. */
import type { KsqlQueryType, QueryDescription } from "../../api/query-entities.ts";
import type { PhysicalStep } from "../../plan/physical.ts";
import type { Schema } from "../../plan/schema.ts";
import type { AppContext } from "../app-context.ts";
import { consumerGroup } from "../app-context.ts";
import type { PersistentQuery } from "../catalog.ts";
import { planText } from "../plan-text.ts";
import { queryStatistics } from "../query-statistics.ts";
import { fieldInfos } from "../schema-info.ts";
import { queryStatus } from "./running-query.ts";

export function persistentDescription(query: PersistentQuery, context: AppContext): QueryDescription {
  const { id, plan, statementText } = query;
  const status = queryStatus(query, context);
  const runtime = queryStatistics(context, id);
  const description = {
    ...plannedDescription({
      id,
      statementText,
      root: plan.root,
      schema: plan.sink.schema,
      sources: plan.sourceNames,
      sinks: [plan.sink.name],
      queryType: "PERSISTENT",
      sinkTopic: plan.sink.topic,
    }),
    overriddenProperties: Object.fromEntries(query.properties),
    ksqlHostQueryStatus: { [context.settings.advertised]: status },
    queryErrors:
      runtime?.lastError == null
        ? []
        : [{ errorMessage: runtime.lastError.message, type: "USER", timestamp: runtime.lastError.atMs ?? 0 }],
    consumerGroupId: consumerGroup(context, id),
    state: status,
  };
  return runtime === undefined ? description : { ...description, runtime };
}

export interface PlannedQuery {
  /** Empty for a statement that is only explained. */
  readonly id: string;
  readonly statementText: string;
  readonly root: PhysicalStep;
  readonly schema: Schema;
  readonly sources: readonly string[];
  readonly sinks: readonly string[];
  readonly queryType: KsqlQueryType;
  readonly sinkTopic?: string | undefined;
}

export function plannedDescription(query: PlannedQuery): QueryDescription {
  const text = planText(query.root, query.sinkTopic);
  return {
    id: query.id,
    statementText: query.statementText,
    windowType: windowType(query.root),
    fields: fieldInfos(query.schema),
    sources: query.sources,
    sinks: query.sinks,
    topology: text,
    executionPlan: text,
    overriddenProperties: {},
    ksqlHostQueryStatus: {},
    queryType: query.queryType,
    queryErrors: [],
    tasksMetadata: [],
    consumerGroupId: "",
    state: null,
  };
}

/** The window of the outermost aggregation, or else of a windowed source. */
function windowType(step: PhysicalStep): QueryDescription["windowType"] {
  switch (step.kind) {
    case "aggregate":
      return step.window?.type ?? null;
    case "source":
      return step.window?.type ?? null;
    case "filter":
    case "project":
    case "rekey":
    case "flat-map":
    case "suppress":
      return windowType(step.input);
    default:
      return null;
  }
}
