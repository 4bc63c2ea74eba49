/** Entities of SHOW and DESCRIBE: sources, topics, types, functions. */
import type { ConnectorEntity } from "./connector-entities.ts";
import type { EntityBase } from "./entities.ts";
import type { RunningQuery } from "./query-entities.ts";
import type { SourceStatistics } from "./runtime-statistics.ts";
import type { FieldInfo, SchemaInfo } from "./schema-entities.ts";

export interface SourceInfo {
  readonly type: "STREAM" | "TABLE";
  readonly name: string;
  readonly topic: string;
  readonly keyFormat: string;
  readonly valueFormat: string;
  readonly isWindowed: boolean;
}

export interface StreamsEntity extends EntityBase {
  readonly "@type": "streams";
  readonly streams: readonly SourceInfo[];
}

export interface TablesEntity extends EntityBase {
  readonly "@type": "tables";
  readonly tables: readonly SourceInfo[];
}

export interface SourceDescription {
  readonly name: string;
  readonly windowType: "TUMBLING" | "HOPPING" | "SESSION" | null;
  readonly readQueries: readonly RunningQuery[];
  readonly writeQueries: readonly RunningQuery[];
  readonly fields: readonly FieldInfo[];
  readonly type: "STREAM" | "TABLE";
  /** The column that gives records their time; empty for the record's own timestamp. */
  readonly timestamp: string;
  /** EXTENDED: what the source's queries have done, as text; else empty. */
  readonly statistics: string;
  readonly errorStats: string;
  readonly extended: boolean;
  readonly keyFormat: string;
  readonly valueFormat: string;
  readonly topic: string;
  /** EXTENDED, else 0. */
  readonly partitions: number;
  readonly replication: number;
  /** The statement that made the source. */
  readonly statement: string;
  readonly queryOffsetSummaries: readonly QueryOffsetSummary[];
  /** Names of the sources that were made from this one. */
  readonly sourceConstraints: readonly string[];
  readonly clusterStatistics: readonly never[];
  readonly clusterErrorStats: readonly never[];
  /** Spoor's, EXTENDED only: the same statistics as figures. */
  readonly runtime?: SourceStatistics;
}

export interface QueryOffsetSummary {
  readonly groupId: string;
  readonly topicSummaries: readonly {
    readonly kafkaTopic: string;
    readonly offsets: readonly {
      readonly partition: number;
      readonly logStartOffset: number;
      readonly logEndOffset: number;
      readonly consumerOffset: number;
    }[];
  }[];
}

export interface SourceDescriptionEntity extends EntityBase {
  readonly "@type": "sourceDescription";
  readonly sourceDescription: SourceDescription;
}

export interface SourceDescriptionsEntity extends EntityBase {
  readonly "@type": "source_descriptions";
  readonly sourceDescriptions: readonly SourceDescription[];
}

/** KSQL 5's DESCRIBE TOPIC. */
export interface TopicDescriptionEntity extends EntityBase {
  readonly "@type": "topicDescription";
  readonly name: string;
  readonly topic: string;
  readonly format: string;
  readonly schemaString: string;
}

export interface KafkaTopicInfo {
  readonly name: string;
  /** One entry a partition: its number of replicas. */
  readonly replicaInfo: readonly number[];
}

export interface KafkaTopicInfoExtended extends KafkaTopicInfo {
  readonly consumerCount: number;
  readonly consumerGroupCount: number;
}

export interface KafkaTopicsEntity extends EntityBase {
  readonly "@type": "kafka_topics";
  readonly topics: readonly KafkaTopicInfo[];
}

export interface KafkaTopicsExtendedEntity extends EntityBase {
  readonly "@type": "kafka_topics_extended";
  readonly topics: readonly KafkaTopicInfoExtended[];
}

export interface TypesEntity extends EntityBase {
  readonly "@type": "type_list";
  readonly types: Readonly<Record<string, SchemaInfo>>;
}

export type FunctionTypeName = "SCALAR" | "AGGREGATE" | "TABLE";

export interface FunctionNamesEntity extends EntityBase {
  readonly "@type": "function_names";
  readonly functions: readonly {
    readonly name: string;
    readonly type: FunctionTypeName;
    readonly category: string;
  }[];
}

export interface FunctionVariant {
  readonly arguments: readonly {
    readonly name: string;
    readonly type: string;
    readonly description: string;
    readonly isVariadic: boolean;
  }[];
  readonly returnType: string;
  readonly description: string;
}

export interface FunctionDescriptionEntity extends EntityBase {
  readonly "@type": "describe_function";
  readonly name: string;
  readonly description: string;
  readonly author: string;
  readonly version: string;
  readonly path: string;
  readonly functions: readonly FunctionVariant[];
  readonly type: FunctionTypeName;
  /** Spoor's: calls with their results. */
  readonly examples?: readonly { readonly sql: string; readonly result: string }[];
}

export type CatalogEntity =
  | StreamsEntity
  | TablesEntity
  | SourceDescriptionEntity
  | SourceDescriptionsEntity
  | TopicDescriptionEntity
  | KafkaTopicsEntity
  | KafkaTopicsExtendedEntity
  | TypesEntity
  | FunctionNamesEntity
  | FunctionDescriptionEntity
  | ConnectorEntity;
