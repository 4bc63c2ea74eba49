/** A query's plan, columns and state, as EXPLAIN and SHOW QUERIES EXTENDED give them. */
import type { KsqlQueryType, QueryDescription } from "../../api/query-entities.ts";
import { explainPlan } from "../../plan/explain.ts";
import { sourceSteps } from "../../plan/source-steps.ts";
import type { QueryPlan } from "../../plan/explain.ts";
import type { PhysicalStep } from "../../plan/physical.ts";
import type { AppContext } from "../app-context.ts";
import { consumerGroup } from "../app-context.ts";
import type { PersistentQuery } from "../catalog.ts";
import { queryStatistics } from "../query-statistics.ts";
import { fieldInfos } from "../schema-info.ts";
import { queryStatus } from "./running-query.ts";

const QUERY_TYPES: Readonly<Record<QueryPlan["kind"], KsqlQueryType>> = {
  persistent: "PERSISTENT",
  push: "PUSH",
  pull: "PULL",
};

export function persistentDescription(query: PersistentQuery, context: AppContext): QueryDescription {
  const status = queryStatus(query, context);
  const runtime = queryStatistics(context, query.id);
  const error = runtime?.lastError ?? null;
  const description: QueryDescription = {
    ...plannedDescription(query.plan, query),
    overriddenProperties: Object.fromEntries(query.properties),
    ksqlHostQueryStatus: { [context.settings.advertised]: status },
    queryErrors:
      error === null ? [] : [{ errorMessage: error.message, type: "USER", timestamp: error.atMs ?? 0 }],
    consumerGroupId: consumerGroup(context, query.id),
    state: status,
  };
  return runtime === undefined ? description : { ...description, runtime };
}

/** @param about `id` is empty for a statement that is only explained */
export function plannedDescription(
  plan: QueryPlan,
  about: { readonly id: string; readonly statementText: string },
): QueryDescription {
  return {
    id: about.id,
    statementText: about.statementText,
    windowType: windowType(plan.root),
    fields: fieldInfos(plan.kind === "persistent" ? plan.sink.schema : plan.root.schema),
    sources: plan.kind === "pull" ? [plan.source] : plan.sourceNames,
    sinks: plan.kind === "persistent" ? [plan.sink.name] : [],
    topology: topologyText(plan),
    executionPlan: explainPlan(plan),
    overriddenProperties: {},
    ksqlHostQueryStatus: {},
    queryType: QUERY_TYPES[plan.kind],
    queryErrors: [],
    tasksMetadata: [],
    consumerGroupId: "",
    state: null,
  };
}

/** Which topics records come from and go to. */
function topologyText(plan: QueryPlan): string {
  const reads = sourceSteps(plan.root).map((step) => `source ${step.source} (topic: ${step.topic})`);
  const writes = plan.kind === "persistent" ? [`sink ${plan.sink.name} (topic: ${plan.sink.topic})`] : [];
  return [...reads, ...writes].join("\n");
}

/** The window of the outermost aggregation, or else of a windowed source. */
function windowType(step: PhysicalStep): QueryDescription["windowType"] {
  if (step.kind === "aggregate" || step.kind === "source") return step.window?.type ?? null;
  return "input" in step ? windowType(step.input) : null;
}
