/** A KsqlService for the tests of the routes: answers what a test tells it to, and notes what it was asked. */
import type { KsqlEntity } from "../api/entities.ts";
import type { QueryStatistics } from "../api/runtime-statistics.ts";
import type { IngestResponse, TopicEntity } from "../api/spoor-endpoints.ts";
import type {
  CreateTopicRequest,
  IngestOptions,
  KsqlService,
  QueryEnd,
  QueryRequest,
  QueryRow,
  QueryStream,
  StatementsRequest,
} from "../app/service.ts";

export class FakeService implements KsqlService {
  readonly asked: unknown[] = [];
  execution: (request: StatementsRequest) => readonly KsqlEntity[] = () => [];
  query: (request: QueryRequest) => QueryStream = () => new FakeQuery([]);
  insertion: (row: Readonly<Record<string, unknown>>) => void = () => undefined;
  flushes = 0;
  openIds = new Set<string>();
  healthy = true;
  ingested = "";
  topicList: TopicEntity[] = [];

  async execute(request: StatementsRequest): Promise<readonly KsqlEntity[]> {
    this.asked.push(request);
    return this.execution(request);
  }

  async openQuery(request: QueryRequest): Promise<QueryStream> {
    this.asked.push(request);
    return this.query(request);
  }

  openQueries() {
    return [];
  }

  closeQuery(queryId: string): boolean {
    return this.openIds.delete(queryId);
  }

  openInserter(target: string) {
    this.asked.push(target);
    return {
      insert: (row: Readonly<Record<string, unknown>>) => this.insertion(row),
      flush: async () => {
        this.flushes += 1;
      },
    };
  }

  openIngest(topic: string, options: IngestOptions) {
    this.asked.push({ topic, ...options });
    let bytes = 0;
    return {
      write: async (chunk: Uint8Array) => {
        bytes += chunk.length;
        this.ingested += Buffer.from(chunk).toString();
      },
      finish: async (): Promise<IngestResponse> => ({ records: 1, bytes, rejected: 0, firstErrors: [] }),
    };
  }

  async terminateCluster(deleteTopics: readonly string[]): Promise<readonly KsqlEntity[]> {
    this.asked.push(deleteTopics);
    return [];
  }

  commandStatus(commandId: string) {
    if (commandId !== "stream/S/create") return undefined;
    return { status: "SUCCESS" as const, message: "Stream created", queryId: null };
  }

  commandStatuses() {
    return { commandStatuses: { "stream/S/create": "SUCCESS" as const } };
  }

  info() {
    return {
      KsqlServerInfo: {
        version: "1",
        kafkaClusterId: "k",
        ksqlServiceId: "default_",
        serverStatus: "RUNNING" as const,
      },
    };
  }

  health() {
    return { isHealthy: this.healthy, details: {}, serverState: null };
  }

  clusterStatus() {
    return { clusterStatus: {} };
  }

  metadata() {
    const clusters = { "kafka-cluster": "k", "ksql-cluster": "default_" };
    return { version: "1", clusterId: { id: "", scope: { path: [], clusters } } };
  }

  checkProperty(name: string): void {
    if (name !== "auto.offset.reset") throw new TypeError(`unexpected ${name}`);
  }

  async metrics(): Promise<string> {
    return "spoor_up 1\n";
  }

  topics(): readonly TopicEntity[] {
    return this.topicList;
  }

  async createTopic(request: CreateTopicRequest) {
    this.asked.push(request);
    const topic: TopicEntity = {
      name: request.name,
      partitions: request.partitions,
      replicas: request.replicas,
      records: 0,
      bytes: 0,
      lastTimestampMs: null,
      internal: false,
      config: request.config,
      sources: [],
    };
    this.topicList.push(topic);
    return { created: true, topic };
  }

  async deleteTopic(name: string): Promise<void> {
    this.topicList = this.topicList.filter((topic) => topic.name !== name);
  }

  queries(): readonly QueryStatistics[] {
    return [statisticsOf("CSAS_A_1")];
  }

  queryStatistics(queryId: string): QueryStatistics | undefined {
    return this.queries().find((query) => query.queryId === queryId);
  }

  completions() {
    return { sources: [], functions: ["ABS"], topics: [], types: [], queries: [], properties: [] };
  }

  doctor() {
    return { healthy: true, version: "1", runtime: "node", uptimeMs: 0, memoryBytes: 0, checks: [] };
  }
}

/** A query that gives its batches as fast as they are taken, then ends, fails or waits to be closed. */
export class FakeQuery implements QueryStream {
  readonly queryId = "transient_S_1";
  kind: "push" | "pull" | "print" = "push";
  source: "stream" | "table" | "topic" = "stream";
  columns = [
    { name: "K", type: "STRING", key: true },
    { name: "V", type: "INTEGER" },
  ];
  fields = [
    {
      name: "K",
      schema: { type: "STRING" as const, fields: null, memberSchema: null },
      type: "KEY" as const,
    },
    { name: "V", schema: { type: "INTEGER" as const, fields: null, memberSchema: null } },
  ];
  end: QueryEnd | undefined;
  closed = false;
  taken = 0;
  readonly rows: AsyncIterable<readonly QueryRow[]>;
  readonly #batches: Iterable<readonly QueryRow[]>;
  readonly #ending: QueryEnd | "wait" | Error;
  #wake: () => void = () => undefined;

  constructor(batches: Iterable<readonly QueryRow[]>, ending: QueryEnd | "wait" | Error = "limit") {
    this.#batches = batches;
    this.#ending = ending;
    this.rows = this.#iterate();
  }

  figures() {
    return { recordsRead: this.taken, lag: 0, dropped: [], samples: [] };
  }

  close(): void {
    this.closed = true;
    this.#wake();
  }

  async *#iterate(): AsyncGenerator<readonly QueryRow[]> {
    for (const batch of this.#batches) {
      this.taken += 1;
      yield batch;
      if (this.closed) break;
    }
    if (this.#ending instanceof Error) throw this.#ending;
    if (this.#ending === "wait" && !this.closed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    this.end = this.#ending === "wait" ? "terminated" : this.#ending;
  }
}

export function rowOf(text: string, tombstone = false): QueryRow {
  return { text, tombstone };
}

function statisticsOf(queryId: string): QueryStatistics {
  const still = { messages: 0, bytes: 0, messagesPerSecond: 0 };
  return {
    queryId,
    state: "RUNNING",
    consumed: still,
    produced: still,
    lastMessageMs: null,
    dropped: [],
    notes: {},
    samples: [],
    lastError: null,
    lag: 0,
    stores: [],
  };
}
