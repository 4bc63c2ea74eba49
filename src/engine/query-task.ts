/**
 * One running query: reads its topics, pushes records through its operators (or its byte pipeline), appends the
 * outputs. A task does a bounded step at a time and keeps its input positions; the engine commits.
 *
 * Order. With one input partition records are processed as they stand. With several they are merged by arrival number
 * (then by input, then by partition): a record is processed only when no other input can still deliver an earlier
 * one, which the caller states by `horizon`: every record with an arrival below it is in the input topics already. Where
 * inputs are read from afar each states its own bound, and the horizon is infinite.
 *
 * Transactions are read as by a `read_committed` consumer: aborted records never come, and an open transaction holds its
 * partition back. What is held back will be processed or not, but not before what it holds back in turn: the first arrival
 * that waits in a partition is a horizon for the other inputs, and for the queries behind.
 */
import type { RecordBlock } from "../log/record-block.ts";
import type { PartitionLog, ReadOptions } from "../log/topic-log.ts";
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
  /**
   * Where an input is read from afar: while nothing of it is at hand, a record that is still to come may have this
   * arrival or a later one; infinite when it is read to its end. Absent: what is not there now is bounded by the horizon.
   */
  readonly bound?: () => number;
}

interface Head {
  readonly input: TaskInput;
  block: RecordBlock | undefined;
  /** Blocks read but not begun. */
  queue: readonly RecordBlock[];
  index: number;
  /** Arrival of the record at `index`, never below that of a record before it in the partition. */
  arrival: number;
  /** Where an open transaction last held the partition back, and the arrival that waits there. */
  held: { readonly position: number; readonly arrival: number } | undefined;
}

export interface TaskOptions {
  readonly id: string;
  readonly inputs: readonly TaskInput[];
  readonly counters: QueryCounters;
  readonly place: RecordPlace;
  /** Appends what the step wrote. */
  readonly flush: () => void;
  /** Reads up to the end of the log (persistent queries) or to the high watermark (push queries). */
  readonly readsToEnd: boolean;
}

function readCommitted(upTo: number): ReadOptions {
  return { maxBytes: READ_BYTES, upTo, isolation: "read_committed" };
}

export class QueryTask {
  readonly id: string;
  readonly inputs: readonly TaskInput[];
  readonly counters: QueryCounters;
  readonly #place: RecordPlace;
  readonly #flush: () => void;
  readonly #readsToEnd: boolean;
  readonly #heads: readonly Head[];
  /** Every record with an arrival below this has been processed. */
  progress = 0;

  constructor(options: TaskOptions) {
    this.id = options.id;
    this.inputs = options.inputs;
    this.counters = options.counters;
    this.#place = options.place;
    this.#flush = options.flush;
    this.#readsToEnd = options.readsToEnd;
    this.#heads = options.inputs.map((input) => ({
      input,
      block: undefined,
      queue: [],
      index: 0,
      arrival: 0,
      held: undefined,
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
    for (const head of this.#heads) {
      const next = this.#read(head.input).find((block) => block.count > 0);
      least = Math.min(least, next?.arrivals[0] ?? this.#heldArrival(head));
    }
    this.progress = Math.max(this.progress, least);
  }

  /** Records in the inputs that are not processed yet. */
  lag(): number {
    let lag = 0;
    for (const { partition, position } of this.inputs) lag += Math.max(0, partition.endOffset - position);
    return lag;
  }

  /** Up to where the partition may be read: the stable end, unless `withOpen`. */
  #end(partition: PartitionLog, withOpen = false): number {
    const end = this.#readsToEnd ? partition.endOffset : partition.highWatermark;
    const open = partition.transactions.firstOpenOffset;
    return open === undefined || withOpen ? end : Math.min(end, Math.max(open, partition.startOffset));
  }

  /** The arrival of the first record that an open transaction holds back; infinite where none does. */
  #heldArrival(head: Head): number {
    const { partition, position } = head.input;
    if (partition.transactions.firstOpenOffset === undefined || position < this.#end(partition)) {
      return Number.POSITIVE_INFINITY;
    }
    if (head.held?.position === position) return head.held.arrival;
    const upTo = this.#end(partition, true);
    for (let from = position; from < upTo;) {
      const blocks = partition.read(from, { maxBytes: 1, upTo });
      const first = blocks.find((block) => block.count > 0);
      if (first !== undefined) {
        head.held = { position, arrival: Math.max(head.arrival, first.arrivals[0]!) };
        return head.held.arrival;
      }
      from = blocks.at(-1)?.nextOffset ?? upTo;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Below it nothing can come any more from inputs of which nothing is at hand. */
  #bound(horizon: number): number {
    let bound = horizon;
    for (const head of this.#heads) {
      if (head.block !== undefined) continue;
      bound = Math.min(bound, this.#heldArrival(head), head.input.bound?.() ?? Number.POSITIVE_INFINITY);
    }
    return bound;
  }

  #read(input: TaskInput): readonly RecordBlock[] {
    const end = this.#end(input.partition);
    if (input.position < input.partition.startOffset) input.position = input.partition.startOffset;
    if (input.position >= end) return [];
    return input.partition.read(input.position, readCommitted(end));
  }

  #stepSingle(horizon: number): boolean {
    const { input } = this.#heads[0]!;
    const { partition } = input;
    const end = this.#end(partition);
    if (input.position < partition.startOffset) input.position = partition.startOffset;
    const before = input.position;
    if (before < end) {
      this.#place.topic = partition.topic;
      this.#place.partition = partition.partition;
      const options = readCommitted(end);
      if (input.processor.transient === true) {
        partition.look(input.position, options, (blocks) => this.#processAll(input, blocks));
      } else {
        this.#processAll(input, partition.read(input.position, options));
      }
    }
    if (input.position >= end) this.progress = Math.max(this.progress, this.#bound(horizon));
    return input.position > before;
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
      const bound = this.#bound(horizon);
      if (first === undefined || first.arrival >= bound) {
        if (bound < Number.POSITIVE_INFINITY) this.progress = Math.max(this.progress, bound);
        break;
      }
      const block = first.block!;
      const until = Math.min(this.#nextArrival(first), bound);
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
