/**
 * A partition's transactions, kept over a restart in `.txnindex` files beside the segments.
 *
 * Invariant: a segment has a file if it has a transactional batch, or if a transaction was open where it begins. The file is
 * on the device before the first such batch is written, so that a missing one means: nothing transactional here, and a
 * partition without transactions costs nothing. Of the segment that is appended to the file says only how it began; it is
 * completed when the segment is sealed or closed. A file that is damaged, or does not cover its segment to the end, is made
 * anew from the segment's batches.
 */
import type { BatchHeader } from "../batch-header.ts";
import { PartitionTransactions } from "../transactions/partition-transactions.ts";
import type { OpenTransactions } from "../transactions/partition-transactions.ts";
import { decodeTransactionIndex, encodeTransactionIndex } from "../transactions/transaction-index.ts";
import type { TransactionIndex } from "../transactions/transaction-index.ts";
import { readSmallFile, replaceFile } from "./disk.ts";
import type { Segment } from "./segment.ts";

export class StoredTransactions {
  readonly view = new PartitionTransactions();
  /** What was open where the segment begins that is appended to; undefined while it has no file. */
  #openAtStart: OpenTransactions | undefined;

  /** Takes over what the segments' files say, and makes anew those that say too little. */
  load(segments: readonly Segment[]): void {
    this.view.clear();
    this.#openAtStart = undefined;
    for (const segment of segments) this.#loadSegment(segment);
  }

  /** Before transactional batches are written to the segment. @throws what the disk throws; nothing has changed */
  begin(active: Segment): void {
    if (this.#openAtStart !== undefined) return;
    const open = new Map(this.view.open);
    write(active, { openAtStart: open, end: active.baseOffset, openAtEnd: open, aborted: [] });
    this.#openAtStart = open;
  }

  /** The batches, all or some of them transactional, stand at the end of the log. */
  appended(wire: Buffer, headers: readonly BatchHeader[]): void {
    let at = 0;
    for (const header of headers) {
      if (header.transactional) this.view.apply(wire.subarray(at, at + header.sizeBytes), header);
      at += header.sizeBytes;
    }
  }

  /** Before a segment begins at `nextOffset` behind the one that is sealed. @throws what the disk throws; nothing has changed */
  seal(sealed: Segment, next: Segment): void {
    if (this.#openAtStart === undefined) return;
    this.close(sealed);
    const { open } = this.view;
    if (open.size > 0) write(next, { openAtStart: open, end: next.baseOffset, openAtEnd: open, aborted: [] });
  }

  /** The next segment has begun, and {@link seal} was called before. */
  rolled(): void {
    const { open } = this.view;
    this.#openAtStart = open.size > 0 ? new Map(open) : undefined;
  }

  /** Completes the segment's file. */
  close(active: Segment): void {
    if (this.#openAtStart === undefined) return;
    write(active, {
      openAtStart: this.#openAtStart,
      end: active.nextOffset,
      openAtEnd: this.view.open,
      aborted: this.view.aborted.endingIn(active.baseOffset, active.nextOffset),
    });
  }

  /** Before the segment is cut: its file no longer covers its batches. @throws what the disk throws; nothing has changed */
  beforeCut(segment: Segment): void {
    const file = read(segment);
    if (file === undefined || file.end <= segment.baseOffset) return;
    const { openAtStart } = file;
    write(segment, { openAtStart, end: segment.baseOffset, openAtEnd: openAtStart, aborted: [] });
  }

  #loadSegment(segment: Segment): void {
    const { view } = this;
    if (segment.isActive) this.#openAtStart = undefined;
    const exists = segment.place.handles.disk.status(segment.path(".txnindex")) !== undefined;
    if (!exists && view.open.size === 0) return;
    const file = exists ? read(segment) : undefined;
    const openAtStart = file?.openAtStart ?? new Map(view.open);
    if (segment.isActive) this.#openAtStart = openAtStart;
    if (file !== undefined && file.end === segment.nextOffset) {
      for (const range of file.aborted) view.aborted.add(range);
      view.restoreOpen(file.openAtEnd);
      return;
    }
    view.restoreOpen(openAtStart);
    segment.eachBatch((header, bytes) => {
      if (header.transactional) view.apply(bytes(), header);
    });
    if (!segment.isActive) {
      const aborted = view.aborted.endingIn(segment.baseOffset, segment.nextOffset);
      write(segment, { openAtStart, end: segment.nextOffset, openAtEnd: view.open, aborted });
    } else if (file === undefined || file.end > segment.nextOffset) {
      write(segment, { openAtStart, end: segment.baseOffset, openAtEnd: openAtStart, aborted: [] });
    }
  }
}

function read(segment: Segment): TransactionIndex | undefined {
  const bytes = readSmallFile(segment.place.handles.disk, segment.path(".txnindex"));
  return bytes === undefined ? undefined : decodeTransactionIndex(bytes);
}

function write(segment: Segment, index: TransactionIndex): void {
  const { disk } = segment.place.handles;
  replaceFile(disk, segment.path(".txnindex"), encodeTransactionIndex(index), true);
}
