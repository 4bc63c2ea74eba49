/** Finding and opening the segments of a partition's folder. */
import { finishCompaction } from "./compaction-swap.ts";
import { Segment, segmentName, segmentSuffixes } from "./segment.ts";
import type { SegmentPlace } from "./segment.ts";
import { recoverSegment } from "./segment-recovery.ts";
import type { LogProblem } from "./segment-recovery.ts";

/** What a clean shutdown noted of a partition's last segment. */
export interface CleanEnd {
  readonly baseOffset: number;
  readonly sizeBytes: number;
  readonly nextOffset: number;
}

export interface OpeningOptions {
  /** Absent after an unclean end. */
  readonly cleanEnd: CleanEnd | undefined;
  readonly startOffset: number;
  readonly recoveryPoint: number;
  readonly indexInterval: number;
  /** Compaction may have left holes in segments that begin below. */
  readonly holesTo: number;
  readonly nowMs: number;
  readonly report: (problem: LogProblem) => void;
}

/** The partition's segments in order, ready for use; at least one. */
export function openSegments(place: SegmentPlace, options: OpeningOptions): Segment[] {
  const { disk } = place.handles;
  disk.makeDirectory(place.directory);
  finishCompaction(disk, place.directory);
  const segments = segmentBases(place).map((base) => new Segment(place, base, base < options.holesTo));
  if (segments.length === 0) {
    const first = new Segment(place, options.startOffset, false);
    first.create(options.nowMs);
    first.isActive = true;
    return [first];
  }
  for (const [i, segment] of segments.entries()) {
    const isLast = i === segments.length - 1;
    const status = disk.status(segment.path(".log"));
    const sizeBytes = status?.sizeBytes ?? 0;
    segment.createdMs = status?.modifiedMs ?? options.nowMs;
    segment.nextOffset = isLast ? segment.baseOffset : segments[i + 1]!.baseOffset;
    const { cleanEnd } = options;
    const clean = cleanEnd !== undefined && (!isLast || isCleanEnd(segment, sizeBytes, cleanEnd));
    if (clean || (!isLast && segment.nextOffset <= options.recoveryPoint)) {
      segment.openWhole(sizeBytes, isLast ? cleanEnd!.nextOffset : segment.nextOffset, isLast);
    } else {
      recoverSegment(segment, { isLast, indexInterval: options.indexInterval, report: options.report });
      if (isLast) continue;
      segment.writeIndexes(true);
      segment.forgetIndexes();
    }
  }
  return segments;
}

function isCleanEnd(segment: Segment, sizeBytes: number, end: CleanEnd): boolean {
  return end.baseOffset === segment.baseOffset && end.sizeBytes === sizeBytes;
}

/** The base offsets of the segments in the folder; removes leftovers of unfinished steps. */
function segmentBases(place: SegmentPlace): number[] {
  const { disk } = place.handles;
  const names = new Set(disk.list(place.directory));
  const bases: number[] = [];
  for (const name of names) {
    const match = /^(\d{20})(\.[a-z]+)$/.exec(name);
    if (name.endsWith(".tmp")) disk.unlink(`${place.directory}/${name}`);
    if (match === null || !segmentSuffixes.some((suffix) => suffix === match[2])) continue;
    const base = Number(match[1]);
    if (match[2] === ".log") bases.push(base);
    else if (!names.has(`${segmentName(base)}.log`)) disk.unlink(`${place.directory}/${name}`);
  }
  return bases.toSorted((a, b) => a - b);
}
