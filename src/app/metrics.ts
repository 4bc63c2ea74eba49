/** Figures for Prometheus, read from the log and the engine when they are asked for. */
import { Gauge, Registry, collectDefaultMetrics } from "prom-client";
import type { QueryStatistics } from "../api/runtime-statistics.ts";
import type { AppContext } from "./app-context.ts";
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

export class Metrics {
  readonly #registry = new Registry();

  constructor(context: AppContext) {
    collectDefaultMetrics({ register: this.#registry });
    for (const figure of QUERY_FIGURES) this.#queryGauge(context, figure);
    this.#droppedGauge(context);
    this.#topicGauges(context);
    this.#gauge("spoor_open_queries", "Queries whose rows are being read.", [], (gauge) =>
      gauge.set(context.openQueries.size),
    );
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #gauge(name: string, help: string, labelNames: string[], collect: (gauge: Gauge) => void): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect: () => {
        gauge.reset();
        collect(gauge);
      },
    });
  }

  #queryGauge(context: AppContext, figure: (typeof QUERY_FIGURES)[number]): void {
    this.#gauge(figure.name, figure.help, ["query"], (gauge) => {
      for (const query of allQueryStatistics(context))
        gauge.set({ query: query.queryId }, figure.value(query));
    });
  }

  #droppedGauge(context: AppContext): void {
    const help = "Records that came to nothing, by reason.";
    this.#gauge("spoor_query_records_dropped_total", help, ["query", "reason"], (gauge) => {
      for (const query of allQueryStatistics(context)) {
        for (const { reason, count } of query.dropped) gauge.set({ query: query.queryId, reason }, count);
      }
    });
  }

  #topicGauges(context: AppContext): void {
    const { log } = context;
    const each = (value: "records" | "bytes") => (gauge: Gauge) => {
      for (const { name } of log.topics())
        gauge.set({ topic: name }, topicStatistics(log, name)?.[value] ?? 0);
    };
    this.#gauge("spoor_topic_records", "Records a topic holds.", ["topic"], each("records"));
    this.#gauge("spoor_topic_bytes", "Bytes a topic holds.", ["topic"], each("bytes"));
  }
}
