/**
 * The composition root: one process's log, state, engine, catalog and services, put together and taken apart in order.
 * Only here implementations are chosen.
 *
 * Start: open the log (recovery), open the state, let the engine cut outputs back to the last commit, replay the command
 * topic (catalog and queries as they were), then run the queries file. Stop: the reverse.
 */
import { readFileSync } from "node:fs";
import type { ClusterSettings } from "../distributed/kafka/cluster-settings.ts";
import type { AppContext } from "./app-context.ts";
import type { AppEngine } from "./app-engine.ts";
import { Catalog } from "./catalog.ts";
import { LiveEffects } from "./catalog-effects.ts";
import { carryOut, replayCommands } from "./catalog-replay.ts";
import { CommandStatuses } from "./command-statuses.ts";
import { appErrors } from "./errors.ts";
import { openEmbeddedFoundation } from "./foundation.ts";
import type { Foundation, FoundationOptions } from "./foundation.ts";
import { Connectors } from "./connect/connectors.ts";
import { ServerRules } from "./detect/server-rules.ts";
import { letHeapGrow } from "./heap-growth.ts";
import { KafkaPort } from "./kafka/kafka-port.ts";
import { OpenQueries } from "./open-queries.ts";
import { addProcessingStream } from "./processing-log.ts";
import { runQueriesFile } from "./queries-file.ts";
import type { ProcessFacts } from "./server-facts.ts";
import type { KsqlService } from "./service.ts";
import { SpoorService } from "./spoor-service.ts";
import { serverStreamFunctions } from "./stream-functions/server-stream-functions.ts";
import { serverFunctions } from "./user-functions.ts";

export interface ApplicationOptions extends FoundationOptions {
  readonly version: string;
  readonly queriesFile: string | undefined;
  readonly processFacts: () => ProcessFacts;
  /** Topics are a Kafka cluster's; absent: this process's own. */
  readonly cluster?: ClusterSettings | undefined;
}

export interface Application {
  readonly service: KsqlService;
  readonly context: AppContext;
  readonly engine: AppEngine;
  close(): Promise<void>;
}

const MAINTENANCE_INTERVAL_MS = 300_000;
const MAX_OPEN_QUERIES = 200;

/** @throws CLUSTER_UNREACHABLE and what else the cluster says, where there is one */
export async function openApplication(options: ApplicationOptions): Promise<Application> {
  letHeapGrow();
  const { cluster } = options;
  const foundation =
    cluster === undefined
      ? openEmbeddedFoundation(options)
      : await (await import("./cluster/cluster-foundation.ts")).openClusterFoundation(options, cluster);
  let bootstrapping = false;
  const rules = new ServerRules(options);
  const context = appContext(options, foundation, rules, () => bootstrapping);
  try {
    await restore(context, foundation, options);
    if (options.queriesFile !== undefined) {
      bootstrapping = true;
      await runQueriesFile(context, options.queriesFile);
    }
  } catch (error) {
    await context.connectors.close();
    await foundation.close();
    rules.close();
    throw error;
  } finally {
    bootstrapping = false;
  }
  const maintenance = setInterval(() => maintain(foundation, options.report), MAINTENANCE_INTERVAL_MS);
  maintenance.unref();
  return {
    service: new SpoorService(context, options.processFacts),
    context,
    engine: foundation.engine,
    close: async () => {
      clearInterval(maintenance);
      foundation.processingLog?.flush();
      await context.connectors.close();
      await foundation.close();
      rules.close();
    },
  };
}

/** The catalog and its queries as the command log has them. */
async function restore(
  context: AppContext,
  { processingLog, follow, settled }: Foundation,
  { report }: ApplicationOptions,
): Promise<void> {
  await settled();
  if (processingLog !== undefined) addProcessingStream(context, processingLog.topic);
  const replayed = replayCommands(context);
  for (const failure of replayed.failures) report("warn", `not restored: ${failure}`);
  if (replayed.commands > 0) report("info", `${replayed.queriesStarted} queries continue`);
  follow((logged) => {
    for (const failure of carryOut(context, logged)) report("warn", `not carried out: ${failure}`);
  });
}

function appContext(
  options: ApplicationOptions,
  foundation: Foundation,
  rules: ServerRules,
  bootstrapping: () => boolean,
): AppContext {
  const { clock, random, properties } = options;
  const catalog = new Catalog();
  const { log, engine, registry, serviceId, clusterId, commands, settled, refreshed, processingLog } =
    foundation;
  const connectors = new Connectors({
    log,
    clock,
    catalog,
    schemas: registry.schemas,
    advertised: options.advertised,
    report: options.report,
    random,
    version: options.version,
    ...(refreshed === undefined ? {} : { refreshed }),
  });
  return {
    clock,
    random,
    log,
    settled,
    refreshed,
    engine,
    functions: serverFunctions(options, rules),
    streamFunctions: serverStreamFunctions(rules, properties),
    catalog,
    connectors,
    effects: new LiveEffects(log, engine, registry.schemas, connectors),
    commands,
    statuses: new CommandStatuses(),
    openQueries: new OpenQueries(MAX_OPEN_QUERIES, clock),
    schemas: registry.schemas,
    registry: registry.embedded,
    processingLog,
    kafka: new KafkaPort(),
    settings: {
      version: options.version,
      serviceId,
      clusterId,
      advertised: options.advertised,
      properties,
      headless: options.queriesFile !== undefined,
      maxOpenQueries: MAX_OPEN_QUERIES,
    },
    bootstrapping,
    readScript,
  };
}

function readScript(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw appErrors.SCRIPT_UNREADABLE({
      message: `script '${path}' can't be read`,
      detail: cause instanceof Error ? cause.message : String(cause),
      hint: "give the path as the server sees it",
      cause,
    });
  }
}

/** A failure is reported and tried again next time. */
function maintain(foundation: Foundation, report: ApplicationOptions["report"]): void {
  try {
    foundation.maintain();
  } catch (error) {
    report("error", `log maintenance failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
