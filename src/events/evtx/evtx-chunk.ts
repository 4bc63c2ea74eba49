import { crc32 } from "node:zlib";
import type { FoundDamage, FoundDamageSink } from "./evtx-damage.ts";

/**
 * A chunk of an event log: 64 KiB that stand for themselves. A header of 512 bytes (numbers of the first and last record,
 * two CRC-32 checksums, tables of names and templates that a reader does not need), then records, each `**\0\0`, its size,
 * its number, when it was written, BinXML, and its size again.
 */
export const CHUNK_BYTES = 64 << 10;

const CHUNK_MAGIC = Buffer.from("ElfChnk\0", "latin1");
const HEADER_BYTES = 512;
const RECORD_MAGIC = 0x00002a2a;
const RECORD_MAGIC_BYTES = Buffer.from("**\0\0", "latin1");
const RECORD_HEADER_BYTES = 24;
const RECORD_BYTES_MIN = RECORD_HEADER_BYTES + 4;

/** Where a chunk stands in its file. */
export interface ChunkPlace {
  /** From 0. */
  readonly number: number;
  readonly fileOffset: number;
  /** Bytes that are there; a file that is cut off has fewer than {@link CHUNK_BYTES}, the rest is zero. */
  readonly length: number;
  /** The log was not closed: checksums of its records may be older than they are. */
  readonly isDirty: boolean;
}

/** A record: its BinXML is `[start, end)` of the chunk. */
export interface RecordPlace {
  readonly start: number;
  readonly end: number;
  /** The record's number in this file. */
  readonly number: number;
}

/** When the record was written, a FILETIME, stands this many bytes before its BinXML. */
export const WRITTEN_BEFORE = 8;

export function isChunk(bytes: Buffer): boolean {
  return bytes.subarray(0, CHUNK_MAGIC.length).equals(CHUNK_MAGIC);
}

/**
 * The records of a chunk. Records are believed, not the header: one beyond the free space that the header of an open log
 * states is given when its number is the next, and behind a damaged one the search goes on. What is damaged is told.
 */
export function* chunkRecords(
  bytes: Buffer,
  place: ChunkPlace,
  damage: FoundDamageSink,
): Generator<RecordPlace> {
  if (isZero(bytes)) return;
  const header = readHeader(bytes, place, damage);
  let at = HEADER_BYTES;
  let seen = 0;
  let previous = -1;
  let badAt = -1;
  while (at < place.length) {
    const size = recordSize(bytes, at);
    const number = size === 0 ? -1 : recordNumber(bytes, at);
    const isPast = at >= header.freeSpaceAt;
    if (isPast && (size === 0 || number !== previous + 1)) break;
    if (size === 0) {
      if (badAt === -1) badAt = at;
      const next = bytes.indexOf(RECORD_MAGIC_BYTES, at + 1);
      at = next === -1 ? place.length : next;
      continue;
    }
    if (badAt !== -1) damage(badRecord(place, badAt, Math.max(0, number - previous - 1), seen));
    badAt = -1;
    seen++;
    previous = number;
    yield { start: at + RECORD_HEADER_BYTES, end: at + size - 4, number };
    at += size;
  }
  const lost = header.last < 0 ? 0 : Math.max(0, header.last - (previous < 0 ? header.first - 1 : previous));
  if (place.length < CHUNK_BYTES) {
    const detail = `the file ends ${CHUNK_BYTES - place.length} bytes before chunk ${place.number} does`;
    damage({ reason: "cut off", offset: place.fileOffset + place.length, detail, lostEvents: lost });
  } else if (lost > 0) damage(badRecord(place, badAt === -1 ? at : badAt, lost, seen));
}

function badRecord(place: ChunkPlace, offset: number, lostEvents: number, seen: number): FoundDamage {
  const detail = `bytes in chunk ${place.number} are no record; it held ${seen} before`;
  return { reason: "bad record", offset: place.fileOffset + offset, detail, lostEvents };
}

interface ChunkHeader {
  readonly freeSpaceAt: number;
  /** Numbers of the first and last record that the header says there are; −1 where it cannot be believed. */
  readonly first: number;
  readonly last: number;
}

function readHeader(bytes: Buffer, place: ChunkPlace, damage: FoundDamageSink): ChunkHeader {
  const tell = (
    reason: "bad chunk magic" | "bad chunk checksum" | "bad records checksum",
    detail: string,
  ): void =>
    damage({ reason, offset: place.fileOffset, detail: `chunk ${place.number} ${detail}`, lostEvents: 0 });
  const unknown: ChunkHeader = { freeSpaceAt: place.length, first: -1, last: -1 };
  if (!isChunk(bytes)) {
    tell("bad chunk magic", `starts with ${bytes.toString("hex", 0, CHUNK_MAGIC.length)}`);
    return unknown;
  }
  const sum = crc32(bytes.subarray(128, HEADER_BYTES), crc32(bytes.subarray(0, 120)));
  if (sum !== bytes.readUInt32LE(124)) {
    tell("bad chunk checksum", "has a header that its checksum does not fit");
    return unknown;
  }
  const freeSpaceAt = bytes.readUInt32LE(48);
  if (freeSpaceAt < HEADER_BYTES || freeSpaceAt > CHUNK_BYTES) return unknown;
  if (freeSpaceAt <= place.length && !place.isDirty) {
    const recordsSum = crc32(bytes.subarray(HEADER_BYTES, freeSpaceAt));
    if (recordsSum !== bytes.readUInt32LE(52))
      tell("bad records checksum", "has records that its checksum does not fit");
  }
  const [first, last] = [Number(bytes.readBigUInt64LE(8)), Number(bytes.readBigUInt64LE(16))];
  const isPlausible = first <= last && last - first < CHUNK_BYTES / RECORD_BYTES_MIN;
  return isPlausible ? { freeSpaceAt, first, last } : { ...unknown, freeSpaceAt };
}

/** The size of the record at `at`, or 0 where there is none. */
function recordSize(bytes: Buffer, at: number): number {
  if (at + RECORD_BYTES_MIN > CHUNK_BYTES || bytes.readUInt32LE(at) !== RECORD_MAGIC) return 0;
  const size = bytes.readUInt32LE(at + 4);
  if (size < RECORD_BYTES_MIN || at + size > CHUNK_BYTES) return 0;
  return bytes.readUInt32LE(at + size - 4) === size ? size : 0;
}

function recordNumber(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + 12) * 2 ** 32 + bytes.readUInt32LE(at + 8);
}

function isZero(bytes: Buffer): boolean {
  return (
    bytes.length === 0 || (bytes[0] === 0 && bytes.compare(bytes, 1, bytes.length, 0, bytes.length - 1) === 0)
  );
}
