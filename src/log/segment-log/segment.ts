/**
 * One segment of a partition: `<base>.log` with Kafka record batches one behind the other, its sparse
 * indexes, and the arrivals of its records. Only the last segment of a partition is appended to; its
 * indexes live in memory and are written when it is sealed or closed (they can always be built again).
 *
 * An append writes arrivals first, then the batches: a batch that is there has its arrivals.
 */
import type { BatchHeader } from "../batch-header.ts";
import { HEADER_SIZE } from "../batch-header.ts";
import { logErrors } from "../errors.ts";
import type { WireMemory } from "../topic-log.ts";
import { ArrivalFile } from "./arrival-file.ts";
import { BatchWindow } from "./batch-window.ts";
import type { ExpectedOffset, FoundBatch } from "./batch-window.ts";
import { readSmallFile, replaceFile, writeFully } from "./disk.ts";
import type { FileHandles } from "./file-handles.ts";
import type { LoadedIndexes } from "./loaded-indexes.ts";
import { OffsetIndex } from "./offset-index.ts";
import { TimeIndex } from "./time-index.ts";

/** What all segments of a partition share. */
export interface SegmentPlace {
  readonly handles: FileHandles;
  readonly directory: string;
  readonly topic: string;
  readonly partition: number;
  readonly indexes: LoadedIndexes;
}

export const segmentSuffixes = [".log", ".index", ".timeindex", ".arrival", ".txnindex"] as const;

export function segmentName(baseOffset: number): string {
  return String(baseOffset).padStart(20, "0");
}

const SCAN_READ_AHEAD = 1_048_576;

export class Segment {
  readonly place: SegmentPlace;
  readonly baseOffset: number;
  readonly arrivals: ArrivalFile;
  sizeBytes = 0;
  /** The offset behind the segment's last batch; of a sealed segment the next one's base offset. */
  nextOffset: number;
  /** The highest timestamp of a record, −1 without one. */
  maxTimestamp = -1;
  /** The timestamp from which the segment's age counts; undefined while it is empty. */
  firstTimestamp: number | undefined;
  createdMs = 0;
  /** Appends go here: its indexes stay in memory. */
  isActive = false;
  /** Compaction may have left holes between its batches. */
  readonly hasHoles: boolean;
  #index: OffsetIndex | undefined;
  #timeIndex: TimeIndex | undefined;
  #maxTimestampOffset: number;
  #indexedTo = 0;
  /** Its files' names may not be on the device. */
  #isNew = false;

  constructor(place: SegmentPlace, baseOffset: number, hasHoles: boolean) {
    this.place = place;
    this.hasHoles = hasHoles;
    this.baseOffset = baseOffset;
    this.nextOffset = baseOffset;
    this.#maxTimestampOffset = baseOffset;
    const path = this.path(".arrival");
    const arrivalSize = place.handles.disk.status(path)?.sizeBytes ?? 0;
    this.arrivals = new ArrivalFile(place.handles, path, baseOffset, arrivalSize);
  }

  path(suffix: string): string {
    return `${this.place.directory}/${segmentName(this.baseOffset)}${suffix}`;
  }

  /** Makes an empty segment's files. */
  create(nowMs: number): void {
    this.createdMs = nowMs;
    this.#isNew = true;
    const { handles } = this.place;
    handles.disk.truncate(handles.get(this.path(".log"), true), 0);
    this.arrivals.cutAt(0);
    this.startIndexes();
  }

  /** Begins new indexes in memory, to be filled with {@link note}. */
  startIndexes(): void {
    this.#index = new OffsetIndex(this.baseOffset);
    this.#timeIndex = new TimeIndex(this.baseOffset);
    this.sizeBytes = 0;
    this.nextOffset = this.baseOffset;
    this.maxTimestamp = -1;
    this.firstTimestamp = undefined;
    this.#maxTimestampOffset = this.baseOffset;
    this.#indexedTo = 0;
  }

  /** Takes account of a batch that stands at the segment's end. */
  note(header: BatchHeader, position: number, indexInterval: number): void {
    if (position - this.#indexedTo > indexInterval) {
      this.#index?.add(header.baseOffset, position);
      this.#timeIndex?.add(this.maxTimestamp, this.#maxTimestampOffset);
      this.#indexedTo = position;
    }
    this.firstTimestamp ??= header.maxTimestamp;
    if (header.maxTimestamp > this.maxTimestamp) {
      this.maxTimestamp = header.maxTimestamp;
      this.#maxTimestampOffset = header.baseOffset;
    }
    this.sizeBytes = position + header.sizeBytes;
    this.nextOffset = header.nextOffset;
  }

  /** Notes a batch behind damage, so that reading finds it without walking over the damage. */
  noteBehindDamage(header: BatchHeader, position: number): void {
    this.#index?.add(header.baseOffset, position);
    this.#indexedTo = position;
    this.note(header, position, Number.POSITIVE_INFINITY);
  }

  /**
   * Writes arrivals and batches behind the last ones. When that fails, both files are cut back and nothing
   * has changed.
   * @throws what the disk throws; when cutting back fails too, an AggregateError of both
   */
  append(batches: Buffer, headers: readonly BatchHeader[], arrivals: Buffer, indexInterval: number): void {
    const { handles } = this.place;
    const { sizeBytes } = this;
    const arrivalSize = this.arrivals.sizeBytes;
    try {
      this.arrivals.append(arrivals, headers[0]!.baseOffset);
      writeFully(handles.disk, handles.get(this.path(".log")), [batches], sizeBytes);
    } catch (error) {
      try {
        handles.disk.truncate(handles.get(this.path(".log")), sizeBytes);
        this.arrivals.cutAt(arrivalSize);
      } catch (cutError) {
        throw new AggregateError([error, cutError], "append and cutting back failed", { cause: cutError });
      }
      throw error;
    }
    let position = sizeBytes;
    for (const header of headers) {
      this.note(header, position, indexInterval);
      position += header.sizeBytes;
    }
  }

  /** A window for walking the segment's batches. */
  window(readAhead = SCAN_READ_AHEAD, memory?: WireMemory): BatchWindow {
    return new BatchWindow(this.place.handles, this.path(".log"), this.sizeBytes, readAhead, memory);
  }

  /**
   * The batch that holds `offset`, or the first one behind it; undefined when the segment has none.
   * @throws LOG_CORRUPT when damage hides it
   */
  locate(offset: number, window = this.window(65_536)): FoundBatch | undefined {
    const index = this.#offsetIndex();
    let position = index.lookup(offset);
    let expected = Math.max(index.lookupOffset(offset), this.baseOffset);
    let before = position;
    while (position < this.sizeBytes) {
      const header = window.frame(position, this.#expects(expected));
      if (typeof header !== "string") {
        if (header.nextOffset > offset) return { position, header };
        before = position;
        position += header.sizeBytes;
        expected = header.nextOffset;
        continue;
      }
      // The length of the batch before may be what is damaged: search from its start on.
      const next = window.findNext(before + 1, expected, this.nextOffset, position);
      const readable = next?.header.baseOffset ?? this.nextOffset;
      if (readable > offset) throw this.corrupt(expected, header, readable);
      if (next === undefined) return undefined;
      position = next.position;
      expected = next.header.baseOffset;
    }
    this.#checkEnd(offset, expected);
    return undefined;
  }

  /** Where nothing was compacted every offset is there: a file that ends too soon has lost its last batches. */
  #checkEnd(offset: number, end: number): void {
    if (this.isActive || this.hasHoles || end >= this.nextOffset || offset >= this.nextOffset) return;
    throw this.corrupt(end, `the file ends before offset ${this.nextOffset}`, this.nextOffset);
  }

  /**
   * Where damage at `offset` ends: the base offset of the next batch that can be read, or of the next
   * segment.
   */
  readableBehind(offset: number): number {
    const window = this.window(65_536);
    const index = this.#offsetIndex();
    const next = window.findNext(index.lookup(offset), offset + 1, this.nextOffset);
    return next?.header.baseOffset ?? this.nextOffset;
  }

  /**
   * Whole batches from the one that holds `fromOffset` on, up to about `maxBytes` but at least one, of those that
   * `admits` takes; empty where there is none. Checksums are not verified. `onFault` is told where a bad batch ends the
   * reading, behind which offset.
   */
  read(
    fromOffset: number,
    maxBytes: number,
    admits: (header: BatchHeader) => boolean,
    onFault?: (position: number, offset: number, fault: string) => void,
    memory?: WireMemory,
  ): Buffer {
    const window = this.window(Math.min(maxBytes, 67_108_864) + 65_536, memory);
    const first = this.locate(fromOffset, window);
    if (first === undefined || !admits(first.header)) return Buffer.alloc(0);
    let end = first.position + first.header.sizeBytes;
    let expected = first.header.nextOffset;
    while (end + HEADER_SIZE <= this.sizeBytes && end - first.position < maxBytes) {
      const header = window.frame(end, this.#expects(expected));
      if (typeof header === "string") {
        onFault?.(end, expected, header);
        break;
      }
      if (!admits(header)) break;
      if (end + header.sizeBytes - first.position > maxBytes) break;
      end += header.sizeBytes;
      expected = header.nextOffset;
    }
    return window.view(first.position, end - first.position);
  }

  /** The headers of all batches that can be read, in order, each with a way to the whole batch. Checksums are not verified. */
  eachBatch(visit: (header: BatchHeader, bytes: () => Buffer) => void): void {
    const window = this.window();
    let expected = this.baseOffset;
    for (let position = 0; position < this.sizeBytes;) {
      const framed = window.frame(position, this.#expects(expected));
      const next =
        typeof framed === "string"
          ? window.findNext(position + 1, expected, this.nextOffset)
          : { position, header: framed };
      if (next === undefined) return;
      const { header } = next;
      const at = next.position;
      visit(header, () => window.view(at, header.sizeBytes));
      position = at + header.sizeBytes;
      expected = header.nextOffset;
    }
  }

  /** An offset of this segment below which every record is older than `timestampMs`. */
  offsetBefore(timestampMs: number): number {
    this.#offsetIndex();
    return this.#timeIndex?.lookup(timestampMs) ?? this.baseOffset;
  }

  /** Cuts everything from the batch at `position` on, whose base offset is `offset`. */
  cutAt(position: number, offset: number): void {
    const { handles } = this.place;
    this.#offsetIndex();
    handles.disk.truncate(handles.get(this.path(".log")), position);
    this.arrivals.truncateTo(offset);
    this.#index?.truncateTo(offset);
    this.#timeIndex?.truncateTo(offset);
    this.sizeBytes = position;
    this.nextOffset = offset;
    this.#recallTimes();
  }

  /** Writes the indexes to their files; with `sealing` the highest timestamp ends the time index, as in Kafka. */
  writeIndexes(sealing: boolean): void {
    if (this.#index === undefined || this.#timeIndex === undefined) return;
    const { disk } = this.place.handles;
    if (sealing) this.#timeIndex.add(this.maxTimestamp, this.#maxTimestampOffset);
    replaceFile(disk, this.path(".index"), this.#index.encode(), false);
    replaceFile(disk, this.path(".timeindex"), this.#timeIndex.encode(), false);
  }

  /**
   * Takes the segment as it stands in its files, which are known to be whole.
   * @param isLast keeps the indexes in memory, for appending
   */
  openWhole(sizeBytes: number, nextOffset: number, isLast: boolean): void {
    this.isActive = isLast;
    this.sizeBytes = sizeBytes;
    this.nextOffset = nextOffset;
    if (!this.loadIndexes()) this.#rebuildIndexes();
    if (!isLast) this.forgetIndexes();
  }

  /** Reads the indexes from their files; false where they are missing or do not fit the log. */
  loadIndexes(): boolean {
    const { disk } = this.place.handles;
    const index = readSmallFile(disk, this.path(".index"));
    const timeIndex = readSmallFile(disk, this.path(".timeindex"));
    if (index === undefined || timeIndex === undefined) return false;
    this.#index = OffsetIndex.decode(index, this.baseOffset, this.sizeBytes);
    this.#timeIndex = TimeIndex.decode(timeIndex, this.baseOffset);
    if (this.#index === undefined || this.#timeIndex === undefined) return false;
    this.#recallTimes();
    return true;
  }

  get indexMemoryBytes(): number {
    return (this.#index?.memoryBytes ?? 0) + (this.#timeIndex?.memoryBytes ?? 0) + this.arrivals.memoryBytes;
  }

  /** Lets go of the indexes' memory; they are loaded again when they are needed. Not for the last segment. */
  forgetIndexes(): void {
    this.place.indexes.forget(this);
    this.#index = undefined;
    this.#timeIndex = undefined;
    this.arrivals.forgetIndex();
  }

  /** Returns once all appended bytes are on the device. @throws what the disk throws */
  fsync(): void {
    const { handles } = this.place;
    handles.disk.fsync(handles.get(this.path(".arrival"), true));
    handles.disk.fsync(handles.get(this.path(".log")));
    this.#fsyncNames();
  }

  async fsyncInBackground(): Promise<void> {
    const { handles } = this.place;
    // A segment of control batches has no arrivals yet.
    await handles.fsyncInBackground(this.path(".arrival"), true);
    await handles.fsyncInBackground(this.path(".log"));
    this.#fsyncNames();
  }

  /** The names of new files, and of the partition's folder, are the directories' content. */
  #fsyncNames(): void {
    if (!this.#isNew) return;
    const { directory, handles } = this.place;
    handles.disk.fsyncDirectory(directory);
    handles.disk.fsyncDirectory(directory.slice(0, directory.lastIndexOf("/")));
    this.#isNew = false;
  }

  /** Lets go of the open files. */
  close(): void {
    for (const suffix of segmentSuffixes) this.place.handles.close(this.path(suffix));
  }

  /** Removes the files, the log first: without it the others are known for leftovers. */
  delete(): void {
    this.close();
    this.place.indexes.forget(this);
    for (const suffix of segmentSuffixes) this.place.handles.disk.unlink(this.path(suffix));
  }

  corrupt(offset: number, fault: string, nextReadable: number): Error {
    const { topic, partition } = this.place;
    return logErrors.CORRUPT({
      message: `topic '${topic}' partition ${partition} is damaged at offset ${offset}`,
      detail: `${fault} (file ${segmentName(this.baseOffset)}.log)`,
      hint: `restore the file, or give up what is lost: the next readable offset is ${nextReadable}`,
    });
  }

  #offsetIndex(): OffsetIndex {
    this.place.indexes.touch(this);
    if (this.#index === undefined) {
      if (!this.loadIndexes()) this.#rebuildIndexes();
      this.place.indexes.trim();
    }
    return this.#index!;
  }

  #expects(offset: number): ExpectedOffset {
    return { offset, exact: !this.hasHoles, below: this.nextOffset };
  }

  /** Builds missing indexes of a sealed segment from its batches' headers. */
  #rebuildIndexes(): void {
    const { sizeBytes, nextOffset } = this;
    this.startIndexes();
    this.sizeBytes = sizeBytes;
    const window = this.window();
    for (let position = 0; position < sizeBytes;) {
      const header = window.frame(position, {
        offset: this.nextOffset,
        exact: !this.hasHoles,
        below: nextOffset,
      });
      if (typeof header !== "string") {
        this.note(header, position, DEFAULT_INTERVAL);
        position += header.sizeBytes;
        continue;
      }
      const next = window.findNext(position + 1, this.nextOffset);
      if (next === undefined) break;
      this.noteBehindDamage(next.header, next.position);
      position = next.position + next.header.sizeBytes;
    }
    this.sizeBytes = sizeBytes;
    this.nextOffset = nextOffset;
    this.writeIndexes(true);
  }

  /** Finds the highest timestamp again: from the time index, and from the batches behind its last entry. */
  #recallTimes(): void {
    this.maxTimestamp = -1;
    const window = this.window(65_536);
    const anyOffset = { offset: 0, exact: false };
    const first = this.sizeBytes === 0 ? undefined : window.frame(0, anyOffset);
    this.firstTimestamp = first === undefined || typeof first === "string" ? undefined : first.maxTimestamp;
    this.maxTimestamp = this.#timeIndex!.lastTimestamp;
    this.#maxTimestampOffset = this.#timeIndex!.lookup(this.maxTimestamp + 1);
    this.#indexedTo = this.#index!.lookup(Number.MAX_SAFE_INTEGER);
    for (let position = this.#indexedTo; position < this.sizeBytes;) {
      const header = window.frame(position, anyOffset);
      if (typeof header === "string") return;
      if (header.maxTimestamp > this.maxTimestamp) {
        this.maxTimestamp = header.maxTimestamp;
        this.#maxTimestampOffset = header.baseOffset;
      }
      position += header.sizeBytes;
    }
  }
}

const DEFAULT_INTERVAL = 4096;
