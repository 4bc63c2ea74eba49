/** Windowed keys on the wire: key bytes, then for time windows the start, for session windows the end and the start. */
import type { WindowInfo } from "../../../src/plan/metastore.ts";
import type { CaseWindow } from "../corpus/case-form.ts";

export interface KeyWindow {
  readonly startMs: number;
  readonly endMs: number;
  readonly type: "TIME" | "SESSION";
}

export function appendWindow(key: Buffer | null, window: CaseWindow | null | undefined): Buffer | null {
  if (window === undefined || window === null) return key;
  const [start, end] = [BigInt(window.start.text), BigInt(window.end.text)];
  const session = window.type?.toUpperCase() === "SESSION";
  const bounds = Buffer.alloc(session ? 16 : 8);
  bounds.writeBigInt64BE(session ? end : start);
  if (session) bounds.writeBigInt64BE(start, 8);
  return Buffer.concat([key ?? Buffer.alloc(0), bounds]);
}

/** @throws RangeError where the key is too short for its window */
export function splitWindow(
  key: Buffer | null,
  info: WindowInfo | undefined,
): { readonly key: Buffer | null; readonly window: KeyWindow | undefined } {
  if (key === null || info === undefined) return { key, window: undefined };
  const session = info.type === "SESSION";
  const at = key.length - (session ? 16 : 8);
  if (at < 0) throw new RangeError(`a key of ${key.length} bytes has no ${info.type} window`);
  const first = Number(key.readBigInt64BE(at));
  const window: KeyWindow = session
    ? { startMs: Number(key.readBigInt64BE(at + 8)), endMs: first, type: "SESSION" }
    : { startMs: first, endMs: first + (info.sizeMs ?? 0), type: "TIME" };
  return { key: key.subarray(0, at), window };
}
