/**
 * Decoding record batches into blocks: pure, without I/O. Consecutive uncompressed batches outside
 * transactions become one block over the bytes as they are; a compressed or transactional batch becomes a
 * block of its own. Control batches hold no data: they only move `nextOffset`.
 *
 * The structure is checked strictly, since a block's positions are trusted by every reader: each record must
 * end exactly where its length says, offsets must rise within the batch, and the last must fill it.
 */
import { HEADER_SIZE, batchFault, framingFault, readBatchHeader } from "./batch-header.ts";
import type { BatchHeader } from "./batch-header.ts";
import { decompress } from "./compression.ts";
import { logErrors } from "./errors.ts";
import { emptyBlock, recordBlock } from "./record-block.ts";
import type { RecordBlock } from "./record-block.ts";
import { skipHeaders } from "./record-headers.ts";
import { VarintReader } from "./varint.ts";

/** Writes the arrivals of a batch's `header.recordCount` records into `into`, from index `at` on. */
export type ArrivalSource = (header: BatchHeader, into: Float64Array, at: number) => void;

export interface DecodeOptions {
  /** Verify each batch's CRC (default true). */
  readonly verify?: boolean;
  /** Default: every arrival is −1, unknown. */
  readonly arrivals?: ArrivalSource | undefined;
}

/**
 * Decodes concatenated whole batches. At least one block is returned when there was a batch: where all are
 * control batches, it is empty.
 * @throws LOG_INVALID_BATCH, LOG_UNSUPPORTED_COMPRESSION
 */
export function decodeBatches(bytes: Buffer, options: DecodeOptions = {}): RecordBlock[] {
  const blocks: RecordBlock[] = [];
  let run: BatchHeader[] = [];
  let runStart = 0;
  let at = 0;
  const endRun = (): void => {
    if (run.length > 0) blocks.push(decodeRun(bytes.subarray(runStart, at), run, options.arrivals));
    run = [];
  };
  while (at < bytes.length) {
    const header = checkedHeader(bytes, at, options.verify !== false);
    const end = at + header.sizeBytes;
    if (header.control || header.recordCount === 0) {
      endRun();
      passOver(blocks, header.nextOffset);
    } else if (header.compression !== 0 || header.transactional) {
      endRun();
      blocks.push(decodeSingle(bytes.subarray(at, end), header, options.arrivals));
    } else {
      if (run.length === 0) runStart = at;
      run.push(header);
    }
    at = end;
  }
  endRun();
  return blocks;
}

/** Reads the headers of concatenated whole batches. @throws LOG_INVALID_BATCH */
export function batchHeaders(bytes: Buffer, verify = true): BatchHeader[] {
  const headers: BatchHeader[] = [];
  for (let at = 0; at < bytes.length; at += headers.at(-1)!.sizeBytes) {
    headers.push(checkedHeader(bytes, at, verify));
  }
  return headers;
}

function checkedHeader(bytes: Buffer, at: number, verify: boolean): BatchHeader {
  const fault = verify ? batchFault(bytes, at) : framingFault(bytes, at);
  if (fault !== undefined) throw invalidBatch(`${fault} (at byte ${at})`);
  return readBatchHeader(bytes, at);
}

function passOver(blocks: RecordBlock[], nextOffset: number): void {
  const last = blocks.at(-1);
  if (last === undefined) blocks.push(emptyBlock(nextOffset));
  else blocks[blocks.length - 1] = recordBlock({ ...last, nextOffset });
}

function decodeRun(
  bytes: Buffer,
  headers: readonly BatchHeader[],
  arrivals: ArrivalSource | undefined,
): RecordBlock {
  let count = 0;
  for (const header of headers) count += header.recordCount;
  const decoder = new BlockDecoder(bytes, count);
  let at = 0;
  for (const header of headers) {
    decoder.decode(at + HEADER_SIZE, at + header.sizeBytes, header, arrivals);
    at += header.sizeBytes;
  }
  return decoder.finish(headers.at(-1)!);
}

function decodeSingle(batch: Buffer, header: BatchHeader, arrivals: ArrivalSource | undefined): RecordBlock {
  const compressed = header.compression !== 0;
  const bytes = compressed ? decompress(header.compression, batch.subarray(HEADER_SIZE)) : batch;
  const decoder = new BlockDecoder(bytes, header.recordCount);
  decoder.decode(compressed ? 0 : HEADER_SIZE, bytes.length, header, arrivals);
  return decoder.finish(header);
}

/** The arrays of a block while its batches are decoded one after another. */
class BlockDecoder {
  readonly #bytes: Buffer;
  readonly #keyStarts: Int32Array;
  readonly #keyEnds: Int32Array;
  readonly #valueStarts: Int32Array;
  readonly #valueEnds: Int32Array;
  readonly #timestamps: Float64Array;
  readonly #offsets: Float64Array;
  readonly #arrivals: Float64Array;
  #headerStarts: Int32Array | undefined;
  #headerEnds: Int32Array | undefined;
  #count = 0;

  constructor(bytes: Buffer, count: number) {
    // A record takes 7 bytes at least: a false count must not make the arrays huge.
    if (count > bytes.length / 7) throw invalidBatch("the batch holds fewer records than it says");
    this.#bytes = bytes;
    // One allocation for all: for a small batch each of its own would cost as much as decoding it.
    const memory = new ArrayBuffer(count * (3 * 8 + 4 * 4));
    this.#timestamps = new Float64Array(memory, 0, count);
    this.#offsets = new Float64Array(memory, count * 8, count);
    this.#arrivals = new Float64Array(memory, count * 16, count);
    this.#keyStarts = new Int32Array(memory, count * 24, count);
    this.#keyEnds = new Int32Array(memory, count * 28, count);
    this.#valueStarts = new Int32Array(memory, count * 32, count);
    this.#valueEnds = new Int32Array(memory, count * 36, count);
  }

  /** Decodes the records of one batch, which stand in `[start, end)`. */
  decode(start: number, end: number, header: BatchHeader, arrivals: ArrivalSource | undefined): void {
    const records = new RecordWalk(this.#bytes, start, end, header);
    const first = this.#count;
    while (records.next()) this.#take(records, header);
    if (arrivals === undefined) this.#arrivals.fill(-1, first, this.#count);
    else arrivals(header, this.#arrivals, first);
  }

  finish(last: BatchHeader): RecordBlock {
    const { producerId, producerEpoch } = last;
    return recordBlock({
      count: this.#count,
      bytes: this.#bytes,
      keyStarts: this.#keyStarts,
      keyEnds: this.#keyEnds,
      valueStarts: this.#valueStarts,
      valueEnds: this.#valueEnds,
      timestamps: this.#timestamps,
      offsets: this.#offsets,
      arrivals: this.#arrivals,
      headerStarts: this.#headerStarts,
      headerEnds: this.#headerEnds,
      nextOffset: last.nextOffset,
      transaction: last.transactional ? { producerId, producerEpoch } : undefined,
    });
  }

  #take(record: RecordWalk, header: BatchHeader): void {
    const index = this.#count++;
    const { keyStart, valueStart } = record;
    this.#keyStarts[index] = keyStart;
    this.#keyEnds[index] = record.keyEnd;
    this.#valueStarts[index] = valueStart;
    this.#valueEnds[index] = record.valueEnd;
    this.#timestamps[index] = header.logAppendTime
      ? header.maxTimestamp
      : header.baseTimestamp + record.timestampDelta;
    this.#offsets[index] = header.baseOffset + record.offsetDelta;
    if (record.headersEnd > record.headersStart) {
      this.#headerStarts ??= new Int32Array(this.#keyStarts.length);
      this.#headerEnds ??= new Int32Array(this.#keyStarts.length);
    }
    if (this.#headerStarts === undefined || this.#headerEnds === undefined) return;
    this.#headerStarts[index] = record.headersStart;
    this.#headerEnds[index] = record.headersEnd;
  }
}

/**
 * Checks every record of the uncompressed batch at `at` as decoding does, and keeps nothing.
 * @throws LOG_INVALID_BATCH
 */
export function checkRecords(bytes: Buffer, at: number, header: BatchHeader): void {
  const records = new RecordWalk(bytes, at + HEADER_SIZE, at + header.sizeBytes, header);
  while (records.next());
}

/** From record to record of one uncompressed batch; what it found of the present one stands in its fields. */
class RecordWalk {
  readonly #bytes: Buffer;
  readonly #reader: VarintReader;
  readonly #end: number;
  readonly #header: BatchHeader;
  #left: number;
  timestampDelta = 0;
  offsetDelta = -1;
  /** −1 both where the key is null; so for the value. */
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  /** Equal where there are no headers. */
  headersStart = 0;
  headersEnd = 0;

  /** @param start where the records begin @param end where they must end */
  constructor(bytes: Buffer, start: number, end: number, header: BatchHeader) {
    this.#bytes = bytes;
    this.#reader = new VarintReader(bytes, start, end);
    this.#end = end;
    this.#header = header;
    this.#left = header.recordCount;
  }

  /** False behind the last. @throws LOG_INVALID_BATCH */
  next(): boolean {
    const reader = this.#reader;
    const lastDelta = this.offsetDelta;
    if (this.#left-- === 0) {
      if (reader.position !== this.#end) throw invalidBatch("bytes are left over behind the last record");
      return false;
    }
    const size = reader.varint();
    const recordEnd = reader.position + size;
    if (reader.position < 0 || size < 1 || recordEnd > this.#end) throw recordFault(lastDelta);
    reader.position++; // The attributes of a record: none is in use, unknown ones are tolerated.
    this.timestampDelta = reader.varlong();
    const offsetDelta = reader.varint();
    const keyLength = reader.varint();
    const keyStart = reader.position;
    if (keyStart < 0 || keyLength < -1 || keyLength > recordEnd - keyStart) throw recordFault(lastDelta);
    if (keyLength > 0) reader.position += keyLength;
    const valueLength = reader.varint();
    const valueStart = reader.position;
    if (valueStart < 0 || valueLength < -1 || valueLength > recordEnd - valueStart)
      throw recordFault(lastDelta);
    const valueEnd = valueLength > 0 ? valueStart + valueLength : valueStart;
    this.#headers(valueEnd, recordEnd, lastDelta);
    const { baseOffset, nextOffset } = this.#header;
    if (offsetDelta <= lastDelta || baseOffset + offsetDelta >= nextOffset) throw recordFault(lastDelta);
    this.offsetDelta = offsetDelta;
    this.keyStart = keyLength < 0 ? -1 : keyStart;
    this.keyEnd = keyLength < 0 ? -1 : keyStart + keyLength;
    this.valueStart = valueLength < 0 ? -1 : valueStart;
    this.valueEnd = valueLength < 0 ? -1 : valueEnd;
    reader.position = recordEnd;
    return true;
  }

  #headers(start: number, recordEnd: number, lastDelta: number): void {
    const hasNone = start + 1 === recordEnd && this.#bytes[start] === 0;
    if (!hasNone && skipHeaders(this.#bytes, start, recordEnd) !== recordEnd) throw recordFault(lastDelta);
    this.headersStart = start;
    this.headersEnd = hasNone ? start : recordEnd;
  }
}

function recordFault(lastDelta: number): Error {
  return invalidBatch(`the record after offset delta ${lastDelta} is malformed`);
}

function invalidBatch(detail: string): Error {
  return logErrors.INVALID_BATCH({ message: "record batch is not valid", detail });
}
