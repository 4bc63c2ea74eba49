/**
 * The server's side of a WebSocket as far as pushing text needs it, over the package `ws`: text out with back-pressure,
 * and a close that ends in time. What the client sends is read and ignored.
 *
 * Limits: a message from the client of more than {@link MESSAGE_MAX} bytes ends the connection (1009); `ws` cuts off a
 * client that does not answer the closing handshake.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";

const MESSAGE_MAX = 64 * 1024;
/** RFC 6455, 5.5: a control frame's payload, of which a close code takes two bytes. */
const REASON_BYTES_MAX = 123;

export const CLOSE_CODE = {
  normal: 1000,
  goingAway: 1001,
  invalidType: 1003,
  serverError: 1011,
} as const;

const upgrades = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_MAX, clientTracking: false });

/** Answers the handshake; one that asks for no WebSocket of a known version gets its 400 here. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  use: (connection: WebSocketConnection) => void,
): void {
  upgrades.handleUpgrade(request, socket, head, (peer) => use(new WebSocketConnection(peer)));
}

export class WebSocketConnection {
  readonly #peer: WebSocket;

  constructor(peer: WebSocket) {
    this.#peer = peer;
    // A broken connection is followed by its close.
    peer.on("error", () => peer.terminate());
  }

  /** `use` is called once, when nothing more can be sent. */
  onClose(use: () => void): void {
    this.#peer.once("close", use);
  }

  /** Resolves when the next text may come: the socket has taken this one, or is gone. */
  async send(text: string): Promise<void> {
    if (this.#peer.readyState !== this.#peer.OPEN) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#peer.send(text, () => resolve());
    await promise;
  }

  close(code: number, reason: string): void {
    this.#peer.close(code, truncated(reason));
  }
}

function truncated(reason: string): Buffer {
  const bytes = Buffer.from(reason);
  if (bytes.length <= REASON_BYTES_MAX) return bytes;
  let cut = REASON_BYTES_MAX - 3;
  // Not in the middle of a character.
  while ((bytes[cut]! & 0xc0) === 0x80) cut -= 1;
  return Buffer.concat([bytes.subarray(0, cut), Buffer.from("...")]);
}
