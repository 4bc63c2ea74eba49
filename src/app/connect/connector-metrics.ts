/** Figures of the connectors by OpenMetrics' rules. Labels are bounded: connectors, their topics, tables of a lake, fixed reasons. */
import type { DeliveryTask } from "../../connect/delivery/delivery-task.ts";
import type { TopicFigures } from "../../connect/delivery/delivery-figures.ts";
import type { TopicSink } from "../../connect/delta/topic-sink.ts";
import type { Connectors, RunningConnector } from "./connectors.ts";

type Labels = Readonly<Record<string, string>>;
type SetValue = (labels: Labels, value: number) => void;

interface ConnectorFigure {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly collect: (connectors: Connectors, set: SetValue) => void;
}

function ofConnector(
  name: string,
  help: string,
  value: (connector: RunningConnector) => number,
): ConnectorFigure {
  const collect = (connectors: Connectors, set: SetValue): void => {
    for (const each of connectors.all()) set({ connector: each.definition.name }, value(each));
  };
  return { name, help, labels: ["connector"], collect };
}

function ofTopic(
  name: string,
  help: string,
  collect: (sink: TopicSink, set: SetValue) => void,
  ...labels: string[]
): ConnectorFigure {
  return {
    name,
    help,
    labels: ["connector", "topic", ...labels],
    collect: (connectors, set) => {
      for (const { definition, runs } of connectors.all()) {
        if (runs.kind !== "delta") continue;
        for (const sink of runs.task.sinks) {
          const own = { connector: definition.name, topic: sink.topic };
          collect(sink, (more, value) => set({ ...own, ...more }, value));
        }
      }
    },
  };
}

/** Of sinks that carry records out, by topic. */
function ofDelivery(
  name: string,
  help: string,
  value: (figures: TopicFigures, task: DeliveryTask, topic: string) => number | undefined,
): ConnectorFigure {
  return {
    name,
    help,
    labels: ["connector", "topic"],
    collect: (connectors, set) => {
      for (const { definition, runs } of connectors.all()) {
        if (runs.kind !== "delivery") continue;
        for (const topic of definition.topics) {
          const found = value(runs.task.figures.of(topic), runs.task, topic);
          if (found !== undefined) set({ connector: definition.name, topic }, found);
        }
      }
    },
  };
}

/** Both kinds under one name. */
function both(delta: ConnectorFigure, delivery: ConnectorFigure): ConnectorFigure {
  return {
    ...delta,
    collect: (connectors, set) => {
      delta.collect(connectors, set);
      delivery.collect(connectors, set);
    },
  };
}

const READ = "spoor_connector_records_read_total";
const LOST = "spoor_connector_records_lost_total";
const LAG = "spoor_connector_lag_records";

export const CONNECTOR_FIGURES: readonly ConnectorFigure[] = [
  ofConnector(
    "spoor_connector_running",
    "1 while a connector works here, 0 while it fails and tries again, or another server runs it.",
    ({ runs }) => (runs.task.state === "RUNNING" ? 1 : 0),
  ),
  ofConnector(
    "spoor_connector_failures_total",
    "Failures after which a connector tried again.",
    ({ runs }) => runs.task.failures,
  ),
  ofConnector(
    "spoor_connector_compacted_files_total",
    "Small files of its tables that a connector wrote together.",
    ({ runs }) => (runs.kind === "delta" ? runs.task.compactedFiles : 0),
  ),
  both(
    ofTopic(READ, "Records a connector has read.", ({ figures }, set) => set({}, figures.recordsRead)),
    ofDelivery(READ, "", ({ read }) => read),
  ),
  both(
    ofTopic(LOST, "Offsets that retention had deleted before a connector read them.", ({ figures }, set) =>
      set({}, figures.recordsLost),
    ),
    ofDelivery(LOST, "", (_, task, topic) => task.lost(topic)),
  ),
  ofTopic(
    "spoor_connector_records_left_total",
    "Records that are in bronze, at most, and in no table of silver, by reason; of gold those that cannot be decoded.",
    ({ leftovers }, set) => {
      for (const [reason, count] of leftovers) set({ reason }, count);
    },
    "reason",
  ),
  ofTopic(
    "spoor_connector_rows_written_total",
    "Rows a connector has committed, by table.",
    ({ figures }, set) => {
      for (const [table, count] of figures.rowsByTable) set({ table }, count);
    },
    "table",
  ),
  ofTopic("spoor_connector_written_bytes_total", "Bytes of the files it has committed.", ({ figures }, set) =>
    set({}, figures.bytesWritten),
  ),
  ofTopic("spoor_connector_commits_total", "Commits to its tables.", ({ figures }, set) =>
    set({}, figures.commits),
  ),
  both(
    ofTopic(LAG, "Committed records that are not carried over yet.", (sink, set) => {
      const lag = sink.lag();
      if (lag !== undefined) set({}, lag);
    }),
    ofDelivery(LAG, "", (_, task, topic) => task.lag()?.get(topic)),
  ),
  {
    name: "spoor_connector_last_delivery_timestamp_seconds",
    help: "When a receiver last took something, in seconds since 1970.",
    labels: ["connector"],
    collect: (connectors, set) => {
      for (const { definition, runs } of connectors.all()) {
        const ms = runs.kind === "delivery" ? runs.task.figures.lastDeliveryMs : undefined;
        if (ms !== undefined) set({ connector: definition.name }, ms / 1000);
      }
    },
  },
  ofDelivery(
    "spoor_connector_records_delivered_total",
    "Records that a receiver has taken.",
    ({ delivered }) => delivered,
  ),
  ofDelivery(
    "spoor_connector_records_retried_total",
    "Times that a record was sent again.",
    ({ retried }) => retried,
  ),
  ofDelivery(
    "spoor_connector_records_dead_lettered_total",
    "Records that went to a connector's dead-letter topic.",
    ({ deadLettered }) => deadLettered,
  ),
  ofDelivery(
    "spoor_connector_records_filtered_total",
    "Records that a connector's filter left out.",
    ({ filtered }) => filtered,
  ),
  ofDelivery(
    "spoor_connector_records_held_total",
    "Records that waited for a connector's rate limit.",
    ({ held }) => held,
  ),
  ofTopic(
    "spoor_connector_last_commit_timestamp_seconds",
    "When it last committed, in seconds since 1970.",
    ({ figures }, set) => {
      if (figures.lastCommitMs !== undefined) set({}, figures.lastCommitMs / 1000);
    },
  ),
];
