/**
 * Figures of the Kafka listener by OpenMetrics' rules: units stand in the name, what only rises ends in `_total`. Labels are
 * bounded: APIs that the broker has, error codes of the protocol, reasons and states that are fixed lists.
 */
import type { BrokerFigures } from "../../broker/broker-figures.ts";
import type { ApiMetrics, BrokerMetrics } from "../../broker/broker-metrics.ts";
import { KafkaError } from "../../broker/protocol/kafka-error.ts";
import type { KafkaPort } from "./kafka-port.ts";

/** A figure's value, or values by one label. */
type Values = number | ReadonlyMap<string, number>;

export interface KafkaSource {
  readonly metrics: BrokerMetrics;
  readonly figures: BrokerFigures;
}

export interface KafkaFigure {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  readonly values: (source: KafkaSource) => Values;
}

const byApi =
  (value: (api: ApiMetrics) => number) =>
  ({ metrics }: KafkaSource): Values =>
    new Map([...metrics.apis].map(([name, api]) => [name, value(api)]));

const REQUEST_FIGURES: readonly KafkaFigure[] = [
  {
    name: "spoor_kafka_requests_total",
    help: "Requests of Kafka clients.",
    label: "api",
    values: byApi(({ requests }) => requests),
  },
  {
    name: "spoor_kafka_failed_requests_total",
    help: "Requests that ended their connection: malformed, or a bug.",
    label: "api",
    values: byApi(({ failures }) => failures),
  },
  {
    name: "spoor_kafka_throttled_requests_total",
    help: "Requests whose client was made to wait, since it went beyond its quota.",
    label: "api",
    values: byApi(({ throttled }) => throttled),
  },
  {
    name: "spoor_kafka_request_bytes_total",
    help: "Bytes of requests.",
    label: "api",
    values: byApi(({ bytesIn }) => bytesIn),
  },
  {
    name: "spoor_kafka_response_bytes_total",
    help: "Bytes of answers.",
    label: "api",
    values: byApi(({ bytesOut }) => bytesOut),
  },
  {
    name: "spoor_kafka_request_seconds_total",
    help: "From a request's arrival to its answer, long polls' waiting included.",
    label: "api",
    values: byApi(({ totalMs }) => totalMs / 1000),
  },
];

const CONNECTION_FIGURES: readonly KafkaFigure[] = [
  {
    name: "spoor_kafka_connections",
    help: "Open connections of Kafka clients.",
    values: ({ metrics }) => metrics.connections,
  },
  {
    name: "spoor_kafka_accepted_connections_total",
    help: "Connections that were accepted.",
    values: ({ metrics }) => metrics.connectionsAccepted,
  },
  {
    name: "spoor_kafka_ended_connections_total",
    help: "Connections that the broker ended, by reason.",
    label: "reason",
    values: ({ metrics }) => metrics.ends,
  },
  {
    name: "spoor_kafka_connection_errors_total",
    help: "Connections that broke: reset, or TLS that failed.",
    values: ({ metrics }) => metrics.connectionErrors,
  },
  {
    name: "spoor_kafka_failed_authentications_total",
    help: "Log-ins that failed.",
    values: ({ metrics }) => metrics.authenticationFailures,
  },
  {
    name: "spoor_kafka_received_bytes_total",
    help: "Bytes from Kafka clients.",
    values: ({ metrics }) => metrics.bytesIn,
  },
  {
    name: "spoor_kafka_sent_bytes_total",
    help: "Bytes to Kafka clients.",
    values: ({ metrics }) => metrics.bytesOut,
  },
  {
    name: "spoor_kafka_unsent_bytes",
    help: "Bytes of answers that clients have not taken yet.",
    values: ({ metrics }) => metrics.unsentBytes,
  },
];

const RECORD_FIGURES: readonly KafkaFigure[] = [
  {
    name: "spoor_kafka_appended_batches_total",
    help: "Record batches of producers that were stored.",
    values: ({ metrics }) => metrics.batchesAppended,
  },
  {
    name: "spoor_kafka_appended_bytes_total",
    help: "Bytes of those batches.",
    values: ({ metrics }) => metrics.bytesAppended,
  },
  {
    name: "spoor_kafka_duplicate_batches_total",
    help: "Batches that idempotent producers sent again.",
    values: ({ metrics }) => metrics.duplicateBatches,
  },
  {
    name: "spoor_kafka_refused_batches_total",
    help: "Batches that were refused, by the protocol's error.",
    label: "error",
    values: ({ metrics }) => named(metrics.refusedBatches),
  },
  {
    name: "spoor_kafka_converted_messages_total",
    help: "Messages of formats before Kafka 0.11 that were stored in the present one.",
    values: ({ metrics }) => metrics.convertedMessages,
  },
  {
    name: "spoor_kafka_fetched_bytes_total",
    help: "Bytes of records that consumers were given.",
    values: ({ metrics }) => metrics.bytesFetched,
  },
];

const COORDINATION_FIGURES: readonly KafkaFigure[] = [
  {
    name: "spoor_kafka_groups",
    help: "Consumer groups, by state.",
    label: "state",
    values: ({ figures }) => figures.groups,
  },
  {
    name: "spoor_kafka_group_members",
    help: "Members of all consumer groups.",
    values: ({ figures }) => figures.groupMembers,
  },
  {
    name: "spoor_kafka_transactions",
    help: "Transactional ids, by the state of their last transaction; Ongoing ones are open.",
    label: "state",
    values: ({ figures }) => figures.transactions,
  },
  {
    name: "spoor_kafka_producers",
    help: "Producers with an id that partitions remember.",
    values: ({ figures }) => figures.producers,
  },
  {
    name: "spoor_kafka_fetch_sessions",
    help: "Fetch sessions that are remembered.",
    values: ({ metrics }) => metrics.fetchSessions(),
  },
];

export const KAFKA_FIGURES: readonly KafkaFigure[] = [
  ...CONNECTION_FIGURES,
  ...REQUEST_FIGURES,
  ...RECORD_FIGURES,
  ...COORDINATION_FIGURES,
];

/** What the figures are read from; undefined while nothing listens. To be called once for one reading. */
export function kafkaSource({ state }: KafkaPort): KafkaSource | undefined {
  if (state.kind !== "open") return undefined;
  return { metrics: state.broker.metrics, figures: state.broker.figures() };
}

const errorNames = new Map<number, string>(Object.entries(KafkaError).map(([name, code]) => [code, name]));

function named(counts: ReadonlyMap<number, number>): Map<string, number> {
  return new Map([...counts].map(([code, count]) => [errorNames.get(code) ?? String(code), count]));
}
