/** The HTTP requests of a case, as ksqlDB's own client sends them. Answers are read without losing number text. */
import { parseJson, printJson } from "../corpus/lossless-json.ts";
import type { Json, JsonObject } from "../corpus/lossless-json.ts";

export const KSQL_JSON = "application/vnd.ksql.v1+json";
export const KSQL_PROTOBUF = "application/vnd.ksql.v1+protobuf";

export interface Refusal {
  readonly status: number;
  readonly body: Json;
}

export class RefusedRequest extends Error {
  override readonly name = "RefusedRequest";
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`status ${refusal.status}: ${printJson(refusal.body)}`);
    this.refusal = refusal;
  }
}

/** An answer did not end in time. */
export class UnendedAnswer extends Error {
  override readonly name = "UnendedAnswer";
}

export interface RowsRequest {
  readonly path: "/query" | "/query-stream";
  readonly text: string;
  readonly accept: string;
  /** Called once, when the first bytes of the answer are there. */
  readonly onHeader?: () => void;
}

export class RestClient {
  readonly #url: string;
  readonly #properties: JsonObject;
  readonly #timeoutMs: number;

  constructor(url: string, properties: JsonObject, timeoutMs: number) {
    this.#url = url;
    this.#properties = properties;
    this.#timeoutMs = timeoutMs;
  }

  /** @throws RefusedRequest */
  async statements(text: string): Promise<readonly Json[]> {
    const response = await this.#post(
      "/ksql",
      { ksql: text, streamsProperties: this.#properties },
      KSQL_JSON,
    );
    const body = parseJson(await response.text());
    if (!response.ok) throw new RefusedRequest({ status: response.status, body });
    return Array.isArray(body) ? (body as readonly Json[]) : [body];
  }

  /**
   * The rows of a query, to its end.
   * @throws RefusedRequest, UnendedAnswer
   */
  async rows({ path, text, accept, onHeader }: RowsRequest): Promise<readonly Json[]> {
    const body: JsonObject =
      path === "/query"
        ? { ksql: text, streamsProperties: this.#properties }
        : { sql: text, properties: this.#properties };
    const response = await this.#post(path, body, accept);
    if (!response.ok) {
      throw new RefusedRequest({ status: response.status, body: parseJson(await response.text()) });
    }
    const decoder = new TextDecoder();
    let received = "";
    let started = false;
    try {
      for await (const chunk of response.body!) {
        received += decoder.decode(chunk as Uint8Array, { stream: true });
        if (!started) onHeader?.();
        started = true;
      }
    } catch (error) {
      throw new UnendedAnswer(`the rows did not end; so far: ${received.trim()}`, { cause: error });
    }
    const rows = parseJson(received);
    return Array.isArray(rows) ? (rows as readonly Json[]) : [rows];
  }

  async #post(path: string, body: JsonObject, accept: string): Promise<Response> {
    return fetch(`${this.#url}${path}`, {
      method: "POST",
      headers: { "content-type": KSQL_JSON, accept },
      body: printJson(body),
      signal: AbortSignal.timeout(this.#timeoutMs),
    });
  }
}
