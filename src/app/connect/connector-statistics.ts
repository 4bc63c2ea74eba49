/** What DESCRIBE CONNECTOR says of a connector's topics, a line each: is everything there, and what is not. */
import type { SinkTask } from "../../connect/delta/sink-task.ts";
import type { DeliveryTask } from "../../connect/delivery/delivery-task.ts";
import type { RunningConnector } from "./connectors.ts";

export function connectorStatistics({
  definition,
  runs,
}: RunningConnector): Readonly<Record<string, string>> {
  return runs.kind === "delta" ? deltaLines(runs.task) : deliveryLines(runs.task, definition.topics);
}

function deltaLines({ sinks }: SinkTask): Readonly<Record<string, string>> {
  const lines: Record<string, string> = {};
  for (const sink of sinks) {
    const { topic, figures, leftovers } = sink;
    const left = [...leftovers].map(([reason, count]) => `${reason} ${count}`).join(", ");
    lines[topic] = [
      `${figures.recordsRead} records read`,
      `${figures.rowsWritten} rows in ${figures.commits} commits`,
      `lag ${sink.lag() ?? "unknown: no such topic"}`,
      ...(figures.recordsLost === 0 ? [] : [`${figures.recordsLost} deleted before they were read`]),
      ...(left === "" ? [] : [`not in silver: ${left}`]),
    ].join("; ");
  }
  return lines;
}

function deliveryLines(task: DeliveryTask, topics: readonly string[]): Readonly<Record<string, string>> {
  const lags = task.lag();
  return Object.fromEntries(
    topics.map((topic) => {
      const { read, delivered, filtered, deadLettered, retried, held } = task.figures.of(topic);
      const lost = task.lost(topic);
      const facts = [
        `${read} records read`,
        `${delivered} delivered`,
        ...(filtered === 0 ? [] : [`${filtered} filtered`]),
        ...(retried === 0 ? [] : [`${retried} sent again`]),
        ...(held === 0 ? [] : [`${held} held by the rate limit`]),
        ...(deadLettered === 0 ? [] : [`${deadLettered} in the dead-letter topic`]),
        ...(lost === 0 ? [] : [`${lost} deleted before they were read`]),
        lags === undefined ? "not begun yet" : `lag ${lags.get(topic) ?? "unknown: no such topic"}`,
      ];
      return [topic, facts.join("; ")];
    }),
  );
}
