/** Requests about many partitions: each broker is asked for those that it leads. */
import type { TopicPartition } from "./cluster-client.ts";
import type { ClusterRequests } from "./cluster-requests.ts";

/** By the leaders' ids. @throws AnswerFailure where a partition has no leader at present */
export async function partitionsByLeader<T extends TopicPartition>(
  requests: ClusterRequests,
  partitions: Iterable<T>,
): Promise<Map<number, T[]>> {
  const leaders = new Map<number, T[]>();
  for (const partition of partitions) {
    const leader = requests.metadata.leaderIfKnown(partition) ?? (await requests.metadata.leader(partition));
    const led = leaders.get(leader);
    if (led === undefined) leaders.set(leader, [partition]);
    else led.push(partition);
  }
  return leaders;
}

/** As requests group them: each topic once. */
export function byTopic<T extends TopicPartition>(partitions: Iterable<T>): Map<string, T[]> {
  const topics = new Map<string, T[]>();
  for (const partition of partitions) {
    const same = topics.get(partition.topic);
    if (same === undefined) topics.set(partition.topic, [partition]);
    else same.push(partition);
  }
  return topics;
}

/** What is left to be done after an attempt; `each` throws for the brokers that failed, and the first failure is thrown. */
export async function atAllLeaders<T extends TopicPartition>(
  requests: ClusterRequests,
  partitions: Iterable<T>,
  each: (leader: number, partitions: readonly T[]) => Promise<void>,
): Promise<void> {
  const leaders = await partitionsByLeader(requests, partitions);
  const results = await Promise.allSettled([...leaders].map(([leader, led]) => each(leader, led)));
  const failed = results.find((result) => result.status === "rejected");
  if (failed === undefined) return;
  await requests.noteLeader(new Set([...leaders.values()].flat().map(({ topic }) => topic)), failed.reason);
  throw failed.reason;
}
