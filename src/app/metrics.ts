/** Figures for Prometheus, read from the log and the engine when they are asked for. */
import { Counter, Gauge, Registry, collectDefaultMetrics } from "prom-client";
import type { QueryStatistics } from "../api/runtime-statistics.ts";
import type { AppContext } from "./app-context.ts";
import { CONNECTOR_FIGURES } from "./connect/connector-metrics.ts";
import { KAFKA_FIGURES, kafkaSource } from "./kafka/kafka-metrics.ts";
import type { KafkaSource } from "./kafka/kafka-metrics.ts";
import type { KafkaPort } from "./kafka/kafka-port.ts";
import type { OpenQueryTotals } from "./open-queries.ts";
import { allQueryStatistics, topicStatistics } from "./query-statistics.ts";

const QUERY_FIGURES: readonly {
  readonly name: string;
  readonly help: string;
  readonly value: (query: QueryStatistics) => number;
}[] = [
  {
    name: "spoor_query_records_read_total",
    help: "Records a query has read.",
    value: (q) => q.consumed.messages,
  },
  { name: "spoor_query_bytes_read_total", help: "Bytes a query has read.", value: (q) => q.consumed.bytes },
  {
    name: "spoor_query_records_written_total",
    help: "Records a query has written.",
    value: (q) => q.produced.messages,
  },
  {
    name: "spoor_query_bytes_written_total",
    help: "Bytes a query has written.",
    value: (q) => q.produced.bytes,
  },
  { name: "spoor_query_lag_records", help: "Records a query has not read yet.", value: (q) => q.lag },
  {
    name: "spoor_query_running",
    help: "1 where the query runs.",
    value: (q) => (q.state === "RUNNING" ? 1 : 0),
  },
];

const OPEN_QUERY_FIGURES: readonly {
  readonly name: string;
  readonly help: string;
  readonly value: (totals: OpenQueryTotals) => number;
}[] = [
  { name: "spoor_open_queries", help: "Queries whose rows are being read.", value: (t) => t.open },
  { name: "spoor_open_queries_total", help: "Queries whose rows were asked for.", value: (t) => t.opened },
  { name: "spoor_open_query_rows_total", help: "Rows given to readers.", value: (t) => t.rowsGiven },
  {
    name: "spoor_open_query_records_read_total",
    help: "Records read for readers.",
    value: (t) => t.recordsRead,
  },
];

/** Figures are set anew at each reading; what only rises is a counter to Prometheus all the same. */
interface Figure {
  set(labels: Readonly<Record<string, string>>, value: number): void;
}

export class Metrics {
  readonly #registry = new Registry();
  readonly #kafka: KafkaPort;
  /** Of the reading under way: looked up once for all its figures. */
  #kafkaSource: KafkaSource | undefined;

  constructor(context: AppContext) {
    this.#kafka = context.kafka;
    collectDefaultMetrics({ register: this.#registry });
    for (const figure of QUERY_FIGURES) this.#queryGauge(context, figure);
    this.#droppedGauge(context);
    this.#topicGauges(context);
    const failed = "Partitions that take no records until the next start, after a disk error.";
    this.#figure("spoor_log_failed_partitions", failed, [], (gauge) =>
      gauge.set({}, context.log.failedPartitions()),
    );
    this.#processingLogGauge(context);
    const { registry } = context;
    if (registry !== undefined) {
      this.#figure(
        "spoor_schema_subjects",
        "Subjects of the schema registry, deleted ones too.",
        [],
        (gauge) => gauge.set({}, registry.state.subjects().length),
      );
      this.#figure("spoor_schemas", "Schemas that the registry has ids for.", [], (gauge) =>
        gauge.set({}, registry.state.idCount),
      );
    }
    for (const figure of OPEN_QUERY_FIGURES) this.#openQueryGauge(context, figure);
    const help = "Records that came to nothing in queries whose rows are or were being read, by reason.";
    this.#figure("spoor_open_query_records_dropped_total", help, ["kind", "reason"], (gauge) => {
      for (const { kind, dropped } of context.openQueries.totals()) {
        for (const [reason, count] of Object.entries(dropped)) gauge.set({ kind, reason }, count);
      }
    });
    this.#kafkaFigures();
    for (const { name, help: about, labels, collect } of CONNECTOR_FIGURES)
      this.#figure(name, about, [...labels], (figure) =>
        collect(context.connectors, (of, value) => figure.set(of, value)),
      );
  }

  text(): Promise<string> {
    this.#kafkaSource = kafkaSource(this.#kafka);
    return this.#registry.metrics();
  }

  #figure(name: string, help: string, labelNames: string[], collect: (figure: Figure) => void): void {
    const configuration = { name, help, labelNames, registers: [this.#registry] };
    if (name.endsWith("_total")) {
      const counter: Counter = new Counter({
        ...configuration,
        collect: () => {
          counter.reset();
          collect({ set: (labels, value) => counter.inc(labels, value) });
        },
      });
      return;
    }
    const gauge: Gauge = new Gauge({
      ...configuration,
      collect: () => {
        gauge.reset();
        collect({ set: (labels, value) => gauge.set(labels, value) });
      },
    });
  }

  #kafkaFigures(): void {
    const kafka = this.#kafka;
    this.#figure("spoor_kafka_listening", "1 where Kafka clients can come in.", [], (figure) =>
      figure.set({}, kafka.state.kind === "open" ? 1 : 0),
    );
    const expiry = "When the Kafka listener's certificate ends, in seconds since 1970.";
    this.#figure("spoor_kafka_certificate_expiry_timestamp_seconds", expiry, ["protocol"], (figure) => {
      const { state } = kafka;
      const ms = state.kind === "open" ? state.certificateExpiresMs() : undefined;
      if (state.kind === "open" && ms !== undefined) figure.set({ protocol: state.protocol }, ms / 1000);
    });
    for (const { name, help, label, values } of KAFKA_FIGURES) {
      this.#figure(name, help, label === undefined ? [] : [label], (figure) => {
        const found = this.#kafkaSource === undefined ? new Map<string, number>() : values(this.#kafkaSource);
        if (typeof found === "number") figure.set({}, found);
        else for (const [key, value] of found) figure.set({ [label ?? ""]: key }, value);
      });
    }
  }

  #queryGauge(context: AppContext, figure: (typeof QUERY_FIGURES)[number]): void {
    this.#figure(figure.name, figure.help, ["query"], (gauge) => {
      for (const query of allQueryStatistics(context))
        gauge.set({ query: query.queryId }, figure.value(query));
    });
  }

  #openQueryGauge(context: AppContext, figure: (typeof OPEN_QUERY_FIGURES)[number]): void {
    this.#figure(figure.name, figure.help, ["kind"], (gauge) => {
      for (const totals of context.openQueries.totals()) {
        gauge.set({ kind: totals.kind }, figure.value(totals));
      }
    });
  }

  #droppedGauge(context: AppContext): void {
    const help = "Records that came to nothing, by reason.";
    this.#figure("spoor_query_records_dropped_total", help, ["query", "reason"], (gauge) => {
      for (const query of allQueryStatistics(context)) {
        for (const { reason, count } of query.dropped) gauge.set({ query: query.queryId, reason }, count);
      }
    });
  }

  #processingLogGauge(context: AppContext): void {
    const help = "Messages of the processing log: written, or left out because there were too many.";
    this.#figure("spoor_processing_log_messages_total", help, ["outcome"], (gauge) => {
      const counts = context.processingLog?.counts();
      if (counts === undefined) return;
      gauge.set({ outcome: "written" }, counts.written);
      gauge.set({ outcome: "left-out" }, counts.suppressed);
    });
  }

  #topicGauges(context: AppContext): void {
    const { log } = context;
    const each = (value: "records" | "bytes") => (gauge: Figure) => {
      for (const { name } of log.topics())
        gauge.set({ topic: name }, topicStatistics(log, name)?.[value] ?? 0);
    };
    this.#figure("spoor_topic_records", "Records a topic holds.", ["topic"], each("records"));
    this.#figure("spoor_topic_bytes", "Bytes a topic holds.", ["topic"], each("bytes"));
  }
}
