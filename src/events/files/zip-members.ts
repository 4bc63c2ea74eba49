import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { openPromise } from "yauzl";
import type { Entry, ZipFile } from "yauzl";
import { fileBytes, ReadFault } from "./byte-stream.ts";
import type { ByteStream, ByteStreamGenerator, ReadCounter } from "./byte-stream.ts";
import { inflate } from "./inflate.ts";
import type { ArchiveMember } from "./tar-members.ts";

const STORED = 0;
const DEFLATED = 8;
const LOCAL_HEADER = 0x04034b50;
const DIRECTORY_HEADER = 0x02014b50;
const LOCAL_HEADER_BYTES = 30;
const DESCRIPTOR = 0x08074b50;
const FLAG_ENCRYPTED = 1;
const FLAG_DESCRIPTOR = 8;

/**
 * The files of a zip archive (APPNOTE.TXT), read in place. Where the archive's directory cannot be read, the
 * members are found by their local headers; where these do not lead up to the directory, so that members
 * may be missing, a ReadFault ends the run.
 */
export async function* zipMembers(
  path: string,
  counter: ReadCounter,
): AsyncGenerator<ArchiveMember, void, undefined> {
  let zip: ZipFile;
  try {
    zip = await openPromise(path, { autoClose: false });
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    const isComplete = yield* salvagedMembers(path, counter);
    if (isComplete) return;
    throw new ReadFault("cut-off", `the archive's directory is missing: ${fault}`);
  }
  try {
    for await (const entry of zip.eachEntry()) {
      if (!entry.fileName.endsWith("/"))
        yield { name: entry.fileName, bytes: entryBytes(zip, entry, counter) };
    }
  } catch (error) {
    if (error instanceof ReadFault) throw error;
    throw new ReadFault("damaged", error instanceof Error ? error.message : String(error));
  } finally {
    zip.close();
  }
}

async function* entryBytes(zip: ZipFile, entry: Entry, counter: ReadCounter): ByteStreamGenerator {
  if (entry.isEncrypted()) throw new ReadFault("damaged", "the member is encrypted");
  const method = entry.compressionMethod;
  if (method !== STORED && method !== DEFLATED) {
    throw new ReadFault("damaged", `the member is compressed by method ${method}; only deflate is read`);
  }
  const raw = rawBytes(zip, entry, counter);
  let size = 0;
  let checksum = 0;
  for await (const piece of method === DEFLATED ? inflate(raw, "raw") : raw) {
    size += piece.length;
    checksum = crc32(piece, checksum);
    yield piece;
  }
  if (size !== entry.uncompressedSize || checksum !== entry.crc32) {
    throw new ReadFault("damaged", "the member's size or checksum is not what the archive's directory says");
  }
}

async function* rawBytes(zip: ZipFile, entry: Entry, counter: ReadCounter): ByteStreamGenerator {
  const stream = await zip.openReadStreamPromise(entry, { decodeFileData: false });
  try {
    for await (const piece of stream) {
      const bytes = piece as Buffer;
      counter.bytesRead += bytes.length;
      yield bytes;
    }
  } catch (error) {
    throw new ReadFault("cut-off", error instanceof Error ? error.message : String(error));
  }
}

/** Walks from local header to local header, as far as they go; returns whether that is the directory. */
async function* salvagedMembers(
  path: string,
  counter: ReadCounter,
): AsyncGenerator<ArchiveMember, boolean, undefined> {
  const file = await open(path, "r");
  try {
    let position = 0;
    for (;;) {
      const header = await localHeader(file, position);
      if (header === undefined) return position > 0 && (await isDirectory(file, position));
      if (header.encrypted) return false;
      const member = new SalvagedMember(path, header, counter);
      if (!header.name.endsWith("/")) yield { name: header.name, bytes: member.take() };
      const next = member.end();
      if (next === undefined) return false;
      position = header.hasDescriptor ? next + (await descriptorBytes(file, next)) : next;
    }
  } finally {
    await file.close();
  }
}

async function isDirectory(file: FileHandle, position: number): Promise<boolean> {
  const signature = Buffer.alloc(4);
  await file.read(signature, 0, 4, position);
  return signature.readUInt32LE(0) === DIRECTORY_HEADER;
}

interface LocalHeader {
  readonly name: string;
  readonly method: number;
  readonly encrypted: boolean;
  /** Size and checksum stand behind the data; the size here may be 0. */
  readonly hasDescriptor: boolean;
  readonly compressedSize: number;
  readonly dataAt: number;
}

async function localHeader(file: FileHandle, position: number): Promise<LocalHeader | undefined> {
  const fixed = Buffer.alloc(LOCAL_HEADER_BYTES);
  const { bytesRead } = await file.read(fixed, 0, LOCAL_HEADER_BYTES, position);
  if (bytesRead < LOCAL_HEADER_BYTES || fixed.readUInt32LE(0) !== LOCAL_HEADER) return undefined;
  const nameBytes = fixed.readUInt16LE(26);
  const name = Buffer.alloc(nameBytes);
  await file.read(name, 0, nameBytes, position + LOCAL_HEADER_BYTES);
  const flags = fixed.readUInt16LE(6);
  return {
    name: name.toString("utf8"),
    method: fixed.readUInt16LE(8),
    encrypted: (flags & FLAG_ENCRYPTED) !== 0,
    hasDescriptor: (flags & FLAG_DESCRIPTOR) !== 0,
    compressedSize: fixed.readUInt32LE(18),
    dataAt: position + LOCAL_HEADER_BYTES + nameBytes + fixed.readUInt16LE(28),
  };
}

/** A data descriptor has 12 bytes, with a signature 16; with zip64 sizes 8 more, told by what follows. */
async function descriptorBytes(file: FileHandle, position: number): Promise<number> {
  const bytes = Buffer.alloc(28);
  await file.read(bytes, 0, 28, position);
  const signed = bytes.readUInt32LE(0) === DESCRIPTOR ? 4 : 0;
  const next = bytes.readUInt32LE(signed + 12);
  return signed + (next === LOCAL_HEADER || next === DIRECTORY_HEADER ? 12 : 20);
}

class SalvagedMember {
  readonly #path: string;
  readonly #header: LocalHeader;
  readonly #counter: ReadCounter;
  #compressedBytes: number | undefined;

  constructor(path: string, header: LocalHeader, counter: ReadCounter) {
    this.#path = path;
    this.#header = header;
    this.#counter = counter;
    this.#compressedBytes = header.hasDescriptor ? undefined : header.compressedSize;
  }

  async *take(): ByteStreamGenerator {
    const { method, dataAt } = this.#header;
    const rest = fileBytes(this.#path, this.#counter, dataAt);
    const raw = this.#compressedBytes === undefined ? rest : firstBytes(rest, this.#compressedBytes);
    if (method === DEFLATED) yield* inflate(raw, "raw", (bytes) => (this.#compressedBytes = bytes));
    else if (method === STORED && this.#compressedBytes !== undefined) yield* raw;
    else throw new ReadFault("damaged", "the member's end cannot be found without the archive's directory");
  }

  /** Where the member's data ends, if that is known. */
  end(): number | undefined {
    return this.#compressedBytes === undefined ? undefined : this.#header.dataAt + this.#compressedBytes;
  }
}

async function* firstBytes(source: ByteStream, count: number): ByteStreamGenerator {
  let left = count;
  for await (const piece of source) {
    yield piece.subarray(0, left);
    left -= Math.min(left, piece.length);
    if (left === 0) return;
  }
  if (left > 0) throw new ReadFault("cut-off", `the archive ends ${left} bytes before its member does`);
}
