/** What the planner is told of the world. */
import type { PlanContext } from "../plan/plan-context.ts";
import type { TopicCatalog } from "../plan/metastore.ts";
import type { AppContext } from "./app-context.ts";
import type { Catalog } from "./catalog.ts";
import { latestVersions, schemaCheck, schemaInference } from "./schema-inference.ts";
import type { SchemaVersions } from "./schema-inference.ts";
import { sessionDialect } from "./session.ts";
import type { Session } from "./session.ts";

export interface PlanningGroundBase {
  readonly context: AppContext;
  readonly catalog: Catalog;
  readonly topics: TopicCatalog;
  /** Absent: the registry as it is now. */
  readonly schemas?: SchemaVersions;
  readonly session: Session;
  /** The whole text that spans point into. */
  readonly text: string;
}

export function planContext(ground: PlanningGroundBase): PlanContext {
  const { context, catalog, topics, session, text, schemas = latestVersions(context.schemas) } = ground;
  return {
    metastore: catalog.metastore,
    topics,
    functions: context.functions,
    streamFunctions: context.streamFunctions,
    dialect: sessionDialect(session),
    properties: session.properties,
    text,
    schemaInference: schemaInference(context.schemas, schemas),
    schemaCheck: schemaCheck(context.schemas),
    nowMs: () => context.clock.nowMs(),
    random: () => context.random.next(),
  };
}
