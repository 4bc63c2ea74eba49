/**
 * Deletion vectors (PROTOCOL.md, "Deletion Vectors", "Deletion Vector Format"): which rows of a file are gone, as a 64-bit
 * Roaring bitmap in a file of the table or in the log itself. Spoor reads them and writes none: its own deletes write files
 * anew.
 */
import { crc32 } from "node:zlib";
import { lakeErrors } from "../errors.ts";
import type { TableStore } from "../store/table-store.ts";
import type { DeletionVector } from "./actions.ts";
import { decodedPath } from "./actions.ts";

const MAGIC = 1_681_511_377;
const UUID_TEXT = 20;
const NO_RUNS = 12_346;
const WITH_RUNS = 12_347;
/** Containers with at least this many values carry offsets even where runs are allowed. */
const OFFSETS_FROM = 4;
const ARRAY_MAX = 4096;

/** The path in the table of the vector's file; undefined for one that lies in the log or elsewhere. */
export function deletionVectorPath({ storageType, pathOrInlineDv }: DeletionVector): string | undefined {
  if (storageType === "p" && !/^(?:[a-z][a-z0-9+.-]*:|\/)/i.test(pathOrInlineDv))
    return decodedPath(pathOrInlineDv);
  if (storageType !== "u") return undefined;
  const prefix = pathOrInlineDv.slice(0, -UUID_TEXT);
  const hex = Buffer.from(decodeZ85(pathOrInlineDv.slice(-UUID_TEXT))).toString("hex");
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
    "-",
  );
  const name = `deletion_vector_${uuid}.bin`;
  return prefix === "" ? name : `${prefix}/${name}`;
}

/**
 * Positions of the rows that are gone, ascending.
 * @throws SpoorError LAKE_FILE_MISSING, LAKE_LOG_DAMAGED, LAKE_PROTOCOL_UNSUPPORTED for a vector outside the table
 */
export async function deletedRows(store: TableStore, vector: DeletionVector): Promise<Uint32Array> {
  const bytes =
    vector.storageType === "i" ? decodeZ85(vector.pathOrInlineDv) : await readVector(store, vector);
  const rows = decodeBitmap(bytes.subarray(0, vector.storageType === "i" ? vector.sizeInBytes : undefined));
  if (rows.length !== vector.cardinality) throw damaged(`${rows.length} rows, not ${vector.cardinality}`);
  return rows;
}

async function readVector(store: TableStore, vector: DeletionVector): Promise<Uint8Array> {
  const path = deletionVectorPath(vector);
  if (path === undefined)
    throw lakeErrors.PROTOCOL_UNSUPPORTED({
      message: `the table at '${store.location}' has deletion vectors outside its folder`,
      detail: vector.pathOrInlineDv,
    });
  const file = await store.read(path);
  if (file === undefined)
    throw lakeErrors.FILE_MISSING({
      message: `deletion vector '${path}' is not in the table at '${store.location}'`,
    });
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const at = vector.offset ?? 0;
  const end = at + 4 + vector.sizeInBytes;
  if (end + 4 > file.length || view.getUint32(at) !== vector.sizeInBytes) throw damaged(`'${path}' at ${at}`);
  const bytes = file.subarray(at + 4, end);
  if (crc32(bytes) !== view.getUint32(end)) throw damaged(`the checksum in '${path}' at ${at} is wrong`);
  return bytes;
}

/** A 64-bit Roaring bitmap in the portable form, behind Delta's magic number. Row numbers fit 32 bits here. */
export function decodeBitmap(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (view.getUint32(0, true) !== MAGIC) throw damaged("it has another magic number");
    const buckets = view.getBigUint64(4, true);
    const rows: number[] = [];
    let at = 12;
    for (let i = 0n; i < buckets; i++) {
      if (view.getUint32(at, true) !== 0) throw damaged("it names a row beyond 2^32");
      at = readBucket(view, at + 4, rows);
    }
    return Uint32Array.from(rows);
  } catch (error) {
    if (error instanceof RangeError) throw damaged("it ends too early");
    throw error;
  }
}

/** Adds the values of a 32-bit bitmap that begins at `at`; answers where it ends. */
function readBucket(view: DataView, at: number, into: number[]): number {
  const cookie = view.getUint32(at, true);
  const hasRuns = (cookie & 0xffff) === WITH_RUNS;
  if (!hasRuns && cookie !== NO_RUNS) throw damaged("it holds no Roaring bitmap");
  const count = hasRuns ? (cookie >>> 16) + 1 : view.getUint32(at + 4, true);
  const runFlags = hasRuns ? at + 4 : -1;
  let next = hasRuns ? at + 4 + Math.ceil(count / 8) : at + 8;
  const headers = next;
  next += 4 * count;
  if (!hasRuns || count >= OFFSETS_FROM) next += 4 * count;
  for (let i = 0; i < count; i++) {
    const high = view.getUint16(headers + 4 * i, true) * 65_536;
    const cardinality = view.getUint16(headers + 4 * i + 2, true) + 1;
    const isRun = hasRuns && ((view.getUint8(runFlags + (i >> 3)) >> (i & 7)) & 1) === 1;
    if (isRun) next = readRuns(view, next, high, into);
    else if (cardinality <= ARRAY_MAX) next = readArray(view, next, cardinality, high, into);
    else next = readWords(view, next, high, into);
  }
  return next;
}

function readRuns(view: DataView, at: number, high: number, into: number[]): number {
  const runs = view.getUint16(at, true);
  for (let r = 0; r < runs; r++) {
    const start = view.getUint16(at + 2 + 4 * r, true);
    const more = view.getUint16(at + 4 + 4 * r, true);
    for (let value = start; value <= start + more; value++) into.push(high + value);
  }
  return at + 2 + 4 * runs;
}

function readArray(view: DataView, at: number, count: number, high: number, into: number[]): number {
  for (let i = 0; i < count; i++) into.push(high + view.getUint16(at + 2 * i, true));
  return at + 2 * count;
}

function readWords(view: DataView, at: number, high: number, into: number[]): number {
  for (let byte = 0; byte < 8192; byte++) {
    const bits = view.getUint8(at + byte);
    for (let bit = 0; bit < 8; bit++) if ((bits >> bit) & 1) into.push(high + 8 * byte + bit);
  }
  return at + 8192;
}

const Z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/** ZeroMQ's Base85: five characters stand for four bytes, big-endian. */
export function decodeZ85(text: string): Uint8Array {
  if (text.length % 5 !== 0) throw damaged("its text is no Base85");
  const bytes = Buffer.alloc((text.length / 5) * 4);
  for (let i = 0; i < text.length; i += 5) {
    let value = 0;
    for (const character of text.slice(i, i + 5)) {
      const digit = Z85.indexOf(character);
      if (digit < 0) throw damaged("its text is no Base85");
      value = value * 85 + digit;
    }
    if (value > 0xffffffff) throw damaged("its text is no Base85");
    bytes.writeUInt32BE(value, (i / 5) * 4);
  }
  return bytes;
}

function damaged(detail: string): Error {
  return lakeErrors.LOG_DAMAGED({ message: "a deletion vector of the table cannot be read", detail });
}
