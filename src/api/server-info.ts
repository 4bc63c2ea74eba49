/** Answers about the server itself. */
import type { CommandStatus } from "./entities.ts";

/** GET /info. */
export interface InfoResponse {
  readonly KsqlServerInfo: {
    readonly version: string;
    readonly kafkaClusterId: string;
    readonly ksqlServiceId: string;
    readonly serverStatus: "RUNNING" | "STARTING" | "DEGRADED" | "ERROR" | "TERMINATED";
  };
}

/** GET /healthcheck: status 200 where healthy, else 503. */
export interface HealthResponse {
  readonly isHealthy: boolean;
  /** By ksqlDB's names: `metastore`, `kafka`, `commandRunner`. */
  readonly details: Readonly<Record<string, { readonly isHealthy: boolean }>>;
  readonly serverState: string | null;
}

/** GET /clusterStatus: one host. */
export interface ClusterStatusResponse {
  readonly clusterStatus: Readonly<
    Record<
      string,
      {
        readonly hostAlive: boolean;
        readonly lastStatusUpdateMs: number;
        readonly activeStandbyPerQuery: Readonly<
          Record<
            string,
            {
              readonly activeStores: readonly string[];
              readonly activePartitions: readonly { readonly topic: string; readonly partition: number }[];
              readonly standByStores: readonly string[];
              readonly standByPartitions: readonly never[];
            }
          >
        >;
        readonly hostStoreLags: {
          readonly stateStoreLags: Readonly<Record<string, never>>;
          readonly updateTimeMs: number;
        };
      }
    >
  >;
}

/** GET /v1/metadata; GET /v1/metadata/id gives `clusterId` alone. */
export interface MetadataResponse {
  readonly version: string;
  readonly clusterId: ClusterId;
}

export interface ClusterId {
  readonly id: string;
  readonly scope: {
    readonly path: readonly string[];
    readonly clusters: { readonly "kafka-cluster": string; readonly "ksql-cluster": string };
  };
}

/** GET /status: by command id. */
export interface CommandStatusesResponse {
  readonly commandStatuses: Readonly<Record<string, CommandStatus["status"]>>;
}

/** GET /status/:type/:entity/:action. */
export type CommandStatusResponse = CommandStatus;
