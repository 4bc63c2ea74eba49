import { crc32 } from "node:zlib";
import { valueType } from "./value-types.ts";

/**
 * Writes small event logs for tests: whole files by the published format, whose parts a test can then damage. Each chunk
 * holds its template once, in its first record.
 */

/** A place for a value, with the value's type as a record brings it. */
export interface SampleValue {
  readonly type: number;
  readonly bytes: Buffer;
}

export const stringValue = (text: string): SampleValue => ({
  type: valueType.STRING,
  bytes: Buffer.from(text, "utf16le"),
});
export const nullValue: SampleValue = { type: valueType.NULL, bytes: Buffer.alloc(0) };

/** BinXML of a template, relative to the chunk: names stand inline where they first occur. */
export class SampleBinXml {
  readonly #parts: Buffer[] = [];
  readonly #names: Map<string, number>;
  #at: number;

  /** `at` is where the bytes will stand in their chunk. */
  constructor(at: number, names = new Map<string, number>()) {
    this.#at = at;
    this.#names = names;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  raw(...bytes: number[]): this {
    return this.#add(Buffer.from(bytes));
  }

  open(name: string, attributes: readonly (readonly [string, string | number])[] = []): this {
    this.raw(attributes.length > 0 ? 0x41 : 0x01, 0xff, 0xff, 0, 0, 0, 0).name(name);
    if (attributes.length > 0) this.raw(0, 0, 0, 0);
    for (const [key, value] of attributes) {
      this.raw(0x06).name(key);
      if (typeof value === "number") this.place(value, true);
      else this.text(value);
    }
    return this.raw(0x02);
  }

  close(): this {
    return this.raw(0x04);
  }

  /** An element with a place or a text for its content. */
  leaf(
    name: string,
    content: string | number,
    attributes: readonly (readonly [string, string | number])[] = [],
  ): this {
    this.open(name, attributes);
    if (typeof content === "number") this.place(content, true);
    else this.text(content);
    return this.close();
  }

  text(value: string): this {
    return this.raw(0x05, 0x01).#add(counted(value));
  }

  place(index: number, optional = false): this {
    return this.raw(optional ? 0x0e : 0x0d, index & 0xff, index >> 8, 0x01);
  }

  name(name: string): this {
    const known = this.#names.get(name);
    if (known !== undefined) return this.#add(u32(known));
    const at = this.#at + 4;
    this.#names.set(name, at);
    return this.#add(Buffer.concat([u32(at), u32(0), u16(0), counted(name), u16(0)]));
  }

  #add(bytes: Buffer): this {
    this.#parts.push(bytes);
    this.#at += bytes.length;
    return this;
  }
}

/** What a record's template is: see {@link eventTemplate} for one of an event. */
export type SampleTemplate = (xml: SampleBinXml) => void;

/** An event with place 0 for its record id, and place `i + 1` for the value of the i-th name. */
export function eventTemplate(names: readonly string[]): SampleTemplate {
  return (xml) => {
    xml.open("Event").open("System");
    xml.leaf("EventID", "1").leaf("EventRecordID", 0).leaf("Channel", "Lab").leaf("Computer", "PC1");
    xml.close().open("EventData");
    for (const [i, name] of names.entries()) xml.leaf("Data", i + 1, [["Name", name]]);
    xml.close().close();
  };
}

const CHUNK_BYTES = 64 << 10;
const HEADER_BYTES = 512;

/** A chunk whose records share a template; the first is number `first`. */
export function sampleChunk(
  template: SampleTemplate,
  records: readonly (readonly SampleValue[])[],
  first = 1,
): Buffer {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let at = HEADER_BYTES;
  let definitionAt = 0;
  for (const [i, values] of records.entries()) {
    const instanceAt = at + 24 + 4;
    const head = Buffer.from([0x0f, 1, 1, 0, 0x0c, 1, 0, 0, 0, 0]);
    let definition = Buffer.alloc(0);
    if (i === 0) {
      definitionAt = instanceAt + 10;
      const xml = new SampleBinXml(definitionAt + 24).raw(0x0f, 1, 1, 0);
      template(xml);
      const body = xml.raw(0).bytes();
      definition = Buffer.concat([u32(0), Buffer.alloc(16), u32(body.length), body]);
    }
    const directory = values.map(({ type, bytes }) => Buffer.from([...u16(bytes.length), type, 0]));
    const data = [head, u32(definitionAt), definition, u32(values.length), ...directory];
    const binXml = Buffer.concat([...data, ...values.map(({ bytes }) => bytes), Buffer.from([0])]);
    const size = 24 + binXml.length + 4;
    const record = Buffer.concat([u32(0x2a2a), u32(size), u64(first + i), u64(FILETIME), binXml, u32(size)]);
    record.copy(chunk, at);
    at += size;
  }
  chunk.write("ElfChnk\0", 0, "latin1");
  for (const [place, value] of [
    [8, first],
    [16, first + records.length - 1],
    [24, first],
    [32, first + records.length - 1],
  ] as const) {
    u64(value).copy(chunk, place);
  }
  chunk.writeUInt32LE(128, 40);
  chunk.writeUInt32LE(at, 48);
  return sealChunk(chunk);
}

/** 2020-05-14T07:01:14.6068517Z */
const FILETIME = 132_339_132_746_068_517n;

/** Makes a chunk's checksums fit what it holds. */
export function sealChunk(chunk: Buffer): Buffer {
  chunk.writeUInt32LE(crc32(chunk.subarray(HEADER_BYTES, chunk.readUInt32LE(48))), 52);
  return sealHeader(chunk);
}

/** Makes the checksum of a chunk's header fit, which is over that of its records too. */
export function sealHeader(chunk: Buffer): Buffer {
  chunk.writeUInt32LE(crc32(chunk.subarray(128, HEADER_BYTES), crc32(chunk.subarray(0, 120))), 124);
  return chunk;
}

/** A file of chunks; an open one is marked dirty and says it has but one chunk. */
export function sampleFile(chunks: readonly Buffer[], isOpen = false): Buffer {
  const header = Buffer.alloc(4096);
  header.write("ElfFile\0", 0, "latin1");
  header.writeUInt32LE(128, 32);
  header.writeUInt16LE(1, 36);
  header.writeUInt16LE(3, 38);
  header.writeUInt16LE(4096, 40);
  header.writeUInt16LE(isOpen ? 1 : chunks.length, 42);
  header.writeUInt32LE(isOpen ? 1 : 0, 120);
  header.writeUInt32LE(crc32(header.subarray(0, 120)), 124);
  return Buffer.concat([header, ...chunks]);
}

function counted(text: string): Buffer {
  return Buffer.concat([u16(text.length), Buffer.from(text, "utf16le")]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
