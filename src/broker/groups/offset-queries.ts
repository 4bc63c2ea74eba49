/** Reading and forgetting positions: OffsetFetch and OffsetDelete. */
import type { FetchedOffset, FetchedOffsets, OffsetQuery } from "../group-coordination.ts";
import { KafkaError } from "../protocol/kafka-error.ts";
import type { offsetDeleteApi } from "../protocol/messages/offset-delete.ts";
import type { RequestOf, ResponseOf } from "../protocol/schema.ts";
import { storing } from "../state-topics/coordinator-failure.ts";
import { groupSubscription } from "./consumer-subscription.ts";
import type { Group } from "./group.ts";
import type { GroupContext } from "./group-context.ts";
import type { TopicPartition } from "./group-offsets.ts";

const NO_OFFSET = -1;

/** A group that is not there has no positions, which is no error. */
export function fetchOffsets(
  group: Group | undefined,
  query: OffsetQuery,
  requireStable: boolean,
): FetchedOffsets {
  const wanted = query.topics ?? (group === undefined ? [] : topicsWithOffsets(group));
  const topics = wanted.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((index) => fetchOne(group, name, index, requireStable)),
  }));
  return { groupId: query.groupId, errorCode: KafkaError.NONE, topics };
}

function fetchOne(
  group: Group | undefined,
  topic: string,
  partitionIndex: number,
  requireStable: boolean,
): FetchedOffset {
  const none = { partitionIndex, committedOffset: NO_OFFSET, committedLeaderEpoch: -1, metadata: "" };
  if (requireStable && group?.offsets.isStaged(topic, partitionIndex) === true) {
    return { ...none, errorCode: KafkaError.UNSTABLE_OFFSET_COMMIT };
  }
  const committed = group?.offsets.get(topic, partitionIndex);
  if (committed === undefined) return { ...none, errorCode: KafkaError.NONE };
  return {
    partitionIndex,
    committedOffset: committed.offset,
    committedLeaderEpoch: committed.leaderEpoch,
    metadata: committed.metadata,
    errorCode: KafkaError.NONE,
  };
}

function topicsWithOffsets(group: Group): { name: string; partitionIndexes: number[] }[] {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of group.offsets.entries()) {
    const partitions = topics.get(topic);
    if (partitions === undefined) topics.set(topic, [partition]);
    else partitions.push(partition);
  }
  return [...topics].map(([name, partitionIndexes]) => ({ name, partitionIndexes }));
}

type DeleteRequest = RequestOf<typeof offsetDeleteApi>;

/** Positions of topics that members read stay. */
export function deleteOffsets(
  context: GroupContext,
  request: DeleteRequest,
): ResponseOf<typeof offsetDeleteApi> {
  const group = context.groups.get(request.groupId);
  if (group === undefined) return { errorCode: KafkaError.GROUP_ID_NOT_FOUND, topics: [] };
  const inUse = group.members.size > 0 ? groupSubscription(group) : new Set<string>();
  if (inUse === undefined) return { errorCode: KafkaError.NON_EMPTY_GROUP, topics: [] };
  const doomed: TopicPartition[] = [];
  for (const { name, partitions } of request.topics) {
    if (inUse.has(name)) continue;
    for (const { partitionIndex } of partitions) {
      if (group.offsets.get(name, partitionIndex) !== undefined)
        doomed.push({ topic: name, partition: partitionIndex });
    }
  }
  const errorCode = forgetOffsets(context, group, doomed);
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex }) => ({
      partitionIndex,
      errorCode: inUse.has(name) ? KafkaError.GROUP_SUBSCRIBED_TO_TOPIC : errorCode,
    })),
  }));
  return { errorCode: KafkaError.NONE, topics };
}

/** Writes tombstones, then forgets. */
export function forgetOffsets(
  context: GroupContext,
  group: Group,
  doomed: readonly TopicPartition[],
): number {
  if (doomed.length === 0) return KafkaError.NONE;
  const errorCode = storing(() => context.store.forget(group.id, doomed, false));
  if (errorCode === KafkaError.NONE) {
    for (const { topic, partition } of doomed) group.offsets.delete(topic, partition);
  }
  return errorCode;
}
