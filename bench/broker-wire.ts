/**
 * The client half of Kafka's protocol for the benchmarks' own driver: one connection, requests one behind the other, answers
 * in their order. Encoded by the broker's schemas; nothing is retried, and an answer that does not fit ends the run.
 */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { apiCodec } from "../src/broker/protocol/api-codec.ts";
import { ByteReader } from "../src/broker/protocol/byte-reader.ts";
import { ByteWriter } from "../src/broker/protocol/byte-writer.ts";
import { createTopicsApi } from "../src/broker/protocol/messages/create-topics.ts";
import type { ApiDefinition, Decoded, Encodable, Shape } from "../src/broker/protocol/schema.ts";

/** `host:port`. */
export type Bootstrap = string;

const CLIENT_ID = "bench";
const SIZE_BYTES = 4;

interface Waiting {
  readonly answer: (frame: Buffer) => void;
  readonly fail: (error: Error) => void;
}

export class WireClient {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #pieces: Buffer[] = [];
  #held = 0;
  #frameBytes = -1;
  #correlationId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the broker ended the connection")));
  }

  static open(bootstrap: Bootstrap): Promise<WireClient> {
    const colon = bootstrap.lastIndexOf(":");
    const host = bootstrap.slice(0, colon);
    const port = Number(bootstrap.slice(colon + 1));
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new WireClient(socket));
      });
    });
  }

  /** Memory that the request refers to must stay as it is until the answer is there. */
  async ask<Q extends Shape, S extends Shape>(
    api: ApiDefinition<Q, S>,
    apiVersion: number,
    request: Encodable<Q>,
  ): Promise<Decoded<S>> {
    const codec = apiCodec(api, apiVersion);
    const writer = new ByteWriter();
    writer.int16(api.key);
    writer.int16(apiVersion);
    writer.int32(this.#correlationId++);
    writer.stringLength(CLIENT_ID.length, false);
    writer.text(CLIENT_ID, CLIENT_ID.length);
    if (codec.flexible) writer.uvarint(0);
    codec.writeRequest(writer, request);
    const frame = await this.#exchange(writer);
    const reader = new ByteReader(frame);
    reader.int32();
    if (codec.flexible) reader.uvarint();
    return codec.readResponse(reader);
  }

  close(): void {
    this.#socket.destroy();
  }

  #exchange(writer: ByteWriter): Promise<Buffer> {
    const size = Buffer.allocUnsafe(SIZE_BYTES);
    size.writeInt32BE(writer.size);
    return new Promise((answer, fail) => {
      this.#waiting.push({ answer, fail });
      this.#socket.cork();
      for (const piece of [size, ...writer.finish()]) this.#socket.write(piece);
      this.#socket.uncork();
    });
  }

  /** Pieces are put together once a frame is complete, not chunk by chunk. */
  #take(chunk: Buffer): void {
    this.#pieces.push(chunk);
    this.#held += chunk.length;
    for (;;) {
      if (this.#frameBytes < 0 && this.#held >= SIZE_BYTES) {
        if (this.#pieces[0]!.length < SIZE_BYTES) this.#pieces = [Buffer.concat(this.#pieces)];
        this.#frameBytes = this.#pieces[0]!.readInt32BE(0) + SIZE_BYTES;
      }
      if (this.#frameBytes < 0 || this.#held < this.#frameBytes) return;
      const all = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
      const rest = all.subarray(this.#frameBytes);
      this.#waiting.shift()?.answer(all.subarray(SIZE_BYTES, this.#frameBytes));
      this.#pieces = rest.length === 0 ? [] : [rest];
      this.#held = rest.length;
      this.#frameBytes = -1;
    }
  }

  #fail(error: Error): void {
    for (const { fail } of this.#waiting.splice(0)) fail(error);
  }
}

/** Makes a topic of one partition, with the broker's defaults. */
export async function createTopic(bootstrap: Bootstrap, name: string): Promise<void> {
  const client = await WireClient.open(bootstrap);
  try {
    const topic = { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
    const { topics } = await client.ask(createTopicsApi, 5, { topics: [topic], timeoutMs: 30_000 });
    const { errorCode, errorMessage } = topics[0]!;
    if (errorCode !== 0) throw new Error(`topic '${name}' was not made: ${errorMessage ?? errorCode}`);
  } finally {
    client.close();
  }
}
