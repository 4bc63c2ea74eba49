/**
 * One topic into the tables of its layers: reads what is committed, gathers a batch, commits it. It reads no faster than it
 * writes: while a batch is being written the next one is gathered, and no more than that. Where it stands is in the tables alone;
 * after a failure it reads that and goes on from there.
 */
import { SpoorError } from "../../base/errors.ts";
import type { Clock } from "../../base/clock.ts";
import type { DeltaTable } from "../../lake/delta/table.ts";
import type { LayerTables } from "../../lake/medallion/batch-commit.ts";
import type { RecordOrigin } from "../../lake/medallion/bronze-table.ts";
import { ChunkPool } from "../../lake/medallion/line-buffer.ts";
import { RowBatch } from "../../lake/medallion/row-batch.ts";
import type { RecordBlock } from "../../log/record-block.ts";
import type { PartitionLog, TopicInfo, TopicLog } from "../../log/topic-log.ts";
import { connectErrors } from "../errors.ts";

/** Read in one turn of the event loop: a hundred events. With what the log reads ahead it fills a power of two. */
const READ_BYTES = 192 * 1024;
const READ_BYTES_LEAST = 1024;

/** Makes rows of a topic's records. */
export interface RecordShaper {
  /** Records that are not rows as they should be, by reason. */
  readonly leftovers: ReadonlyMap<string, number>;
  shape(block: RecordBlock, index: number, origin: RecordOrigin, source: string, batch: RowBatch): void;
}

export interface TopicSinkOptions {
  readonly log: TopicLog;
  readonly topic: string;
  /** Put before the names that the tables know the partitions by: one for each connector. */
  readonly application: string;
  readonly tables: LayerTables;
  readonly shaper: RecordShaper;
  readonly clock: Clock;
  readonly commitIntervalMs: number;
  readonly batchBytes: number;
}

export interface SinkFigures {
  recordsRead: number;
  /** Records that retention had deleted before they were read. */
  recordsLost: number;
  rowsWritten: number;
  bytesWritten: number;
  commits: number;
  lastCommitMs: number | undefined;
  readonly rowsByTable: Map<string, number>;
}

export class TopicSink {
  readonly topic: string;
  readonly figures: SinkFigures = {
    recordsRead: 0,
    recordsLost: 0,
    rowsWritten: 0,
    bytesWritten: 0,
    commits: 0,
    lastCommitMs: undefined,
    rowsByTable: new Map(),
  };
  readonly #options: TopicSinkOptions;
  /** Where to read on, by source. */
  readonly #positions = new Map<string, number>();
  readonly #pool: ChunkPool;
  #batch: RowBatch;
  #batchSinceMs = 0;
  #firstPartition = 0;

  constructor(options: TopicSinkOptions) {
    this.#options = options;
    this.topic = options.topic;
    this.#pool = new ChunkPool(options.batchBytes);
    this.#batch = new RowBatch(this.#pool);
  }

  get leftovers(): ReadonlyMap<string, number> {
    return this.#options.shaper.leftovers;
  }

  /** Records that are committed in the topic and not yet in the tables; undefined while there is no topic. */
  lag(): number | undefined {
    const info = this.#options.log.topic(this.topic);
    if (info === undefined) return undefined;
    let lag = 0;
    for (const { partition, source } of this.#sources(info)) {
      const position = this.#positions.get(source) ?? partition.startOffset;
      lag += Math.max(0, partition.lastStableOffset - Math.max(position, partition.startOffset));
    }
    return lag;
  }

  /**
   * Reads on, a turn's worth.
   * @returns whether there may be more to read at once
   * @throws SpoorError CONNECT_TOPIC_CUT, and what the log and the tables say
   */
  async gather(): Promise<boolean> {
    const info = this.#options.log.topic(this.topic);
    if (info === undefined) return false;
    const sources = this.#sources(info);
    for (let i = 0; i < sources.length; i++) {
      const { partition, source } = sources[(this.#firstPartition + i) % sources.length]!;
      if (!this.#positions.has(source)) await this.#locate(partition, source);
      if (!this.#read(partition, source)) continue;
      this.#firstPartition = (this.#firstPartition + i + 1) % sources.length;
      return true;
    }
    return false;
  }

  /** Milliseconds until the batch is to be committed; undefined where there is none. */
  dueInMs(): number | undefined {
    if (this.#batch.isEmpty) return undefined;
    if (this.isFull) return 0;
    const ageMs = this.#options.clock.monotonicMs() - this.#batchSinceMs;
    return Math.max(0, this.#options.commitIntervalMs - ageMs);
  }

  get isFull(): boolean {
    return this.#batch.size >= this.#options.batchBytes;
  }

  /**
   * Commits what was gathered up to now; what is gathered meanwhile belongs to the next batch. One commit at a time.
   * @throws SpoorError LAKE_CONFLICT and what else the tables say; {@link reset} then
   */
  async commit(): Promise<void> {
    const batch = this.#batch;
    if (batch.isEmpty) return;
    this.#batch = new RowBatch(this.#pool);
    const { rows, bytes, commits, rowsByTable } = await this.#options.tables.commit(batch);
    batch.release();
    const { figures } = this;
    figures.rowsWritten += rows;
    figures.bytesWritten += bytes;
    figures.commits += commits;
    figures.lastCommitMs = this.#options.clock.nowMs();
    for (const [place, count] of rowsByTable)
      figures.rowsByTable.set(place, (figures.rowsByTable.get(place) ?? 0) + count);
  }

  /** Forgets what was read and not committed: the tables say where to go on. */
  reset(): void {
    this.#batch = new RowBatch(this.#pool);
    this.#positions.clear();
    this.#options.tables.reset();
  }

  tables(): Promise<ReadonlyMap<string, DeltaTable>> {
    return this.#options.tables.opened();
  }

  /** A topic that is made anew is another source. */
  #sources(info: TopicInfo): readonly { readonly partition: PartitionLog; readonly source: string }[] {
    const { log, application } = this.#options;
    return Array.from({ length: info.partitions }, (_, i) => ({
      partition: log.partition(info.name, i),
      source: `${application}/${info.name}/${info.id}/${i}`,
    }));
  }

  async #locate(partition: PartitionLog, source: string): Promise<void> {
    const position = await this.#options.tables.position(source);
    // Where records come from a cluster, ends are known as soon as they were asked for.
    if (position > partition.endOffset && partition.fetchesLater !== true)
      throw connectErrors.TOPIC_CUT({
        message: `topic '${partition.topic}' ends before what the lake has of it`,
        detail: `partition ${partition.partition} ends at offset ${partition.endOffset}, the lake has everything up to ${position}`,
        hint: "the log has lost its end; drop the connector and create it under another name",
      });
    this.#positions.set(source, position);
  }

  /** False where there was nothing to read. */
  #read(partition: PartitionLog, source: string): boolean {
    const wanted = this.#positions.get(source)!;
    const from = Math.max(wanted, partition.startOffset);
    this.figures.recordsLost += from - wanted;
    if (from > wanted) this.#positions.set(source, from);
    const room = Math.max(READ_BYTES_LEAST, this.#options.batchBytes - this.#batch.size);
    const maxBytes = Math.min(READ_BYTES, room);
    const isolation = "read_committed" as const;
    if (from >= partition.lastStableOffset) return false;
    let isSome = false;
    // Rows are copies: the memory that is read into is used again, which spares the collector much of its work.
    partition.look(from, { maxBytes, upTo: partition.lastStableOffset, isolation }, (blocks) => {
      if (blocks.length === 0) return;
      isSome = true;
      if (this.#batch.isEmpty) this.#batchSinceMs = this.#options.clock.monotonicMs();
      for (const block of blocks) {
        this.#shape(block, partition, source);
        this.#positions.set(source, block.nextOffset);
        this.#batch.advance(source, block.nextOffset);
      }
    });
    return isSome;
  }

  #shape(block: RecordBlock, { topic, partition }: PartitionLog, source: string): void {
    const { shaper, clock } = this.#options;
    const ingestTimeMs = clock.nowMs();
    for (let i = 0; i < block.count; i++) {
      const recordTimeMs = block.timestamps[i]!;
      const origin = { topic, partition, offset: block.offsets[i]!, recordTimeMs, ingestTimeMs };
      shaper.shape(block, i, origin, source, this.#batch);
    }
    this.figures.recordsRead += block.count;
  }
}

/** Another process that reads for the same connector was first: no fault, the tables say where to go on. */
export function isConflict(error: unknown): boolean {
  return error instanceof SpoorError && error.code === "LAKE_CONFLICT";
}
