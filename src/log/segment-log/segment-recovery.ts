/**
 * Recovery of a segment after an unclean end: every batch is read and its checksum verified, the indexes are
 * built anew, and the arrivals are brought into step.
 *
 * - Bytes at the end of the last segment behind which no valid batch follows are a torn write: cut, counted.
 * - A bad batch with valid ones behind it is damage: kept in place, reported, and never passed over
 *   silently: reading it raises LOG_CORRUPT.
 * - In a segment that is not the last nothing is ever cut.
 */
import type { BatchHeader } from "../batch-header.ts";
import { RECORD_COUNT_AT, HEADER_SIZE, MAGIC_AT } from "../batch-header.ts";
import { emptyBlock, recordBlock } from "../record-block.ts";
import { encodeBatchArrivals, substituteArrivals } from "./arrival-file.ts";
import type { ArrivalCursor } from "./arrival-file.ts";
import type { BatchWindow } from "./batch-window.ts";
import type { Segment } from "./segment.ts";

/** What opening a log found and did; `problems` is empty after a clean shutdown. */
export interface LogProblem {
  readonly kind:
    | "torn-tail"
    | "damage"
    | "arrivals-rebuilt"
    | "missing-partition"
    | "unknown-folder"
    | "partition-failed"
    | "recovery-point";
  readonly topic: string;
  readonly partition: number;
  /** The first offset concerned. */
  readonly offset: number;
  /** Bytes that were cut (torn-tail) or cannot be read (damage). */
  readonly bytes: number;
  /** Records concerned, as far as a header tells; −1 unknown. */
  readonly records: number;
  readonly detail: string;
}

export interface RecoveryOptions {
  readonly isLast: boolean;
  readonly indexInterval: number;
  readonly report: (problem: LogProblem) => void;
}

/** Scans the segment's file from its start and leaves the segment ready for use. */
export function recoverSegment(segment: Segment, options: RecoveryOptions): void {
  const { handles } = segment.place;
  const logPath = segment.path(".log");
  const fileSize = handles.disk.status(logPath)?.sizeBytes ?? 0;
  const sealedEnd = segment.nextOffset;
  segment.startIndexes();
  segment.sizeBytes = fileSize;
  const window = segment.window();
  const arrivals = new ArrivalRecovery(segment);
  let validEnd = 0;
  for (let position = 0; position < fileSize;) {
    const header = window.checked(position, {
      offset: segment.nextOffset,
      exact: !segment.hasHoles,
      below: options.isLast ? undefined : sealedEnd,
    });
    if (typeof header !== "string") {
      segment.note(header, position, options.indexInterval);
      arrivals.see(header);
      position += header.sizeBytes;
      validEnd = position;
      continue;
    }
    const next = window.findNext(position + 1, segment.nextOffset);
    if (next === undefined && options.isLast) {
      reportTail(segment, window, position, header, options);
      break;
    }
    const end = next?.position ?? fileSize;
    reportDamage(segment, position, end, header, next?.header.baseOffset ?? sealedEnd, options);
    if (next === undefined) {
      validEnd = fileSize;
      segment.nextOffset = sealedEnd;
      break;
    }
    segment.noteBehindDamage(next.header, next.position);
    arrivals.see(next.header);
    position = next.position + next.header.sizeBytes;
    validEnd = position;
  }
  if (!options.isLast && !segment.hasHoles && segment.nextOffset < sealedEnd) {
    reportDamage(segment, fileSize, fileSize, "the file ends too soon", sealedEnd, options);
  }
  if (validEnd < fileSize) handles.disk.truncate(handles.get(logPath), validEnd);
  segment.sizeBytes = validEnd;
  segment.isActive = options.isLast;
  if (!options.isLast) segment.nextOffset = sealedEnd;
  arrivals.finish(options);
}

function reportTail(
  segment: Segment,
  window: BatchWindow,
  position: number,
  fault: string,
  options: RecoveryOptions,
): void {
  const head = window.view(position, HEADER_SIZE);
  const known = head.length === HEADER_SIZE && head[MAGIC_AT] === 2;
  options.report({
    kind: "torn-tail",
    topic: segment.place.topic,
    partition: segment.place.partition,
    offset: segment.nextOffset,
    bytes: window.sizeBytes - position,
    records: known ? head.readInt32BE(RECORD_COUNT_AT) : -1,
    detail: `a torn write was cut: ${fault}`,
  });
}

function reportDamage(
  segment: Segment,
  position: number,
  end: number,
  fault: string,
  nextOffset: number,
  options: RecoveryOptions,
): void {
  options.report({
    kind: "damage",
    topic: segment.place.topic,
    partition: segment.place.partition,
    offset: segment.nextOffset,
    bytes: end - position,
    records: nextOffset - segment.nextOffset,
    detail: `${fault}; the next readable offset is ${nextOffset}`,
  });
}

/** Brings the arrival file into step with the batches found, in one pass over both. */
class ArrivalRecovery {
  readonly #segment: Segment;
  readonly #cursor: ArrivalCursor;
  readonly #missing: BatchHeader[] = [];
  #keptBytes = 0;

  constructor(segment: Segment) {
    this.#segment = segment;
    segment.arrivals.forgetIndex();
    this.#cursor = segment.arrivals.cursor(segment.baseOffset);
  }

  /** Called for each valid batch in order. */
  see(header: BatchHeader): void {
    if (header.control || header.recordCount === 0) return;
    const entry = this.#missing.length > 0 ? undefined : this.#cursor.seek(header.baseOffset);
    if (entry?.baseOffset === header.baseOffset && entry.count === header.recordCount) {
      this.#keptBytes = this.#cursor.position;
    } else this.#missing.push(header);
  }

  /** Cuts entries of batches that are gone, and writes substitutes for entries that are. */
  finish(options: RecoveryOptions): void {
    const { arrivals, place } = this.#segment;
    if (this.#keptBytes < arrivals.sizeBytes) arrivals.cutAt(this.#keptBytes);
    if (this.#missing.length === 0) return;
    let records = 0;
    for (const header of this.#missing) {
      const substitutes = new Float64Array(header.recordCount);
      substituteArrivals(header, substitutes, 0);
      const parts = { ...emptyBlock(header.nextOffset), count: header.recordCount, arrivals: substitutes };
      const entry = encodeBatchArrivals([header], [recordBlock(parts)], this.#segment.baseOffset);
      arrivals.append(entry, header.baseOffset);
      records += header.recordCount;
    }
    options.report({
      kind: "arrivals-rebuilt",
      topic: place.topic,
      partition: place.partition,
      offset: this.#missing[0]!.baseOffset,
      bytes: 0,
      records,
      detail:
        "arrival numbers were missing and are taken from the offsets: joins may order these records anew",
    });
  }
}
