/** Content types of ksqlDB's REST API, and of Spoor's own routes. */
export const KSQL_JSON = "application/vnd.ksql.v1+json";
export const JSON_TYPE = "application/json";
export const DELIMITED = "application/vnd.ksqlapi.delimited.v1";
export const NDJSON = "application/x-ndjson";
export const OCTETS = "application/octet-stream";
/** StreamedRows whose rows are protobuf messages. */
export const KSQL_PROTOBUF = "application/vnd.ksql.v1+protobuf";
/** Prometheus text exposition. */
export const METRICS_TEXT = "text/plain; version=0.0.4; charset=utf-8";
