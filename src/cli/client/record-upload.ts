import { once } from "node:events";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { IngestResponse } from "../../api/spoor-endpoints.ts";
import { cliErrors } from "../errors.ts";
import { connectionError } from "./http-exchange.ts";

/**
 * One streamed POST of records. `write` resolves when the socket wants more, so the server's pace is the reader's;
 * a refusal that comes while the body is still being sent ends the writing with the server's error.
 */
export class RecordUpload {
  readonly #server: URL;
  readonly #request: ClientRequest;
  readonly #response: Promise<IncomingMessage>;
  #failure: unknown;
  #failed = false;

  constructor(server: URL, request: ClientRequest, response: Promise<IncomingMessage>) {
    this.#server = server;
    this.#request = request;
    this.#response = response;
    response.catch((error: unknown) => {
      this.#failed = true;
      this.#failure = error;
    });
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#failed) throw this.#failure;
    if (this.#request.write(chunk)) return;
    await this.#drained();
    if (this.#failed) throw this.#failure;
  }

  async finish(): Promise<IngestResponse> {
    if (!this.#failed) this.#request.end();
    const response = await this.#response;
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of response) chunks.push(chunk as Buffer);
    } catch (error) {
      throw connectionError(this.#server, error);
    }
    const text = Buffer.concat(chunks).toString("utf8");
    try {
      return JSON.parse(text) as IngestResponse;
    } catch (error) {
      throw cliErrors.BAD_ANSWER({
        message: `${this.#server.origin} did not confirm the records`,
        detail: text.slice(0, 200),
        hint: "check that the address is that of a Spoor server",
        cause: error,
      });
    }
  }

  /** Also wakes when the request closes: a server does that which refuses a body half-way. */
  async #drained(): Promise<void> {
    const settled = new AbortController();
    const options = { signal: settled.signal };
    const events = ["drain", "close"].map((event) => once(this.#request, event, options));
    const outcomes = Promise.allSettled(events);
    await Promise.race(events).catch(() => undefined);
    settled.abort();
    await outcomes;
  }

  /** Breaks the request off; what the server has written stays written. */
  abort(): void {
    this.#request.destroy();
  }
}
