/**
 * A SELECT that stands alone: a push query, or a pull query. Without EMIT ksqlDB means a pull and KSQL 5 a
 * push; `auto` pulls what has a queryable state (a table made by a query, or CREATE SOURCE TABLE) and pushes
 * everything else.
 */
import type { Query } from "../sql/ast-query.ts";
import { planError } from "./errors.ts";
import type { PullQueryPlan, PushQueryPlan } from "./physical.ts";
import { errorAt } from "./plan-context.ts";
import type { PlanContext } from "./plan-context.ts";
import { projectTransient } from "./projection.ts";
import { planPull } from "./pull-planner.ts";
import { inputNames } from "./relation-plan.ts";
import { planQuery } from "./query-planner.ts";

export function planTransientQuery(query: Query, context: PlanContext): PushQueryPlan | PullQueryPlan {
  return isPull(query, context) ? planPull(query, context) : planPush(query, context);
}

function isPull(query: Query, context: PlanContext): boolean {
  if (query.refinement !== undefined || context.dialect === "ksql5") return false;
  if (context.dialect === "ksqldb") return true;
  if (query.from.kind !== "table" || hasPushClauses(query)) return false;
  const source = context.metastore.source(query.from.name);
  return source?.kind === "table" && (source.createdBy !== undefined || source.isSource);
}

function hasPushClauses(query: Query): boolean {
  return query.groupBy !== undefined || query.partitionBy !== undefined || query.window !== undefined;
}

function planPush(query: Query, context: PlanContext): PushQueryPlan {
  if (query.limit !== undefined && query.limit < 0) {
    throw errorAt(context, planError.INVALID_SELECT, query.span, { message: "LIMIT can't be negative" });
  }
  const planned = planQuery(query, context, false);
  return {
    kind: "push",
    root: projectTransient(planned, context),
    limit: query.limit,
    sourceNames: inputNames(planned.relation),
  };
}
