/** A connection to a broker that sends one request at a time, with the broker's own codecs. */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { decodeAnswer, encodeRequest } from "../../../src/broker/fake-client.ts";
import type { ApiDefinition, Decoded, Encodable, Shape } from "../../../src/broker/protocol/schema.ts";

/** The connection has ended: whether a request that was under way was carried out, nobody knows. */
export class ConnectionLost extends Error {}

export class WireClient {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #waiting: PromiseWithResolvers<Buffer> | undefined;
  #lost = false;
  #correlation = 1;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#lost = true;
      this.#waiting?.reject(new ConnectionLost("the connection has ended"));
    });
  }

  static async open(address: { readonly host: string; readonly port: number }): Promise<WireClient> {
    const { promise, resolve, reject } = Promise.withResolvers<WireClient>();
    const socket = connect(address, () => resolve(new WireClient(socket)));
    socket.once("error", (error) => reject(new ConnectionLost(error.message)));
    return promise;
  }

  /** @throws ConnectionLost */
  async request<Q extends Shape, S extends Shape>(
    api: ApiDefinition<Q, S>,
    version: number,
    body: Encodable<Q>,
  ): Promise<Decoded<S>> {
    if (this.#lost) throw new ConnectionLost("the connection has ended");
    const frame = encodeRequest(api, version, body, this.#correlation++);
    const size = Buffer.alloc(4);
    size.writeInt32BE(frame.length);
    this.#waiting = Promise.withResolvers();
    this.#socket.write(Buffer.concat([size, frame]));
    const answer = await this.#waiting.promise;
    this.#waiting = undefined;
    return decodeAnswer(api, version, answer).response;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    if (this.#received.length < 4) return;
    const size = 4 + this.#received.readInt32BE(0);
    if (this.#received.length < size) return;
    const frame = Buffer.from(this.#received.subarray(0, size));
    this.#received = this.#received.subarray(size);
    this.#waiting?.resolve(frame);
  }
}
