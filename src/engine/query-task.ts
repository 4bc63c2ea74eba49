/**
 * One running query: reads its topics, pushes records through its operators (or its byte pipeline), appends the
 * outputs. A task does a bounded step at a time and keeps its input positions; the engine commits.
 *
 * Order. With one input partition records are processed as they stand. With several they are merged by arrival number
 * (then by input, then by partition): a record is processed only when no other input can still deliver an earlier
 * one, which the caller states by `horizon`: every record with an arrival below it is in the input topics already.
 */
import type { RecordBlock } from "../log/record-block.ts";
import type { PartitionLog } from "../log/topic-log.ts";
import type { RecordPlace } from "./operator.ts";
import type { QueryCounters } from "./statistics.ts";

/** Bytes a task reads from one partition at a time. */
const READ_BYTES = 1024 * 1024;

/** Processes the records [from, to) of a block. */
export interface BlockProcessor {
  /** It keeps nothing of a block, nor views of its bytes, after `process` has returned. */
  readonly transient?: boolean;
  process(block: RecordBlock, from: number, to: number): void;
}

export interface TaskInput {
  /** Position in the order of equal arrivals; also names the input in the committed positions. */
  readonly number: number;
  readonly partition: PartitionLog;
  readonly processor: BlockProcessor;
  /** Next offset to process. */
  position: number;
}

interface Head {
  readonly input: TaskInput;
  block: RecordBlock | undefined;
  /** Blocks read but not begun. */
  queue: readonly RecordBlock[];
  index: number;
  /** Arrival of the record at `index`, never below that of a record before it in the partition. */
  arrival: number;
}

export interface TaskOptions {
  readonly id: string;
  readonly inputs: readonly TaskInput[];
  readonly counters: QueryCounters;
  readonly place: RecordPlace;
  /** Appends what the step wrote. */
  readonly flush: () => void;
  /** Reads up to the end of the log (persistent queries) or only what is committed (push queries). */
  readonly readUncommitted: boolean;
}

export class QueryTask {
  readonly id: string;
  readonly inputs: readonly TaskInput[];
  readonly counters: QueryCounters;
  readonly #place: RecordPlace;
  readonly #flush: () => void;
  readonly #readUncommitted: boolean;
  readonly #heads: readonly Head[];
  /** Every record with an arrival below this has been processed. */
  progress = 0;

  constructor(options: TaskOptions) {
    this.id = options.id;
    this.inputs = options.inputs;
    this.counters = options.counters;
    this.#place = options.place;
    this.#flush = options.flush;
    this.#readUncommitted = options.readUncommitted;
    this.#heads = options.inputs.map((input) => ({
      input,
      block: undefined,
      queue: [],
      index: 0,
      arrival: 0,
    }));
  }

  /**
   * Processes a bounded amount; answers whether there was anything to do. A step whose output the disk refuses is
   * complete all the same: the next one begins by writing it.
   */
  step(horizon: number): boolean {
    this.#flush();
    const worked = this.#heads.length === 1 ? this.#stepSingle(horizon) : this.#stepMerged(horizon);
    if (worked) this.#flush();
    return worked;
  }

  /** Finds out how far the task has come, without processing anything. */
  observe(horizon: number): void {
    let least = horizon;
    for (const input of this.inputs) {
      const next = this.#read(input).find((block) => block.count > 0);
      if (next !== undefined) least = Math.min(least, next.arrivals[0]!);
    }
    this.progress = Math.max(this.progress, least);
  }

  /** Records in the inputs that are not processed yet. */
  lag(): number {
    let lag = 0;
    for (const { partition, position } of this.inputs) lag += Math.max(0, partition.endOffset - position);
    return lag;
  }

  #end(partition: PartitionLog): number {
    return this.#readUncommitted ? partition.endOffset : partition.highWatermark;
  }

  #read(input: TaskInput): readonly RecordBlock[] {
    const end = this.#end(input.partition);
    if (input.position < input.partition.startOffset) input.position = input.partition.startOffset;
    if (input.position >= end) return [];
    return input.partition.read(input.position, { maxBytes: READ_BYTES, upTo: end });
  }

  #stepSingle(horizon: number): boolean {
    const { input } = this.#heads[0]!;
    const { partition } = input;
    const end = this.#end(partition);
    if (input.position < partition.startOffset) input.position = partition.startOffset;
    const worked = input.position < end;
    if (worked) {
      this.#place.topic = partition.topic;
      this.#place.partition = partition.partition;
      const options = { maxBytes: READ_BYTES, upTo: end };
      if (input.processor.transient === true) {
        partition.look(input.position, options, (blocks) => this.#processAll(input, blocks));
      } else {
        this.#processAll(input, partition.read(input.position, options));
      }
    }
    if (input.position >= end) this.progress = Math.max(this.progress, horizon);
    return worked;
  }

  #processAll(input: TaskInput, blocks: readonly RecordBlock[]): void {
    for (const block of blocks) {
      this.#process(input, block, 0, block.count);
      input.position = block.nextOffset;
      if (block.count > 0) this.progress = Math.max(this.progress, block.arrivals[block.count - 1]! + 1);
    }
  }

  #process(input: TaskInput, block: RecordBlock, from: number, to: number): void {
    if (to <= from) return;
    this.counters.recordsRead += to - from;
    const { valueStarts, valueEnds } = block;
    let bytes = 0;
    for (let i = from; i < to; i++) bytes += Math.max(0, valueEnds[i]! - valueStarts[i]!);
    this.counters.bytesRead += bytes;
    input.processor.process(block, from, to);
  }

  #stepMerged(horizon: number): boolean {
    let budget = READ_BYTES;
    let worked = false;
    while (budget > 0) {
      const first = this.#firstHead();
      if (first === undefined) {
        this.progress = Math.max(this.progress, horizon);
        break;
      }
      if (first.arrival >= horizon) break;
      const block = first.block!;
      const until = Math.min(this.#nextArrival(first), horizon);
      let to = first.index + 1;
      // A record of equal arrival may follow only where this input stands before the others.
      const last = this.#inputOrder(first) ? until : until - 1;
      while (to < block.count && block.arrivals[to]! <= last) to += 1;
      this.#place.topic = first.input.partition.topic;
      this.#place.partition = first.input.partition.partition;
      this.#process(first.input, block, first.index, to);
      budget -= block.bytes.length * ((to - first.index) / block.count);
      this.progress = Math.max(this.progress, first.arrival);
      this.#advance(first, to);
      worked = true;
    }
    return worked;
  }

  /** Moves a head behind the records before `to`. */
  #advance(head: Head, to: number): void {
    const block = head.block!;
    if (to < block.count) {
      head.index = to;
      head.arrival = Math.max(head.arrival, block.arrivals[to]!);
      head.input.position = block.offsets[to]!;
    } else {
      head.block = undefined;
      head.input.position = block.nextOffset;
    }
  }

  /** The head to process next: least arrival, then input order. */
  #firstHead(): Head | undefined {
    let first: Head | undefined;
    for (const head of this.#heads) {
      this.#refill(head);
      if (head.block !== undefined && (first === undefined || head.arrival < first.arrival)) first = head;
    }
    return first;
  }

  #refill(head: Head): void {
    while (head.block === undefined) {
      if (head.queue.length === 0) head.queue = this.#read(head.input);
      const block = head.queue[0];
      if (block === undefined) return;
      head.queue = head.queue.slice(1);
      if (block.count === 0) {
        head.input.position = block.nextOffset;
        continue;
      }
      head.block = block;
      head.index = 0;
      head.arrival = Math.max(head.arrival, block.arrivals[0]!);
    }
  }

  /** The least arrival among the other heads. */
  #nextArrival(first: Head): number {
    let least = Number.POSITIVE_INFINITY;
    for (const head of this.#heads)
      if (head !== first && head.block !== undefined) least = Math.min(least, head.arrival);
    return least;
  }

  /** Whether `first` stands before every other head of equal arrival. */
  #inputOrder(first: Head): boolean {
    const other = this.#heads.find((head) => head !== first && head.block !== undefined);
    return other === undefined || this.#heads.indexOf(first) < this.#heads.indexOf(other);
  }
}
