/**
 * A push query over the cluster: it runs in this process alone, and its topics are watched for as long as it does.
 */
import type { PushQuery, PushSubscriber, QueryEngine } from "../../engine/engine.ts";
import type { TopicLog } from "../../log/topic-log.ts";
import type { PushQueryPlan } from "../../plan/physical.ts";
import { sourceSteps } from "../../plan/source-steps.ts";

export interface WatchedPushOptions {
  readonly log: Pick<TopicLog, "topic" | "partition">;
  readonly transient: Pick<QueryEngine, "openPush"> & { wake(): void };
  readonly plan: PushQueryPlan;
  readonly properties: ReadonlyMap<string, string>;
  readonly subscriber: PushSubscriber;
}

/** @throws ENGINE_TOPIC_MISSING */
export function openWatchedPush({
  log,
  transient,
  plan,
  properties,
  subscriber,
}: WatchedPushOptions): PushQuery {
  const topics = new Set(sourceSteps(plan.root).map(({ topic }) => topic));
  const watched = [...topics].flatMap((topic) =>
    Array.from({ length: log.topic(topic)?.partitions ?? 0 }, (_, i) =>
      log.partition(topic, i).onAppend(() => transient.wake()),
    ),
  );
  const unwatch = (): void => {
    for (const end of watched.splice(0)) end();
  };
  const push = transient.openPush(plan, properties, {
    rows: (rows, tombstones) => subscriber.rows(rows, tombstones),
    end: (reason, error) => {
      unwatch();
      subscriber.end(reason, error);
    },
  });
  const { id, columns, counters } = push;
  return {
    id,
    columns,
    counters,
    lag: () => push.lag(),
    pause: () => push.pause(),
    resume: () => push.resume(),
    close: () => {
      unwatch();
      push.close();
    },
  };
}
