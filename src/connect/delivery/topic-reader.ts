/**
 * Reads the committed records of a connector's topics, a partition after the other, from where it stands; topics and partitions
 * may come and go. Positions are kept in `ConnectorOffsets`.
 */
import type { PartitionLog, TopicLog } from "../../log/topic-log.ts";
import type { ConnectorOffsets } from "./connector-offsets.ts";
import { PartitionProgress } from "./partition-progress.ts";
import { SinkRecord } from "./sink-record.ts";

const READ_BYTES = 256 * 1024;
const NO_ID = /^[0-]+$/;

export interface TopicReaderOptions {
  readonly connector: string;
  readonly topics: readonly string[];
  readonly start: "latest" | "earliest";
  readonly log: TopicLog;
  readonly offsets: ConnectorOffsets;
  /** There is something new to read. */
  readonly onNews: () => void;
  /** A partition ends before the place that was done: its log has lost its end, and gives the offsets again. */
  readonly onCut: (topic: string, partition: number, records: number) => void;
}

/** A partition that is being read. */
export interface ReadPartition {
  readonly log: PartitionLog;
  readonly key: readonly (string | number)[];
  readonly progress: PartitionProgress;
  readonly unsubscribe: () => void;
}

export interface ReadBatch {
  readonly source: ReadPartition;
  readonly records: readonly SinkRecord[];
}

export class TopicReader {
  readonly #options: TopicReaderOptions;
  readonly #partitions = new Map<string, ReadPartition>();
  #turn = 0;
  /** Records that retention had deleted before they were read, by topic. */
  readonly lost = new Map<string, number>();

  constructor(options: TopicReaderOptions) {
    this.#options = options;
  }

  /**
   * Takes up what is there now. Where the connector begins with a topic is written down at once: `latest` means what came after it
   * was made, also after a restart, and a topic or partition that comes later is read from its beginning.
   */
  async refresh(): Promise<void> {
    const { connector, topics, start, log, offsets } = this.#options;
    const begun: [readonly (string | number)[], number][] = [];
    const current = new Set<string>();
    for (const topic of topics) {
      const marker = [connector, topic];
      const isKnown = offsets.get(marker) !== undefined;
      if (!isKnown) begun.push([marker, 0]);
      const found = log.topic(topic);
      // A topic that a cluster is about to make has no id yet.
      const info = found === undefined || NO_ID.test(found.id) ? undefined : found;
      for (let i = 0; i < (info?.partitions ?? 0); i++) {
        const key = [connector, topic, info!.id, i];
        const name = JSON.stringify(key);
        current.add(name);
        if (this.#partitions.has(name)) continue;
        const partition = log.partition(topic, i);
        const known = offsets.get(key);
        const fresh = !isKnown && start === "latest" ? partition.lastStableOffset : partition.startOffset;
        if (known === undefined) begun.push([key, fresh]);
        this.#partitions.set(name, this.#open(partition, key, known ?? fresh));
      }
    }
    for (const [name, { unsubscribe }] of this.#partitions) {
      if (current.has(name)) continue;
      unsubscribe();
      this.#partitions.delete(name);
    }
    await offsets.put(begun);
  }

  /** The next records of the next partition that has some; undefined at the end of all. */
  read(): ReadBatch | undefined {
    const partitions = [...this.#partitions.values()];
    for (let i = 0; i < partitions.length; i++) {
      const source = partitions[(this.#turn + i) % partitions.length]!;
      const records = this.#read(source);
      if (records === undefined) continue;
      this.#turn = (this.#turn + i + 1) % partitions.length;
      return { source, records };
    }
    return undefined;
  }

  /** Positions to be kept. */
  positions(): readonly (readonly [readonly (string | number)[], number])[] {
    return [...this.#partitions.values()].map(({ key, progress }) => [key, progress.position] as const);
  }

  /** Committed records that are not done, by topic. */
  lag(): ReadonlyMap<string, number> {
    const lags = new Map<string, number>();
    for (const { log, progress } of this.#partitions.values()) {
      const behind = log.lastStableOffset - Math.max(progress.position, log.startOffset);
      lags.set(log.topic, (lags.get(log.topic) ?? 0) + Math.max(0, behind));
    }
    return lags;
  }

  close(): void {
    for (const { unsubscribe } of this.#partitions.values()) unsubscribe();
    this.#partitions.clear();
  }

  #open(log: PartitionLog, key: readonly (string | number)[], wanted: number): ReadPartition {
    // Where records come from a cluster, ends are known as soon as they were asked for.
    const isCut = wanted > log.endOffset && log.fetchesLater !== true;
    const from = isCut ? log.endOffset : wanted;
    if (isCut) this.#options.onCut(log.topic, log.partition, wanted - from);
    const unsubscribe = log.onAppend(this.#options.onNews);
    return { log, key, progress: new PartitionProgress(from), unsubscribe };
  }

  #read({ log, progress }: ReadPartition): readonly SinkRecord[] | undefined {
    const wanted = progress.nextRead;
    if (log.startOffset > wanted) {
      this.lost.set(log.topic, (this.lost.get(log.topic) ?? 0) + log.startOffset - wanted);
      progress.advance(log.startOffset);
    }
    const upTo = log.lastStableOffset;
    if (progress.nextRead >= upTo) return undefined;
    const blocks = log.read(progress.nextRead, {
      maxBytes: READ_BYTES,
      upTo,
      isolation: "read_committed",
    });
    if (blocks.length === 0) return undefined;
    const records = blocks.flatMap((block) =>
      Array.from({ length: block.count }, (_, i) => new SinkRecord(log.topic, log.partition, block, i)),
    );
    for (const { offset } of records) progress.begin(offset);
    progress.advance(blocks.at(-1)!.nextOffset);
    return records;
  }
}
