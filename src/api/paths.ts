/** Where the API lives. Paths of ksqlDB first, then Spoor's own below `/spoor/v1`. */
export const DEFAULT_PORT = 8088;
export const DEFAULT_HOST = "127.0.0.1";

export const KSQL_PATH = "/ksql";
export const TERMINATE_PATH = "/ksql/terminate";
export const QUERY_PATH = "/query";
export const QUERY_STREAM_PATH = "/query-stream";
export const CLOSE_QUERY_PATH = "/close-query";
export const INSERTS_STREAM_PATH = "/inserts-stream";
export const WEBSOCKET_PATH = "/ws/query";
export const HEARTBEAT_PATH = "/heartbeat";
export const LAG_PATH = "/lag";
export const STATUS_PATH = "/status";
export const INFO_PATH = "/info";
export const HEALTH_PATH = "/healthcheck";
export const CLUSTER_STATUS_PATH = "/clusterStatus";
export const VALID_PROPERTY_PATH = "/is_valid_property";
export const METADATA_PATH = "/v1/metadata";
export const METRICS_PATH = "/metrics";

export const TOPICS_PATH = "/spoor/v1/topics";
export const QUERIES_PATH = "/spoor/v1/queries";
export const COMPLETIONS_PATH = "/spoor/v1/completions";
export const DOCTOR_PATH = "/spoor/v1/doctor";

/** Where records are posted: NDJSON, one record a line. */
export function topicRecordsPath(topic: string): string {
  return `${topicPath(topic)}/records`;
}

export function topicPath(topic: string): string {
  return `${TOPICS_PATH}/${encodeURIComponent(topic)}`;
}

export function queryPath(queryId: string): string {
  return `${QUERIES_PATH}/${encodeURIComponent(queryId)}`;
}
