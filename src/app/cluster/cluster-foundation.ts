/**
 * A process on a Kafka cluster: topics, the command topic and the processing log are the cluster's, queries run as members
 * of consumer groups. Here is only what can be had again: local copies of state.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openClusterTopicLog } from "../../distributed/cluster-log/cluster-topic-log.ts";
import type { ClusterTopicLog } from "../../distributed/cluster-log/cluster-topic-log.ts";
import { openClusterClient } from "../../distributed/kafka/kafka-cluster-client.ts";
import type { ClusterClient } from "../../distributed/kafka/cluster-client.ts";
import type { ClusterSettings } from "../../distributed/kafka/cluster-settings.ts";
import { ClusterEngine } from "../../distributed/tasks/cluster-engine.ts";
import { transientLog } from "../../distributed/tasks/transient-log.ts";
import { LmdbStateDatabase } from "../../engine/state/lmdb-database.ts";
import { MemoryStateDatabase } from "../../engine/state/memory-database.ts";
import type { StateDatabase } from "../../engine/state/state-database.ts";
import { StreamEngine } from "../../engine/stream-engine.ts";
import { openMemoryLog } from "../../log/memory-log.ts";
import { SegmentTopicLog } from "../../log/segment-log/segment-topic-log.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import { engineReports, engineSettings, openRegistry, serviceIdOf } from "../foundation.ts";
import type { Foundation, FoundationOptions } from "../foundation.ts";
import { openProcessingLog } from "../processing-log.ts";
import type { ProcessingLog } from "../processing-log.ts";
import type { OpenedRegistry } from "../registry/open-schema-registry.ts";
import { ClusterCommandLog } from "./cluster-command-log.ts";

/** @throws CLUSTER_UNREACHABLE, CLUSTER_AUTHENTICATION_FAILED, CLUSTER_NOT_AUTHORIZED … */
export async function openClusterFoundation(
  options: FoundationOptions,
  settings: ClusterSettings,
): Promise<Foundation> {
  const { clock, random } = options;
  const client = await openClusterClient({ settings, clock, random });
  try {
    return await openOn(client, options);
  } catch (error) {
    await client.close();
    throw error;
  }
}

async function openOn(client: ClusterClient, options: FoundationOptions): Promise<Foundation> {
  const { clock, properties } = options;
  const serviceId = serviceIdOf(properties);
  const instanceId = instanceOf(options);
  let processingLog: ProcessingLog | undefined;
  const reports = engineReports(options, () => processingLog);
  const log = await openClusterTopicLog(client, {
    clock,
    onProblem: (error) => reports.onError(error, undefined),
  });
  const local = openLocalLog(options);
  const registry = openRegistry(options, local);
  const commands = await ClusterCommandLog.open({
    client,
    serviceId,
    instanceId,
    clock,
    onError: (error) => reports.onError(error, undefined),
  });
  processingLog = openProcessingLog(log, clock, serviceId, properties);
  const engine = engineOn({ client, log, registry, serviceId, instanceId, options, reports });
  return {
    serviceId,
    clusterId: client.clusterId,
    log,
    engine,
    registry,
    commands,
    processingLog,
    settled: () => log.settled(),
    refreshed: (topics) => log.refreshed(topics),
    follow: (carryOut) => commands.follow(carryOut),
    maintain: () => undefined,
    close: async () => {
      await engine.close();
      await commands.close();
      await log.settled().catch((error: unknown) => reports.onError(error, undefined));
      registry.close();
      log.close();
      local.close();
      await client.close();
    },
  };
}

interface EngineParts {
  readonly client: ClusterClient;
  readonly log: ClusterTopicLog;
  readonly registry: OpenedRegistry;
  readonly serviceId: string;
  readonly instanceId: string;
  readonly options: FoundationOptions;
  readonly reports: ReturnType<typeof engineReports>;
}

function engineOn(parts: EngineParts): ClusterEngine {
  const { client, log, registry, serviceId, instanceId, options, reports } = parts;
  const { clock, random, properties, dataDir } = options;
  const settings = engineSettings(properties);
  const transient = new StreamEngine({
    schemas: registry.schemas,
    log: transientLog(log),
    state: new MemoryStateDatabase(),
    clock,
    random,
    ...settings,
    ...reports,
  });
  const { bytePipelines, interpretExpressions, commitIntervalMs, sliceMs } = settings;
  const schemas = registry.schemas;
  const openState = (taskId: string): StateDatabase => openTaskState(dataDir, taskId);
  return new ClusterEngine({
    client,
    log,
    serviceId,
    instanceId,
    settings: { clock, random, schemas, bytePipelines, interpretExpressions, openState },
    commitIntervalMs,
    sliceMs,
    transient,
    ...reports,
  });
}

/** An empty database; its files go when it is closed. */
function openTaskState(dataDir: string | undefined, taskId: string): StateDatabase {
  if (dataDir === undefined) return new MemoryStateDatabase();
  const path = join(dataDir, "tasks", taskId.replaceAll(/[^\w.-]/g, "_"));
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  const database = new LmdbStateDatabase(path, false);
  const close = database.close.bind(database);
  database.close = async () => {
    await close();
    rmSync(path, { recursive: true, force: true });
  };
  return database;
}

/** Names this process's transactions: kept in the data folder, so that after a restart it ends what it had begun. */
function instanceOf({ dataDir, random }: FoundationOptions): string {
  const fresh = Array.from({ length: 4 }, () => Math.floor(random.next() * 0x1_0000_0000).toString(16)).join(
    "",
  );
  if (dataDir === undefined) return fresh;
  const file = join(dataDir, "instance-id");
  mkdirSync(dataDir, { recursive: true });
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    writeFileSync(file, `${fresh}\n`);
    return fresh;
  }
}

/** Schemas of the registry of this process's own, where no other is named. */
function openLocalLog({ dataDir, clock, random, report }: FoundationOptions): TopicLog {
  if (dataDir === undefined) return openMemoryLog({ clock });
  return SegmentTopicLog.open({
    directory: join(dataDir, "log"),
    clock,
    random,
    flushPolicy: "commit",
    onProblem: ({ kind, topic, detail }) => report("warn", `log ${kind}: topic '${topic}': ${detail}`),
  });
}
