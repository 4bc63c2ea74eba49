/** Makes an {@link AppContext} from its parts; the catalog is empty until the command log is replayed. */
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { FunctionRegistry } from "../functions/registry.ts";
import type { TopicLog } from "../log/topic-log.ts";
import type { AppContext, AppSettings } from "./app-context.ts";
import type { AppEngine } from "./app-engine.ts";
import { Catalog } from "./catalog.ts";
import { LiveEffects } from "./catalog-effects.ts";
import { CommandLog } from "./command-log.ts";
import { CommandStatuses } from "./command-statuses.ts";
import { OpenQueries } from "./open-queries.ts";

export interface AppParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: TopicLog;
  readonly engine: AppEngine;
  readonly functions: FunctionRegistry;
  readonly settings: AppSettings;
  readonly readScript: (path: string) => string;
}

export function assembleApp(parts: AppParts): AppContext {
  const { log, engine, settings, clock } = parts;
  return {
    ...parts,
    catalog: new Catalog(),
    effects: new LiveEffects(log, engine),
    commands: new CommandLog(log, settings.serviceId, clock),
    statuses: new CommandStatuses(),
    openQueries: new OpenQueries(settings.maxOpenQueries),
  };
}
