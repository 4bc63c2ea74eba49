/** What the planner is told of the world. */
import type { PlanContext } from "../plan/plan-context.ts";
import type { TopicCatalog } from "../plan/metastore.ts";
import type { AppContext } from "./app-context.ts";
import type { Catalog } from "./catalog.ts";
import { sessionDialect } from "./session.ts";
import type { Session } from "./session.ts";

export interface PlanningGroundBase {
  readonly context: AppContext;
  readonly catalog: Catalog;
  readonly topics: TopicCatalog;
  readonly session: Session;
  /** The whole text that spans point into. */
  readonly text: string;
}

export function planContext(ground: PlanningGroundBase): PlanContext {
  const { context, catalog, topics, session, text } = ground;
  return {
    metastore: catalog.metastore,
    topics,
    functions: context.functions,
    dialect: sessionDialect(session),
    properties: session.properties,
    text,
    nowMs: () => context.clock.nowMs(),
    random: () => context.random.next(),
  };
}
