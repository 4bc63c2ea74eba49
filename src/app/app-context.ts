/** What statements work on. The composition root makes one for a process. */
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { RegistryCore } from "../formats/registry/registry-core.ts";
import type { SchemaRegistry } from "../formats/registry/schema-registry.ts";
import type { FunctionRegistry } from "../functions/registry.ts";
import type { TopicLog } from "../log/topic-log.ts";
import type { StreamFunctions } from "../plan/stream-function.ts";
import type { AppEngine } from "./app-engine.ts";
import type { Catalog } from "./catalog.ts";
import type { CatalogEffects } from "./catalog-effects.ts";
import type { CommandLog } from "./command-log.ts";
import type { CommandStatuses } from "./command-statuses.ts";
import type { Connectors } from "./connect/connectors.ts";
import type { KafkaPort } from "./kafka/kafka-port.ts";
import type { OpenQueries } from "./open-queries.ts";
import type { ProcessingLog } from "./processing-log.ts";

export interface AppContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: TopicLog;
  /** What was appended, made and deleted so far is where it is to be; at once, where that is here. @throws why it is not */
  readonly settled: () => Promise<void>;
  /** The ends of these topics are known as they are now; at once, where they are here. */
  readonly refreshed: (topics: readonly string[]) => Promise<void>;
  readonly engine: AppEngine;
  readonly functions: FunctionRegistry;
  readonly streamFunctions: StreamFunctions;
  readonly catalog: Catalog;
  readonly effects: CatalogEffects;
  readonly commands: CommandLog;
  readonly statuses: CommandStatuses;
  readonly openQueries: OpenQueries;
  /** Where formats with schemas find and register them. */
  readonly schemas: SchemaRegistry;
  /** The same where it is this process's own; undefined where `ksql.schema.registry.url` names another. */
  readonly registry: RegistryCore | undefined;
  /** Undefined where the server keeps none. */
  readonly processingLog?: ProcessingLog | undefined;
  readonly connectors: Connectors;
  /** Where Kafka clients come in, if anywhere. */
  readonly kafka: KafkaPort;
  readonly settings: AppSettings;
  /** True while a queries file is run: only it may change the catalog of a headless server. */
  readonly bootstrapping: () => boolean;
  /** Reads a script of RUN SCRIPT. @throws SpoorError where it cannot */
  readonly readScript: (path: string) => string;
}

export interface AppSettings {
  readonly version: string;
  /** `ksql.service.id`. */
  readonly serviceId: string;
  readonly clusterId: string;
  /** `host:port` as /clusterStatus names this server. */
  readonly advertised: string;
  /** Properties of the server's configuration, by canonical name. */
  readonly properties: ReadonlyMap<string, string>;
  /** A queries file runs: statements that change the catalog are refused. */
  readonly headless: boolean;
  /** Push queries and prints that may be open at a time. */
  readonly maxOpenQueries: number;
}

const INTERNAL_TOPIC = /^(?:_confluent|_spoor|__|_schemas$)/;

/** Topics that Spoor keeps for itself: listed by SHOW ALL TOPICS only, and no statement writes to them. */
export function isInternalTopic(name: string): boolean {
  return INTERNAL_TOPIC.test(name);
}

/** Kafka Streams' name for a query's consumer group. */
export function consumerGroup(context: AppContext, queryId: string): string {
  return `_confluent-ksql-${context.settings.serviceId}query_${queryId}`;
}
