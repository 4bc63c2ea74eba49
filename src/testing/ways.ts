/**
 * The ways a test is run. What a query gives must not depend on how it is run, so a test must pass, and every topic hold
 * the same records, in each of them:
 *
 * - `straight`: in memory, the queries run dry after every insert, as in ksqlDB's testing tool
 * - `on operators`: JSON queries on the operators too, without byte pipelines
 * - `batched`: the queries run only when something depends on them, over many records at a time
 * - `restarted`: on disk, stopped after half of the inserts and started again
 * - `partitioned`: topics that the test gives no partitions have four; order is compared key by key
 */
export interface Way {
  readonly name: "straight" | "on operators" | "batched" | "restarted" | "partitioned";
  readonly bytePipelines: boolean;
  readonly batched: boolean;
  readonly restarts: boolean;
  /** Of topics that the test gives none. */
  readonly partitions: number;
}

const plain = { bytePipelines: true, batched: false, restarts: false, partitions: 1 };

export const STRAIGHT: Way = { name: "straight", ...plain };

export const OTHER_WAYS: readonly Way[] = [
  { ...plain, name: "on operators", bytePipelines: false },
  { ...plain, name: "batched", batched: true },
  { ...plain, name: "restarted", restarts: true },
  { ...plain, name: "partitioned", partitions: 4 },
];
