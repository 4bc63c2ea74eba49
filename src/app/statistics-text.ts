/** The `statistics` and `errorStats` texts of DESCRIBE … EXTENDED, in ksqlDB's layout. */
import type { QueryStatistics, SourceStatistics } from "../api/runtime-statistics.ts";

export function statisticsText(statistics: SourceStatistics): string {
  const { topic, readBy, writtenBy } = statistics;
  const lines = [
    line([
      ["total-messages", topic.records],
      ["total-bytes", topic.bytes],
      ["last-message", timeText(topic.lastTimestampMs)],
    ]),
  ];
  for (const query of writtenBy) {
    lines.push(
      line([
        [`${query.queryId}: written`, query.produced.messages],
        ["messages-per-sec", rate(query.produced.messagesPerSecond)],
        ["bytes", query.produced.bytes],
        ["last-message", timeText(query.lastMessageMs)],
      ]),
      ...noteLines(query),
    );
  }
  for (const query of readBy) {
    lines.push(
      line([
        [`${query.queryId}: read`, query.consumed.messages],
        ["messages-per-sec", rate(query.consumed.messagesPerSecond)],
        ["bytes", query.consumed.bytes],
        ["lag", query.lag],
      ]),
    );
  }
  return lines.join("\n");
}

/** What a query counts beside its records: `CSAS_ALERTS_1: hits too late for correlations: 3`. */
function noteLines({ queryId, notes }: QueryStatistics): string[] {
  return Object.entries(notes).map(([name, count]) => line([[`${queryId}: ${name}`, count]]));
}

/** Records that came to nothing, by query and reason; empty where all went well. */
export function errorStatisticsText(statistics: SourceStatistics): string {
  return [...statistics.writtenBy, ...statistics.readBy]
    .filter((query, i, all) => all.findIndex((other) => other.queryId === query.queryId) === i)
    .flatMap(errorLines)
    .join("\n");
}

function errorLines(query: QueryStatistics): string[] {
  const dropped = query.dropped.filter((reason) => reason.unexpected && reason.count > 0);
  if (dropped.length === 0 && query.lastError === null) return [];
  const pairs: [string, string | number][] = dropped.map((reason) => [reason.reason, reason.count]);
  const total = dropped.reduce((sum, reason) => sum + reason.count, 0);
  return [
    line([
      [`${query.queryId}: dropped-messages`, total],
      ...pairs,
      ["last-failed", timeText(query.lastError?.atMs ?? null)],
      ...(query.lastError === null ? [] : ([["last-error", query.lastError.message]] as const)),
    ]),
    ...sampleLines(query),
  ];
}

/** For each reason the first record of those that are kept as samples. */
function sampleLines({ queryId, samples }: QueryStatistics): string[] {
  const firsts = samples.filter(({ reason }, i) => samples.findIndex((one) => one.reason === reason) === i);
  return firsts.map(
    ({ reason, topic, partition, offset, detail }) =>
      `${queryId}: ${reason} at ${topic}-${partition}@${offset}: ${detail}`,
  );
}

function line(pairs: readonly (readonly [string, string | number])[]): string {
  return pairs.map(([name, value]) => `${name}: ${value}`).join("  ");
}

function timeText(ms: number | null): string {
  return ms === null ? "n/a" : new Date(ms).toISOString();
}

function rate(value: number): string {
  return value.toFixed(2);
}
