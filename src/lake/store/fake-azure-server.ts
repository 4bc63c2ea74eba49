/** A small Azure Blob service for tests: a container named `lake`, conditional puts. */
import type { IncomingMessage } from "node:http";
import { FakeObjectServer } from "./fake-object-server.ts";
import type { FakeAnswer, Fault } from "./fake-object-server.ts";

export const FAKE_ACCOUNT = "account";
const CONTAINER = "lake";

export class FakeAzureServer extends FakeObjectServer {
  /** The service's address, with the account in it. */
  override async start(): Promise<string> {
    return `${await super.start()}/${FAKE_ACCOUNT}`;
  }

  protected override failure(fault: Fault): FakeAnswer {
    return fault === "busy" ? failure(503, "ServerBusy") : failure(500, "InternalError");
  }

  protected override answer(request: IncomingMessage, body: Buffer): FakeAnswer {
    const url = new URL(request.url!, "http://blob");
    if (!/^SharedKey account:[\w+/]+=*$/.test(request.headers.authorization ?? ""))
      return failure(403, "AuthenticationFailed");
    const [, , container, ...rest] = url.pathname.split("/");
    const name = rest.map(decodeURIComponent).join("/");
    if (container !== CONTAINER) return failure(404, "ContainerNotFound");
    if (name === "") return this.#list(url.searchParams);
    const there = this.objects.get(name);
    switch (request.method) {
      case "PUT":
        if (request.headers["if-none-match"] === "*" && there !== undefined)
          return failure(409, "BlobAlreadyExists");
        this.objects.set(name, { bytes: body, modified: new Date() });
        return { status: 201, headers: headersOf("", new Date()) };
      case "GET":
        if (there === undefined) return failure(404, "BlobNotFound");
        return { status: 200, body: there.bytes, headers: headersOf(there.bytes, there.modified) };
      case "DELETE":
        if (!this.objects.delete(name)) return failure(404, "BlobNotFound");
        return { status: 202, headers: headersOf("") };
      default:
        return failure(405, "UnsupportedHttpVerb");
    }
  }

  #list(query: URLSearchParams): FakeAnswer {
    const isFlat = query.get("delimiter") === null;
    const { entries, isCut } = this.page(query.get("prefix") ?? "", query.get("marker") ?? "", isFlat);
    const listed = entries.map(({ name, isFolder }) => {
      if (isFolder) return `<BlobPrefix><Name>${escaped(name)}</Name></BlobPrefix>`;
      const { bytes, modified } = this.objects.get(name)!;
      const facts = `<Last-Modified>${modified.toUTCString()}</Last-Modified><Etag>0</Etag><Content-Length>${bytes.length}</Content-Length>`;
      return `<Blob><Name>${escaped(name)}</Name><Properties>${facts}<BlobType>BlockBlob</BlobType></Properties></Blob>`;
    });
    const next = isCut ? escaped(entries.at(-1)!.name) : "";
    const body = `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://blob/" ContainerName="${CONTAINER}"><Blobs>${listed.join("")}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`;
    return { status: 200, body, headers: headersOf(body) };
  }
}

/** Microsoft's client looks for these. */
function headersOf(body: string | Buffer, modified?: Date): Record<string, string | number> {
  return {
    "content-type": typeof body === "string" ? "application/xml" : "application/octet-stream",
    "content-length": Buffer.byteLength(body),
    "x-ms-version": "2025-01-05",
    etag: '"0"',
    ...(modified === undefined ? {} : { "last-modified": modified.toUTCString() }),
  };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function failure(status: number, code: string): FakeAnswer {
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>it is ${code}</Message></Error>`;
  return { status, body, headers: { ...headersOf(body), "x-ms-error-code": code } };
}
