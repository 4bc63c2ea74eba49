/**
 * Log compaction: of the records of one key the latest stays, with its offset. Only sealed segments below
 * the high watermark are compacted, and of those only what is older than min.compaction.lag.ms.
 *
 * A tombstone (null value) stays for delete.retention.ms after the first pass that saw it, so that a reader
 * who keeps up sees it; until when is written into its batch, as in Kafka (KIP-534).
 *
 * Of transactions the segments hold decided ones only (the caller sees to it). Records of aborted ones go, whatever their
 * keys. A marker stays while a record of its transaction does; then as long as a tombstone.
 */
import { batchSizeAt, readBatchHeader } from "../batch-header.ts";
import type { BatchHeader } from "../batch-header.ts";
import { decodeBatches } from "../record-batch.ts";
import type { ArrivalSource } from "../record-batch.ts";
import type { RecordBlock } from "../record-block.ts";
import { recordBlock } from "../record-block.ts";
import type { TopicConfig } from "../topic-config.ts";
import type { MaintenanceReport } from "../topic-log.ts";
import { filterBatch } from "./batch-filter.ts";
import { CleanedSegment } from "./cleaned-segment.ts";
import { swapFiles } from "./compaction-swap.ts";
import { Segment, segmentName, segmentSuffixes } from "./segment.ts";
import type { SegmentPlace } from "./segment.ts";

export interface CompactionOptions {
  readonly place: SegmentPlace;
  readonly config: TopicConfig;
  /** An earlier pass has seen every record below. */
  readonly cleanedTo: number;
  /** When the first tombstone may go; −1 when none waits. */
  readonly nextHorizonMs: number;
  readonly nowMs: number;
  /** Bytes of keys that one pass may hold; what lies behind waits for the next pass. */
  readonly keyBytesMax?: number;
  /** Whether the producer's transactional record at the offset belongs to an aborted transaction. */
  readonly isAborted: (producerId: bigint, offset: number) => boolean;
  /** Called for a batch whose arrivals are lost; substitutes are written for them. */
  readonly onLostArrivals: (header: BatchHeader) => void;
  /** Notes that segments below `end` are about to have holes. */
  readonly beforeSwap: (end: number) => void;
}

export interface CompactionOutcome {
  /** What stands in the place of all segments given. */
  readonly segments: Segment[];
  readonly cleanedTo: number;
  /** No record of an aborted transaction is left below. */
  readonly decidedTo: number;
  readonly nextHorizonMs: number;
  readonly report: MaintenanceReport;
}

const KEY_BYTES_MAX = 134_217_728;
/** What a map entry takes beside the key's bytes. */
const KEY_OVERHEAD = 64;
const READ_BYTES = 1_048_576;

/**
 * Compacts the sealed segments and swaps the result in; undefined when there is not enough to do.
 * @throws LOG_CORRUPT (nothing changed), what the disk throws (nothing changed), or an AggregateError when
 * the swap itself broke off: opening the partition again completes it
 */
export function compactSegments(
  sealed: readonly Segment[],
  options: CompactionOptions,
): CompactionOutcome | undefined {
  const cleanable = cleanableSegments(sealed, options);
  if (!isWorthwhile(cleanable, options)) return undefined;
  const latest = latestOffsets(cleanable, options);
  const pass = new CompactionPass(latest, options);
  const rewritten = pass.rewrite(cleanable);
  const rest = sealed.slice(cleanable.length);
  const bytesBefore = totalBytes(cleanable);

  options.beforeSwap(cleanable.at(-1)!.nextOffset);
  for (const segment of cleanable) segment.close();
  try {
    swapFiles(options.place.handles.disk, options.place.directory, {
      renames: rewritten.flatMap(({ sources }) => rewrittenNames(sources[0]!.baseOffset)),
      removals: rewritten.flatMap(({ sources }) => [
        ...sources.map((each) => `${segmentName(each.baseOffset)}.txnindex`),
        ...sources.slice(1).flatMap((each) => rewrittenNames(each.baseOffset)),
      ]),
    });
  } catch (error) {
    throw new AggregateError([error], "the swap of compacted segments broke off", { cause: error });
  }
  const segments = rewritten.map(({ sources, cleaned }) => {
    const segment = new Segment(options.place, sources[0]!.baseOffset, true);
    segment.createdMs = options.nowMs;
    segment.openWhole(cleaned.sizeBytes, sources.at(-1)!.nextOffset, false);
    return segment;
  });
  return {
    segments: [...segments, ...rest],
    cleanedTo: latest.end,
    decidedTo: cleanable.at(-1)!.nextOffset,
    nextHorizonMs: pass.nextHorizonMs,
    report: {
      segmentsDeleted: cleanable.length - segments.length,
      bytesFreed: bytesBefore - totalBytes(segments),
      recordsRemoved: pass.recordsRemoved,
    },
  };
}

interface LatestOffsets {
  readonly byKey: Map<string, number>;
  /** Every record below is in the map. */
  readonly end: number;
}

function cleanableSegments(sealed: readonly Segment[], options: CompactionOptions): Segment[] {
  const youngest = options.nowMs - options.config.minCompactionLagMs;
  const tooYoung = sealed.findIndex(
    (each) => options.config.minCompactionLagMs > 0 && each.maxTimestamp > youngest,
  );
  return tooYoung < 0 ? [...sealed] : sealed.slice(0, tooYoung);
}

function isWorthwhile(cleanable: readonly Segment[], options: CompactionOptions): boolean {
  const dirty = totalBytes(cleanable.filter((each) => each.nextOffset > options.cleanedTo));
  const total = totalBytes(cleanable);
  if (total === 0) return false;
  const due = options.nextHorizonMs >= 0 && options.nextHorizonMs <= options.nowMs;
  return due || (dirty > 0 && dirty / total >= options.config.minCleanableDirtyRatio);
}

function latestOffsets(cleanable: readonly Segment[], options: CompactionOptions): LatestOffsets {
  const byKey = new Map<string, number>();
  let left = options.keyBytesMax ?? KEY_BYTES_MAX;
  let end = options.cleanedTo;
  for (const segment of cleanable) {
    if (segment.nextOffset <= options.cleanedTo) continue;
    for (const { header, block } of batchesOf(segment, options.cleanedTo, () => undefined)) {
      if (!isAbortedBatch(header, options)) left -= noteKeys(byKey, block);
      end = header.nextOffset;
      if (left <= 0) return { byKey, end };
    }
    end = segment.nextOffset;
  }
  return { byKey, end };
}

function isAbortedBatch(header: BatchHeader, options: CompactionOptions): boolean {
  return header.transactional && !header.control && options.isAborted(header.producerId, header.baseOffset);
}

/** Puts the block's keys into the map; returns the bytes that new ones take. */
function noteKeys(byKey: Map<string, number>, block: RecordBlock | undefined): number {
  let bytes = 0;
  const count = block?.count ?? 0;
  for (let i = 0; i < count; i++) {
    const key = keyText(block!, i);
    if (key === undefined) continue;
    if (!byKey.has(key)) bytes += key.length + KEY_OVERHEAD;
    byKey.set(key, block!.offsets[i]!);
  }
  return bytes;
}

/** A new segment, and the ones it takes the place of. */
interface RewrittenSegment {
  readonly sources: Segment[];
  readonly cleaned: CleanedSegment;
}

class CompactionPass {
  readonly #latest: LatestOffsets;
  readonly #options: CompactionOptions;
  /** Producers of which a record of the transaction at hand stays. */
  readonly #withRecords = new Set<bigint>();
  nextHorizonMs = -1;
  recordsRemoved = 0;

  constructor(latest: LatestOffsets, options: CompactionOptions) {
    this.#latest = latest;
    this.#options = options;
  }

  /**
   * Writes what stays into new segments' `.cleaned` files. Neighbours go into one as long as they fit, so
   * that segments do not stay small, or empty, for ever.
   */
  rewrite(segments: readonly Segment[]): RewrittenSegment[] {
    const { place, config, onLostArrivals } = this.#options;
    const rewritten: RewrittenSegment[] = [];
    for (const segment of segments) {
      let target = rewritten.at(-1);
      if (target === undefined || !fitsInto(target, segment, config.segmentBytes)) {
        target?.cleaned.finish();
        const cleaned = new CleanedSegment(place, segment.baseOffset, config.indexIntervalBytes);
        target = { sources: [], cleaned };
        rewritten.push(target);
      }
      target.sources.push(segment);
      for (const { batch, header, block } of batchesOf(segment, segment.baseOffset, onLostArrivals)) {
        if (header.control) this.#rewriteMarker(target.cleaned, batch, header);
        else if (block === undefined) target.cleaned.add(batch, header, []);
        else if (isAbortedBatch(header, this.#options)) this.recordsRemoved += block.count;
        else this.#rewriteBatch(target.cleaned, batch, header, block);
      }
    }
    rewritten.at(-1)?.cleaned.finish();
    return rewritten;
  }

  /** Markers come behind the records of their transaction, so that it is known by then whether any is left. */
  #rewriteMarker(cleaned: CleanedSegment, batch: Buffer, header: BatchHeader): void {
    if (this.#withRecords.delete(header.producerId)) {
      cleaned.add(batch, header, []);
      return;
    }
    const { nowMs, config } = this.#options;
    if (header.hasDeleteHorizon) {
      if (header.baseTimestamp <= nowMs) return;
      this.#noteHorizon(header.baseTimestamp);
      cleaned.add(batch, header, []);
      return;
    }
    const deleteHorizonMs = nowMs + config.deleteRetentionMs;
    this.#noteHorizon(deleteHorizonMs);
    const marked = filterBatch(batch, { keeps: () => true, keepsLastOffset: true, deleteHorizonMs })!;
    cleaned.add(marked, readBatchHeader(marked, 0), []);
  }

  #rewriteBatch(cleaned: CleanedSegment, batch: Buffer, header: BatchHeader, block: RecordBlock): void {
    const keeps = new Uint8Array(block.count);
    let kept = 0;
    let tombstones = false;
    for (let i = 0; i < block.count; i++) {
      if (!this.#keeps(block, i, header)) continue;
      keeps[i] = 1;
      kept++;
      tombstones ||= block.valueStarts[i]! < 0;
    }
    this.recordsRemoved += block.count - kept;
    if (kept === 0) return;
    if (header.transactional) this.#withRecords.add(header.producerId);
    const marks = tombstones && !header.hasDeleteHorizon && header.nextOffset <= this.#latest.end;
    const deleteHorizonMs = marks ? this.#options.nowMs + this.#options.config.deleteRetentionMs : undefined;
    if (tombstones)
      this.#noteHorizon(deleteHorizonMs ?? (header.hasDeleteHorizon ? header.baseTimestamp : -1));
    if (kept === block.count && deleteHorizonMs === undefined) {
      cleaned.add(batch, header, [block]);
      return;
    }
    const rebuilt = filterBatch(batch, {
      keeps: (i) => keeps[i] === 1,
      keepsLastOffset: true,
      deleteHorizonMs,
    })!;
    const arrivals = block.arrivals.filter((_, i) => keeps[i] === 1);
    cleaned.add(rebuilt, readBatchHeader(rebuilt, 0), [recordBlock({ ...block, count: kept, arrivals })]);
  }

  #keeps(block: RecordBlock, index: number, header: BatchHeader): boolean {
    const key = keyText(block, index);
    if (key === undefined) return false;
    const latest = this.#latest.byKey.get(key);
    if (latest !== undefined && latest > block.offsets[index]!) return false;
    const tombstone = block.valueStarts[index]! < 0;
    return !(tombstone && header.hasDeleteHorizon && header.baseTimestamp <= this.#options.nowMs);
  }

  #noteHorizon(horizonMs: number): void {
    if (horizonMs < 0) return;
    this.nextHorizonMs = this.nextHorizonMs < 0 ? horizonMs : Math.min(this.nextHorizonMs, horizonMs);
  }
}

function fitsInto({ sources, cleaned }: RewrittenSegment, segment: Segment, segmentBytes: number): boolean {
  const fits = cleaned.sizeBytes + segment.sizeBytes <= segmentBytes;
  return fits && segment.nextOffset - sources[0]!.baseOffset <= 2_147_483_647;
}

interface StoredBatch {
  readonly batch: Buffer;
  readonly header: BatchHeader;
  /** Absent for control batches and batches without records. */
  readonly block: RecordBlock | undefined;
}

/** The segment's batches from the one that holds `fromOffset` on, verified. @throws LOG_CORRUPT */
function* batchesOf(
  segment: Segment,
  fromOffset: number,
  onLostArrivals: (header: BatchHeader) => void,
): Generator<StoredBatch> {
  let from = Math.max(fromOffset, segment.baseOffset);
  for (;;) {
    const wire = segment.read(from, READ_BYTES, () => true);
    if (wire.length === 0) return;
    const arrivals = segment.arrivals.source(from, onLostArrivals);
    for (let at = 0; at < wire.length; at += batchSizeAt(wire, at)) {
      const batch = wire.subarray(at, at + batchSizeAt(wire, at));
      const header = readBatchHeader(batch, 0);
      from = header.nextOffset;
      yield { batch, header, block: decodeVerified(segment, batch, header, arrivals) };
    }
  }
}

function decodeVerified(
  segment: Segment,
  batch: Buffer,
  header: BatchHeader,
  arrivals: ArrivalSource,
): RecordBlock | undefined {
  try {
    const [block] = decodeBatches(batch, { arrivals });
    return block === undefined || block.count === 0 ? undefined : block;
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    throw segment.corrupt(header.baseOffset, fault, header.nextOffset);
  }
}

function keyText(block: RecordBlock, index: number): string | undefined {
  const start = block.keyStarts[index]!;
  return start < 0 ? undefined : block.bytes.latin1Slice(start, block.keyEnds[index]!);
}

function totalBytes(segments: readonly Segment[]): number {
  return segments.reduce((total, segment) => total + segment.sizeBytes, 0);
}

/**
 * All of a segment's files but its `.txnindex`: without aborted records there is nothing that it has to tell. What was open
 * where the next segment begins stands in that one's file.
 */
function rewrittenNames(baseOffset: number): string[] {
  return segmentSuffixes
    .filter((suffix) => suffix !== ".txnindex")
    .map((suffix) => segmentName(baseOffset) + suffix);
}
