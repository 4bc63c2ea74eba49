/**
 * What the server asks of Spoor: ksqlDB's statements and queries, and Spoor's own services. The HTTP routes and
 * their tests know this interface only.
 *
 * Errors: {@link StatementFailure} where a statement failed, any other SpoorError where the request itself did.
 */
import type { KsqlEntity, CommandStatus } from "../api/entities.ts";
import type {
  DropSample,
  OpenQueryStatistics,
  QueryStatistics,
  ReasonCount,
} from "../api/runtime-statistics.ts";
import type { FieldInfo, ResultColumn } from "../api/schema-entities.ts";
import type {
  ClusterStatusResponse,
  CommandStatusesResponse,
  HealthResponse,
  InfoResponse,
  MetadataResponse,
} from "../api/server-info.ts";
import type {
  CompletionsResponse,
  CreateTopicResponse,
  DoctorResponse,
  IngestResponse,
  TopicEntity,
} from "../api/spoor-endpoints.ts";
import type { RegistryApi } from "./registry/registry-api.ts";

export type Properties = Readonly<Record<string, string>>;

export interface StatementsRequest {
  /** One or more statements. */
  readonly text: string;
  /** Overrides by property name; they last for the request. */
  readonly properties: Properties;
  /** Values of `${name}`. */
  readonly variables: Properties;
  /** Wait until the command of this sequence number has taken effect. */
  readonly afterCommand?: number;
}

/** One SELECT or PRINT; SET and DEFINE may stand before it. */
export interface QueryRequest {
  readonly text: string;
  readonly properties: Properties;
  readonly variables: Properties;
  /** What a row's text is to be; `json` where it is left out. */
  readonly rows?: "json" | "protobuf";
}

export interface QueryRow {
  /**
   * A JSON array of the row's values, in the columns' order; of a PRINT the line to show; where protobuf was asked for a
   * message in base64, but of a tombstone the JSON array.
   */
  readonly text: string;
  /** The row with this key is gone from the table. */
  readonly tombstone: boolean;
}

/**
 * Why the rows ended: the LIMIT was reached, a pull query or bounded print gave all it had, or somebody closed the
 * query (TERMINATE, /close-query, shutdown).
 */
export type QueryEnd = "limit" | "completed" | "terminated";

export interface QueryFigures {
  readonly recordsRead: number;
  readonly lag: number;
  readonly dropped: readonly ReasonCount[];
  readonly samples: readonly DropSample[];
}

export interface QueryStream {
  readonly queryId: string;
  readonly kind: "push" | "pull" | "print";
  readonly columns: readonly ResultColumn[];
  /** The same as fields of a schema; none for a PRINT. */
  readonly fields: readonly FieldInfo[];
  /** Where protobuf was asked for: the text of the .proto file. */
  readonly protoSchema?: string | undefined;
  /** A stream source, a table source, or a topic: ksqlDB ends their answers differently. */
  readonly source: "stream" | "table" | "topic";
  /**
   * Batches of rows, never empty. At most a bounded number waits unread: a query whose reader is slow pauses. The
   * iteration throws where the query fails and ends where it ends. It can be iterated once.
   */
  readonly rows: AsyncIterable<readonly QueryRow[]>;
  /** Set once `rows` has ended without an error. */
  readonly end: QueryEnd | undefined;
  /** What it has read and dropped so far. */
  figures(): QueryFigures;
  /** Ends the query and the iteration, also one that waits. Closing twice does nothing. */
  close(): void;
}

/** Takes the rows of one /inserts-stream request in order. */
export interface RowInserter {
  /** @throws SpoorError where the row does not fit; the next row may. */
  insert(row: Readonly<Record<string, unknown>>): void;
  /** Makes what was inserted durable, where `spoor.flush` says so: to be waited for before rows are acknowledged. */
  flush(): Promise<void>;
}

export interface IngestOptions {
  readonly format: "value" | "key:value";
  readonly separator: string;
  readonly partition: number | undefined;
}

/** Takes an NDJSON body in chunks of any size; what was written stays written when the body breaks off. */
export interface RecordIngest {
  /** Resolves when the next chunk may come. The chunk's memory may be used again afterwards. */
  write(chunk: Uint8Array): Promise<void>;
  /** Takes the last line, which may lack its line end. */
  finish(): Promise<IngestResponse>;
}

export interface CreateTopicRequest {
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly config: Properties;
  readonly ifNotExists: boolean;
}

export interface KsqlService {
  /** Runs statements in order; those before a failing one stay executed. */
  execute(request: StatementsRequest): Promise<readonly KsqlEntity[]>;
  openQuery(request: QueryRequest): Promise<QueryStream>;
  /** False where no such query is open. */
  closeQuery(queryId: string): boolean;
  openInserter(target: string, properties: Properties): RowInserter;
  openIngest(topic: string, options: IngestOptions): RecordIngest;
  /** Ends every query and deletes the sink topics that a name or regular expression of the list matches. */
  terminateCluster(deleteTopics: readonly string[]): Promise<readonly KsqlEntity[]>;

  commandStatus(commandId: string): CommandStatus | undefined;
  commandStatuses(): CommandStatusesResponse;
  info(): InfoResponse;
  health(): HealthResponse;
  clusterStatus(): ClusterStatusResponse;
  metadata(): MetadataResponse;
  /** @throws SpoorError where clients may not set the property. */
  checkProperty(name: string): void;
  /** Prometheus text. */
  metrics(): Promise<string>;

  /** The schema registry; undefined where another server's is used. */
  readonly registry?: RegistryApi | undefined;
  topics(): readonly TopicEntity[];
  createTopic(request: CreateTopicRequest): Promise<CreateTopicResponse>;
  /** @throws SpoorError where there is no such topic, or a source still uses it. */
  deleteTopic(name: string): Promise<void>;
  queries(): readonly QueryStatistics[];
  /** Of the queries whose rows somebody reads. */
  openQueries(): readonly OpenQueryStatistics[];
  queryStatistics(queryId: string): QueryStatistics | undefined;
  completions(): CompletionsResponse;
  doctor(): DoctorResponse;
}
