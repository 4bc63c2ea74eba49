/**
 * What a change to the catalog does to topics and running queries. Live, it happens at once; deferred, it is only
 * noted: to try a request's statements out before the first is executed, and to replay the command log (a query that
 * was terminated later must not run again, a topic that was deleted once must not be deleted again).
 */
import type { TopicLog } from "../log/topic-log.ts";
import type { NewTopic } from "../plan/create-source.ts";
import type { SchemaRegistry } from "../formats/registry/schema-registry.ts";
import type { DataSource, TopicCatalog } from "../plan/metastore.ts";
import { registerSourceSchemas } from "./source-schemas.ts";
import type { AppEngine } from "./app-engine.ts";
import type { PersistentQuery } from "./catalog.ts";
import type { ConnectorDefinition } from "./connect/connector-definition.ts";
import type { Connectors } from "./connect/connectors.ts";

export interface CatalogEffects extends TopicCatalog {
  /** Does nothing where the topic is there. */
  ensureTopic(topic: NewTopic): void;
  /** The topic, and what a schema registry holds for it. */
  deleteTopic(name: string): void;
  /**
   * Registers the schemas of a source's keys and values.
   * @param where "missing": only under subjects that have none
   */
  registerSchemas(source: DataSource, where: "missing" | "always"): void;
  startQuery(query: PersistentQuery): void;
  /** The query of that id goes on with another plan, from its positions and with its state. */
  replaceQuery(query: PersistentQuery): void;
  terminateQuery(id: string): void;
  pauseQuery(id: string): void;
  resumeQuery(id: string): void;
  startConnector(connector: ConnectorDefinition): void;
  stopConnector(name: string): void;
}

export class LiveEffects implements CatalogEffects {
  readonly #log: TopicLog;
  readonly #engine: AppEngine;
  readonly #schemas: SchemaRegistry;
  readonly #connectors: Connectors;

  constructor(log: TopicLog, engine: AppEngine, schemas: SchemaRegistry, connectors: Connectors) {
    this.#log = log;
    this.#engine = engine;
    this.#schemas = schemas;
    this.#connectors = connectors;
  }

  partitions(topic: string): number | undefined {
    return this.#log.topic(topic)?.partitions;
  }

  ensureTopic({ topic, partitions, config }: NewTopic): void {
    if (this.#log.topic(topic) !== undefined) return;
    this.#log.createTopic(topic, { partitions, config, ifNotExists: true });
  }

  deleteTopic(name: string): void {
    if (this.#log.topic(name) !== undefined) this.#log.deleteTopic(name);
    for (const side of ["key", "value"]) this.#schemas.retire(`${name}-${side}`);
  }

  registerSchemas(source: DataSource, where: "missing" | "always"): void {
    registerSourceSchemas(this.#schemas, source, where);
  }

  startQuery({ id, plan, properties, paused }: PersistentQuery): void {
    this.#engine.startQuery({ id, plan, properties });
    if (paused) this.#engine.pauseQuery(id);
  }

  replaceQuery({ id, plan, properties }: PersistentQuery): void {
    this.#engine.replaceQuery({ id, plan, properties });
  }

  terminateQuery(id: string): void {
    if (this.#engine.query(id) !== undefined) this.#engine.terminateQuery(id);
  }

  pauseQuery(id: string): void {
    this.#engine.pauseQuery(id);
  }

  resumeQuery(id: string): void {
    this.#engine.resumeQuery(id);
  }

  startConnector(connector: ConnectorDefinition): void {
    this.#connectors.start(connector);
  }

  stopConnector(name: string): void {
    this.#connectors.stop(name);
  }
}

/** The live effects of a statement that another server has taken: topics that it deletes are deleted there. */
export class FollowedEffects extends LiveEffects {
  override deleteTopic(): void {}
}

export class DeferredEffects implements CatalogEffects {
  readonly #topics: TopicCatalog;
  readonly #created = new Map<string, NewTopic>();
  readonly #deleted = new Set<string>();

  /** @param topics the topics that are there */
  constructor(topics: TopicCatalog) {
    this.#topics = topics;
  }

  partitions(topic: string): number | undefined {
    if (this.#deleted.has(topic)) return undefined;
    return this.#created.get(topic)?.partitions ?? this.#topics.partitions(topic);
  }

  ensureTopic(topic: NewTopic): void {
    if (this.partitions(topic.topic) !== undefined) return;
    this.#deleted.delete(topic.topic);
    this.#created.set(topic.topic, topic);
  }

  deleteTopic(name: string): void {
    this.#created.delete(name);
    this.#deleted.add(name);
  }

  // What is tried out registers nothing; what is replayed was registered then.
  registerSchemas(): void {}
  // The catalog holds which queries and connectors there are and which of them are paused.
  startQuery(): void {}
  replaceQuery(): void {}
  terminateQuery(): void {}
  pauseQuery(): void {}
  resumeQuery(): void {}
  startConnector(): void {}
  stopConnector(): void {}

  /** Topics to make where they are missing. */
  createdTopics(): readonly NewTopic[] {
    return [...this.#created.values()];
  }
}

/** Topics as a planner saw them: notes each count that was asked for. */
export class NotedTopics implements TopicCatalog {
  readonly seen: Record<string, number> = {};
  readonly #topics: TopicCatalog;

  constructor(topics: TopicCatalog) {
    this.#topics = topics;
  }

  partitions(topic: string): number | undefined {
    const partitions = this.#topics.partitions(topic);
    if (partitions !== undefined) this.seen[topic] = partitions;
    return partitions;
  }
}
