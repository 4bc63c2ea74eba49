/**
 * The topics that this process knows of, with their partitions: what was found in the cluster, and what was made here and
 * is on its way. A broker may show the cluster as it was a moment ago: what this process made or deleted is not undone by
 * a list of before.
 */
import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../../base/clock.ts";
import type { TopicInfo } from "../../log/topic-log.ts";
import { partitionName } from "../kafka/cluster-client.ts";
import type { ClusterTopic, TopicPartition } from "../kafka/cluster-client.ts";
import { ClusterPartition } from "./cluster-partition.ts";
import type { KnownOffsets, PartitionParts } from "./cluster-partition.ts";
import { topicInfo } from "./topic-snapshot.ts";

export interface OpenTopic {
  info: TopicInfo;
  readonly internal: boolean;
  readonly partitions: ClusterPartition[];
  /** Monotonic time at which the cluster had made it for this process: ∞ until then, −∞ where it was found. */
  madeMs: number;
}

/** Stands for the id of a topic that the cluster has not made yet. */
export const PENDING_ID = "00000000-0000-0000-0000-000000000000";
/** How long a broker may show the cluster as it was before a change. */
const LAG_MS = 10_000;
const NOT_ASKED: KnownOffsets = { start: 0, end: 0, asOfMs: Number.NEGATIVE_INFINITY };

export class OpenTopics {
  readonly #clock: Clock;
  readonly #partitionParts: () => PartitionParts;
  readonly #topics = new Map<string, OpenTopic>();
  /** Ids of topics that were deleted here, and when the cluster had done it. */
  readonly #deletedMs = new Map<string, number>();

  constructor(clock: Clock, partitionParts: () => PartitionParts) {
    this.#clock = clock;
    this.#partitionParts = partitionParts;
  }

  get(name: string): OpenTopic | undefined {
    return this.#topics.get(name);
  }

  names(): Iterable<string> {
    return this.#topics.keys();
  }

  all(): OpenTopic[] {
    return [...this.#topics.values()];
  }

  partition({ topic, partition }: TopicPartition): ClusterPartition | undefined {
    return this.#topics.get(topic)?.partitions[partition];
  }

  /** A topic that the cluster is yet to make. */
  begin(info: TopicInfo): OpenTopic {
    return this.#add({ info, internal: false, partitions: [], madeMs: Number.POSITIVE_INFINITY }, new Map());
  }

  /** The cluster has it now. */
  made(topic: OpenTopic): void {
    topic.madeMs = this.#clock.monotonicMs();
  }

  /** Takes other settings, and more partitions. */
  change(topic: OpenTopic, info: TopicInfo, offsets: ReadonlyMap<string, KnownOffsets> = new Map()): void {
    topic.info = info;
    for (const partition of topic.partitions) partition.config = info.config;
    this.#grow(topic, offsets);
  }

  drop({ info, partitions }: OpenTopic): void {
    this.#topics.delete(info.name);
    for (const partition of partitions) partition.abandon();
  }

  /** Drops a topic that the cluster is yet to delete; the function returned is called when it has done so. */
  delete(topic: OpenTopic): () => void {
    const { id } = topic.info;
    this.drop(topic);
    this.#deletedMs.set(id, Number.POSITIVE_INFINITY);
    return () => void this.#deletedMs.set(id, this.#clock.monotonicMs());
  }

  /** Takes over what was made, deleted, grown and configured elsewhere. Answers whether there was any of it. */
  take(listed: readonly ClusterTopic[], offsets: ReadonlyMap<string, KnownOffsets>): boolean {
    const lagMs = this.#clock.monotonicMs() - LAG_MS;
    const byName = new Map(listed.map((each) => [each.name, each]));
    let isChanged = false;
    for (const topic of this.#topics.values()) {
      if (isSame(topic, byName.get(topic.info.name), lagMs)) continue;
      this.drop(topic);
      isChanged = true;
    }
    for (const [id, deletedMs] of this.#deletedMs) if (deletedMs <= lagMs) this.#deletedMs.delete(id);
    for (const each of listed) {
      const info = topicInfo(each);
      const known = this.#topics.get(each.name);
      if (known === undefined ? this.#deletedMs.has(each.id) : isDeepStrictEqual(known.info, info)) continue;
      isChanged = true;
      if (known !== undefined) this.change(known, info, offsets);
      else
        this.#add(
          { info, internal: each.internal, partitions: [], madeMs: Number.NEGATIVE_INFINITY },
          offsets,
        );
    }
    return isChanged;
  }

  #add(topic: OpenTopic, offsets: ReadonlyMap<string, KnownOffsets>): OpenTopic {
    this.#topics.set(topic.info.name, topic);
    this.#grow(topic, offsets);
    return topic;
  }

  #grow({ info, partitions }: OpenTopic, offsets: ReadonlyMap<string, KnownOffsets>): void {
    for (let partition = partitions.length; partition < info.partitions; partition++) {
      const at = { topic: info.name, partition };
      const known = offsets.get(partitionName(at)) ?? NOT_ASKED;
      partitions.push(new ClusterPartition(at, info.config, known, this.#partitionParts()));
    }
  }
}

/** Whether what the cluster lists is the topic that is known. */
function isSame(
  { info, madeMs, partitions }: OpenTopic,
  now: ClusterTopic | undefined,
  lagMs: number,
): boolean {
  if (now === undefined) return madeMs > lagMs;
  // Another id: it was deleted and made anew. One that was made here has none yet, and may turn out to be another's, with
  // fewer partitions.
  if (info.id === PENDING_ID) return now.partitions >= partitions.length || madeMs > lagMs;
  return info.id === now.id;
}
