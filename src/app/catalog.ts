/** Sources, types, persistent queries and connectors: what the command log adds up to. */
import type { DataSource } from "../plan/metastore.ts";
import { MemoryMetastore } from "../plan/memory-metastore.ts";
import type { PersistentQueryPlan } from "../plan/physical.ts";
import type { ConnectorDefinition } from "./connect/connector-definition.ts";

export interface PersistentQuery {
  readonly id: string;
  /** The statement that started it. */
  readonly statementText: string;
  readonly plan: PersistentQueryPlan;
  /** Session properties of that statement. */
  readonly properties: ReadonlyMap<string, string>;
  readonly paused: boolean;
}

export class Catalog {
  readonly metastore = new MemoryMetastore();
  readonly #queries = new Map<string, PersistentQuery>();
  readonly #connectors = new Map<string, ConnectorDefinition>();

  queries(): readonly PersistentQuery[] {
    return [...this.#queries.values()];
  }

  query(id: string): PersistentQuery | undefined {
    return this.#queries.get(id);
  }

  /** Ids are upper case, but a user may write them as they like. */
  findQuery(id: string): PersistentQuery | undefined {
    return this.query(id) ?? this.query(id.toUpperCase());
  }

  /** Adds the query, or replaces the one of its id. */
  putQuery(query: PersistentQuery): void {
    this.#queries.set(query.id, query);
    this.metastore.addQuery(query.id, query.plan.sourceNames, query.plan.sink.name);
  }

  removeQuery(id: string): void {
    this.#queries.delete(id);
    this.metastore.removeQuery(id);
  }

  setPaused(id: string, paused: boolean): void {
    const query = this.#queries.get(id);
    if (query !== undefined) this.#queries.set(id, { ...query, paused });
  }

  connectors(): readonly ConnectorDefinition[] {
    return [...this.#connectors.values()];
  }

  putConnector(connector: ConnectorDefinition): void {
    this.#connectors.set(connector.name, connector);
  }

  removeConnector(name: string): void {
    this.#connectors.delete(name);
  }

  sourcesOver(topic: string): readonly DataSource[] {
    return this.metastore.sources().filter((source) => source.topic === topic);
  }

  /** Sources whose queries read `name`: they must be dropped before it. */
  derivedFrom(name: string): readonly string[] {
    const readers = new Set(this.metastore.readers(name));
    return this.metastore
      .sources()
      .filter((source) => source.createdBy !== undefined && readers.has(source.createdBy))
      .map((source) => source.name);
  }

  /** A copy to try changes on. */
  copy(): Catalog {
    const copy = new Catalog();
    for (const source of this.metastore.sources()) copy.metastore.putSource(source);
    for (const { name, type } of this.metastore.types()) copy.metastore.putType(name, type);
    for (const query of this.#queries.values()) copy.putQuery(query);
    for (const connector of this.#connectors.values()) copy.putConnector(connector);
    return copy;
  }
}
