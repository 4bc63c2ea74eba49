/**
 * The records of an append as blocks: at hand, or decoded when somebody first reads them. What clients produce and clients
 * fetch is never decoded, only checked.
 */
import { decodeBatches } from "./record-batch.ts";
import type { RecordBlock } from "./record-block.ts";

export interface AppendedRecords {
  readonly blocks: readonly RecordBlock[];
  /** What the blocks take in memory beside the wire form, about. */
  readonly sizeBytes: number;
  /** Present where the blocks may be missing still: the records' arrivals count up from this one. */
  readonly firstArrival: number | undefined;
}

/** Positions, times and numbers of a record. */
const RECORD_BYTES = 40;
const HEADER_BYTES = 8;

export function decodedRecords(wire: Buffer, blocks: readonly RecordBlock[]): AppendedRecords {
  let sizeBytes = 0;
  for (const { keyStarts, headerStarts, bytes } of blocks) {
    sizeBytes += keyStarts.length * RECORD_BYTES;
    if (headerStarts !== undefined) sizeBytes += headerStarts.length * HEADER_BYTES;
    // Identity first: asking a view for its memory is slow.
    if (bytes !== wire && bytes.buffer !== wire.buffer) sizeBytes += bytes.length;
  }
  return { blocks, sizeBytes, firstArrival: undefined };
}

export class UndecodedRecords implements AppendedRecords {
  readonly #wire: Buffer;
  readonly firstArrival: number;
  readonly sizeBytes: number;
  #blocks: readonly RecordBlock[] | undefined;

  /** @param wire whole uncompressed batches that were checked @param count of their records */
  constructor(wire: Buffer, count: number, firstArrival: number) {
    this.#wire = wire;
    this.firstArrival = firstArrival;
    this.sizeBytes = count * RECORD_BYTES;
  }

  get blocks(): readonly RecordBlock[] {
    return (this.#blocks ??= numberedBlocks(this.#wire, this.firstArrival));
  }
}

function numberedBlocks(wire: Buffer, firstArrival: number): readonly RecordBlock[] {
  let arrival = firstArrival;
  const blocks = decodeBatches(wire, {
    verify: false,
    arrivals: ({ recordCount }, into, at) => {
      for (let i = 0; i < recordCount; i++) into[at + i] = arrival++;
    },
  });
  return blocks.filter((block) => block.count > 0 || blocks.length === 1);
}
