import { request as httpRequest, Agent } from "node:http";
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { SpoorError } from "../../base/errors.ts";
import { cliErrors } from "../errors.ts";
import { isErrorEntity, serverError } from "./server-error.ts";
import type { SentText } from "./server-error.ts";

/** One request; the body is a text, or is written by the caller who gets the open request. */
export interface ExchangeOptions {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly json?: unknown;
  readonly accept?: string;
  /** Content type of a body that the caller writes. */
  readonly streamed?: string;
  readonly signal?: AbortSignal | undefined;
  readonly sent?: SentText | undefined;
}

/**
 * Requests to one server. The time-out is for the beginning of the answer: a push query may be silent for ever
 * after its head.
 * @throws SpoorError CLI_UNREACHABLE, CLI_TIMEOUT, CLI_CONNECTION_LOST, CLI_BAD_ANSWER, or the server's own
 */
export class HttpExchange {
  readonly server: URL;
  readonly #timeoutMs: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });

  constructor(server: URL, timeoutMs: number) {
    this.server = server;
    this.#timeoutMs = timeoutMs;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** The whole answer as JSON. */
  async json<T>(options: ExchangeOptions): Promise<T> {
    const response = await this.send(options);
    const text = await this.#text(response);
    try {
      return JSON.parse(text) as T;
    } catch (error) {
      throw this.#badAnswer(text, error);
    }
  }

  /** Sends and resolves with the head of a good answer (its body unread). */
  async send(options: ExchangeOptions): Promise<IncomingMessage> {
    const { request, response } = this.open(options);
    request.end(options.json === undefined ? undefined : JSON.stringify(options.json));
    return response;
  }

  /** Opens a request whose body the caller writes and ends. */
  open(options: ExchangeOptions): { request: ClientRequest; response: Promise<IncomingMessage> } {
    const headers: OutgoingHttpHeaders = {
      accept: options.accept ?? "application/json",
      "user-agent": "spoor",
    };
    if (options.streamed !== undefined) headers["content-type"] = options.streamed;
    else if (options.json !== undefined) headers["content-type"] = "application/json";
    const base = this.server.pathname.replace(/\/$/, "");
    const request = httpRequest({
      protocol: "http:",
      hostname: this.server.hostname.replace(/^\[|\]$/g, ""),
      port: this.server.port === "" ? 80 : Number(this.server.port),
      path: base + options.path,
      method: options.method,
      headers,
      agent: this.#agent,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    return { request, response: this.#response(request, options) };
  }

  #response(request: ClientRequest, options: ExchangeOptions): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const late = () => request.destroy(this.#timeoutError());
      const timer = options.streamed === undefined ? setTimeout(late, this.#timeoutMs) : undefined;
      request.once("error", (error) => {
        clearTimeout(timer);
        reject(this.#failure(error, options.signal));
      });
      request.once("response", (response) => {
        clearTimeout(timer);
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve(response);
        else this.#refusal(response, options.sent).then(reject, reject);
      });
    });
  }

  async #refusal(response: IncomingMessage, sent: SentText | undefined): Promise<SpoorError> {
    const text = await this.#text(response);
    try {
      const json: unknown = JSON.parse(text);
      if (isErrorEntity(json)) return new ServerRefusal(json, serverError(json, sent));
    } catch {
      // Told below: whatever answered here does not speak the API.
    }
    return this.#badAnswer(`status ${response.statusCode ?? 0}: ${text}`, undefined);
  }

  async #text(response: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of response) chunks.push(chunk as Buffer);
    } catch (error) {
      throw this.#failure(error, undefined);
    }
    return Buffer.concat(chunks).toString("utf8");
  }

  #timeoutError(): SpoorError {
    return cliErrors.TIMEOUT({
      message: `no answer from ${this.server.origin} within ${this.#timeoutMs / 1000} s`,
      hint: "look at the server with 'spoor doctor', or give a longer --timeout",
    });
  }

  #badAnswer(text: string, cause: unknown): SpoorError {
    return cliErrors.BAD_ANSWER({
      message: `what answers at ${this.server.origin} does not speak ksqlDB's API`,
      detail: text.length > 200 ? `${text.slice(0, 200)}…` : text,
      hint: "check the address given with --server or SPOOR_SERVER",
      cause,
    });
  }

  /** Any failure of the connection as an error with a cure; ours and an interruption pass. */
  #failure(error: unknown, signal: AbortSignal | undefined): unknown {
    if (error instanceof SpoorError || signal?.aborted === true) return error;
    return connectionError(this.server, error);
  }
}

/** The server's refusal with the entity it came as: the answers before it are in there. */
export class ServerRefusal extends SpoorError {
  readonly entity: Parameters<typeof serverError>[0];

  constructor(entity: Parameters<typeof serverError>[0], error: SpoorError) {
    super(
      { code: error.code, kind: error.kind, summary: "", cure: "" },
      { message: error.message, detail: error.detail, hint: error.hint, place: error.place },
    );
    this.entity = entity;
  }
}

const NEVER_REACHED = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
]);

export function connectionError(server: URL, error: unknown): SpoorError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const detail = error instanceof Error ? error.message || code : String(error);
  if (NEVER_REACHED.has(code)) {
    return cliErrors.UNREACHABLE({
      message: `no server answers at ${server.origin}`,
      detail,
      hint: "start one with 'spoor serve', or give its address with --server or SPOOR_SERVER",
      cause: error,
    });
  }
  return cliErrors.CONNECTION_LOST({
    message: `the connection to ${server.origin} broke`,
    detail,
    hint: "see whether the server still runs: 'spoor doctor'",
    cause: error,
  });
}
