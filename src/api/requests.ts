/** Bodies that the server accepts. Unknown fields are ignored, as ksqlDB does. */
import { z } from "zod";

const scalarSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);
/** Values may be any scalar; they mean the same as their text. */
const propertiesSchema = z.record(z.string(), scalarSchema);

/** `null` stands for a field left out: Java clients send it. */
function optionalProperties() {
  return propertiesSchema.nullish().transform((value) => value ?? {});
}

/** POST /ksql, POST /query. */
export const ksqlRequestSchema = z.object({
  ksql: z.string(),
  streamsProperties: optionalProperties(),
  requestProperties: optionalProperties(),
  sessionVariables: optionalProperties(),
  commandSequenceNumber: z.number().int().nullish(),
});

/** POST /query-stream. */
export const queryStreamRequestSchema = z.object({
  sql: z.string(),
  properties: optionalProperties(),
  requestProperties: optionalProperties(),
  sessionVariables: optionalProperties(),
});

export const closeQueryRequestSchema = z.object({ queryId: z.string() });

/** First line of POST /inserts-stream; each further line is a row `{column: value}`. */
export const insertsStreamRequestSchema = z.object({
  target: z.string(),
  properties: optionalProperties(),
});

const hostSchema = z.object({ host: z.string(), port: z.number().int().min(0).max(65_535) });

/** POST /heartbeat: another server of a cluster says that it lives. */
export const heartbeatRequestSchema = z.object({ hostInfo: hostSchema, timestamp: z.number() });

/** POST /lag: another server of a cluster says how far its state lags. */
export const lagRequestSchema = z.object({
  ksqlHost: hostSchema,
  hostStoreLags: z.object({ stateStoreLags: z.record(z.string(), z.unknown()), updateTimeMs: z.number() }),
});

/** POST /ksql/terminate: names or regular expressions of sink topics to delete. */
export const terminateRequestSchema = z.object({
  deleteTopicList: z
    .array(z.string())
    .nullish()
    .transform((value) => value ?? []),
});

/** POST /spoor/v1/topics. */
export const createTopicRequestSchema = z.object({
  name: z.string().min(1).max(249),
  partitions: z.number().int().min(1).max(10_000).default(1),
  replicas: z.number().int().min(1).max(32_767).default(1),
  /** Kafka's topic settings, e.g. `retention.ms`. */
  config: z.record(z.string(), z.string()).default({}),
  /** No error where the topic is there already. */
  ifNotExists: z.boolean().default(false),
});

/** Query string of POST /spoor/v1/topics/:topic/records. */
export const ingestQuerySchema = z.object({
  /**
   * `value`: a line is the record's value. `key:value`: a line is `<key text>` + `separator` + `<value>`; nothing
   * before the separator means no key.
   */
  format: z.enum(["value", "key:value"]).default("value"),
  separator: z.string().min(1).max(16).default(":"),
  /** Otherwise the key's hash decides, or round robin where there is no key. */
  partition: z.coerce.number().int().min(0).optional(),
});

export type KsqlRequest = z.input<typeof ksqlRequestSchema>;
export type QueryStreamRequest = z.input<typeof queryStreamRequestSchema>;
export type CloseQueryRequest = z.input<typeof closeQueryRequestSchema>;
export type InsertsStreamRequest = z.input<typeof insertsStreamRequestSchema>;
export type TerminateRequest = z.input<typeof terminateRequestSchema>;
export type CreateTopicRequest = z.input<typeof createTopicRequestSchema>;
export type IngestQuery = z.output<typeof ingestQuerySchema>;
/** Property values as they travel. */
export type PropertyValue = z.output<typeof scalarSchema>;
