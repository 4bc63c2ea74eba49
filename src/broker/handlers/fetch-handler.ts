/** Fetch: sessions, then a look at the logs, at once or when there is enough. */
import { BatchMemory } from "../../log/batch-memory.ts";
import type { BrokerServices } from "../broker-services.ts";
import { AnswerMemory } from "../fetch/answer-memory.ts";
import type { FetchLimits, FetchedPartition, WantedPartition } from "../fetch/fetch-plan.ts";
import { FetchSessions, TOPIC_IDS_SINCE } from "../fetch/fetch-session.ts";
import type { FetchContext, FetchRequest } from "../fetch/fetch-session.ts";
import { fetchOrWait } from "../fetch/long-poll.ts";
import type { FetchPass } from "../fetch/read-partitions.ts";
import { fetchApi } from "../protocol/messages/fetch.ts";
import type { ResponseOf } from "../protocol/schema.ts";
import { handler } from "./handler.ts";
import type { Handler } from "./handler.ts";

type FetchResponse = ResponseOf<typeof fetchApi>;

export function fetchHandler(services: BrokerServices): Handler {
  const { clock, random, settings } = services;
  const sessions = new FetchSessions(clock, random, {
    sessionsMax: settings.fetchSessionsMax,
    partitionsMax: settings.fetchSessionPartitionsMax,
  });
  services.metrics.fetchSessions = () => sessions.size;
  const pool = new BatchMemory();
  return handler(fetchApi, (request, requestContext) => {
    const { caller } = requestContext;
    const context = sessions.resolve(request, caller.apiVersion);
    if (typeof context === "number") return { errorCode: context, sessionId: 0, responses: [] };
    const memory = new AnswerMemory(pool);
    requestContext.whenSent = () => memory.release();
    const pass = fetchOrWait(services, caller, context.partitions, limitsOf(services, request), memory);
    const answer = (done: FetchPass): FetchResponse => {
      services.metrics.bytesFetched += done.bytes;
      return responseOf(context, done.fetched, caller.apiVersion);
    };
    return pass instanceof Promise ? pass.then(answer) : answer(pass);
  });
}

function limitsOf({ settings, metrics }: BrokerServices, request: FetchRequest): FetchLimits {
  // What clients do not read stays in memory: beyond a limit each gets a batch at a time.
  const room = Math.max(0, settings.heldAnswerBytesMax - metrics.unsentBytes);
  return {
    maxWaitMs: Math.min(request.maxWaitMs, settings.fetchWaitMsMax),
    minBytes: Math.min(request.minBytes, settings.fetchBytesMax),
    maxBytes: Math.min(request.maxBytes, settings.fetchBytesMax, room),
    readCommitted: request.isolationLevel === 1,
  };
}

function responseOf(
  context: FetchContext,
  fetched: readonly FetchedPartition[],
  apiVersion: number,
): FetchResponse {
  const byTopic = new Map<string, FetchedPartition[]>();
  for (const [{ topicKey }, result] of context.answered(fetched)) {
    const topic = byTopic.get(topicKey);
    if (topic === undefined) byTopic.set(topicKey, [result]);
    else topic.push(result);
  }
  const named = (topicKey: WantedPartition["topicKey"]): { topic?: string; topicId?: string } =>
    apiVersion >= TOPIC_IDS_SINCE ? { topicId: topicKey } : { topic: topicKey };
  return {
    sessionId: context.sessionId,
    responses: [...byTopic].map(([topicKey, partitions]) => ({ ...named(topicKey), partitions })),
  };
}
