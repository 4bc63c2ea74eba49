/**
 * A block of records as a struct of arrays over one buffer: the unit that crosses every boundary between
 * the log, the engine, the broker and the lake. Batches cross boundaries, records do not.
 *
 * Invariants: every array holds at least `count` entries (it may be longer: loop to `count`, never to
 * `length`). Starts and ends are byte positions in `bytes`, end exclusive. A start of −1 means null (its end
 * is −1 too), which is not the empty string (start = end ≥ 0). Offsets rise strictly but may have gaps
 * (compaction, control batches). A block is shared by all its readers and must never be written to.
 */
export interface RecordBlock {
  readonly count: number;
  readonly bytes: Buffer;
  readonly keyStarts: Int32Array;
  readonly keyEnds: Int32Array;
  readonly valueStarts: Int32Array;
  readonly valueEnds: Int32Array;
  /** Milliseconds since 1970, or −1 where the producer gave none. */
  readonly timestamps: Float64Array;
  readonly offsets: Float64Array;
  /** The place of the record's cause in the order of ingestion over all topics; see `ARCHITECTURE.md`. */
  readonly arrivals: Float64Array;
  /**
   * The raw header section of each record as Kafka writes it (varint count, then the headers); absent when
   * no record of the block has headers. A record without headers has start = end.
   */
  readonly headerStarts: Int32Array | undefined;
  readonly headerEnds: Int32Array | undefined;
  /** Where to read on: above every offset of this block, also above holes and control batches behind it. */
  readonly nextOffset: number;
  /** The producer whose transaction these records belong to; absent outside transactions. */
  readonly transaction: BlockTransaction | undefined;
}

export interface BlockTransaction {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** A Kafka record header; names may repeat within a record. */
export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** One record as objects, for slow paths (tests, tools, error samples). */
export interface LogRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
  readonly timestamp: number;
  readonly offset: number;
  readonly arrival: number;
}

/** The parts of a block; what is left out is: no headers, no transaction. */
export interface RecordBlockParts {
  readonly count: number;
  readonly bytes: Buffer;
  readonly keyStarts: Int32Array;
  readonly keyEnds: Int32Array;
  readonly valueStarts: Int32Array;
  readonly valueEnds: Int32Array;
  readonly timestamps: Float64Array;
  readonly offsets: Float64Array;
  readonly arrivals: Float64Array;
  readonly headerStarts?: Int32Array | undefined;
  readonly headerEnds?: Int32Array | undefined;
  readonly nextOffset: number;
  readonly transaction?: BlockTransaction | undefined;
}

/** Makes every block with the same hidden class, so that readers stay monomorphic. */
export function recordBlock(parts: RecordBlockParts): RecordBlock {
  return {
    count: parts.count,
    bytes: parts.bytes,
    keyStarts: parts.keyStarts,
    keyEnds: parts.keyEnds,
    valueStarts: parts.valueStarts,
    valueEnds: parts.valueEnds,
    timestamps: parts.timestamps,
    offsets: parts.offsets,
    arrivals: parts.arrivals,
    headerStarts: parts.headerStarts,
    headerEnds: parts.headerEnds,
    nextOffset: parts.nextOffset,
    transaction: parts.transaction,
  };
}

/** A block without records, which still says where to read on. */
export function emptyBlock(nextOffset: number): RecordBlock {
  const none = new Int32Array(0);
  const noNumbers = new Float64Array(0);
  return recordBlock({
    count: 0,
    bytes: Buffer.alloc(0),
    keyStarts: none,
    keyEnds: none,
    valueStarts: none,
    valueEnds: none,
    timestamps: noNumbers,
    offsets: noNumbers,
    arrivals: noNumbers,
    nextOffset,
  });
}

/** The records `from` (included) to `to` (excluded) over the same memory; the block itself for all of it. */
export function sliceBlock(block: RecordBlock, from: number, to: number): RecordBlock {
  if (from === 0 && to === block.count) return block;
  return recordBlock({
    count: to - from,
    bytes: block.bytes,
    keyStarts: block.keyStarts.subarray(from, to),
    keyEnds: block.keyEnds.subarray(from, to),
    valueStarts: block.valueStarts.subarray(from, to),
    valueEnds: block.valueEnds.subarray(from, to),
    timestamps: block.timestamps.subarray(from, to),
    offsets: block.offsets.subarray(from, to),
    arrivals: block.arrivals.subarray(from, to),
    headerStarts: block.headerStarts?.subarray(from, to),
    headerEnds: block.headerEnds?.subarray(from, to),
    nextOffset: to === block.count ? block.nextOffset : block.offsets[to]!,
    transaction: block.transaction,
  });
}

/** The index of the first record with an offset of at least `offset`; `count` when there is none. */
export function indexOfOffset(block: RecordBlock, offset: number): number {
  let low = 0;
  let high = block.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (block.offsets[middle]! < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A view of the record's key, or null. */
export function recordKey(block: RecordBlock, index: number): Buffer | null {
  const start = block.keyStarts[index]!;
  return start < 0 ? null : block.bytes.subarray(start, block.keyEnds[index]!);
}

/** A view of the record's value, or null. */
export function recordValue(block: RecordBlock, index: number): Buffer | null {
  const start = block.valueStarts[index]!;
  return start < 0 ? null : block.bytes.subarray(start, block.valueEnds[index]!);
}
