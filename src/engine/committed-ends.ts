/** Where each written partition ended at the last commit: what lies behind is taken back, and written again by its query. */
import type { PartitionLog, TopicLog } from "../log/topic-log.ts";
import { outputLost } from "./lost-records.ts";
import type { StateDatabase } from "./state/state-database.ts";

/** The name under which a partition's committed end is kept. */
export function endName({ topic, partition }: PartitionLog): string {
  return `${topic}/${partition}`;
}

export interface CommittedLog {
  readonly log: TopicLog;
  readonly state: StateDatabase;
  readonly onError: (error: unknown, queryId: string | undefined) => void;
}

/** Calls `cut` for each partition with a committed end. Ends of topics that are gone are forgotten. */
export function cutToCommittedEnds(
  { log, state, onError }: CommittedLog,
  cut: (partition: PartitionLog, end: number) => void,
): void {
  for (const [name, end] of state.ends()) {
    const slash = name.lastIndexOf("/");
    const topic = name.slice(0, slash);
    if (log.topic(topic) === undefined) {
      state.dropTopic(topic);
      continue;
    }
    const partition = log.partition(topic, Number(name.slice(slash + 1)));
    if (partition.endOffset < end) onError(outputLost(partition, end), undefined);
    cut(partition, end);
  }
}
