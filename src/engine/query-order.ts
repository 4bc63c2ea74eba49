/**
 * Who waits for whom: a query may only process what all writers of its inputs have passed, also one that was made after
 * it (INSERT INTO). Writers that read, directly or through others, what the query itself writes are no matter to wait
 * for: they would wait for it in turn.
 */

/** What the order needs to know of a query. */
export interface OrderedQuery {
  readonly id: string;
  readonly plan: { readonly sink: { readonly topic: string } };
  reads(topic: string): boolean;
}

export class QueryOrder<Q extends OrderedQuery> {
  readonly #writers = new Map<string, readonly string[]>();
  readonly #awaited = new Set<string>();

  /** @param queries in the order in which a round steps them */
  constructor(queries: readonly Q[]) {
    for (const [index, query] of queries.entries()) {
      const behind = downstream(query, queries);
      const writers = queries.filter(
        (other) => other !== query && !behind.has(other) && query.reads(other.plan.sink.topic),
      );
      this.#writers.set(
        query.id,
        writers.map(({ id }) => id),
      );
      for (const writer of writers) if (queries.indexOf(writer) > index) this.#awaited.add(writer.id);
    }
  }

  /** Ids of the queries whose progress bounds the query's horizon. */
  writersOf(id: string): readonly string[] {
    return this.#writers.get(id) ?? [];
  }

  /** Whether a query that a round steps earlier waits for this one: its progress is reason for another round. */
  isAwaited(id: string): boolean {
    return this.#awaited.has(id);
  }
}

/** The queries that read what the query writes, and so on. */
function downstream<Q extends OrderedQuery>(query: Q, queries: readonly Q[]): ReadonlySet<Q> {
  const found = new Set<Q>();
  const pending: Q[] = [query];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const other of queries) {
      if (found.has(other) || !other.reads(next.plan.sink.topic)) continue;
      found.add(other);
      pending.push(other);
    }
  }
  return found;
}
