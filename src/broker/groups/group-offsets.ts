/**
 * The positions of a group: those committed, and those of open transactions, which only count once their transaction
 * is committed. Of two commits the one that stands later in the log is right, whenever the marker came.
 *
 * A position is *covered* while the last record of its key is an aborted one. Compaction would keep that one, so the position
 * has to be written again (`offsets-topic.ts`) before compaction may come there. It cannot be while another
 * transaction has staged the same position: the new record would come after the staged one, and win.
 */
export interface CommittedOffset {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestampMs: number;
  /** −1: by the group's retention. */
  readonly expireTimestampMs: number;
  /** Of the record in `__consumer_offsets`. */
  readonly recordOffset: number;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface OffsetEntry extends TopicPartition {
  readonly committed: CommittedOffset;
}

/** A position whose last record in the log is one that does not count. */
export interface CoveredOffset extends TopicPartition {
  /** The first and the last such record. */
  readonly from: number;
  readonly upTo: number;
  /** What does count; undefined: nothing. */
  readonly committed: CommittedOffset | undefined;
}

/** Positions by topic and partition. */
class OffsetTable {
  readonly #topics = new Map<string, Map<number, CommittedOffset>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(topic: string, partition: number): CommittedOffset | undefined {
    return this.#topics.get(topic)?.get(partition);
  }

  set(topic: string, partition: number, committed: CommittedOffset): void {
    let partitions = this.#topics.get(topic);
    if (partitions === undefined) this.#topics.set(topic, (partitions = new Map()));
    if (!partitions.has(partition)) this.#size++;
    partitions.set(partition, committed);
  }

  delete(topic: string, partition: number): boolean {
    const partitions = this.#topics.get(topic);
    if (partitions?.delete(partition) !== true) return false;
    this.#size--;
    if (partitions.size === 0) this.#topics.delete(topic);
    return true;
  }

  *entries(): Generator<OffsetEntry> {
    for (const [topic, partitions] of this.#topics) {
      for (const [partition, committed] of partitions) yield { topic, partition, committed };
    }
  }
}

export class GroupOffsets {
  readonly #committed = new OffsetTable();
  readonly #staged = new Map<bigint, OffsetTable>();
  readonly #covered = new Map<string, Omit<CoveredOffset, "committed">>();

  /** Positions held, staged ones included. */
  get size(): number {
    let total = this.#committed.size;
    for (const table of this.#staged.values()) total += table.size;
    return total;
  }

  get isEmpty(): boolean {
    return this.#committed.size === 0 && this.#staged.size === 0;
  }

  get(topic: string, partition: number): CommittedOffset | undefined {
    return this.#committed.get(topic, partition);
  }

  entries(): Generator<OffsetEntry> {
    return this.#committed.entries();
  }

  commit(topic: string, partition: number, committed: CommittedOffset): void {
    this.#committed.set(topic, partition, committed);
    const key = coveredKey(topic, partition);
    if (committed.recordOffset > (this.#covered.get(key)?.upTo ?? Infinity)) this.#covered.delete(key);
  }

  /** A tombstone stands in the log. */
  delete(topic: string, partition: number): boolean {
    this.#covered.delete(coveredKey(topic, partition));
    return this.#committed.delete(topic, partition);
  }

  /** Positions whose last record does not count. */
  *covered(): Generator<CoveredOffset> {
    for (const { topic, partition, from, upTo } of this.#covered.values()) {
      yield { topic, partition, from, upTo, committed: this.#committed.get(topic, partition) };
    }
  }

  /** The first record in the log that compaction must not come to. */
  get coveredFrom(): number | undefined {
    if (this.#covered.size === 0) return undefined;
    return Math.min(...[...this.#covered.values()].map(({ from }) => from));
  }

  stage(producerId: bigint, topic: string, partition: number, committed: CommittedOffset): void {
    let table = this.#staged.get(producerId);
    if (table === undefined) this.#staged.set(producerId, (table = new OffsetTable()));
    table.set(topic, partition, committed);
  }

  /** Decides over what the producer has staged. */
  complete(producerId: bigint, commit: boolean): void {
    const staged = this.#staged.get(producerId);
    this.#staged.delete(producerId);
    for (const { topic, partition, committed } of staged?.entries() ?? []) {
      const present = this.#committed.get(topic, partition)?.recordOffset ?? -1;
      if (present > committed.recordOffset) continue;
      if (commit) this.commit(topic, partition, committed);
      else this.#cover(topic, partition, committed.recordOffset);
    }
  }

  /** Producers with an open transaction that touches the group. */
  get openProducers(): readonly bigint[] {
    return [...this.#staged.keys()];
  }

  isStaged(topic: string, partition: number): boolean {
    for (const table of this.#staged.values()) {
      if (table.get(topic, partition) !== undefined) return true;
    }
    return false;
  }

  #cover(topic: string, partition: number, recordOffset: number): void {
    const key = coveredKey(topic, partition);
    const { from, upTo } = this.#covered.get(key) ?? { from: recordOffset, upTo: recordOffset };
    this.#covered.set(key, {
      topic,
      partition,
      from: Math.min(from, recordOffset),
      upTo: Math.max(upTo, recordOffset),
    });
  }
}

function coveredKey(topic: string, partition: number): string {
  return `${partition} ${topic}`;
}
