/** A whole app in memory: log, engine, catalog. What outlives a restart (log and state) can be handed to a second one. */
import { ManualClock } from "../../base/clock.ts";
import { SeededRandom } from "../../base/random.ts";
import { StreamEngine } from "../../engine/stream-engine.ts";
import { MemoryStateDatabase } from "../../engine/state/memory-database.ts";
import { FunctionRegistry } from "../../functions/registry.ts";
import { openMemoryLog } from "../../log/memory-log.ts";
import { StreamFunctions } from "../../plan/stream-function.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import type { StateDatabase } from "../../engine/state/state-database.ts";
import type { AppContext, AppSettings } from "../app-context.ts";
import { Catalog } from "../catalog.ts";
import { LiveEffects } from "../catalog-effects.ts";
import { Connectors } from "../connect/connectors.ts";
import { EmbeddedCommandLog } from "../command-log.ts";
import { CommandStatuses } from "../command-statuses.ts";
import { appErrors } from "../errors.ts";
import { KafkaPort } from "../kafka/kafka-port.ts";
import { OpenQueries } from "../open-queries.ts";
import { openEmbeddedRegistry } from "../registry/open-schema-registry.ts";
import { SpoorService } from "../spoor-service.ts";

export interface AppFixture {
  readonly context: AppContext;
  readonly service: SpoorService;
  readonly clock: ManualClock;
  readonly log: TopicLog;
  readonly state: StateDatabase;
  readonly engine: StreamEngine;
  readonly files: Map<string, string>;
  /** Failures of queries and commits. */
  readonly engineErrors: unknown[];
}

export interface FixtureOptions {
  readonly log?: TopicLog;
  readonly state?: StateDatabase;
  readonly settings?: Partial<AppSettings>;
  readonly bootstrapping?: boolean;
}

const SETTINGS: AppSettings = {
  version: "0.1.0",
  serviceId: "default_",
  clusterId: "cluster-1",
  advertised: "localhost:8088",
  properties: new Map([["ksql.streams.auto.offset.reset", "earliest"]]),
  headless: false,
  maxOpenQueries: 10,
};

export function appFixture(options: FixtureOptions = {}): AppFixture {
  const clock = new ManualClock(1_600_000_000_000);
  const log = options.log ?? openMemoryLog({ clock });
  const state = options.state ?? new MemoryStateDatabase();
  const random = new SeededRandom(7);
  const files = new Map<string, string>();
  const engineErrors: unknown[] = [];
  const registry = openEmbeddedRegistry({ log, clock, report: () => undefined });
  const engine = new StreamEngine({
    schemas: registry,
    log,
    state,
    clock,
    random,
    commitIntervalMs: 0,
    sliceMs: 10,
    bytePipelines: false,
    onError: (error) => engineErrors.push(error),
  });
  const settings = { ...SETTINGS, ...options.settings };
  const catalog = new Catalog();
  const connectors = new Connectors({
    log,
    clock,
    catalog,
    schemas: registry,
    advertised: settings.advertised,
    report: () => undefined,
  });
  const context: AppContext = {
    clock,
    random,
    log,
    settled: () => Promise.resolve(),
    refreshed: () => Promise.resolve(),
    engine,
    functions: FunctionRegistry.builtin(),
    streamFunctions: new StreamFunctions(),
    catalog,
    connectors,
    effects: new LiveEffects(log, engine, registry, connectors),
    commands: new EmbeddedCommandLog(log, settings.serviceId, clock),
    statuses: new CommandStatuses(),
    openQueries: new OpenQueries(settings.maxOpenQueries, clock),
    schemas: registry,
    registry,
    kafka: new KafkaPort(),
    settings,
    bootstrapping: () => options.bootstrapping === true,
    readScript: (path) => {
      const text = files.get(path);
      if (text === undefined) throw appErrors.SCRIPT_UNREADABLE({ message: `no file '${path}'` });
      return text;
    },
  };
  const service = new SpoorService(context, processFacts);
  return { context, service, clock, log, state, engine, files, engineErrors };
}

/** Runs statements and gives their entities. */
export function run(fixture: AppFixture, text: string, properties: Record<string, string> = {}) {
  return fixture.service.execute({ text, properties, variables: {} });
}

/** Reads a query to its end. */
export async function query(fixture: AppFixture, text: string, properties: Record<string, string> = {}) {
  const stream = await fixture.service.openQuery({ text, properties, variables: {} });
  const rows: unknown[] = [];
  for await (const batch of stream.rows) {
    for (const row of batch) rows.push(stream.kind === "print" ? row.text : JSON.parse(row.text));
  }
  return { stream, rows };
}

function processFacts() {
  return { runtime: "test", uptimeMs: 0, memoryBytes: 0 };
}
