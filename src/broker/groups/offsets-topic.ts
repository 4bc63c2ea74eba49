/**
 * Groups and positions in `__consumer_offsets`: what is written after each change, and how it is read back. A group's
 * records all go to the partition that Kafka's hash of its id gives, so that other tools find them there.
 *
 * Compaction keeps the last record of a key, whatever becomes of its transaction. So that it never takes a position away
 * that counts, the high watermark stays at the oldest open transaction, and what an aborted one has covered is written again.
 */
import type { Clock } from "../../base/clock.ts";
import type { BatchHeader } from "../../log/batch-header.ts";
import type { PartitionLog } from "../../log/topic-log.ts";
import type { BrokerLog } from "../broker-log.ts";
import { OFFSETS_TOPIC } from "../broker-log.ts";
import { MalformedFrame } from "../protocol/byte-reader.ts";
import { storing } from "../state-topics/coordinator-failure.ts";
import { javaStringHash } from "../state-topics/java-string-hash.ts";
import { transactionalBatch } from "../state-topics/producer-batch.ts";
import type { ProducerIdentity, StateRecord } from "../state-topics/producer-batch.ts";
import { StateTopic } from "../state-topics/state-topic.ts";
import type { StoredRecord } from "../state-topics/state-topic.ts";
import type { Group } from "./group.ts";
import { GroupOffsets } from "./group-offsets.ts";
import type { CommittedOffset, OffsetEntry, TopicPartition } from "./group-offsets.ts";
import {
  groupKey,
  groupValue,
  offsetKey,
  offsetValue,
  readGroupKey,
  readGroupValue,
  readOffsetValue,
} from "./group-records.ts";
import type { StoredGroup } from "./group-records.ts";

export interface LoadedGroup {
  readonly offsets: GroupOffsets;
  /** Undefined for groups that only store positions. */
  metadata: StoredGroup | undefined;
}

export class OffsetsTopic {
  readonly #topic: StateTopic;
  readonly #clock: Clock;
  readonly #openFrom: (log: PartitionLog) => number | undefined;
  /** Groups with covered positions, by id. */
  readonly #covered = new Map<string, GroupOffsets>();
  /** Records that could not be read, at loading. */
  malformed = 0;

  /**
   * @param openFrom where the oldest open transaction begins in a partition
   * @throws SpoorError as `TopicLog.createTopic`
   */
  constructor(
    log: BrokerLog,
    clock: Clock,
    partitions: number,
    openFrom: (log: PartitionLog) => number | undefined,
  ) {
    this.#topic = StateTopic.open(log, clock, { name: OFFSETS_TOPIC, partitions });
    this.#clock = clock;
    this.#openFrom = openFrom;
  }

  /** Lets readers, and compaction, have what no open transaction and no covered position depends on. */
  publish(partition: number): void {
    const log = this.#topic.partition(partition);
    let upTo = this.#openFrom(log) ?? log.endOffset;
    for (const [groupId, { coveredFrom }] of this.#covered) {
      if (this.partitionOf(groupId) === partition) upTo = Math.min(upTo, coveredFrom ?? upTo);
    }
    log.manualHighWatermark = true;
    log.setHighWatermark(upTo);
  }

  get partitions(): number {
    return this.#topic.partitions;
  }

  partitionOf(groupId: string): number {
    return (javaStringHash(groupId) & 0x7fffffff) % this.#topic.partitions;
  }

  /** @throws SpoorError */
  storeGroup(group: Group): void {
    const members = [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.details.groupInstanceId,
      clientId: member.details.clientId,
      clientHost: member.details.clientHost,
      rebalanceTimeout: member.details.rebalanceTimeoutMs,
      sessionTimeout: member.details.sessionTimeoutMs,
      subscription: member.metadata(group.protocolName),
      assignment: member.assignment,
    }));
    const value = groupValue({
      protocolType: group.protocolType ?? "",
      generation: group.generationId,
      protocol: group.protocolName,
      leader: group.leaderId,
      currentStateTimestamp: this.#clock.nowMs(),
      members,
    });
    this.#append(group.id, [{ key: groupKey(group.id), value }]);
  }

  /** Forgets positions, and with `whole` the group too. @throws SpoorError */
  forget(groupId: string, offsets: readonly TopicPartition[], whole: boolean): void {
    const records: StateRecord[] = offsets.map(({ topic, partition }) => ({
      key: offsetKey(groupId, topic, partition),
      value: null,
    }));
    if (whole) records.push({ key: groupKey(groupId), value: null });
    this.#append(groupId, records);
  }

  /** Returns what was committed, with the places of its records. @throws SpoorError */
  storeOffsets(groupId: string, entries: readonly OffsetEntry[]): OffsetEntry[] {
    const partition = this.partitionOf(groupId);
    const first = this.#topic.partition(partition).endOffset;
    this.#topic.append(partition, offsetRecords(groupId, entries));
    this.publish(partition);
    return placed(entries, first);
  }

  /** The same within a transaction. @throws SpoorError */
  stageOffsets(groupId: string, entries: readonly OffsetEntry[], producer: ProducerIdentity): StagedOffsets {
    const partition = this.partitionOf(groupId);
    const batch = transactionalBatch(offsetRecords(groupId, entries), producer, this.#clock.nowMs());
    const first = this.#topic.appendWire(partition, batch);
    return { entries: placed(entries, first), batch, first };
  }

  /**
   * Writes covered positions again, as they are or as tombstones, and lets readers have what no longer depends on anything.
   * Covered positions that another transaction has staged wait for its end.
   * @throws SpoorError; the call may be made again
   */
  settle(groupId: string, offsets: GroupOffsets): void {
    this.#covered.set(groupId, offsets);
    const due = [...offsets.covered()].filter(({ topic, partition }) => !offsets.isStaged(topic, partition));
    const absent = due.filter(({ committed }) => committed === undefined);
    if (absent.length > 0) this.forget(groupId, absent, false);
    for (const { topic, partition } of absent) offsets.delete(topic, partition);
    const present = due.flatMap(({ topic, partition, committed }) =>
      committed === undefined ? [] : [{ topic, partition, committed }],
    );
    const restated = present.length === 0 ? [] : this.storeOffsets(groupId, present);
    for (const { topic, partition, committed } of restated) offsets.commit(topic, partition, committed);
    if (offsets.coveredFrom === undefined) this.#covered.delete(groupId);
    this.publish(this.partitionOf(groupId));
  }

  /** The group is gone. */
  release(groupId: string): void {
    this.#covered.delete(groupId);
    this.publish(this.partitionOf(groupId));
  }

  partitionLog(groupId: string): PartitionLog {
    return this.#topic.partition(this.partitionOf(groupId));
  }

  /** Everything in the topic, by group; from now on the high watermark is held by hand. @throws LOG_CORRUPT, LOG_READ_FAILED */
  load(): Map<string, LoadedGroup> {
    const groups = new Map<string, LoadedGroup>();
    for (let partition = 0; partition < this.#topic.partitions; partition++) {
      this.#topic.replay(partition, {
        records: (records, header) => {
          for (const record of records) this.#apply(groups, record, header);
        },
        marker: ({ commit }, { producerId }) => {
          for (const [groupId, { offsets }] of groups) {
            if (this.partitionOf(groupId) === partition) offsets.complete(producerId, commit);
          }
        },
      });
    }
    for (const [groupId, { offsets, metadata }] of groups) {
      // Where this cannot be written, the high watermark stays below; the next marker tries again.
      if (offsets.coveredFrom !== undefined) storing(() => this.settle(groupId, offsets));
      if (metadata === undefined && offsets.isEmpty) groups.delete(groupId);
    }
    for (let partition = 0; partition < this.#topic.partitions; partition++) this.publish(partition);
    return groups;
  }

  #apply(groups: Map<string, LoadedGroup>, record: StoredRecord, header: BatchHeader): void {
    try {
      applyRecord(groups, record, header);
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      this.malformed++;
    }
  }

  #append(groupId: string, records: readonly StateRecord[]): void {
    const partition = this.partitionOf(groupId);
    this.#topic.append(partition, records);
    this.publish(partition);
  }
}

export interface StagedOffsets {
  readonly entries: OffsetEntry[];
  /** As it stands in the log, for the producer states. */
  readonly batch: Buffer;
  readonly first: number;
}

function applyRecord(
  groups: Map<string, LoadedGroup>,
  { key, value, offset }: StoredRecord,
  header: BatchHeader,
): void {
  const parsed = key === null ? undefined : readGroupKey(key);
  if (parsed === undefined) return;
  let group = groups.get(parsed.group);
  if (group === undefined) groups.set(parsed.group, (group = newGroup()));
  if (parsed.kind === "group") {
    group.metadata = value === null ? undefined : readGroupValue(value);
    return;
  }
  const { topic, partition } = parsed;
  const stored = value === null ? undefined : readOffsetValue(value);
  if (stored === undefined) {
    group.offsets.delete(topic, partition);
    return;
  }
  const committed: CommittedOffset = {
    offset: stored.offset,
    leaderEpoch: stored.leaderEpoch,
    metadata: stored.metadata,
    commitTimestampMs: stored.commitTimestamp,
    expireTimestampMs: stored.expireTimestamp,
    recordOffset: offset,
  };
  if (header.transactional) group.offsets.stage(header.producerId, topic, partition, committed);
  else group.offsets.commit(topic, partition, committed);
}

function newGroup(): LoadedGroup {
  return { offsets: new GroupOffsets(), metadata: undefined };
}

function offsetRecords(groupId: string, entries: readonly OffsetEntry[]): StateRecord[] {
  return entries.map(({ topic, partition, committed }) => ({
    key: offsetKey(groupId, topic, partition),
    value: offsetValue({
      offset: committed.offset,
      leaderEpoch: committed.leaderEpoch,
      metadata: committed.metadata,
      commitTimestamp: committed.commitTimestampMs,
      expireTimestamp: committed.expireTimestampMs,
    }),
  }));
}

/** The records of one append take consecutive offsets. */
function placed(entries: readonly OffsetEntry[], first: number): OffsetEntry[] {
  return entries.map((entry, i) => ({
    ...entry,
    committed: { ...entry.committed, recordOffset: first + i },
  }));
}
