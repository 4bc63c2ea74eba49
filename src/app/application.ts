/**
 * The composition root: one process's log, state, engine, catalog and services, put together and taken apart in order.
 * Only here implementations are chosen.
 *
 * Start: open the log (recovery), open the state, let the engine cut outputs back to the last commit, replay the command
 * topic (catalog and queries as they were), then run the queries file. Stop: the reverse.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { LmdbStateDatabase } from "../engine/state/lmdb-database.ts";
import { MemoryStateDatabase } from "../engine/state/memory-database.ts";
import { StreamEngine } from "../engine/stream-engine.ts";
import { openMemoryLog } from "../log/memory-log.ts";
import type { LogProblem } from "../log/segment-log/segment-recovery.ts";
import { SegmentTopicLog } from "../log/segment-log/segment-topic-log.ts";
import type { AppContext } from "./app-context.ts";
import { Catalog } from "./catalog.ts";
import { LiveEffects } from "./catalog-effects.ts";
import { replayCommands } from "./catalog-replay.ts";
import { CommandLog } from "./command-log.ts";
import { CommandStatuses } from "./command-statuses.ts";
import { appErrors } from "./errors.ts";
import { OpenQueries } from "./open-queries.ts";
import { openSchemaRegistry } from "./registry/open-schema-registry.ts";
import type { OpenedRegistry } from "./registry/open-schema-registry.ts";
import { addProcessingStream, openProcessingLog } from "./processing-log.ts";
import { runQueriesFile } from "./queries-file.ts";
import { letHeapGrow } from "./heap-growth.ts";
import type { KsqlService } from "./service.ts";
import type { ProcessFacts } from "./server-facts.ts";
import { SpoorService } from "./spoor-service.ts";
import { serverFunctions } from "./user-functions.ts";

export interface ApplicationOptions {
  /** Undefined: everything in memory, gone at the end. */
  readonly dataDir: string | undefined;
  readonly version: string;
  readonly advertised: string;
  /** Server properties by canonical name. */
  readonly properties: ReadonlyMap<string, string>;
  readonly queriesFile: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly processFacts: () => ProcessFacts;
  /** One line for the server's log. */
  readonly report: (level: "info" | "warn" | "error", message: string) => void;
}

export interface Application {
  readonly service: KsqlService;
  readonly context: AppContext;
  readonly engine: StreamEngine;
  close(): Promise<void>;
}

const COMMIT_INTERVAL_MS = 100;
const SLICE_MS = 15;
const MAINTENANCE_INTERVAL_MS = 300_000;
const MAX_OPEN_QUERIES = 200;

export async function openApplication(options: ApplicationOptions): Promise<Application> {
  const { clock, random, properties, report } = options;
  letHeapGrow();
  const durable = properties.get("spoor.flush") === "commit";
  const log = openLog(options, durable);
  const state =
    options.dataDir === undefined
      ? new MemoryStateDatabase()
      : new LmdbStateDatabase(join(options.dataDir, "state"), durable);
  const registry = openRegistry(options, log);
  const serviceId = properties.get("ksql.service.id") ?? "default_";
  const processingLog = openProcessingLog(log, clock, serviceId, properties);
  const engine = new StreamEngine({
    schemas: registry.schemas,
    log,
    state,
    clock,
    random,
    commitIntervalMs: numberProperty(properties, "spoor.commit.interval.ms", COMMIT_INTERVAL_MS),
    sliceMs: SLICE_MS,
    bytePipelines: properties.get("spoor.byte.pipelines") !== "false",
    interpretExpressions: properties.get("spoor.interpret.expressions") === "true",
    onError: (error, queryId) => {
      const what = queryId === undefined ? "a commit failed" : `query ${queryId} failed`;
      report("error", `${what}: ${error instanceof Error ? error.message : String(error)}`);
      processingLog?.failed(queryId, error);
    },
    onDrop: (queryId, sample) => processingLog?.dropped(queryId, sample),
  });
  let bootstrapping = false;
  const context = {
    ...appContext(options, log, engine, registry, () => bootstrapping),
    processingLog,
  };
  try {
    if (processingLog !== undefined) addProcessingStream(context, processingLog.topic);
    const replayed = replayCommands(context);
    for (const failure of replayed.failures) report("warn", `not restored: ${failure}`);
    if (replayed.commands > 0) report("info", `${replayed.queriesStarted} queries continue`);
    if (options.queriesFile !== undefined) {
      bootstrapping = true;
      await runQueriesFile(context, options.queriesFile);
    }
  } catch (error) {
    await engine.close();
    registry.close();
    log.close();
    throw error;
  } finally {
    bootstrapping = false;
  }
  const maintenance = setInterval(() => maintain(log, clock, report), MAINTENANCE_INTERVAL_MS);
  maintenance.unref();
  return {
    service: new SpoorService(context, options.processFacts),
    context,
    engine,
    close: async () => {
      clearInterval(maintenance);
      processingLog?.flush();
      await engine.close();
      registry.close();
      log.close();
    },
  };
}

function appContext(
  options: ApplicationOptions,
  log: SegmentTopicLog,
  engine: StreamEngine,
  registry: OpenedRegistry,
  bootstrapping: () => boolean,
): AppContext {
  const { clock, random, properties } = options;
  const serviceId = properties.get("ksql.service.id") ?? "default_";
  return {
    clock,
    random,
    log,
    engine,
    functions: serverFunctions(options),
    catalog: new Catalog(),
    effects: new LiveEffects(log, engine, registry.schemas),
    commands: new CommandLog(log, serviceId, clock),
    statuses: new CommandStatuses(),
    openQueries: new OpenQueries(MAX_OPEN_QUERIES, clock),
    schemas: registry.schemas,
    registry: registry.embedded,
    settings: {
      version: options.version,
      serviceId,
      clusterId: "spoor",
      advertised: options.advertised,
      properties,
      headless: options.queriesFile !== undefined,
      maxOpenQueries: MAX_OPEN_QUERIES,
    },
    bootstrapping,
    readScript,
  };
}

function openRegistry(options: ApplicationOptions, log: SegmentTopicLog): OpenedRegistry {
  const { clock, properties, advertised } = options;
  const report = (line: string): void => options.report("warn", line);
  return openSchemaRegistry({ log, clock, properties, advertised, report });
}

function openLog(options: ApplicationOptions, durable: boolean): SegmentTopicLog {
  const { clock, random, report } = options;
  if (options.dataDir === undefined) return openMemoryLog({ clock });
  mkdirSync(options.dataDir, { recursive: true });
  return SegmentTopicLog.open({
    directory: join(options.dataDir, "log"),
    clock,
    random,
    flushPolicy: durable ? "commit" : "os",
    onProblem: (problem) => report("warn", problemText(problem)),
  });
}

function problemText({ kind, topic, partition, offset, bytes, detail }: LogProblem): string {
  return `log ${kind}: topic '${topic}' partition ${partition} from offset ${offset}, ${bytes} bytes: ${detail}`;
}

function numberProperty(properties: ReadonlyMap<string, string>, name: string, otherwise: number): number {
  const value = Number(properties.get(name));
  return properties.has(name) && Number.isFinite(value) && value >= 0 ? value : otherwise;
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
function maintain(log: SegmentTopicLog, clock: Clock, report: ApplicationOptions["report"]): void {
  try {
    log.enforceRetention(clock.nowMs());
    log.compact(clock.nowMs());
  } catch (error) {
    report("error", `log maintenance failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
