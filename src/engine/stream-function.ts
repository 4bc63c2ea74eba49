/**
 * Stream functions, as the engine runs them: stateful operators that `app` brings along. The engine knows this interface
 * and nothing of what they do.
 *
 * Contracts
 * - Rows come one at a time in the engine's order: by arrival, then by input, left before right. `process` returns when the
 *   row is done with; rows it emits have gone through all steps behind by then. It must not block and must not keep `row`.
 * - **Deterministic.** What is emitted depends on the rows so far, their places and the properties, on nothing else: no
 *   wall clock, no chance. The engine repeats rows after a failure and drops what it had emitted for them before.
 * - **State.** All that must outlive a commit is in `context.store`. A processor may keep it decoded in memory and change the
 *   store late, but `flush` must bring the store up to date: it is called before every commit, the commit writes store,
 *   input positions and outputs together. After a failed step or commit, after a restart, and when a task moves to
 *   another process, `open` is called anew with the store as it was last committed; the processor before is dropped without
 *   a word. On a cluster the store has a changelog, so `flush` should write what changed, not everything.
 * - **One for all partitions.** A query with a stream function sees all partitions of its inputs in one task.
 * - **Bounded.** Memory and store have limits; what is pushed out is counted with `note`.
 * - **Nothing silently dropped.** A row of which nothing comes, and which is not kept either, is counted with `drop`.
 * - What `process` throws stops the query before the row; use it for what the operator must look at, not for a bad row.
 */
import type { Value } from "../data/values.ts";
import type { StreamFunctionSignature } from "../plan/stream-function.ts";
import type { RecordPlace } from "./operator.ts";
import type { Row } from "./row.ts";
import type { StateStore } from "./state/state-store.ts";
import type { DropReason } from "./statistics.ts";

/** A definition that can be run: register it where `app` lists those of the server. */
export interface StreamFunction extends StreamFunctionSignature {
  /** Once for each time a query (or its task) starts, with its state as last committed. */
  open(context: StreamFunctionContext): StreamFunctionProcessor;
}

export interface StreamFunctionContext {
  /** Of this query's function alone. */
  readonly store: StateStore;
  /** The statement's: those of its session over the server's; `settingText` of `plan/session-properties.ts` adds defaults. */
  readonly properties: ReadonlyMap<string, string>;
  /** Where the record came from that is being processed. Mutable, owned by the engine: copy what is kept. */
  readonly place: Readonly<RecordPlace>;
  /** As the shape has it: for each input the columns that are decoded. */
  readonly reads: readonly (readonly number[])[];
  /** For each input, the index of a column by its name; −1 where the input has none of that name (any case). */
  column(input: number, name: string): number;
  /**
   * Passes on a row with the arrival of the record being processed. Within `process` only.
   * @param values one for each of the shape's columns
   * @param timestampMs the row's event time; ROWTIME of the result
   */
  emit(values: readonly Value[], timestampMs: number): void;
  /** Counts the record being processed as dropped, with a sample while there are few of that reason. */
  drop(reason: DropReason, detail: string): void;
  /** Counts something under a stable name, shown with the query's statistics. */
  note(name: string, count?: number): void;
}

export interface StreamFunctionProcessor {
  /**
   * @param input the place of the stream between the parentheses, from 0
   * @param row `row.values[i]` is the value of the input's column i; `row.deleted`: a record without a value
   */
  process(input: number, row: Row): void;
  /** Brings the store up to date: see the file's header. Emits nothing. */
  flush(): void;
}

export function isRunnable(signature: StreamFunctionSignature): signature is StreamFunction {
  return "open" in signature;
}
