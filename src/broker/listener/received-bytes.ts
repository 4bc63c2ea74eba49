/**
 * Reading the bytes of all connections into one and the same memory. Node reads each time into memory of its own, which is then
 * the garbage collector's: under load a good part of the broker's time, and most of its resident memory. A socket
 * that connects may be told to read into a given buffer (option `onread`); a socket that a server accepts has the same
 * slots, but no option that fills them. They are found by name; where there are none, or the bytes come out of TLS, each chunk
 * stands in memory of its own, as ever.
 */
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

const RECEIVE_BYTES = 262_144;

interface ReadHandle {
  useUserBuffer?(memory: Buffer): void;
}

interface ReadSlots {
  readonly _handle?: ReadHandle | null;
  [slot: symbol]: unknown;
}

/** What a connection does with bytes. Those that are `lent` are gone when it returns. */
export type TakeBytes = (chunk: Buffer, isLent: boolean) => void;

let memory: Buffer | undefined;

/** To be called before the socket has read anything. */
export function onBytes(socket: Socket, take: TakeBytes): void {
  if (socket instanceof TLSSocket || !readsIntoMemory(socket as unknown as ReadSlots, take)) {
    socket.on("data", (chunk: Buffer) => take(chunk, false));
    return;
  }
  // Without a listener for data nothing flows, and the other side's end would not be noticed.
  socket.resume();
}

function readsIntoMemory(socket: ReadSlots, take: TakeBytes): boolean {
  const { _handle: handle } = socket;
  const slots = Object.getOwnPropertySymbols(socket);
  const [buffer, callback] = ["kBuffer", "kBufferCb"].map((name) =>
    slots.find((slot) => slot.description === name && socket[slot] === null),
  );
  if (buffer === undefined || callback === undefined || handle?.useUserBuffer === undefined) return false;
  const into = (memory ??= Buffer.allocUnsafeSlow(RECEIVE_BYTES));
  socket[buffer] = into;
  socket[callback] = (count: number): void => take(into.subarray(0, count), true);
  handle.useUserBuffer(into);
  return true;
}
