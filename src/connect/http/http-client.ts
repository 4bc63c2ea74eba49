/**
 * POST over kept connections, with limits: a time for the whole exchange, a size for the answer. Redirects are not followed: a
 * record, its signature and its credentials go to the address that was given and to no other.
 */
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { HttpAnswer } from "./http-answer.ts";
import { trustedCertificates } from "./trusted-certificates.ts";

export interface HttpClientOptions {
  readonly timeoutMs: number;
  readonly connectionsMax: number;
  /** A file with certificates (PEM) that are trusted beside the usual ones. */
  readonly caFile?: string | undefined;
}

export interface HttpPost {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** What is kept of the answer; the rest is read and thrown away. */
  readonly answerBytesMax: number;
}

const IDLE_MS = 30_000;

export class HttpClient {
  readonly #timeoutMs: number;
  readonly #plain: HttpAgent;
  readonly #secure: HttpsAgent;

  /** @throws what the file system says of the certificates' file */
  constructor({ timeoutMs, connectionsMax, caFile }: HttpClientOptions) {
    this.#timeoutMs = timeoutMs;
    const kept = { keepAlive: true, maxSockets: connectionsMax, timeout: IDLE_MS };
    this.#plain = new HttpAgent(kept);
    this.#secure = new HttpsAgent(caFile === undefined ? kept : { ...kept, ca: trustedCertificates(caFile) });
  }

  /** Rejects where there was no whole answer in time; the message has no path and no header. */
  async post({ url, headers, body, answerBytesMax }: HttpPost): Promise<HttpAnswer> {
    const isSecure = url.protocol === "https:";
    const options = {
      method: "POST",
      headers: { ...headers, "content-length": String(body.length) },
      signal: AbortSignal.timeout(this.#timeoutMs),
      agent: isSecure ? this.#secure : this.#plain,
    };
    const exchange = async (): Promise<HttpAnswer> => {
      const message = await new Promise<IncomingMessage>((resolve, reject) => {
        const request = isSecure ? httpsRequest(url, options, resolve) : httpRequest(url, options, resolve);
        request.on("error", (error) => reject(request.reusedSocket ? new StaleConnection(error) : error));
        request.end(body);
      });
      const text = await bodyOf(message, answerBytesMax);
      return { status: message.statusCode ?? 0, headers: message.headers, body: text };
    };
    try {
      // A server may close a kept connection just as it is used again: that says nothing of the next one.
      return await exchange().catch((error: unknown) => {
        if (error instanceof StaleConnection && isReset(error.cause)) return exchange();
        throw error instanceof StaleConnection ? error.cause : error;
      });
    } catch (error) {
      throw new Error(`${url.origin} cannot be reached: ${this.#why(error)}`, { cause: error });
    }
  }

  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }

  #why(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    if (error instanceof StaleConnection) return this.#why(error.cause);
    if (error.name === "TimeoutError" || error.name === "AbortError")
      return `no answer within ${this.#timeoutMs} ms`;
    // One of these has an empty message of its own: happy eyeballs.
    if (error instanceof AggregateError) return error.errors.map((each) => this.#why(each)).join(", ");
    return error.message;
  }
}

class StaleConnection extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

function isReset(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === "ECONNRESET" || code === "EPIPE";
}

async function bodyOf(message: IncomingMessage, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let passed = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    passed += chunk.length;
    if (bytes < bytesMax) chunks.push(chunk.subarray(0, bytesMax - bytes));
    bytes = Math.min(bytesMax, bytes + chunk.length);
    // An answer without end is not waited for; the connection goes with it.
    if (passed > bytesMax * 4 + 65_536) message.destroy();
  }
  return Buffer.concat(chunks).toString("utf8");
}
