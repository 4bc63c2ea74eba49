/**
 * Message sets of magic 0 and 1, as clients before Kafka 0.11 send them (Produce 0 to 2), to record batches of magic 2.
 *
 * A message: offset int64, size int32, CRC-32 of what follows, magic, attributes, (magic 1: timestamp int64), key, value. A compressed
 * message's value is a message set in turn. The batches are written uncompressed, in the order of the messages.
 */
import { crc32 } from "node:zlib";
import { decompress } from "../../log/compression.ts";
import { logErrors } from "../../log/errors.ts";
import { RecordBatchBuilder } from "../../log/record-batch-builder.ts";

const MESSAGE_OVERHEAD = 12;
/** CRC, magic, attributes, and the lengths of key and value. */
const LEAST_SIZE = 14;
const MAGIC_AT = 16;
const COMPRESSION_MASK = 0x07;
/** A batch is closed at this size, or at half of what the topic allows. */
const BATCH_BYTES = 512 * 1024;

export interface ConvertedMessages {
  readonly batches: Buffer;
  readonly count: number;
}

/** The magic of the first message or batch; −1 where there is none. */
export function magicOf(records: Buffer): number {
  return records.length > MAGIC_AT ? records.readInt8(MAGIC_AT) : -1;
}

/** @throws LOG_INVALID_BATCH, LOG_UNSUPPORTED_COMPRESSION */
export function convertMessageSet(set: Buffer, maxBatchBytes: number): ConvertedMessages {
  const batches = new BatchCollector(Math.min(BATCH_BYTES, maxBatchBytes / 2));
  addMessages(set, batches, true);
  if (batches.count === 0) throw invalid("the message set holds no message");
  return { batches: batches.finish(), count: batches.count };
}

function addMessages(set: Buffer, batches: BatchCollector, outer: boolean): void {
  let at = 0;
  while (at < set.length) {
    if (at + MESSAGE_OVERHEAD > set.length) throw invalid("the message set ends within a message");
    const size = set.readInt32BE(at + 8);
    const start = at + MESSAGE_OVERHEAD;
    if (size < LEAST_SIZE || start + size > set.length) throw invalid(`a message of ${size} bytes`);
    addMessage(set.subarray(start, start + size), batches, outer);
    at = start + size;
  }
}

function addMessage(message: Buffer, batches: BatchCollector, outer: boolean): void {
  if (crc32(message.subarray(4)) !== message.readUInt32BE(0)) throw invalid("a message's checksum is wrong");
  const magic = message.readInt8(4);
  const attributes = message.readInt8(5);
  if (magic !== 0 && magic !== 1) throw invalid(`a message of magic ${magic} in a message set`);
  let at = 6;
  let timestamp = -1;
  if (magic === 1) {
    if (message.length < LEAST_SIZE + 8) throw invalid("a message ends within its timestamp");
    timestamp = Number(message.readBigInt64BE(at));
    at += 8;
  }
  const key = sizedBytes(message, at);
  const value = sizedBytes(message, key.end);
  if (value.end !== message.length) throw invalid("bytes are left over behind a message's value");
  const codec = attributes & COMPRESSION_MASK;
  if (codec === 0) {
    batches.add(key.bytes, value.bytes, timestamp);
    return;
  }
  if (!outer || value.bytes === null) throw invalid("a compressed message within a compressed message");
  addMessages(decompress(codec, value.bytes), batches, false);
}

function sizedBytes(message: Buffer, at: number): { bytes: Buffer | null; end: number } {
  if (at + 4 > message.length) throw invalid("a message ends within a length");
  const length = message.readInt32BE(at);
  const start = at + 4;
  if (length === -1) return { bytes: null, end: start };
  if (length < 0 || start + length > message.length) throw invalid(`${length} bytes in a message`);
  return { bytes: message.subarray(start, start + length), end: start + length };
}

class BatchCollector {
  readonly #batchBytes: number;
  readonly #done: Buffer[] = [];
  #builder = new RecordBatchBuilder(4096);
  count = 0;

  constructor(batchBytes: number) {
    this.#batchBytes = batchBytes;
  }

  add(key: Buffer | null, value: Buffer | null, timestampMs: number): void {
    this.#builder.appendRecord(key, value, timestampMs, 0);
    this.count += 1;
    if (this.#builder.byteLength >= this.#batchBytes) this.#close();
  }

  finish(): Buffer {
    if (this.#builder.count > 0) this.#close();
    return Buffer.concat(this.#done);
  }

  #close(): void {
    this.#done.push(this.#builder.finish(0).batch);
    this.#builder = new RecordBatchBuilder(4096);
  }
}

function invalid(detail: string): Error {
  return logErrors.INVALID_BATCH({ message: "message set is not valid", detail });
}
