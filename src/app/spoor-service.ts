/** {@link KsqlService} over one process's log, engine and catalog. */
import type { CommandStatus, KsqlEntity } from "../api/entities.ts";
import type { OpenQueryStatistics, QueryStatistics } from "../api/runtime-statistics.ts";
import type { CreateTopicResponse, DoctorResponse, TopicEntity } from "../api/spoor-endpoints.ts";
import { didYouMean } from "../base/nearest.ts";
import type { TopicInfo } from "../log/topic-log.ts";
import { canonicalPropertyName, propertyDefinition } from "../plan/session-properties.ts";
import { SESSION_PROPERTIES } from "../plan/session-property-table.ts";
import type { AppContext } from "./app-context.ts";
import { appErrors } from "./errors.ts";
import { Metrics } from "./metrics.ts";
import { openQuery } from "./query-opener.ts";
import { allQueryStatistics, queryStatistics } from "./query-statistics.ts";
import { NdjsonIngest } from "./record-ingest.ts";
import { RegistryApi } from "./registry/registry-api.ts";
import { openRowInserter } from "./row-inserter.ts";
import {
  clusterStatusResponse,
  completionsResponse,
  doctorResponse,
  healthResponse,
  infoResponse,
  metadataResponse,
} from "./server-facts.ts";
import type { ProcessFacts } from "./server-facts.ts";
import type {
  CreateTopicRequest,
  IngestOptions,
  KsqlService,
  Properties,
  QueryRequest,
  QueryStream,
  RecordIngest,
  RowInserter,
  StatementsRequest,
} from "./service.ts";
import { executeRequest } from "./statement-executor.ts";
import { terminateCluster } from "./statements/terminate-cluster.ts";
import { createTopic, deleteTopic, topicEntities, writableTopic } from "./topic-administration.ts";

export class SpoorService implements KsqlService {
  readonly #context: AppContext;
  readonly #metrics: Metrics;
  readonly #processFacts: () => ProcessFacts;
  readonly #registry: RegistryApi | undefined;

  constructor(context: AppContext, processFacts: () => ProcessFacts) {
    this.#context = context;
    this.#metrics = new Metrics(context);
    this.#processFacts = processFacts;
    this.#registry = context.registry === undefined ? undefined : new RegistryApi(context.registry);
  }

  execute(request: StatementsRequest): Promise<readonly KsqlEntity[]> {
    return executeRequest(this.#context, request);
  }

  async openQuery(request: QueryRequest): Promise<QueryStream> {
    return openQuery(this.#context, request);
  }

  closeQuery(queryId: string): boolean {
    return this.#context.openQueries.close(queryId);
  }

  openInserter(target: string, properties: Properties): RowInserter {
    return openRowInserter(this.#context, target, properties);
  }

  openIngest(topic: string, options: IngestOptions): RecordIngest {
    const info: TopicInfo = writableTopic(this.#context, topic);
    return new NdjsonIngest(this.#context, info, options);
  }

  async terminateCluster(deleteTopics: readonly string[]): Promise<readonly KsqlEntity[]> {
    return terminateCluster(this.#context, deleteTopics);
  }

  commandStatus(commandId: string): CommandStatus | undefined {
    return this.#context.statuses.get(commandId);
  }

  commandStatuses() {
    return this.#context.statuses.all();
  }

  info() {
    return infoResponse(this.#context);
  }

  health() {
    return healthResponse(this.#context);
  }

  clusterStatus() {
    return clusterStatusResponse(this.#context);
  }

  metadata() {
    return metadataResponse(this.#context);
  }

  checkProperty(name: string): void {
    if (canonicalPropertyName(name) === undefined) {
      const names = SESSION_PROPERTIES.map((property) => property.name);
      throw appErrors.UNKNOWN_PROPERTY({
        message: `no property is called '${name}'`,
        hint: didYouMean(name, names) ?? "SHOW PROPERTIES lists them",
      });
    }
    if (propertyDefinition(name)?.serverOnly !== true) return;
    throw appErrors.UNKNOWN_PROPERTY({
      message: `clients may not set '${name}'`,
      hint: "set it in the server's configuration",
    });
  }

  metrics(): Promise<string> {
    return this.#metrics.text();
  }

  get registry(): RegistryApi | undefined {
    return this.#registry;
  }

  topics(): readonly TopicEntity[] {
    return topicEntities(this.#context);
  }

  async createTopic(request: CreateTopicRequest): Promise<CreateTopicResponse> {
    const response = createTopic(this.#context, request);
    await this.#context.settled();
    return response;
  }

  async deleteTopic(name: string): Promise<void> {
    deleteTopic(this.#context, name);
    await this.#context.settled();
  }

  queries(): readonly QueryStatistics[] {
    return allQueryStatistics(this.#context);
  }

  openQueries(): readonly OpenQueryStatistics[] {
    return this.#context.openQueries.statistics();
  }

  queryStatistics(queryId: string): QueryStatistics | undefined {
    const id = this.#context.catalog.findQuery(queryId)?.id ?? queryId;
    return queryStatistics(this.#context, id);
  }

  completions() {
    return completionsResponse(this.#context);
  }

  doctor(): DoctorResponse {
    return doctorResponse(this.#context, this.#processFacts());
  }
}
