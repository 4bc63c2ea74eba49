/**
 * For tests: `_bulk` as Elasticsearch's reference has it, over documents in memory: create and index, conflicts, items that are refused
 * alone, a limit of the body's size. What is to fail is told by documents: `{"reject": 429}` as often as `times` says.
 */
import { FakeHttpServer } from "../fake-receivers.ts";
import type { FakeAnswer, FakeRequest } from "../fake-receivers.ts";

interface BulkItem {
  readonly status: number;
  readonly error?: { readonly type: string; readonly reason: string };
}

export class FakeSearchServer {
  /** By `index/id`. */
  readonly documents = new Map<string, Record<string, unknown>>();
  readonly requests: FakeRequest[];
  /** Of a body; more is answered by 413. */
  bytesMax = Number.POSITIVE_INFINITY;
  /** Answers before anything is read. */
  readonly refusals: FakeAnswer[] = [];
  readonly #http: FakeHttpServer;
  readonly #failed = new Map<string, number>();

  private constructor(http: FakeHttpServer) {
    this.#http = http;
    this.requests = http.requests;
    http.answer = (request) => this.#answer(request);
  }

  static async open(): Promise<FakeSearchServer> {
    return new FakeSearchServer(await FakeHttpServer.open());
  }

  get url(): string {
    return this.#http.url;
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  #answer({ path, body, headers }: FakeRequest): FakeAnswer {
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return refusal;
    if (!/^(?:\/\w+)*\/_bulk\?/.test(path)) return { status: 404 };
    if (headers["content-type"] !== "application/x-ndjson") return { status: 406 };
    if (Buffer.byteLength(body) > this.bytesMax) return { status: 413 };
    if (!body.endsWith("\n")) return error(400, "The bulk request must be terminated by a newline [\\n]");
    const lines = body.slice(0, -1).split("\n");
    const items: Record<string, BulkItem>[] = [];
    for (let i = 0; i < lines.length; i += 2) {
      const [[operation, { _index, _id }]] = Object.entries(
        JSON.parse(lines[i]!) as Record<string, { _index: string; _id: string }>,
      ) as [[string, { _index: string; _id: string }]];
      items.push({ [operation]: this.#write(operation, `${_index}/${_id}`, lines[i + 1]!) });
    }
    const errors = items.some((item) => Object.values(item).some(({ status }) => status >= 400));
    return { status: 200, body: JSON.stringify({ errors, items }) };
  }

  #write(operation: string, place: string, line: string): BulkItem {
    const document = JSON.parse(line) as Record<string, unknown>;
    const failed = this.#failed.get(place) ?? 0;
    if (typeof document["reject"] === "number" && failed < Number(document["times"])) {
      this.#failed.set(place, failed + 1);
      return {
        status: document["reject"],
        error: { type: "es_rejected_execution_exception", reason: "full" },
      };
    }
    const isThere = this.documents.has(place);
    if (isThere && operation === "create")
      return {
        status: 409,
        error: { type: "version_conflict_engine_exception", reason: "document already exists" },
      };
    this.documents.set(place, document);
    return { status: isThere ? 200 : 201 };
  }
}

function error(status: number, reason: string): FakeAnswer {
  return { status, body: JSON.stringify({ error: { type: "illegal_argument_exception", reason }, status }) };
}
