/** Answers of Spoor's own routes, below `/spoor/v1`. */
import type { OpenQueryStatistics, QueryStatistics, TopicStatistics } from "./runtime-statistics.ts";

/** POST /spoor/v1/topics/:topic/records. */
export interface IngestResponse {
  /** Records written. */
  readonly records: number;
  /** Bytes of the body read. */
  readonly bytes: number;
  /** Lines that were no record: nothing of them was written. Empty lines count as neither. */
  readonly rejected: number;
  /** The first few of the rejected; `line` counts from 1. */
  readonly firstErrors: readonly { readonly line: number; readonly message: string }[];
}

export interface TopicEntity extends TopicStatistics {
  readonly replicas: number;
  /** Made by Spoor for itself: command log, changelogs. */
  readonly internal: boolean;
  readonly config: Readonly<Record<string, string>>;
  /** Names of the streams and tables over the topic. */
  readonly sources: readonly string[];
}

/** GET /spoor/v1/topics. */
export interface TopicsResponse {
  readonly topics: readonly TopicEntity[];
}

/** POST /spoor/v1/topics: 201, or 200 with `created: false` where `ifNotExists` found it. */
export interface CreateTopicResponse {
  readonly created: boolean;
  readonly topic: TopicEntity;
}

/** DELETE /spoor/v1/topics/:topic. */
export interface DeleteTopicResponse {
  readonly deleted: string;
}

/** GET /spoor/v1/queries. */
export interface QueriesResponse {
  readonly queries: readonly QueryStatistics[];
  /** Queries whose rows somebody reads now. */
  readonly open: readonly OpenQueryStatistics[];
}

/** GET /spoor/v1/queries/:id. */
export type QueryResponse = QueryStatistics;

/** GET /spoor/v1/completions: names as they must be written in a statement (quoted where they need it). */
export interface CompletionsResponse {
  readonly sources: readonly {
    readonly name: string;
    readonly kind: "stream" | "table";
    readonly columns: readonly { readonly name: string; readonly type: string }[];
  }[];
  readonly functions: readonly string[];
  /** What `FROM NAME(stream, …)` may name; absent from servers that know none. */
  readonly streamFunctions?: readonly string[];
  readonly topics: readonly string[];
  readonly types: readonly string[];
  readonly queries: readonly string[];
  readonly properties: readonly string[];
}

export interface DoctorCheck {
  /** Short, e.g. `command log`. */
  readonly name: string;
  readonly status: "ok" | "warning" | "error";
  readonly message: string;
  readonly hint?: string;
}

/** GET /spoor/v1/doctor. */
export interface DoctorResponse {
  readonly healthy: boolean;
  readonly version: string;
  readonly runtime: string;
  readonly uptimeMs: number;
  readonly memoryBytes: number;
  readonly checks: readonly DoctorCheck[];
}
