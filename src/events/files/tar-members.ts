import { ByteCursor, ReadFault } from "./byte-stream.ts";
import type { ByteStream, ByteStreamGenerator } from "./byte-stream.ts";

/**
 * Members of a tar archive (POSIX.1-1988 ustar, POSIX.1-2001 pax, GNU long names and base-256 sizes), read
 * in place. Own code rather than tar-stream, which on an archive that is cut off drops bytes of the last
 * member that it has already read.
 */
export interface ArchiveMember {
  readonly name: string;
  /** Must be taken before the next member is asked for; what is left of it is skipped. */
  readonly bytes: ByteStream;
}

const BLOCK = 512;
const CHECKSUM_AT = 148;
/** Long names and pax headers are small; a larger one is damage. */
const HEADER_DATA_MAX = 1 << 20;

interface TarHeader {
  readonly name: string;
  readonly size: number;
  /** The type flag: "0" a file, "5" a folder, "x"/"g" pax, "L" GNU long name, … */
  readonly type: string;
}

/** Yields the files of the archive; folders, links and devices are passed over. @throws ReadFault */
export async function* tarMembers(source: ByteStream): AsyncGenerator<ArchiveMember, void, undefined> {
  const cursor = new ByteCursor(source);
  let named: { path?: string; size?: number } = {};
  try {
    for (;;) {
      const block = await cursor.exactly(BLOCK);
      if (block.length === 0 || (block.length === BLOCK && isZero(block))) return;
      if (block.length < BLOCK) throw new ReadFault("cut-off", "the archive ends inside a member's header");
      const header = parseHeader(block);
      if (header.type === "x" || header.type === "L") {
        const data = await headerData(cursor, header);
        named = header.type === "x" ? { ...named, ...paxFields(data) } : { ...named, path: cString(data) };
        continue;
      }
      const member = new MemberBytes(cursor, named.size ?? header.size);
      const name = named.path ?? header.name;
      named = {};
      const isFile = header.type === "0" || header.type === "\0" || header.type === "7";
      if (isFile && !name.endsWith("/")) yield { name, bytes: member.take() };
      await member.skip();
    }
  } finally {
    await cursor.close();
  }
}

/** One member's data and the padding behind it. */
class MemberBytes {
  readonly #cursor: ByteCursor;
  #left: number;
  readonly #padding: number;

  constructor(cursor: ByteCursor, size: number) {
    this.#cursor = cursor;
    this.#left = size;
    this.#padding = (BLOCK - (size % BLOCK)) % BLOCK;
  }

  async *take(): ByteStreamGenerator {
    while (this.#left > 0) {
      const piece = await this.#cursor.some(this.#left);
      if (piece === undefined) {
        throw new ReadFault("cut-off", `the archive ends ${this.#left} bytes before its member does`);
      }
      this.#left -= piece.length;
      yield piece;
    }
  }

  async skip(): Promise<void> {
    let left = this.#left + this.#padding;
    while (left > 0) {
      const piece = await this.#cursor.some(left);
      if (piece === undefined) return;
      left -= piece.length;
    }
  }
}

async function headerData(cursor: ByteCursor, header: TarHeader): Promise<Buffer> {
  if (header.size > HEADER_DATA_MAX) throw new ReadFault("damaged", "a member's extended header is too long");
  const padded = Math.ceil(header.size / BLOCK) * BLOCK;
  const data = await cursor.exactly(padded);
  if (data.length < header.size) throw new ReadFault("cut-off", "the archive ends inside a member's header");
  return data.subarray(0, header.size);
}

function parseHeader(block: Buffer): TarHeader {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) {
    sum += i >= CHECKSUM_AT && i < CHECKSUM_AT + 8 ? 0x20 : block[i]!;
  }
  if (sum !== numberField(block, CHECKSUM_AT, 8)) {
    throw new ReadFault("damaged", "a member's header has a wrong checksum");
  }
  const isUstar = block.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isUstar ? cString(block.subarray(345, 500)) : "";
  const name = cString(block.subarray(0, 100));
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    size: numberField(block, 124, 12),
    type: String.fromCharCode(block[156]!),
  };
}

/** Octal digits, or, where the first bit is set, a big-endian binary number (GNU, for 8 GiB and more). */
function numberField(block: Buffer, at: number, length: number): number {
  const bytes = block.subarray(at, at + length);
  if ((bytes[0]! & 0x80) === 0) return parseInt(cString(bytes).trim() || "0", 8);
  let value = bytes[0]! & 0x7f;
  for (let i = 1; i < length; i++) value = value * 256 + bytes[i]!;
  return value;
}

/** The `path` and `size` records of a pax header; each record is `length key=value\n`. */
function paxFields(data: Buffer): { path?: string; size?: number } {
  const fields: { path?: string; size?: number } = {};
  let at = 0;
  while (at < data.length) {
    const space = data.indexOf(0x20, at);
    const length = space === -1 ? NaN : Number(data.toString("latin1", at, space));
    if (!Number.isInteger(length) || length <= 0) throw new ReadFault("damaged", "a pax header is malformed");
    const record = data.toString("utf8", space + 1, at + length - 1);
    if (record.startsWith("path=")) fields.path = record.slice(5);
    if (record.startsWith("size=")) fields.size = Number(record.slice(5));
    at += length;
  }
  return fields;
}

function cString(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end === -1 ? bytes.length : end);
}

function isZero(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}
