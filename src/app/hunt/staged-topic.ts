/**
 * A topic as a table of one form, staged as Parquet in the hunts' folder. Only what is new is read when a question comes; a
 * topic that was deleted and made again is read anew. Of a large topic the newest records are read, and it is told how many are
 * left out.
 */
import type { Clock } from "../../base/clock.ts";
import { SpoorError } from "../../base/errors.ts";
import { huntErrors } from "../../lake/hunt/errors.ts";
import type { TableUse } from "../../lake/hunt/live-tables.ts";
import { SEGMENT_BYTES } from "../../lake/hunt/segment-table.ts";
import type { SegmentTable, StagedLines } from "../../lake/hunt/segment-table.ts";
import type { RecordBlock } from "../../log/record-block.ts";
import type { PartitionLog, TopicInfo, TopicLog } from "../../log/topic-log.ts";
import type { BlockForm } from "./block-forms.ts";
import { readCommitted } from "./committed-records.ts";

export interface StagedTopicOptions {
  readonly log: TopicLog;
  readonly topic: string;
  readonly clock: Clock;
  readonly bytesMax: number;
  /** @param rewritten documents are written anew: what the database could not read otherwise */
  readonly form: (rewritten: boolean) => BlockForm;
  /** The ends of the topic are known as they are now. */
  readonly refreshed: (topics: readonly string[]) => Promise<void>;
}

/** Of all the work, how much is to read the records; the rest is to write the table. */
const READING_SHARE = 0.8;
/** Columns change at most once while one range is read: the second time they are known. */
const ATTEMPTS_MAX = 4;

export class StagedTopic {
  readonly #options: StagedTopicOptions;
  readonly #table: SegmentTable;
  #form: BlockForm | undefined;
  /** Of the columns that are in the table. */
  #shape: ReadonlyMap<string, string> = new Map();
  #isRewritten = false;
  #topicId: string | undefined;
  #next: number[] = [];
  /** Questions that come at once take turns: the second reads nothing anew. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(table: SegmentTable, options: StagedTopicOptions) {
    this.#table = table;
    this.#options = options;
  }

  /** A SELECT of the records as they are now, good until the session ends. */
  query(use: TableUse): Promise<string> {
    const turn = this.#turn.then(async () => {
      const topic = await this.#catchUp(use);
      const lease = this.#table.lease();
      use.onClose(lease.release);
      return this.#visible(topic, lease.query, use);
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async drop(): Promise<void> {
    await this.#turn;
    await this.#table.drop();
  }

  async #catchUp(use: TableUse): Promise<TopicInfo> {
    const { log, topic: name, bytesMax, refreshed } = this.#options;
    await refreshed([name]);
    const topic = log.topic(name);
    if (topic === undefined) throw huntErrors.UNKNOWN_TABLE({ message: `topic '${name}' is gone` });
    const partitions = partitionsOf(log, topic);
    const to = partitions.map((partition) => partition.lastStableOffset);
    const begin = newestFrom(partitions, to, bytesMax);
    const isOther = this.#topicId !== topic.id;
    if (isOther) {
      this.#form = undefined;
      this.#shape = new Map();
      this.#isRewritten = false;
    }
    // Where what is new alone is more than may be read, the rest is too old by now.
    if (isOther || begin.some((offset, p) => offset > (this.#next[p] ?? offset))) await this.#forget();
    this.#topicId = topic.id;
    // Once for what is new; again where it made the columns others, or could not be read as it is.
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const from = begin.map((offset, p) => Math.max(offset, this.#next[p] ?? 0));
      if (await this.#add(partitions, from, to, use)) break;
      await this.#forget();
    }
    await this.#table.merge(use.database);
    await this.#table.trim(bytesMax);
    return topic;
  }

  async #forget(): Promise<void> {
    this.#next = [];
    await this.#table.drop();
  }

  /** Adds the records of a range. False where the table must be made anew, all of it. */
  async #add(
    partitions: readonly PartitionLog[],
    from: readonly number[],
    to: readonly number[],
    use: TableUse,
  ): Promise<boolean> {
    const form = (this.#form ??= this.#options.form(this.#isRewritten));
    const staged: StagedLines[] = [];
    try {
      const next = await this.#stage(form, partitions, from, to, staged, use);
      const shape = form.shape();
      const isOther = [...this.#shape].some(([column, made]) => shape.get(column) !== made);
      if (isOther && !this.#table.isEmpty) return false;
      let stored = 0;
      await this.#table.store(
        use.database,
        staged,
        (path, longest) => form.select(path, longest),
        () =>
          use.onRead(this.#options.topic, READING_SHARE + (++stored / staged.length) * (1 - READING_SHARE)),
      );
      this.#next = next;
      this.#shape = shape;
      return true;
    } catch (error) {
      if (!(error instanceof SpoorError) || error.code !== "HUNT_CONVERSION" || this.#isRewritten)
        throw error;
      // The database takes no object with a name twice; JSON.parse does, and keeps the last.
      this.#isRewritten = true;
      this.#form = undefined;
      return false;
    } finally {
      for (const lines of staged) await this.#table.discard(lines);
    }
  }

  /** Records as files of lines, until all are read. */
  async #stage(
    form: BlockForm,
    partitions: readonly PartitionLog[],
    from: readonly number[],
    to: readonly number[],
    staged: StagedLines[],
    use: TableUse,
  ): Promise<number[]> {
    const { clock, topic } = this.#options;
    const total = from.reduce((sum, offset, p) => sum + Math.max(0, to[p]! - offset), 0);
    let done = 0;
    const onRead = (records: number): void => {
      done += records;
      use.onRead(topic, (done / total) * READING_SHARE);
    };
    let next = [...from];
    while ((this.#table.isEmpty && staged.length === 0) || next.some((offset, p) => offset < to[p]!)) {
      const begin = next;
      const lines = await this.#table.stage(begin, async (file) => {
        const take = async (block: RecordBlock, partition: number): Promise<void> => {
          for (const line of form.lines(block, partition)) {
            const waiting = file.add(line);
            if (waiting !== undefined) await waiting;
          }
        };
        const { isStopped } = use;
        const bytesMax = SEGMENT_BYTES;
        const read = await readCommitted({
          partitions,
          from: begin,
          to,
          bytesMax,
          clock,
          isStopped,
          onRead,
          use: take,
        });
        next = read.next;
        return read.bytes;
      });
      staged.push(lines);
    }
    return next;
  }

  /** Without records that retention has taken since they were read; tells of what is left out. */
  #visible(topic: TopicInfo, query: string, use: TableUse): string {
    const partitions = partitionsOf(this.#options.log, topic);
    const { from } = this.#table;
    const leftOut = partitions.reduce(
      (sum, { startOffset }, p) => sum + Math.max(0, (from[p] ?? 0) - startOffset),
      0,
    );
    if (leftOut > 0)
      use.onNote(
        `topic '${topic.name}': the oldest ${leftOut} records are left out (spoor.hunt.topic.bytes is ${this.#options.bytesMax})`,
      );
    const gone = partitions.flatMap(({ startOffset }, p) =>
      startOffset > (from[p] ?? 0) ? [`(_partition = ${p} AND _offset < ${startOffset})`] : [],
    );
    return gone.length === 0 ? query : `SELECT * FROM (${query}) WHERE NOT (${gone.join(" OR ")})`;
  }
}

function partitionsOf(log: TopicLog, topic: TopicInfo): PartitionLog[] {
  return Array.from({ length: topic.partitions }, (_, p) => log.partition(topic.name, p));
}

/** Where the newest records begin that have so many bytes together, as far as the log's sizes tell. */
function newestFrom(partitions: readonly PartitionLog[], to: readonly number[], bytesMax: number): number[] {
  const bytes = partitions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const share = bytes <= bytesMax ? 1 : bytesMax / bytes;
  return partitions.map(({ startOffset }, p) =>
    share === 1 ? startOffset : Math.max(startOffset, to[p]! - Math.ceil((to[p]! - startOffset) * share)),
  );
}
