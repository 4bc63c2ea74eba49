/**
 * A Kafka cluster as Spoor needs it: topics, records read as committed, exactly-once writing, consumer groups.
 * `kafka-cluster-client.ts` implements it over the wire protocol; tests have a cluster in memory.
 *
 * Offsets are numbers; `end` always means the last stable offset: what a read_committed consumer can see. Every call
 * is tried again while the failure may pass (leader moved, connection lost), up to `requestTimeoutMs`, and then fails
 * with an error of `errors.ts` that names the cluster's answer.
 */
import type { RecordBlock } from "../../log/record-block.ts";

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** `"<topic>/<partition>"`: how maps name a partition. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

export interface ClusterTopic {
  readonly name: string;
  readonly id: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly internal: boolean;
  /** Partitions that cannot be used at present: no broker that has them is up. */
  readonly leaderless?: readonly number[];
  /** What was set on the topic itself, by Kafka's names; defaults are left out. */
  readonly overrides: Readonly<Record<string, string>>;
}

export interface NewClusterTopic {
  readonly name: string;
  readonly partitions: number;
  /** −1: the cluster's default. */
  readonly replicas: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface CommittedOffset {
  readonly offset: number;
  readonly metadata: string;
}

/** A batch as `RecordBatchBuilder.finish` gives it: magic 2, uncompressed, no producer. */
export interface OutgoingBatch extends TopicPartition {
  readonly batch: Buffer;
}

/** Offsets of one consumer group, to be committed within a transaction. */
export interface GroupOffsets {
  readonly groupId: string;
  readonly memberId: string;
  readonly generation: number;
  readonly offsets: readonly (TopicPartition & CommittedOffset)[];
}

export interface ClusterTransaction {
  readonly batches: readonly OutgoingBatch[];
  readonly offsets: readonly GroupOffsets[];
}

/** Writes transactions one after another, under one transactional id. */
export interface TransactionProducer {
  /**
   * All of it or nothing. The memory of the batches is the producer's from now on.
   * @throws CLUSTER_TRANSACTION_ABORTED (nothing was written: a group was rebalanced, a broker refused; the work is to
   * be done again from the committed offsets), CLUSTER_PRODUCER_FENCED (another process took the id over)
   */
  commit(transaction: ClusterTransaction): Promise<void>;
  close(): Promise<void>;
}

/** Writes without transactions, without duplicates, in order. */
export interface IdempotentProducer {
  /** Resolves with the first offset of each batch when all replicas in sync have them. */
  send(batches: readonly OutgoingBatch[]): Promise<readonly number[]>;
  close(): Promise<void>;
}

/** What a fetch brought. Records of aborted transactions, open ones and control batches are not in it. */
export interface FetchedRecords extends TopicPartition {
  /** The offset that was asked for. */
  readonly from: number;
  /** Arrivals are all −1. Empty where there was nothing to read; see `nextOffset`. */
  readonly blocks: readonly RecordBlock[];
  /** Read on from here: behind control batches and aborted records, too. */
  readonly nextOffset: number;
  readonly startOffset: number;
  /** The last stable offset. */
  readonly end: number;
  /** Monotonic time at which the request was sent: `end` is at least as new. */
  readonly askedMs: number;
}

export interface FetchFailure extends TopicPartition {
  readonly from: number;
  readonly error: Error;
  /** The offset is none of the partition's any more (retention, deletion): where it starts now. */
  readonly startOffset: number | undefined;
}

/** Reads partitions at wanted offsets; one want a partition and offset, answered once. */
export interface PartitionFetcher {
  /**
   * Asks for what is at `from`. Where that is the end the answer comes when there is more, or without records after
   * about `pollMs`, so that the end is known anew.
   */
  want(partition: TopicPartition, from: number, maxBytes: number): void;
  close(): Promise<void>;
}

export interface FetcherOptions {
  readonly pollMs: number;
  readonly onRecords: (records: FetchedRecords) => void;
  readonly onFailure: (failure: FetchFailure) => void;
}

export interface GroupAssignment {
  readonly partitions: readonly TopicPartition[];
  /** What the group's leader says to this member beside the partitions. */
  readonly userData: Buffer;
}

export interface GroupMemberInfo {
  readonly memberId: string;
  readonly topics: readonly string[];
  readonly userData: Buffer;
}

export interface GroupOptions {
  readonly groupId: string;
  /** Name of the assignor, the same in all members. */
  readonly protocol: string;
  readonly topics: readonly string[];
  /** Told to the leader with each join. */
  readonly userData: () => Buffer;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** Called in the leader: an assignment for every member. */
  readonly assign: (members: readonly GroupMemberInfo[]) => ReadonlyMap<string, GroupAssignment>;
  /** The member has these partitions until `onRevoked` or `onLost`; `generation` goes with its commits. */
  readonly onAssigned: (assignment: GroupAssignment, memberId: string, generation: number) => void;
  /** A rebalance begins: what was done is to be committed now; the member joins again when the promise is settled. */
  readonly onRevoked: () => Promise<void>;
  /** The member was thrown out (it was silent too long): its partitions may be another's already. It joins anew. */
  readonly onLost: (error: Error) => void;
}

/** A member of a consumer group of the classic protocol: joins, sends heartbeats, joins again, until it leaves. */
export interface GroupMember {
  leave(): Promise<void>;
}

export interface ClusterClient {
  readonly clusterId: string;
  topics(): Promise<readonly ClusterTopic[]>;
  /** @throws CLUSTER_TOPIC_EXISTS and what the cluster says of names, counts, settings */
  createTopic(topic: NewClusterTopic): Promise<void>;
  deleteTopics(names: readonly string[]): Promise<void>;
  addPartitions(name: string, total: number): Promise<void>;
  /** Sets the values given, resets to its default what is null. */
  alterTopicConfig(name: string, changes: Readonly<Record<string, string | null>>): Promise<void>;
  /** By {@link partitionName}: the first offset, the end, or the first with a timestamp of at least that (the end where none is). */
  listOffsets(
    partitions: readonly TopicPartition[],
    at: "start" | "end" | { readonly timestampMs: number },
  ): Promise<ReadonlyMap<string, number>>;
  /** Deletes records below the offset. */
  deleteRecords(partition: TopicPartition, before: number): Promise<void>;
  /** By {@link partitionName}; those without a committed offset are not in it. Pending transactions are waited for. */
  committedOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
  ): Promise<ReadonlyMap<string, CommittedOffset>>;
  deleteGroup(groupId: string): Promise<void>;
  openFetcher(options: FetcherOptions): PartitionFetcher;
  openProducer(): Promise<IdempotentProducer>;
  /** Takes the id over: a process that still has it is fenced. */
  openTransactions(transactionalId: string): Promise<TransactionProducer>;
  joinGroup(options: GroupOptions): GroupMember;
  close(): Promise<void>;
}
