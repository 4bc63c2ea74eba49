/** Entities of SHOW QUERIES and EXPLAIN. */
import type { EntityBase } from "./entities.ts";
import type { QueryStatistics } from "./runtime-statistics.ts";
import type { FieldInfo } from "./schema-entities.ts";

export type KsqlQueryType = "PERSISTENT" | "PUSH" | "PULL";
/** ksqlDB's word for the state of a query on a host. */
export type KsqlQueryStatus = "RUNNING" | "ERROR" | "UNRESPONSIVE" | "PAUSED";

export interface RunningQuery {
  readonly queryString: string;
  readonly sinks: readonly string[];
  readonly sinkKafkaTopics: readonly string[];
  readonly id: string;
  /** Hosts by status; one host here. */
  readonly statusCount: Readonly<Partial<Record<KsqlQueryStatus, number>>>;
  readonly queryType: KsqlQueryType;
  /** The worst status on any host. */
  readonly state: KsqlQueryStatus;
}

export interface QueriesEntity extends EntityBase {
  readonly "@type": "queries";
  readonly queries: readonly RunningQuery[];
}

export interface QueryDescription {
  /** Empty for a statement that does not run. */
  readonly id: string;
  readonly statementText: string;
  readonly windowType: "TUMBLING" | "HOPPING" | "SESSION" | null;
  readonly fields: readonly FieldInfo[];
  readonly sources: readonly string[];
  readonly sinks: readonly string[];
  /** The plan's steps as an indented tree. */
  readonly topology: string;
  readonly executionPlan: string;
  readonly overriddenProperties: Readonly<Record<string, string>>;
  readonly ksqlHostQueryStatus: Readonly<Record<string, KsqlQueryStatus>>;
  readonly queryType: KsqlQueryType;
  readonly queryErrors: readonly {
    readonly errorMessage: string;
    readonly type: string;
    readonly timestamp: number;
  }[];
  readonly tasksMetadata: readonly never[];
  readonly consumerGroupId: string;
  readonly state: KsqlQueryStatus | null;
  /** Spoor's: figures of a running query. */
  readonly runtime?: QueryStatistics;
}

export interface QueryDescriptionEntity extends EntityBase {
  readonly "@type": "queryDescription";
  readonly queryDescription: QueryDescription;
}

export interface QueryDescriptionsEntity extends EntityBase {
  readonly "@type": "query_descriptions";
  readonly queryDescriptions: readonly QueryDescription[];
}

export type QueryEntity = QueriesEntity | QueryDescriptionEntity | QueryDescriptionsEntity;
