/** Figures for Prometheus, read from the log and the engine when they are asked for. */
import { Gauge, Registry, collectDefaultMetrics } from "prom-client";
import type { QueryStatistics } from "../api/runtime-statistics.ts";
import type { AppContext } from "./app-context.ts";
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

export class Metrics {
  readonly #registry = new Registry();

  constructor(context: AppContext) {
    collectDefaultMetrics({ register: this.#registry });
    for (const figure of QUERY_FIGURES) this.#queryGauge(context, figure);
    this.#droppedGauge(context);
    this.#topicGauges(context);
    this.#processingLogGauge(context);
    const { registry } = context;
    if (registry !== undefined) {
      this.#gauge(
        "spoor_schema_subjects",
        "Subjects of the schema registry, deleted ones too.",
        [],
        (gauge) => gauge.set(registry.state.subjects().length),
      );
      this.#gauge("spoor_schemas", "Schemas that the registry has ids for.", [], (gauge) =>
        gauge.set(registry.state.idCount),
      );
    }
    for (const figure of OPEN_QUERY_FIGURES) this.#openQueryGauge(context, figure);
    const help = "Records that came to nothing in queries whose rows are or were being read, by reason.";
    this.#gauge("spoor_open_query_records_dropped_total", help, ["kind", "reason"], (gauge) => {
      for (const { kind, dropped } of context.openQueries.totals()) {
        for (const [reason, count] of Object.entries(dropped)) gauge.set({ kind, reason }, count);
      }
    });
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

  #openQueryGauge(context: AppContext, figure: (typeof OPEN_QUERY_FIGURES)[number]): void {
    this.#gauge(figure.name, figure.help, ["kind"], (gauge) => {
      for (const totals of context.openQueries.totals()) {
        gauge.set({ kind: totals.kind }, figure.value(totals));
      }
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

  #processingLogGauge(context: AppContext): void {
    const help = "Messages of the processing log: written, or left out because there were too many.";
    this.#gauge("spoor_processing_log_messages_total", help, ["outcome"], (gauge) => {
      const counts = context.processingLog?.counts();
      if (counts === undefined) return;
      gauge.set({ outcome: "written" }, counts.written);
      gauge.set({ outcome: "left-out" }, counts.suppressed);
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
