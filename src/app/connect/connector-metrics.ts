/** Figures of the sinks by OpenMetrics' rules. Labels are bounded: connectors, their topics, tables of a lake, fixed reasons. */
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
      for (const { definition, task } of connectors.all()) {
        for (const sink of task.sinks) {
          const own = { connector: definition.name, topic: sink.topic };
          collect(sink, (more, value) => set({ ...own, ...more }, value));
        }
      }
    },
  };
}

export const CONNECTOR_FIGURES: readonly ConnectorFigure[] = [
  ofConnector(
    "spoor_connector_running",
    "1 while a connector works, 0 while it fails and tries again.",
    ({ task }) => (task.state === "RUNNING" ? 1 : 0),
  ),
  ofConnector(
    "spoor_connector_failures_total",
    "Failures after which a connector tried again.",
    ({ task }) => task.failures,
  ),
  ofConnector(
    "spoor_connector_compacted_files_total",
    "Small files of its tables that a connector wrote together.",
    ({ task }) => task.compactedFiles,
  ),
  ofTopic("spoor_connector_records_read_total", "Records a connector has read.", ({ figures }, set) =>
    set({}, figures.recordsRead),
  ),
  ofTopic(
    "spoor_connector_records_lost_total",
    "Offsets that retention had deleted before a connector read them.",
    ({ figures }, set) => set({}, figures.recordsLost),
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
  ofTopic("spoor_connector_lag_records", "Committed records that are not read yet.", (sink, set) => {
    const lag = sink.lag();
    if (lag !== undefined) set({}, lag);
  }),
  ofTopic(
    "spoor_connector_last_commit_timestamp_seconds",
    "When it last committed, in seconds since 1970.",
    ({ figures }, set) => {
      if (figures.lastCommitMs !== undefined) set({}, figures.lastCommitMs / 1000);
    },
  ),
];
