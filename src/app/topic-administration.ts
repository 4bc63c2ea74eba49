/** Spoor's own topic routes: list, make, delete, and which topics clients may write to. */
import type { CreateTopicResponse, TopicEntity } from "../api/spoor-endpoints.ts";
import { didYouMean } from "../base/nearest.ts";
import type { TopicInfo } from "../log/topic-log.ts";
import { isInternalTopic } from "./app-context.ts";
import type { AppContext } from "./app-context.ts";
import { appErrors } from "./errors.ts";
import { topicStatistics } from "./query-statistics.ts";
import type { CreateTopicRequest } from "./service.ts";

export function topicEntities(context: AppContext): TopicEntity[] {
  return context.log.topics().map((topic) => topicEntity(context, topic));
}

function topicEntity(context: AppContext, topic: TopicInfo): TopicEntity {
  const { name, partitions } = topic;
  const statistics = topicStatistics(context.log, name);
  return {
    name,
    partitions,
    records: statistics?.records ?? 0,
    bytes: statistics?.bytes ?? 0,
    lastTimestampMs: statistics?.lastTimestampMs ?? null,
    replicas: 1,
    internal: isInternalTopic(name),
    config: topic.overrides,
    sources: context.catalog.sourcesOver(name).map((source) => source.name),
  };
}

/** @throws LOG_TOPIC_EXISTS and what the log says of names and settings */
export function createTopic(context: AppContext, request: CreateTopicRequest): CreateTopicResponse {
  const { name, partitions, config } = request;
  if (isInternalTopic(name)) throw protectedTopic(name);
  const existing = context.log.topic(name);
  if (existing !== undefined && request.ifNotExists) {
    return { created: false, topic: topicEntity(context, existing) };
  }
  const topic = context.log.createTopic(name, { partitions, config });
  return { created: true, topic: topicEntity(context, topic) };
}

export function deleteTopic(context: AppContext, name: string): void {
  writableTopic(context, name);
  const sources = context.catalog.sourcesOver(name);
  if (sources.length > 0) {
    throw appErrors.TOPIC_IN_USE({
      message: `topic '${name}' is used by ${sources.map((source) => `'${source.name}'`).join(", ")}`,
      hint: sources.map((source) => `DROP ${source.kind.toUpperCase()} ${source.name};`).join(" "),
    });
  }
  context.log.deleteTopic(name);
}

/** @throws APP_MISSING_TOPIC, APP_TOPIC_PROTECTED */
export function writableTopic(context: AppContext, name: string): TopicInfo {
  if (isInternalTopic(name)) throw protectedTopic(name);
  const topic = context.log.topic(name);
  if (topic !== undefined) return topic;
  const names = context.log.topics().map((other) => other.name);
  throw appErrors.MISSING_TOPIC({
    message: `topic '${name}' does not exist`,
    hint:
      didYouMean(name, names) ??
      "create it first: POST /spoor/v1/topics, or CREATE STREAM … WITH (PARTITIONS=1)",
  });
}

function protectedTopic(name: string): Error {
  return appErrors.TOPIC_PROTECTED({
    message: `topic '${name}' is one of Spoor's own`,
    hint: "names that begin with '_confluent', '_spoor' or '__', and '_schemas', are reserved",
  });
}
