/** A small Azure Blob service for tests, over HTTP: one container, conditional puts, listings in pages, faults on command. */
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Fault } from "./fake-s3-server.ts";

interface Answer {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly code?: string;
  readonly modified?: Date;
}

export const FAKE_ACCOUNT = "account";
const CONTAINER = "lake";

export class FakeAzureServer {
  readonly blobs = new Map<string, { readonly bytes: Buffer; readonly modified: Date }>();
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

  /** The service's address, with the account in it. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${FAKE_ACCOUNT}`;
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
    const answer = fault === "busy" ? failure(503, "ServerBusy") : this.#answer(request, body);
    const given = fault === "lose answer" ? failure(500, "InternalError") : answer;
    response.setHeader("x-ms-version", "2025-01-05");
    if (given.code !== undefined) response.setHeader("x-ms-error-code", given.code);
    if (given.modified !== undefined) response.setHeader("last-modified", given.modified.toUTCString());
    const isXml = typeof given.body === "string";
    response.setHeader("content-type", isXml ? "application/xml" : "application/octet-stream");
    response.setHeader("content-length", given.body === undefined ? 0 : Buffer.byteLength(given.body));
    response.setHeader("etag", '"0"');
    response.writeHead(given.status);
    response.end(given.body);
  }

  #answer(request: IncomingMessage, body: Buffer): Answer {
    const url = new URL(request.url!, "http://blob");
    if (!/^SharedKey account:[\w+/]+=*$/.test(request.headers.authorization ?? ""))
      return failure(403, "AuthenticationFailed");
    const [, , container, ...rest] = url.pathname.split("/");
    const name = rest.map(decodeURIComponent).join("/");
    if (container !== CONTAINER) return failure(404, "ContainerNotFound");
    if (name === "") return this.#list(url.searchParams);
    const there = this.blobs.get(name);
    switch (request.method) {
      case "PUT":
        if (request.headers["if-none-match"] === "*" && there !== undefined)
          return failure(409, "BlobAlreadyExists");
        this.blobs.set(name, { bytes: body, modified: new Date() });
        return { status: 201, modified: new Date() };
      case "GET":
        if (there === undefined) return failure(404, "BlobNotFound");
        return { status: 200, body: there.bytes, modified: there.modified };
      case "DELETE":
        if (!this.blobs.delete(name)) return failure(404, "BlobNotFound");
        return { status: 202 };
      default:
        return failure(405, "UnsupportedHttpVerb");
    }
  }

  #list(query: URLSearchParams): Answer {
    const prefix = query.get("prefix") ?? "";
    const after = query.get("marker") ?? "";
    const isFlat = query.get("delimiter") === null;
    const entries = new Map<string, boolean>();
    for (const name of [...this.blobs.keys()].toSorted()) {
      if (!name.startsWith(prefix)) continue;
      const slash = isFlat ? -1 : name.indexOf("/", prefix.length);
      const entry = slash < 0 ? name : name.slice(0, slash + 1);
      if (entry > after) entries.set(entry, slash >= 0);
    }
    const page = [...entries].slice(0, this.#pageSize);
    const listed = page.map(([name, isFolder]) => {
      if (isFolder) return `<BlobPrefix><Name>${escaped(name)}</Name></BlobPrefix>`;
      const { bytes, modified } = this.blobs.get(name)!;
      const facts = `<Last-Modified>${modified.toUTCString()}</Last-Modified><Etag>0</Etag><Content-Length>${bytes.length}</Content-Length>`;
      return `<Blob><Name>${escaped(name)}</Name><Properties>${facts}<BlobType>BlockBlob</BlobType></Properties></Blob>`;
    });
    const next = page.length < entries.size ? escaped(page.at(-1)![0]) : "";
    return {
      status: 200,
      body: `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://blob/" ContainerName="${CONTAINER}"><Blobs>${listed.join("")}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`,
    };
  }
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function failure(status: number, code: string): Answer {
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>it is ${code}</Message></Error>`;
  return { status, code, body };
}
