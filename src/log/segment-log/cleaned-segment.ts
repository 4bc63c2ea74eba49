/** Writes a compacted segment's files under their final names plus `.cleaned`, and flushes them. */
import type { BatchHeader } from "../batch-header.ts";
import type { RecordBlock } from "../record-block.ts";
import { encodeBatchArrivals } from "./arrival-file.ts";
import { CLEANED_SUFFIX } from "./compaction-swap.ts";
import { replaceFile, writeFully } from "./disk.ts";
import { OffsetIndex } from "./offset-index.ts";
import { segmentName } from "./segment.ts";
import type { SegmentPlace } from "./segment.ts";
import { TimeIndex } from "./time-index.ts";

const WRITE_BYTES = 1_048_576;

export class CleanedSegment {
  readonly #place: SegmentPlace;
  readonly #baseOffset: number;
  readonly #indexInterval: number;
  readonly #index: OffsetIndex;
  readonly #timeIndex: TimeIndex;
  readonly #log: PendingFile;
  readonly #arrivals: PendingFile;
  #maxTimestamp = -1;
  #maxTimestampOffset: number;
  #indexedTo = 0;

  constructor(place: SegmentPlace, baseOffset: number, indexInterval: number) {
    this.#place = place;
    this.#baseOffset = baseOffset;
    this.#indexInterval = indexInterval;
    this.#index = new OffsetIndex(baseOffset);
    this.#timeIndex = new TimeIndex(baseOffset);
    this.#maxTimestampOffset = baseOffset;
    this.#log = new PendingFile(place, this.#path(".log"));
    this.#arrivals = new PendingFile(place, this.#path(".arrival"));
  }

  get sizeBytes(): number {
    return this.#log.sizeBytes;
  }

  /** Adds a batch behind the last one; `blocks` holds its records' arrivals. */
  add(batch: Buffer, header: BatchHeader, blocks: readonly RecordBlock[]): void {
    const position = this.#log.sizeBytes;
    if (position - this.#indexedTo > this.#indexInterval) {
      this.#index.add(header.baseOffset, position);
      this.#timeIndex.add(this.#maxTimestamp, this.#maxTimestampOffset);
      this.#indexedTo = position;
    }
    if (header.maxTimestamp > this.#maxTimestamp) {
      this.#maxTimestamp = header.maxTimestamp;
      this.#maxTimestampOffset = header.baseOffset;
    }
    this.#log.add(batch);
    if (blocks.length > 0) this.#arrivals.add(encodeBatchArrivals([header], blocks, this.#baseOffset));
  }

  /** Everything is on the device afterwards. */
  finish(): void {
    this.#timeIndex.add(this.#maxTimestamp, this.#maxTimestampOffset);
    this.#log.finish();
    this.#arrivals.finish();
    const { disk } = this.#place.handles;
    replaceFile(disk, this.#path(".index"), this.#index.encode(), true);
    replaceFile(disk, this.#path(".timeindex"), this.#timeIndex.encode(), true);
  }

  #path(suffix: string): string {
    return `${this.#place.directory}/${segmentName(this.#baseOffset)}${suffix}${CLEANED_SUFFIX}`;
  }
}

/** A new file written front to back in large pieces. */
class PendingFile {
  readonly #place: SegmentPlace;
  readonly #path: string;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #written = 0;

  constructor(place: SegmentPlace, path: string) {
    this.#place = place;
    this.#path = path;
    place.handles.disk.truncate(place.handles.get(path, true), 0);
  }

  get sizeBytes(): number {
    return this.#written + this.#pendingBytes;
  }

  add(bytes: Buffer): void {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= WRITE_BYTES) this.#write();
  }

  finish(): void {
    this.#write();
    const { handles } = this.#place;
    handles.disk.fsync(handles.get(this.#path));
    handles.close(this.#path);
  }

  #write(): void {
    const { handles } = this.#place;
    if (this.#pending.length > 0)
      writeFully(handles.disk, handles.get(this.#path), this.#pending, this.#written);
    this.#written += this.#pendingBytes;
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}
