/**
 * From a fetch answer's bytes to the records that were committed: batches of aborted transactions and control batches
 * fall out (KIP-98, "Read Committed"), what lies before the offset asked for is cut off, and a batch that the answer's
 * limit cut in two is left for the next fetch.
 *
 * The answer names, in order of their first offset, the aborted transactions that overlap it. A producer's batches are
 * aborted from that offset on until its abort marker.
 */
import { HEADER_SIZE, batchSizeAt, readBatchHeader } from "../../log/batch-header.ts";
import { decodeBatches } from "../../log/record-batch.ts";
import { indexOfOffset, sliceBlock } from "../../log/record-block.ts";
import type { RecordBlock } from "../../log/record-block.ts";

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

export interface CommittedRecords {
  /** Blocks with records, in order. */
  readonly blocks: readonly RecordBlock[];
  /** Behind the last whole batch, or `from` where there was none. */
  readonly nextOffset: number;
}

/** @throws LOG_INVALID_BATCH, LOG_UNSUPPORTED_COMPRESSION */
export function committedRecords(
  records: Buffer,
  from: number,
  abortedTransactions: readonly AbortedTransaction[],
): CommittedRecords {
  const filter = new AbortedFilter(abortedTransactions);
  const blocks: RecordBlock[] = [];
  let nextOffset = from;
  let kept = 0;
  let at = 0;
  const take = (): void => {
    if (at > kept) blocks.push(...decodeBatches(records.subarray(kept, at)));
  };
  for (;;) {
    const size = batchSizeAt(records, at);
    if (size < HEADER_SIZE || at + size > records.length) break;
    const header = readBatchHeader(records, at);
    const passOver = header.nextOffset <= from || filter.isAborted(header);
    if (passOver || header.control) take();
    at += size;
    if (passOver || header.control) kept = at;
    nextOffset = Math.max(nextOffset, header.nextOffset);
  }
  take();
  return {
    blocks: blocks.map((block) => cutBefore(block, from)).filter(({ count }) => count > 0),
    nextOffset,
  };
}

function cutBefore(block: RecordBlock, from: number): RecordBlock {
  return sliceBlock(block, indexOfOffset(block, from), block.count);
}

class AbortedFilter {
  readonly #transactions: readonly AbortedTransaction[];
  #next = 0;
  /** Producers whose transaction, at the batch now looked at, is one that was aborted. */
  readonly #aborting = new Set<bigint>();

  constructor(transactions: readonly AbortedTransaction[]) {
    this.#transactions = transactions.toSorted((a, b) => a.firstOffset - b.firstOffset);
  }

  /** To be called for each batch in order. Control batches are not aborted. */
  isAborted(header: ReturnType<typeof readBatchHeader>): boolean {
    for (
      let next = this.#transactions[this.#next];
      next !== undefined && next.firstOffset < header.nextOffset;
    ) {
      this.#aborting.add(next.producerId);
      next = this.#transactions[++this.#next];
    }
    if (header.control) {
      // Its transaction ends here, whichever way: a producer has one at a time.
      this.#aborting.delete(header.producerId);
      return false;
    }
    return header.transactional && this.#aborting.has(header.producerId);
  }
}
