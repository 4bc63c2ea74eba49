/** What the server tells of itself: /info, /healthcheck, /clusterStatus, /v1/metadata, completions, the doctor. */
import type {
  ClusterStatusResponse,
  HealthResponse,
  InfoResponse,
  MetadataResponse,
} from "../api/server-info.ts";
import type { CompletionsResponse, DoctorCheck, DoctorResponse } from "../api/spoor-endpoints.ts";
import { identifierText, typeText } from "../data/types.ts";
import { SESSION_PROPERTIES } from "../plan/session-property-table.ts";
import type { AppContext } from "./app-context.ts";
import { isInternalTopic } from "./app-context.ts";
import { allQueryStatistics } from "./query-statistics.ts";
import { queryStatus } from "./statements/running-query.ts";

export function infoResponse(context: AppContext): InfoResponse {
  const { version, clusterId, serviceId } = context.settings;
  const serverStatus = healthResponse(context).isHealthy ? "RUNNING" : "DEGRADED";
  return { KsqlServerInfo: { version, kafkaClusterId: clusterId, ksqlServiceId: serviceId, serverStatus } };
}

/** Healthy while the log answers and every command could be replayed; a failed query is its owner's affair. */
export function healthResponse(context: AppContext): HealthResponse {
  const kafka = logAnswers(context);
  const commandRunner = context.statuses.failures.length === 0;
  return {
    isHealthy: kafka && commandRunner,
    details: {
      metastore: { isHealthy: true },
      kafka: { isHealthy: kafka },
      commandRunner: { isHealthy: commandRunner },
    },
    serverState: "ready",
  };
}

function logAnswers(context: AppContext): boolean {
  try {
    context.log.topics();
    return true;
  } catch {
    return false;
  }
}

export function clusterStatusResponse(context: AppContext): ClusterStatusResponse {
  const nowMs = context.clock.nowMs();
  const queries = context.catalog.queries().map((query) => {
    const topics = query.plan.sourceNames
      .map((name) => context.catalog.metastore.source(name)?.topic)
      .filter((topic) => topic !== undefined);
    const activePartitions = topics.flatMap((topic) =>
      Array.from({ length: context.log.topic(topic)?.partitions ?? 0 }, (_, partition) => ({
        topic,
        partition,
      })),
    );
    const stores = context.engine.statistics(query.id)?.state.map(({ store }) => store) ?? [];
    return [
      query.id,
      { activeStores: stores, activePartitions, standByStores: [], standByPartitions: [] },
    ] as const;
  });
  return {
    clusterStatus: {
      [context.settings.advertised]: {
        hostAlive: true,
        lastStatusUpdateMs: nowMs,
        activeStandbyPerQuery: Object.fromEntries(queries),
        hostStoreLags: { stateStoreLags: {}, updateTimeMs: nowMs },
      },
    },
  };
}

export function metadataResponse(context: AppContext): MetadataResponse {
  const { version, clusterId, serviceId } = context.settings;
  const clusters = { "kafka-cluster": clusterId, "ksql-cluster": serviceId };
  return { version, clusterId: { id: "", scope: { path: [], clusters } } };
}

export function completionsResponse(context: AppContext): CompletionsResponse {
  const { metastore } = context.catalog;
  return {
    sources: metastore.sources().map((source) => ({
      name: identifierText(source.name),
      kind: source.kind,
      columns: source.schema.columns
        .filter((column) => column.hidden !== true)
        .map((column) => ({ name: identifierText(column.name), type: typeText(column.type) })),
    })),
    functions: context.functions.names(),
    streamFunctions: context.streamFunctions.definitions().map(({ name }) => name),
    topics: context.log
      .topics()
      .map(({ name }) => name)
      .filter((name) => !isInternalTopic(name)),
    types: metastore.types().map(({ name }) => identifierText(name)),
    queries: context.catalog.queries().map(({ id }) => id),
    properties: SESSION_PROPERTIES.map(({ name }) => name.replace(/^ksql\.streams\./, "")),
  };
}

export interface ProcessFacts {
  readonly runtime: string;
  readonly uptimeMs: number;
  readonly memoryBytes: number;
}

export function doctorResponse(context: AppContext, facts: ProcessFacts): DoctorResponse {
  const checks = [logCheck(context), commandCheck(context), kafkaCheck(context), ...queryChecks(context)];
  const healthy = checks.every((check) => check.status !== "error");
  return { healthy, version: context.settings.version, ...facts, checks };
}

function logCheck(context: AppContext): DoctorCheck {
  return logAnswers(context)
    ? { name: "topic log", status: "ok", message: `${context.log.topics().length} topics` }
    : {
        name: "topic log",
        status: "error",
        message: "the log does not answer",
        hint: "see the server's log",
      };
}

function kafkaCheck({ kafka: { state } }: AppContext): DoctorCheck {
  const name = "Kafka";
  if (state.kind === "off") return { name, status: "ok", message: "no listener" };
  if (state.kind === "taken") {
    const hint = "end the program that holds it, or start the server with --kafka-listen HOST:PORT";
    return { name, status: "warning", message: `no listener: ${state.place} was in use`, hint };
  }
  const { connections } = state.broker.metrics;
  const rules = state.authorizes ? ", with access rules" : "";
  const message = `listens on ${state.place} (${state.protocol}${rules}), ${connections} connections`;
  return { name, status: "ok", message };
}

function commandCheck(context: AppContext): DoctorCheck {
  const { failures } = context.statuses;
  const name = "command log";
  if (failures.length === 0) {
    return { name, status: "ok", message: `${context.commands.nextSequence} commands` };
  }
  return {
    name,
    status: "error",
    message: `${failures.length} commands could not be carried out again: ${failures[0]}`,
    hint: "repeat the statements, or restore what they need",
  };
}

function queryChecks(context: AppContext): DoctorCheck[] {
  const failed = context.catalog.queries().filter((query) => queryStatus(query, context) === "ERROR");
  const checks: DoctorCheck[] = failed.map((query) => ({
    name: `query ${query.id}`,
    status: "error",
    message: context.engine.query(query.id)?.error ?? "does not run",
    hint: `EXPLAIN ${query.id};`,
  }));
  for (const { queryId, dropped } of allQueryStatistics(context)) {
    const unexpected = dropped.filter((reason) => reason.unexpected && reason.count > 0);
    if (unexpected.length === 0) continue;
    const reasons = unexpected.map(({ reason, count }) => `${count} ${reason}`).join(", ");
    const hint = `EXPLAIN ${queryId}; shows samples`;
    checks.push({
      name: `query ${queryId}`,
      status: "warning",
      message: `dropped records: ${reasons}`,
      hint,
    });
  }
  const running = context.catalog.queries().length - failed.length;
  checks.push({ name: "queries", status: "ok", message: `${running} running` });
  return checks;
}
