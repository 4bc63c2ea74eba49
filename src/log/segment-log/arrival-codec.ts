/**
 * Entries of the `.arrival` side file: one per batch, in the batches' order.
 *
 *     varint  size of the body
 *     body    varint base offset relative to the segment's, varint record count, byte form, varlong first
 *             arrival; then form 0: varint length of the run, and until all records are covered varlong gap
 *             to the next run and varint its length; or form 1: varlong gap for each further record
 *     uint32  CRC-32C of the body, big-endian
 *
 * A gap is the difference to the arrival before, minus one: 0 for a consecutive one. The smaller form is
 * taken: runs for what came from outside, gaps for what a query picked out.
 */
import { crc32c } from "@node-rs/crc32";
import { VarintReader, varintSize, writeVarint, writeVarlong } from "../varint.ts";

const RUNS = 0;
const GAPS = 1;

export interface ArrivalEntry {
  readonly baseOffset: number;
  readonly count: number;
  readonly form: number;
  /** Where the arrivals begin in the bytes, and where the entry ends. */
  readonly dataStart: number;
  readonly dataEnd: number;
  readonly end: number;
}

/** Encodes the arrivals `[from, to)` of a batch. */
export function encodeArrivals(
  relativeOffset: number,
  arrivals: Float64Array,
  from: number,
  to: number,
): Buffer {
  const count = to - from;
  let runs = 1;
  for (let i = from + 1; i < to; i++) if (arrivals[i] !== arrivals[i - 1]! + 1) runs++;
  const inRuns = runs * 2 <= count;
  const body = Buffer.allocUnsafe(21 + (inRuns ? runs * 13 : count * 8));
  let at = writeVarint(body, 0, relativeOffset);
  at = writeVarint(body, at, count);
  body[at++] = inRuns ? RUNS : GAPS;
  at = writeVarlong(body, at, arrivals[from]!);
  if (inRuns) at = writeRuns(body, at, arrivals, from, to);
  else for (let i = from + 1; i < to; i++) at = writeVarlong(body, at, arrivals[i]! - arrivals[i - 1]! - 1);

  return entryOf(body.subarray(0, at));
}

/** The same for `count` arrivals that count up from `first`. */
export function encodeArrivalRun(relativeOffset: number, first: number, count: number): Buffer {
  const body = Buffer.allocUnsafe(34);
  const inRuns = count > 1;
  let at = writeVarint(body, 0, relativeOffset);
  at = writeVarint(body, at, count);
  body[at++] = inRuns ? RUNS : GAPS;
  at = writeVarlong(body, at, first);
  if (inRuns) at = writeVarint(body, at, count);
  return entryOf(body.subarray(0, at));
}

function entryOf(body: Buffer): Buffer {
  const at = body.length;
  const sizeSize = varintSize(at);
  const entry = Buffer.allocUnsafe(sizeSize + at + 4);
  writeVarint(entry, 0, at);
  body.copy(entry, sizeSize);
  entry.writeUInt32BE(crc32c(body) >>> 0, sizeSize + at);
  return entry;
}

function writeRuns(body: Buffer, position: number, arrivals: Float64Array, from: number, to: number): number {
  let at = position;
  let runStart = from;
  for (let i = from + 1; i <= to; i++) {
    if (i < to && arrivals[i] === arrivals[i - 1]! + 1) continue;
    at = writeVarint(body, at, i - runStart);
    if (i < to) at = writeVarlong(body, at, arrivals[i]! - arrivals[i - 1]! - 1);
    runStart = i;
  }
  return at;
}

/** The entry at `at`; undefined where it is cut off or damaged. */
export function readArrivalEntry(bytes: Buffer, at: number, segmentBase: number): ArrivalEntry | undefined {
  const reader = new VarintReader(bytes, at, bytes.length);
  const size = reader.varint();
  const bodyStart = reader.position;
  if (bodyStart < 0 || size < 4 || bodyStart + size + 4 > bytes.length) return undefined;
  const bodyEnd = bodyStart + size;
  if (crc32c(bytes.subarray(bodyStart, bodyEnd)) >>> 0 !== bytes.readUInt32BE(bodyEnd)) return undefined;
  const relativeOffset = reader.varint();
  const count = reader.varint();
  const form = bytes[reader.position]!;
  const dataStart = reader.position + 1;
  return {
    baseOffset: segmentBase + relativeOffset,
    count,
    form,
    dataStart,
    dataEnd: bodyEnd,
    end: bodyEnd + 4,
  };
}

/** Writes the entry's arrivals into `into` from `at` on; false where the entry does not hold `count` of them. */
export function decodeArrivals(bytes: Buffer, entry: ArrivalEntry, into: Float64Array, at: number): boolean {
  const reader = new VarintReader(bytes, entry.dataStart, entry.dataEnd);
  let arrival = reader.varlong();
  const end = at + entry.count;
  let index = at;
  if (entry.form === GAPS) {
    into[index++] = arrival;
    while (index < end) into[index++] = arrival += reader.varlong() + 1;
  } else if (entry.form === RUNS) {
    while (index < end) {
      const runEnd = index + reader.varint();
      if (reader.position < 0 || runEnd <= index || runEnd > end) return false;
      while (index < runEnd) into[index++] = arrival++;
      if (index < end) arrival += reader.varlong();
    }
  } else return false;
  return reader.position === entry.dataEnd;
}
