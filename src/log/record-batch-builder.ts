/**
 * Writes records in wire form straight into one growing buffer, so that an encoder writes a value's bytes at
 * the place where they stay: no copy between encoder, batch, file and reader.
 *
 *     const at = builder.beginRecord(keyLength, valueBytesMax);   // builder.bytes may be a new buffer now
 *     …write the value from `at` on into builder.bytes…
 *     builder.endRecord(valueEnd, timestamp, arrival, keyBytes, keyStart, keyEnd);
 *
 * Records are contiguous and every varint is minimal. The size of what stands before the value is not known
 * when the value is written: it is guessed from the last record, and the value is moved by the difference
 * where the guess was wrong.
 *
 * Memory: what `finish` returns is the builder's own memory. Either it is used up before `reset` (which
 * re-uses the memory), or the builder gives it away with `release` (which takes new memory). `appendBuilder`
 * of a partition does the right one itself.
 */
import { assert } from "../base/assert.ts";
import {
  ATTRIBUTES_AT,
  BASE_SEQUENCE_AT,
  BASE_TIMESTAMP_AT,
  BATCH_LENGTH_AT,
  HEADER_SIZE,
  LAST_OFFSET_DELTA_AT,
  LEADER_EPOCH_AT,
  LOG_OVERHEAD,
  MAGIC_AT,
  MAX_TIMESTAMP_AT,
  PRODUCER_EPOCH_AT,
  PRODUCER_ID_AT,
  RECORD_COUNT_AT,
  writeChecksum,
  writeInt64,
} from "./batch-header.ts";
import { encodeHeaders } from "./record-headers.ts";
import { recordBlock } from "./record-block.ts";
import type { RecordHeader } from "./record-block.ts";
import type { FinishedBatch } from "./topic-log.ts";
import { varintSize, varlongSize, writeVarint, writeVarlong } from "./varint.ts";

/** The most that length, attributes, timestamp, offset, key length, value length and no headers take. */
const RECORD_OVERHEAD_MAX = 5 + 1 + 10 + 5 + 5 + 5 + 1;
const SMALL_COPY = 64;

export class RecordBatchBuilder {
  /** The batch under construction; replaced when it grows, so read it anew after `beginRecord`. */
  bytes: Buffer;
  /** Where the next byte goes: behind the last record, or inside the value between begin and end. */
  position = HEADER_SIZE;
  #count = 0;
  #recordStart = HEADER_SIZE;
  #valueStart = HEADER_SIZE;
  /** Bytes of length, attributes, timestamp and value length of the last record: the guess for the next. */
  #headGuess = 6;
  #baseTimestamp = 0;
  #maxTimestamp = -1;
  #keyStarts: Int32Array;
  #keyEnds: Int32Array;
  #valueStarts: Int32Array;
  #valueEnds: Int32Array;
  #timestamps: Float64Array;
  #arrivals: Float64Array;
  #headerStarts: Int32Array | undefined;
  #headerEnds: Int32Array | undefined;

  /** @param capacityBytes first size of the buffer @param capacityRecords first size of the arrays */
  constructor(capacityBytes = 65_536, capacityRecords = 64) {
    this.bytes = Buffer.allocUnsafeSlow(Math.max(capacityBytes, HEADER_SIZE));
    const records = Math.max(1, capacityRecords);
    this.#keyStarts = new Int32Array(records);
    this.#keyEnds = new Int32Array(records);
    this.#valueStarts = new Int32Array(records);
    this.#valueEnds = new Int32Array(records);
    this.#timestamps = new Float64Array(records);
    this.#arrivals = new Float64Array(records);
  }

  /** Records that are complete. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of the batch so far, header included. */
  get byteLength(): number {
    return this.#recordStart;
  }

  /** Bytes the buffer holds, used or not. */
  get capacity(): number {
    return this.bytes.length;
  }

  /**
   * Makes room for a record and returns the position where its value is to be written. A `keyLength` that
   * turns out wrong only costs a move. The value must not outgrow `valueBytesMax` (see {@link ensureRoom}).
   */
  beginRecord(keyLength: number, valueBytesMax: number): number {
    const start = this.#recordStart;
    const keyRoom = keyLength > 0 ? keyLength : 0;
    const needed = start + RECORD_OVERHEAD_MAX + keyRoom + valueBytesMax;
    if (needed > this.bytes.length) this.#growBytes(needed, start);
    const head = this.#headGuess + varintSize(this.#count) + varintSize(keyLength) + keyRoom;
    this.#valueStart = start + head;
    this.position = start + head;
    return start + head;
  }

  /** Inside a record: room for `more` bytes from `usedEnd` on, keeping what was written up to there. */
  ensureRoom(usedEnd: number, more: number): void {
    // Behind the value there must be room for the header count and for a head that was guessed too short.
    const needed = usedEnd + more + RECORD_OVERHEAD_MAX;
    if (needed > this.bytes.length) this.#growBytes(needed, usedEnd);
  }

  /** Gives up the record that was begun. */
  cancelRecord(): void {
    this.position = this.#recordStart;
  }

  /**
   * Completes the record whose value stands from `beginRecord`'s position to `valueEnd`; a negative
   * `valueEnd` makes it null. The key is copied from `keyBytes` (null = no key), which must not be the part of
   * `bytes` behind the last record. `timestampMs` is a whole number.
   */
  endRecord(
    valueEnd: number,
    timestampMs: number,
    arrival: number,
    keyBytes: Uint8Array | null,
    keyStart: number,
    keyEnd: number,
  ): void {
    const after = this.#placeRecord(valueEnd, timestampMs, keyBytes, keyStart, keyEnd, 1);
    this.bytes[after] = 0;
    if (this.#headerStarts !== undefined) this.#noteHeaders(after, after);
    this.#complete(after + 1, timestampMs, arrival);
  }

  /**
   * The same for a record with headers, given as the raw section that stands in another record
   * (`RecordBlock.headerStarts`) or that `encodeHeaders` made; an empty range means none.
   */
  endRecordWithHeaders(
    valueEnd: number,
    timestampMs: number,
    arrival: number,
    keyBytes: Uint8Array | null,
    keyStart: number,
    keyEnd: number,
    headerBytes: Uint8Array,
    headerStart: number,
    headerEnd: number,
  ): void {
    const size = headerEnd - headerStart;
    if (size <= 0) {
      this.endRecord(valueEnd, timestampMs, arrival, keyBytes, keyStart, keyEnd);
      return;
    }
    const after = this.#placeRecord(valueEnd, timestampMs, keyBytes, keyStart, keyEnd, size);
    copyBytes(headerBytes, headerStart, headerEnd, this.bytes, after);
    if (this.#headerStarts === undefined) {
      this.#headerStarts = new Int32Array(this.#keyStarts.length);
      this.#headerEnds = new Int32Array(this.#keyStarts.length);
    }
    this.#noteHeaders(after, after + size);
    this.#complete(after + size, timestampMs, arrival);
  }

  /** Appends a whole record, copying its parts. */
  appendRecord(
    key: Uint8Array | null,
    value: Uint8Array | null,
    timestampMs: number,
    arrival: number,
    headers: readonly RecordHeader[] = [],
  ): void {
    const at = this.beginRecord(key === null ? -1 : key.length, value === null ? 0 : value.length);
    if (value !== null) this.bytes.set(value, at);
    const valueEnd = value === null ? -1 : at + value.length;
    const keyEnd = key === null ? 0 : key.length;
    if (headers.length === 0) {
      this.endRecord(valueEnd, timestampMs, arrival, key, 0, keyEnd);
    } else {
      const section = encodeHeaders(headers);
      this.endRecordWithHeaders(valueEnd, timestampMs, arrival, key, 0, keyEnd, section, 0, section.length);
    }
  }

  /**
   * Writes the header and gives the batch and its block, both over the builder's memory (see the file's
   * header). May be called again, for another base offset, as long as no record was added.
   */
  finish(baseOffset: number): FinishedBatch {
    assert(this.#count > 0, "a batch needs a record");
    const size = this.#recordStart;
    this.#writeHeader(baseOffset, size);
    const batch = this.bytes.subarray(0, size);
    const offsets = new Float64Array(this.#count);
    for (let i = 0; i < this.#count; i++) offsets[i] = baseOffset + i;
    const block = recordBlock({
      count: this.#count,
      bytes: batch,
      keyStarts: this.#keyStarts,
      keyEnds: this.#keyEnds,
      valueStarts: this.#valueStarts,
      valueEnds: this.#valueEnds,
      timestamps: this.#timestamps,
      offsets,
      arrivals: this.#arrivals,
      headerStarts: this.#headerStarts,
      headerEnds: this.#headerEnds,
      nextOffset: baseOffset + this.#count,
    });
    return { batch, block };
  }

  /** Empties the builder and re-uses its memory: what `finish` gave must not be used any more. */
  reset(): void {
    this.#count = 0;
    this.#recordStart = HEADER_SIZE;
    this.position = HEADER_SIZE;
    this.#maxTimestamp = -1;
    this.#headerStarts = undefined;
    this.#headerEnds = undefined;
  }

  /** Empties the builder with new memory of the same size: what `finish` gave stays valid, and is the caller's. */
  release(memory: Buffer = Buffer.allocUnsafeSlow(this.bytes.length)): void {
    this.bytes = memory;
    const records = this.#keyStarts.length;
    this.#keyStarts = new Int32Array(records);
    this.#keyEnds = new Int32Array(records);
    this.#valueStarts = new Int32Array(records);
    this.#valueEnds = new Int32Array(records);
    this.#timestamps = new Float64Array(records);
    this.#arrivals = new Float64Array(records);
    this.reset();
  }

  /** Writes everything of the record up to the value's end, and returns that; `tail` bytes fit behind it. */
  #placeRecord(
    valueEnd: number,
    timestampMs: number,
    keyBytes: Uint8Array | null,
    keyStart: number,
    keyEnd: number,
    tail: number,
  ): number {
    const index = this.#count;
    if (index === this.#keyStarts.length) this.#growArrays();
    if (index === 0) this.#baseTimestamp = timestampMs;
    const delta = timestampMs - this.#baseTimestamp;
    const keyLength = keyBytes === null ? -1 : keyEnd - keyStart;
    const keySize = keyLength > 0 ? keyLength : 0;
    const valueLength = valueEnd < 0 ? -1 : valueEnd - this.#valueStart;
    const valueSize = valueLength > 0 ? valueLength : 0;

    const fixed = 1 + varlongSize(delta) + varintSize(valueLength);
    const head = fixed + varintSize(index) + varintSize(keyLength) + keySize;
    const bodySize = head + valueSize + tail;
    const lengthSize = varintSize(bodySize);
    this.#headGuess = lengthSize + fixed;
    const start = this.#recordStart;
    const valueStart = start + lengthSize + head;
    const recordEnd = valueStart + valueSize + tail;
    if (recordEnd > this.bytes.length) this.#growBytes(recordEnd, Math.max(start, valueEnd));
    const bytes = this.bytes;
    if (valueSize > 0 && valueStart !== this.#valueStart) {
      bytes.copyWithin(valueStart, this.#valueStart, valueEnd);
    }

    let at = writeVarint(bytes, start, bodySize);
    bytes[at++] = 0;
    at = writeVarlong(bytes, at, delta);
    at = writeVarint(bytes, at, index);
    at = writeVarint(bytes, at, keyLength);
    this.#keyStarts[index] = keyLength < 0 ? -1 : at;
    if (keyBytes !== null) copyBytes(keyBytes, keyStart, keyEnd, bytes, at);
    at += keySize;
    this.#keyEnds[index] = keyLength < 0 ? -1 : at;
    at = writeVarint(bytes, at, valueLength);
    this.#valueStarts[index] = valueLength < 0 ? -1 : at;
    this.#valueEnds[index] = valueLength < 0 ? -1 : at + valueSize;
    return at + valueSize;
  }

  #noteHeaders(start: number, end: number): void {
    this.#headerStarts![this.#count] = start;
    this.#headerEnds![this.#count] = end;
  }

  #complete(end: number, timestampMs: number, arrival: number): void {
    const index = this.#count;
    this.#timestamps[index] = timestampMs;
    this.#arrivals[index] = arrival;
    if (timestampMs > this.#maxTimestamp) this.#maxTimestamp = timestampMs;
    this.#count = index + 1;
    this.#recordStart = end;
    this.position = end;
  }

  #writeHeader(baseOffset: number, size: number): void {
    const bytes = this.bytes;
    writeInt64(bytes, 0, baseOffset);
    bytes.writeInt32BE(size - LOG_OVERHEAD, BATCH_LENGTH_AT);
    bytes.writeInt32BE(0, LEADER_EPOCH_AT);
    bytes[MAGIC_AT] = 2;
    bytes.writeInt16BE(0, ATTRIBUTES_AT);
    bytes.writeInt32BE(this.#count - 1, LAST_OFFSET_DELTA_AT);
    writeInt64(bytes, BASE_TIMESTAMP_AT, this.#baseTimestamp);
    writeInt64(bytes, MAX_TIMESTAMP_AT, this.#maxTimestamp);
    writeInt64(bytes, PRODUCER_ID_AT, -1);
    bytes.writeInt16BE(-1, PRODUCER_EPOCH_AT);
    bytes.writeInt32BE(-1, BASE_SEQUENCE_AT);
    bytes.writeInt32BE(this.#count, RECORD_COUNT_AT);
    writeChecksum(bytes, 0, size);
  }

  #growBytes(needed: number, used: number): void {
    const size = Math.max(needed, Math.min(this.bytes.length * 2, this.bytes.length + 67_108_864));
    const larger = Buffer.allocUnsafeSlow(size);
    this.bytes.copy(larger, 0, 0, Math.min(used, this.bytes.length));
    this.bytes = larger;
  }

  #growArrays(): void {
    const size = this.#keyStarts.length * 2;
    this.#keyStarts = grownInts(this.#keyStarts, size);
    this.#keyEnds = grownInts(this.#keyEnds, size);
    this.#valueStarts = grownInts(this.#valueStarts, size);
    this.#valueEnds = grownInts(this.#valueEnds, size);
    this.#timestamps = grownFloats(this.#timestamps, size);
    this.#arrivals = grownFloats(this.#arrivals, size);
    if (this.#headerStarts !== undefined) this.#headerStarts = grownInts(this.#headerStarts, size);
    if (this.#headerEnds !== undefined) this.#headerEnds = grownInts(this.#headerEnds, size);
  }
}

/** Short ranges byte by byte: a subarray object and a call cost more than the bytes. */
function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start > SMALL_COPY) {
    to.set(from.subarray(start, end), at);
    return;
  }
  for (let i = start, j = at; i < end; i++, j++) to[j] = from[i]!;
}

function grownInts(array: Int32Array, size: number): Int32Array {
  const larger = new Int32Array(size);
  larger.set(array);
  return larger;
}

function grownFloats(array: Float64Array, size: number): Float64Array {
  const larger = new Float64Array(size);
  larger.set(array);
  return larger;
}
