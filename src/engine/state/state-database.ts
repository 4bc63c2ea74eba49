/**
 * Where a process keeps what its queries need after a restart: their stores, input positions, output ends and
 * counters. `commit` writes all of it in one transaction: after a crash either all of a commit is there or none, so
 * state, positions and outputs always agree (outputs are cut back to the committed ends on start).
 */
import type { CounterSnapshot } from "../statistics.ts";
import type { StateStore } from "./state-store.ts";

/** What is stored of one query with each commit. */
export interface QueryProgress {
  /** Next offset to read, by input number and partition: `"<input>/<partition>"`. */
  readonly positions: Readonly<Record<string, number>>;
  readonly counters: CounterSnapshot;
}

export interface Commit {
  readonly progress: ReadonlyMap<string, QueryProgress>;
  /** Committed end of each partition that a query writes, by `"<topic>/<partition>"`. */
  readonly ends: ReadonlyMap<string, number>;
}

export interface StateDatabase {
  /** The store of a query under a stable name; the same object for the same names. */
  store(queryId: string, name: string): StateStore;
  progress(queryId: string): QueryProgress | undefined;
  ends(): ReadonlyMap<string, number>;
  /** @throws ENGINE_STATE_WRITE_FAILED; nothing of the commit is then stored */
  commit(commit: Commit): void;
  /** Forgets every change since the last commit. */
  discard(): void;
  /** Forgets all of a query. */
  dropQuery(queryId: string): void;
  /** Forgets the committed ends of a deleted topic. */
  dropTopic(topic: string): void;
  close(): Promise<void>;
}
