import { crc32 } from "node:zlib";
import { eventErrors } from "../errors.ts";
import { ByteCursor } from "../files/byte-stream.ts";
import type { ByteStream } from "../files/byte-stream.ts";
import { CHUNK_BYTES, isChunk } from "./evtx-chunk.ts";
import type { ChunkPlace } from "./evtx-chunk.ts";
import type { FoundDamageSink } from "./evtx-damage.ts";

/**
 * An event log file (EVTX 3.1 and 3.2): a header of 4 KiB, then chunks up to the file's end. The header's count of chunks is
 * not relied on: in a log that was not closed it is too small.
 */
export interface EvtxChunk {
  /** {@link CHUNK_BYTES} long, used again for the next chunk, and for another file once this one is closed. */
  readonly bytes: Buffer;
  readonly place: ChunkPlace;
}

const FILE_MAGIC = Buffer.from("ElfFile\0", "latin1");
const HEADER_BYTES = 4096;
const CHUNKS_AT = 42;
const FLAGS_AT = 120;
const FLAG_DIRTY = 1;
const MAJOR_VERSION = 3;

/** Chunk buffers of files that were closed: folders of small logs would spend their time on new memory. */
const spareChunks: Buffer[] = [];
const SPARE_CHUNKS_MAX = 2;

/** Whether a file that starts like this is an event log. */
export function isEvtx(head: Buffer): boolean {
  return head.subarray(0, FILE_MAGIC.length).equals(FILE_MAGIC);
}

/**
 * Reads a file chunk by chunk; unused ones, all zero, are among them. A file whose header is damaged is read if a chunk
 * follows.
 * @throws SpoorError EVENTS_NOT_EVTX
 */
export async function* evtxChunks(
  name: string,
  source: ByteStream,
  damage: FoundDamageSink,
): AsyncGenerator<EvtxChunk, void, undefined> {
  const cursor = new ByteCursor(source);
  const bytes = spareChunks.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
  try {
    const header = await cursor.exactly(HEADER_BYTES);
    let isFirst = true;
    let fileOffset = HEADER_BYTES;
    const isDirty = ((header[FLAGS_AT] ?? 0) & FLAG_DIRTY) !== 0;
    let number = 0;
    for (; ; number++) {
      const length = await cursor.fill(bytes);
      bytes.fill(0, length);
      if (isFirst) checkHeader(name, header, bytes, damage);
      isFirst = false;
      if (length === 0) break;
      yield { bytes, place: { number, fileOffset, length, isDirty } };
      fileOffset += length;
    }
    const promised = isEvtx(header) && header.length === HEADER_BYTES ? header.readUInt16LE(CHUNKS_AT) : 0;
    if (number < promised) {
      const detail = `the file's header says ${promised} chunks, there are ${number}`;
      damage({ reason: "cut off", offset: fileOffset, detail, lostEvents: 0 });
    }
  } finally {
    await cursor.close();
    if (spareChunks.length < SPARE_CHUNKS_MAX) spareChunks.push(bytes);
  }
}

function checkHeader(name: string, header: Buffer, firstChunk: Buffer, damage: FoundDamageSink): void {
  const found = header.length === 0 ? "the file is empty" : `it starts with ${header.toString("hex", 0, 8)}`;
  const fault = headerFault(header);
  if (fault === undefined) return;
  if (!isEvtx(header) && !isChunk(firstChunk)) {
    throw eventErrors.NOT_EVTX({
      message: `'${name}' is no Windows event log`,
      detail: `${found}; an event log starts with 'ElfFile' and its first chunk with 'ElfChnk'`,
      hint: "export the log again, for example with 'wevtutil epl Security security.evtx'",
    });
  }
  const isCut = isEvtx(header) && header.length < HEADER_BYTES;
  damage({ reason: isCut ? "cut off" : "bad file header", offset: 0, detail: fault, lostEvents: 0 });
}

function headerFault(header: Buffer): string | undefined {
  if (!isEvtx(header)) return `the file starts with ${header.toString("hex", 0, FILE_MAGIC.length)}`;
  if (header.length < HEADER_BYTES) return `the file ends inside its header, after ${header.length} bytes`;
  const [minor, major] = [header.readUInt16LE(36), header.readUInt16LE(38)];
  if (major !== MAJOR_VERSION) return `the file is of version ${major}.${minor}; versions 3.x are known`;
  const isWhole = crc32(header.subarray(0, 120)) === header.readUInt32LE(124);
  return isWhole ? undefined : "the file's header does not fit its checksum";
}
