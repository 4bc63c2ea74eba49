/** The metastore in memory: the engine's, and a planner's in tests. Who writes to disk does so around it. */
import type { SqlType } from "../data/types.ts";
import type { DataSource, Metastore } from "./metastore.ts";

export class MemoryMetastore implements Metastore {
  readonly #sources = new Map<string, DataSource>();
  readonly #types = new Map<string, SqlType>();
  /** By query id. */
  readonly #queries = new Map<
    string,
    { readonly reads: readonly string[]; readonly writes: string | undefined }
  >();

  source(name: string): DataSource | undefined {
    return this.#sources.get(name);
  }

  sources(): readonly DataSource[] {
    return [...this.#sources.values()];
  }

  type(name: string): SqlType | undefined {
    return this.#types.get(name);
  }

  types(): readonly { readonly name: string; readonly type: SqlType }[] {
    return [...this.#types].map(([name, type]) => ({ name, type }));
  }

  readers(name: string): readonly string[] {
    return [...this.#queries].filter(([, query]) => query.reads.includes(name)).map(([id]) => id);
  }

  writers(name: string): readonly string[] {
    return [...this.#queries].filter(([, query]) => query.writes === name).map(([id]) => id);
  }

  /** Adds the source, or replaces the one of its name. */
  putSource(source: DataSource): void {
    this.#sources.set(source.name, source);
  }

  removeSource(name: string): void {
    this.#sources.delete(name);
  }

  putType(name: string, type: SqlType): void {
    this.#types.set(name, type);
  }

  removeType(name: string): void {
    this.#types.delete(name);
  }

  addQuery(id: string, reads: readonly string[], writes: string | undefined): void {
    this.#queries.set(id, { reads, writes });
  }

  removeQuery(id: string): void {
    this.#queries.delete(id);
  }
}
