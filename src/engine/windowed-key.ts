/**
 * Windowed keys on the wire, as Kafka Streams writes them: the key's bytes, then for time windows the start, for
 * session windows the end and the start, each 8 bytes big-endian milliseconds.
 */
import type { WindowInfo } from "../plan/metastore.ts";
import { DeserializationError } from "../formats/deserialization-error.ts";
import type { WindowBounds } from "./row.ts";

export function windowedKey(
  bytes: Buffer,
  start: number,
  end: number,
  info: WindowInfo,
): { readonly window: WindowBounds; readonly keyEnd: number } {
  const size = windowLength(info.type === "SESSION");
  if (end - start < size) throw new DeserializationError(`a windowed key has at least ${size} bytes`);
  const keyEnd = end - size;
  const first = Number(bytes.readBigInt64BE(keyEnd));
  if (info.type === "SESSION") {
    return { window: { startMs: Number(bytes.readBigInt64BE(keyEnd + 8)), endMs: first }, keyEnd };
  }
  return { window: { startMs: first, endMs: first + (info.sizeMs ?? 0) }, keyEnd };
}

/** Bytes that a window adds to a key. */
export function windowLength(session: boolean): number {
  return session ? 16 : 8;
}

export function appendWindow(key: Buffer, window: WindowBounds, session: boolean): Buffer {
  const result = Buffer.allocUnsafe(key.length + windowLength(session));
  key.copy(result, 0);
  if (session) {
    result.writeBigInt64BE(BigInt(window.endMs), key.length);
    result.writeBigInt64BE(BigInt(window.startMs), key.length + 8);
  } else {
    result.writeBigInt64BE(BigInt(window.startMs), key.length);
  }
  return result;
}
