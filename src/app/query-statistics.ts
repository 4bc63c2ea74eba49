/** A running query's figures, and a source's, as entities. */
import type {
  QueryStatistics,
  ReasonCount,
  SourceStatistics,
  TopicStatistics,
} from "../api/runtime-statistics.ts";
import type { QueryState, RunningQuery } from "../engine/engine.ts";
import { ORDINARY_REASONS } from "../engine/statistics.ts";
import type { DropReason, QueryStatistics as EngineStatistics } from "../engine/statistics.ts";
import type { TopicLog } from "../log/topic-log.ts";
import type { AppContext } from "./app-context.ts";

export function queryStatistics(context: AppContext, id: string): QueryStatistics | undefined {
  const query = context.engine.query(id);
  const figures = context.engine.statistics(id);
  return query === undefined || figures === undefined ? undefined : statisticsEntity(query, figures);
}

export function allQueryStatistics(context: AppContext): readonly QueryStatistics[] {
  return context.engine
    .queries()
    .map((query) => queryStatistics(context, query.id))
    .filter((statistics) => statistics !== undefined);
}

function statisticsEntity(query: RunningQuery, figures: EngineStatistics): QueryStatistics {
  const error = query.error ?? figures.lastError;
  return {
    queryId: query.id,
    state: query.state satisfies QueryState,
    consumed: {
      messages: figures.recordsRead,
      bytes: figures.bytesRead,
      messagesPerSecond: figures.recordsReadPerSecond,
    },
    produced: {
      messages: figures.recordsWritten,
      bytes: figures.bytesWritten,
      messagesPerSecond: figures.recordsWrittenPerSecond,
    },
    lastMessageMs: figures.lastMessageMs ?? null,
    dropped: reasonCounts(figures.dropped),
    notes: figures.notes,
    samples: figures.samples,
    lastError: error === undefined ? null : { message: error, atMs: figures.lastErrorMs ?? null },
    lag: figures.lag,
    stores: figures.state,
  };
}

export function reasonCounts(dropped: EngineStatistics["dropped"]): ReasonCount[] {
  return Object.entries(dropped).map(([reason, count]) => ({
    reason,
    count,
    unexpected: !ORDINARY_REASONS.has(reason as DropReason),
  }));
}

export function topicStatistics(log: TopicLog, name: string): TopicStatistics | undefined {
  const topic = log.topic(name);
  if (topic === undefined) return undefined;
  let records = 0;
  let bytes = 0;
  let lastTimestamp = -1;
  for (let i = 0; i < topic.partitions; i++) {
    const partition = log.partition(name, i);
    records += partition.messageCount;
    bytes += partition.sizeBytes;
    lastTimestamp = Math.max(lastTimestamp, partition.lastTimestamp);
  }
  return {
    name,
    partitions: topic.partitions,
    records,
    bytes,
    lastTimestampMs: lastTimestamp < 0 ? null : lastTimestamp,
  };
}

export function sourceStatistics(context: AppContext, name: string, topicName: string): SourceStatistics {
  const { metastore } = context.catalog;
  const figures = (ids: readonly string[]) =>
    ids.map((id) => queryStatistics(context, id)).filter((statistics) => statistics !== undefined);
  const missing = { name: topicName, partitions: 0, records: 0, bytes: 0, lastTimestampMs: null };
  return {
    topic: topicStatistics(context.log, topicName) ?? missing,
    readBy: figures(metastore.readers(name)),
    writtenBy: figures(metastore.writers(name)),
  };
}
