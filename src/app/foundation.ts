/**
 * What a process stands on: where its records are, what runs its queries, what remembers its statements. Embedded, all of
 * it is here; on a Kafka cluster (`cluster/cluster-foundation.ts`) the records are there.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { LmdbStateDatabase } from "../engine/state/lmdb-database.ts";
import { MemoryStateDatabase } from "../engine/state/memory-database.ts";
import { StreamEngine } from "../engine/stream-engine.ts";
import type { DropSample } from "../engine/statistics.ts";
import { openMemoryLog } from "../log/memory-log.ts";
import type { LogProblem } from "../log/segment-log/segment-recovery.ts";
import { SegmentTopicLog } from "../log/segment-log/segment-topic-log.ts";
import type { FlushPolicy } from "../log/segment-log/segment-partition.ts";
import type { TopicLog } from "../log/topic-log.ts";
import type { AppEngine } from "./app-engine.ts";
import type { CommandLog, LoggedCommand } from "./command-log.ts";
import { EmbeddedCommandLog } from "./command-log.ts";
import type { ProcessingLog } from "./processing-log.ts";
import { openProcessingLog } from "./processing-log.ts";
import { openSchemaRegistry } from "./registry/open-schema-registry.ts";
import type { OpenedRegistry } from "./registry/open-schema-registry.ts";

export interface FoundationOptions {
  /** Undefined: everything in memory, gone at the end. */
  readonly dataDir: string | undefined;
  readonly advertised: string;
  /** Server properties by canonical name. */
  readonly properties: ReadonlyMap<string, string>;
  readonly clock: Clock;
  readonly random: Random;
  /** One line for the server's log. */
  readonly report: (level: "info" | "warn" | "error", message: string) => void;
}

export interface Foundation {
  readonly serviceId: string;
  readonly clusterId: string;
  readonly log: TopicLog;
  readonly engine: AppEngine;
  readonly registry: OpenedRegistry;
  readonly commands: CommandLog;
  readonly processingLog: ProcessingLog | undefined;
  readonly settled: () => Promise<void>;
  readonly refreshed: (topics: readonly string[]) => Promise<void>;
  /** Commands of other processes, from now on; embedded there are none. */
  follow(carryOut: (logged: LoggedCommand) => void): void;
  /** Retention and compaction, now and then. */
  maintain(): void;
  close(): Promise<void>;
}

const COMMIT_INTERVAL_MS = 100;
export const SLICE_MS = 15;

export function openEmbeddedFoundation(options: FoundationOptions): Foundation {
  const { clock, random, properties } = options;
  const flushPolicy = flushPolicyOf(properties);
  const log = openLog(options, flushPolicy);
  const state =
    options.dataDir === undefined
      ? new MemoryStateDatabase()
      : new LmdbStateDatabase(join(options.dataDir, "state"), flushPolicy !== "os");
  const registry = openRegistry(options, log);
  const serviceId = serviceIdOf(properties);
  const processingLog = openProcessingLog(log, clock, serviceId, properties);
  const engine = new StreamEngine({
    schemas: registry.schemas,
    log,
    state,
    clock,
    random,
    ...engineSettings(properties),
    ...engineReports(options, () => processingLog),
  });
  return {
    serviceId,
    clusterId: "spoor",
    log,
    engine,
    registry,
    commands: new EmbeddedCommandLog(log, serviceId, clock),
    processingLog,
    settled: () => Promise.resolve(),
    refreshed: () => Promise.resolve(),
    follow: () => undefined,
    maintain: () => {
      log.enforceRetention(clock.nowMs());
      log.compact(clock.nowMs());
    },
    close: async () => {
      await engine.close();
      registry.close();
      log.close();
    },
  };
}

export function serviceIdOf(properties: ReadonlyMap<string, string>): string {
  return properties.get("ksql.service.id") ?? "default_";
}

export function engineSettings(properties: ReadonlyMap<string, string>) {
  return {
    commitIntervalMs: numberProperty(properties, "spoor.commit.interval.ms", COMMIT_INTERVAL_MS),
    sliceMs: SLICE_MS,
    bytePipelines: properties.get("spoor.byte.pipelines") !== "false",
    interpretExpressions: properties.get("spoor.interpret.expressions") === "true",
  };
}

export function engineReports(
  { report }: Pick<FoundationOptions, "report">,
  processingLog: () => ProcessingLog | undefined,
) {
  return {
    onError: (error: unknown, queryId: string | undefined): void => {
      const what = queryId === undefined ? "a commit failed" : `query ${queryId} failed`;
      report("error", `${what}: ${error instanceof Error ? error.message : String(error)}`);
      processingLog()?.failed(queryId, error);
    },
    onDrop: (queryId: string, sample: DropSample): void => processingLog()?.dropped(queryId, sample),
  };
}

export function openRegistry(options: FoundationOptions, log: TopicLog): OpenedRegistry {
  const { clock, properties, advertised } = options;
  const report = (line: string): void => options.report("warn", line);
  return openSchemaRegistry({ log, clock, properties, advertised, report });
}

/** Properties were checked when they were taken. */
function flushPolicyOf(properties: ReadonlyMap<string, string>): FlushPolicy {
  const value = properties.get("spoor.flush");
  return value === "commit" || value === "acks" ? value : "os";
}

function openLog(options: FoundationOptions, flushPolicy: FlushPolicy): SegmentTopicLog {
  const { clock, random, report } = options;
  if (options.dataDir === undefined) return openMemoryLog({ clock });
  mkdirSync(options.dataDir, { recursive: true });
  return SegmentTopicLog.open({
    directory: join(options.dataDir, "log"),
    clock,
    random,
    flushPolicy,
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
