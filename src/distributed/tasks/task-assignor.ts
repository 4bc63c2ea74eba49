/**
 * Which member of a query's consumer group runs which tasks: evenly, and as before where that is even, since a task that
 * moves must have its state restored. A pure function of the members, so any of them may be the group's leader.
 */
import type { GroupAssignment, GroupMemberInfo, TopicPartition } from "../kafka/cluster-client.ts";
import type { SubTopology } from "./sub-topologies.ts";

/** Told to the group, and the same in every version that can share a group. */
export const PROTOCOL = "spoor";

export interface TaskName {
  readonly sub: number;
  readonly partition: number;
}

/** `<sub-topology>_<partition>`, as Kafka Streams names tasks. */
export function taskText({ sub, partition }: TaskName): string {
  return `${sub}_${partition}`;
}

export function encodeTasks(tasks: readonly string[]): Buffer {
  return Buffer.from(tasks.join(","));
}

export function decodeTasks(userData: Buffer): readonly string[] {
  const text = userData.toString("utf8");
  return text === "" ? [] : text.split(",");
}

/** @param partitionsOf a topic's partitions @returns each member's partitions, and its tasks as user data */
export function assignTasks(
  subs: readonly SubTopology[],
  partitionsOf: (topic: string) => number,
  members: readonly GroupMemberInfo[],
): ReadonlyMap<string, GroupAssignment> {
  const tasks = subs.flatMap((sub) =>
    Array.from({ length: sub.tasks }, (_, partition) => ({
      sub,
      name: taskText({ sub: sub.number, partition }),
      partition,
    })),
  );
  const ids = members.map(({ memberId }) => memberId).toSorted();
  const most = Math.ceil(tasks.length / Math.max(1, ids.length));
  const owned = new Map<string, (typeof tasks)[number][]>(ids.map((id) => [id, []]));
  const before = new Map(members.map(({ memberId, userData }) => [memberId, new Set(decodeTasks(userData))]));
  const rest = tasks.filter((task) => {
    const owner = ids.find((id) => before.get(id)!.has(task.name) && owned.get(id)!.length < most);
    if (owner !== undefined) owned.get(owner)!.push(task);
    return owner === undefined;
  });
  for (const task of rest) {
    const least = ids.reduce((a, b) => (owned.get(b)!.length < owned.get(a)!.length ? b : a), ids[0]!);
    owned.get(least)!.push(task);
  }
  return new Map(
    [...owned].map(([id, mine]) => [
      id,
      {
        partitions: mine.flatMap(({ sub, partition }) => partitionsOfTask(sub, partition, partitionsOf)),
        userData: encodeTasks(mine.map(({ name }) => name)),
      },
    ]),
  );
}

/** What a task reads. */
export function partitionsOfTask(
  sub: SubTopology,
  partition: number,
  partitionsOf: (topic: string) => number,
): readonly TopicPartition[] {
  return sub.topics.flatMap((topic) =>
    sub.single
      ? Array.from({ length: partitionsOf(topic) }, (_, i) => ({ topic, partition: i }))
      : [{ topic, partition }],
  );
}
