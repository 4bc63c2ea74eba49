/** A small S3 for tests, over HTTP: buckets as folders of memory, conditional puts, listings in pages, faults on command. */
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

interface Answer {
  readonly status: number;
  readonly body?: string | Buffer;
}

/** What the server does with a request instead of answering: refuse it, or answer wrongly after doing it. */
export type Fault = "busy" | "lose answer";

export class FakeS3Server {
  readonly objects = new Map<string, { readonly bytes: Buffer; readonly modified: Date }>();
  /** Faults for the next requests, one each. */
  readonly faults: Fault[] = [];
  readonly #server: Server;
  readonly #pageSize: number;

  constructor(pageSize: number) {
    this.#pageSize = pageSize;
    this.#server = createServer((request, response) => {
      void this.#handle(request, response);
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const fault = this.faults.shift();
    const answer = fault === "busy" ? error(503, "SlowDown") : this.#answer(request, body);
    const given = fault === "lose answer" ? error(500, "InternalError") : answer;
    response.writeHead(given.status);
    response.end(given.body);
  }

  #answer(request: IncomingMessage, body: Buffer): Answer {
    const url = new URL(request.url!, "http://s3");
    if (!/^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/eu-test\/s3\//.test(request.headers.authorization ?? ""))
      return error(403, "AccessDenied");
    const [, bucket, ...rest] = url.pathname.split("/");
    const key = decodeURIComponent(rest.join("/"));
    if (bucket !== "lake") return error(404, "NoSuchBucket");
    if (key === "") return this.#list(url.searchParams);
    const there = this.objects.get(key);
    switch (request.method) {
      case "PUT":
        if (request.headers["if-none-match"] === "*" && there !== undefined)
          return error(412, "PreconditionFailed");
        this.objects.set(key, { bytes: body, modified: new Date() });
        return { status: 200 };
      case "GET":
        return there === undefined ? error(404, "NoSuchKey") : { status: 200, body: there.bytes };
      case "DELETE":
        this.objects.delete(key);
        return { status: 204 };
      default:
        return error(405, "MethodNotAllowed");
    }
  }

  #list(query: URLSearchParams): Answer {
    const prefix = query.get("prefix") ?? "";
    const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
    const isFlat = query.get("delimiter") !== null;
    // With a delimiter, keys of one folder are one entry: the beginning that they share.
    const entries = new Map<string, boolean>();
    for (const key of [...this.objects.keys()].toSorted()) {
      if (!key.startsWith(prefix)) continue;
      const slash = isFlat ? key.indexOf("/", prefix.length) : -1;
      const entry = slash < 0 ? key : key.slice(0, slash + 1);
      if (entry > after) entries.set(entry, slash >= 0);
    }
    const keys = [...entries.keys()];
    const page = keys.slice(0, this.#pageSize);
    const contents = page.map((key) => {
      if (entries.get(key) === true)
        return `<CommonPrefixes><Prefix>${encodeURIComponent(key)}</Prefix></CommonPrefixes>`;
      const { bytes, modified } = this.objects.get(key)!;
      return `<Contents><Key>${encodeURIComponent(key)}</Key><LastModified>${modified.toISOString()}</LastModified><Size>${bytes.length}</Size></Contents>`;
    });
    const isCut = page.length < keys.length;
    const next = isCut ? `<NextContinuationToken>${page.at(-1)!}</NextContinuationToken>` : "";
    return {
      status: 200,
      body: `<?xml version="1.0"?><ListBucketResult><IsTruncated>${isCut}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`,
    };
  }
}

function error(status: number, code: string): Answer {
  return { status, body: `<Error><Code>${code}</Code><Message>it is ${code}</Message></Error>` };
}
